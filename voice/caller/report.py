"""Folds the log of a call into turns: what was heard and answered, the gap of each, and where the gap
went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from voice.audio import FRAME_MS
from voice.caller.clock import server_offset_ms, shortest_round_trip_ms
from voice.caller.lateness import LATE_MS, late_received
from voice.caller.log import CallLog, ServerEvent, Spoken
from voice.caller.measure import GapParts, ServerLatency, answer_onset, audible_stretches, split_gap
from voice.caller.timeline import SAMPLES_PER_MS, Timeline, decode, place
from voice.caller.wav import CALL_RATE_HZ
from voice.ports import Pcm

LATE_FRAME_MS = 10
"""A microphone frame sent this much after its moment is late; a call with many is not a valid measurement."""


@dataclass(frozen=True, slots=True)
class TurnReport:
    """One turn; `said` is the file or text that was spoken, `gap` None if nothing audible came back.

    `slots` are the values that were set in this turn, in order.
    """

    said: str
    heard: str
    lines: tuple[str, ...]
    responses: tuple[str, ...]
    slots: tuple[tuple[str, Any], ...]
    actions: tuple[str, ...]
    gap: GapParts | None
    start_ms: int
    speech_end_ms: int
    answer_start_ms: int | None
    answer_end_ms: int | None

    @property
    def is_answered(self) -> bool:
        return self.gap is not None

    def to_json(self) -> dict[str, Any]:
        return {
            "said": self.said,
            "heard": self.heard,
            "answered": " ".join(self.lines),
            "lines": list(self.lines),
            "responses": list(self.responses),
            "slots": [{"name": name, "value": value} for name, value in self.slots],
            "actions": list(self.actions),
            "gap_ms": self.gap.gap_ms if self.gap else None,
            "parts": dict(self.gap.parts) if self.gap else {},
            "uplink_ms": self.gap.uplink_ms if self.gap else None,
            "downlink_ms": self.gap.downlink_ms if self.gap else None,
            "unaccounted_ms": self.gap.unaccounted_ms if self.gap else None,
            "was_ready": self.gap.was_ready if self.gap else None,
            "start_ms": self.start_ms,
            "speech_end_ms": self.speech_end_ms,
            "answer_start_ms": self.answer_start_ms,
            "answer_end_ms": self.answer_end_ms,
        }


@dataclass(frozen=True, slots=True)
class CallReport:
    """A whole call. `ended` is why it did; `failure` says what went wrong, None for a proper end.

    `greeting_gap_ms`: from the connection to the first audible sample of the greeting. `late_frames` are the caller's
    own, `late_received` those of the `received` ones that came more than 60 ms after their moment, `read_late` those
    that had come and were read so late, which is the caller's own doing. `server_sent` and `server_late` are the frames
    that the server says it sent, and sent more than 60 ms late; None where it does not say.
    """

    call_id: str | None
    greeting: tuple[str, ...]
    greeting_start_ms: int | None
    turns: tuple[TurnReport, ...]
    ended: str
    failure: str | None
    slots: dict[str, Any]
    actions: tuple[str, ...]
    faults: tuple[str, ...]
    late_frames: int
    round_trip_ms: float | None
    greeting_gap_ms: int | None = None
    late_received: int = 0
    received: int = 0
    read_late: int = 0
    server_sent: int | None = None
    server_late: int | None = None

    @property
    def is_good(self) -> bool:
        """Whether every turn was answered and the call ended as it should."""
        return self.failure is None and all(turn.is_answered for turn in self.turns)

    def to_json(self) -> dict[str, Any]:
        return {
            "turns": [turn.to_json() for turn in self.turns],
            "ended": self.ended,
            "failure": self.failure,
            "call_id": self.call_id,
            "greeting": {
                "lines": list(self.greeting),
                "start_ms": self.greeting_start_ms,
                "gap_ms": self.greeting_gap_ms,
            },
            "slots": self.slots,
            "actions": list(self.actions),
            "faults": list(self.faults),
            "late_frames": self.late_frames,
            "late_received": self.late_received,
            "received": self.received,
            "read_late": self.read_late,
            "server_sent": self.server_sent,
            "server_late": self.server_late,
            "round_trip_ms": self.round_trip_ms,
        }


@dataclass(frozen=True, slots=True)
class CallRecord:
    """What a call left: the log, the report, and both voices on one timeline at 48 kHz."""

    log: CallLog
    report: CallReport
    received: Pcm
    spoken: Pcm


def make_record(log: CallLog, names: Sequence[str]) -> CallRecord:
    """Fold a finished call. `names` are all utterances that were to be spoken; those never reached count as
    unanswered."""
    timeline = place(decode(log.packets))
    received = fit(timeline.samples, log.end_ms)
    report = make_report(log, Timeline(received, timeline.starts, timeline.arrivals_ms), names)
    return CallRecord(log, report, received, own_voice(log))


def fit(samples: Pcm, end_ms: float) -> Pcm:
    """Fill a recording with silence up to the end of the call."""
    missing = round(end_ms * SAMPLES_PER_MS) - len(samples)
    return np.concatenate((samples, np.zeros(missing, np.int16))) if missing > 0 else samples


def own_voice(log: CallLog) -> Pcm:
    """Lay what was spoken on the timeline of the call."""
    samples = np.zeros(max(round(log.end_ms * SAMPLES_PER_MS), 0), np.int16)
    for spoken in log.spoken:
        start = max(round(log.spoken_at_ms(spoken.first_frame, 0) * SAMPLES_PER_MS), 0)
        kept = spoken.utterance.samples[: max(len(samples) - start, 0)]
        samples[start : start + len(kept)] = kept
    return samples


def make_report(log: CallLog, timeline: Timeline, names: Sequence[str]) -> CallReport:
    starts = [log.spoken_at_ms(spoken.first_frame, 0) for spoken in log.spoken]
    bounds = [*starts, log.end_ms]
    greeting_onset = first_sound_ms(timeline, bounds[0])
    greeting_events = [event for event in log.events if event.at_ms < bounds[0]]
    turns = [
        make_turn(log, timeline, spoken, bounds[index], bounds[index + 1]) for index, spoken in enumerate(log.spoken)
    ]
    unspoken = [
        TurnReport(name, "", (), (), (), (), None, round(log.end_ms), round(log.end_ms), None, None)
        for name in names[len(turns) :]
    ]
    return CallReport(
        call_id=log.call_id,
        greeting=fields_of(greeting_events, "assistant_said", "text"),
        greeting_start_ms=round(greeting_onset) if greeting_onset is not None else None,
        turns=(*turns, *unspoken),
        ended=log.ended,
        failure=log.failure,
        slots=dict(slots_set(log.events)),
        actions=fields_of(log.events, "action_executed", "name"),
        faults=fields_of(log.events, "fault", "message"),
        late_frames=late_frames(log.sent_ms),
        round_trip_ms=shortest_round_trip_ms(log.pongs),
        greeting_gap_ms=(
            round(greeting_onset - log.connected_ms)
            if greeting_onset is not None and log.connected_ms is not None
            else None
        ),
        late_received=late_received(log.packets),
        received=len(log.packets),
        read_late=sum(1 for packet in log.packets if packet.waited_ms > LATE_MS),
        server_sent=counted(log.media, "sent_frames"),
        server_late=counted(log.media, "very_late_frames"),
    )


def make_turn(log: CallLog, timeline: Timeline, spoken: Spoken, start_ms: float, end_ms: float) -> TurnReport:
    """Report one turn from what arrived between its own start and that of the next."""
    events = [event for event in log.events if start_ms <= event.at_ms < end_ms]
    speech_end_ms = log.spoken_at_ms(spoken.first_frame, spoken.utterance.speech_end)
    start, speech_end = round(start_ms * SAMPLES_PER_MS), round(speech_end_ms * SAMPLES_PER_MS)
    sound = window(timeline, start_ms, end_ms)
    onset = answer_onset(sound, CALL_RATE_HZ, speech_end - start)
    gap = answer_start_ms = answer_end_ms = None
    if onset is not None:
        onset_ms = timeline.heard_at_ms(start + onset)
        offset = server_offset_ms(log.pongs)
        gap = split_gap(speech_end_ms, onset_ms, matching_latency(events, onset_ms, offset), offset)
        answer_start_ms = round(onset_ms)
        answer_end_ms = round((start + audible_stretches(sound, CALL_RATE_HZ)[-1].end) / SAMPLES_PER_MS)
    return TurnReport(
        said=spoken.utterance.name,
        heard=heard_text(events),
        lines=fields_of(events, "assistant_said", "text"),
        responses=fields_of(events, "assistant_said", "response"),
        slots=slots_set(events),
        actions=fields_of(events, "action_executed", "name"),
        gap=gap,
        start_ms=round(start_ms),
        speech_end_ms=round(speech_end_ms),
        answer_start_ms=answer_start_ms,
        answer_end_ms=answer_end_ms,
    )


def first_sound_ms(timeline: Timeline, end_ms: float) -> float | None:
    """Return when the first sound before a moment could be heard."""
    sound = audible_stretches(window(timeline, 0, end_ms), CALL_RATE_HZ)
    return timeline.heard_at_ms(sound[0].start) if sound else None


def window(timeline: Timeline, start_ms: float, end_ms: float) -> Pcm:
    """Cut a stretch of time out of the timeline."""
    return timeline.samples[round(start_ms * SAMPLES_PER_MS) : round(end_ms * SAMPLES_PER_MS)]


def heard_text(events: Sequence[ServerEvent]) -> str:
    """Return what the server took the caller to say: its committed turns, as understanding got them."""
    return " ".join(fields_of(events, "user_said", "text") or fields_of(events, "turn_ended", "text"))


def fields_of(events: Sequence[ServerEvent], kind: str, field: str) -> tuple[str, ...]:
    """Return one field of every event of a kind, as text, where it is there and not empty."""
    return tuple(str(event.message[field]) for event in events if event.type == kind and event.message.get(field))


def slots_set(events: Sequence[ServerEvent]) -> tuple[tuple[str, Any], ...]:
    """Return every slot that was set, with its value, in order."""
    return tuple(
        (str(event.message.get("name")), event.message.get("value")) for event in events if event.type == "slot_set"
    )


def matching_latency(events: Sequence[ServerEvent], onset_ms: float, offset_ms: float | None) -> ServerLatency | None:
    """Return the server's measurement of the reply that was heard: the one nearest to its onset."""
    measured = [latency for event in events if (latency := server_latency(event)) is not None]
    heard_ms = onset_ms + (offset_ms or 0.0)
    return min(measured, key=lambda latency: abs(latency.first_audio_ms - heard_ms), default=None)


def server_latency(event: ServerEvent) -> ServerLatency | None:
    """Read a `latency_measured` event; None for any other, or one that is not of that shape."""
    match event.message:
        case {
            "type": "latency_measured",
            "parts": dict(parts),
            "speech_end_ms": (int() | float()) as speech_end_ms,
            "first_audio_ms": (int() | float()) as first_audio_ms,
        } if all(isinstance(value, int | float) for value in parts.values()):
            whole = {str(name): round(value) for name, value in parts.items()}
            was_ready = event.message.get("was_ready")
            known = was_ready if isinstance(was_ready, bool) else None
            return ServerLatency(whole, speech_end_ms, first_audio_ms, known)
        case _:
            return None


def counted(media: Mapping[str, Any], name: str) -> int | None:
    """Return one count of the server's; None where it told none."""
    value = media.get(name)
    return value if isinstance(value, int) else None


def late_frames(sent_ms: Sequence[float]) -> int:
    """Count the microphone frames that were handed over more than 10 ms after their moment."""
    lags = [at_ms - index * FRAME_MS for index, at_ms in enumerate(sent_ms)]
    soonest = min(lags, default=0.0)
    return sum(1 for lag in lags if lag - soonest > LATE_FRAME_MS)
