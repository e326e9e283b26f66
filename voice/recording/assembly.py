"""The pure part of a recorder: takes what happens in a call and orders what is written, when, and with what masked.

Theory of operation. Everything is held until it may be written: before consent, as long as the policy says; where the
assistant has sensitive slots, until what the caller said is understood (a delay line of one turn, at most `DELAY_MS`).
Then audio goes out with the spans silenced and lines with the values replaced. What becomes known later, which is
rare, is mended by orders of its own (`SilenceAudio`, `MaskAgain`) before anything can be read under its final name.

    heard, played ─→ tracks ──┐                  ┌→ WriteAudio
    event, logged ─→ lines ───┼─ horizon, masks ─┼→ WriteLines
    turn_input ────→ lines ───┘                  └→ SilenceAudio, MaskAgain
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from typing_extensions import TypeIs

from dialogue.events import AssistantSaid, DialogueEvent, ReplyCutShort, UserSaid
from dialogue.serialization import event_to_json
from flows.events import SlotSet
from voice.audio import FRAME_MS, FRAME_SAMPLES
from voice.events import CallEvent, KeyPressed
from voice.ports import Pcm
from voice.protocols.events_json import to_json
from voice.recording.inputs import FRAMES_A_LINE, TimedInput, body_line, frames_line, header_line, input_body
from voice.recording.masking import Vault, masked_event, masked_input, masked_turn, slots_in, values_in
from voice.recording.orders import Discard, Finish, LinesFile, MaskAgain, Order, SilenceAudio, WriteAudio, WriteLines
from voice.recording.policy import Consent, RecordingPolicy
from voice.recording.spans import Span, SpeechSpans
from voice.recording.tracks import StereoTracks
from voice.turns.inputs import FrameHeard, TurnInput
from voice.turns.policy import TurnPolicy

BLOCK_MS = 1_000
"""Audio is written in pieces of a second: a crash loses no more of it. Our own choice."""
DELAY_MS = 30_000
"""So long audio is held for a turn that is not understood yet: a turn lasts 28 s at most. 64 kB a second."""
LINES_DELAY_MS = 600_000
"""And lines, which are small, so long: in what is written before its turn is understood only values can be masked."""
MARGIN_MS = 1_000
"""And so long in any case where slots are sensitive: an onset is told up to a second after it, with pre-roll."""
MOST_HELD_LINES = 100_000
"""Lines kept while consent is awaited, about half an hour; beyond it the recording has no inputs and few events."""
_CALL_EVENTS: tuple[type, ...] = get_args(CallEvent)
_SPOKEN = ("text", "digit", "digits", "key", "keys")
"""Fields that hold what the caller said or typed."""


@dataclass(slots=True)
class _Line:
    at_ms: int
    file: LinesFile
    body: Any
    owner: Span | None = None
    """The caller's turn that the words in it belong to."""
    said: str = ""
    """All that the assistant said, of which the line tells a part."""


class Assembly:
    """One call. Every method returns the orders that follow, in order."""

    def __init__(self, policy: RecordingPolicy, sensitive: frozenset[str], turns: TurnPolicy) -> None:
        self.vault = Vault(sensitive)
        self.tracks = StereoTracks()
        self.lost_ms = 0
        """Audio that was too old when consent came."""
        self.lost_lines = 0
        self.given_ms: int | None = None
        """When the consent was there."""
        self._policy = policy
        self._consent = Consent(policy)
        self._spans = SpeechSpans(sensitive)
        self._header = header_line(turns)
        self._lines: deque[_Line] = deque([_Line(0, "inputs", self._header)])
        self._frames: list[float] = []
        self._frames_from_ms = 0
        self._now_ms = 0
        self._silenced: dict[int, int] = {}
        """How far a span (by its identity) was silenced in what is written, in frames."""
        self._said = ["", ""]
        """What the assistant said before the caller's last turn, and since."""
        self._told_slots: set[str] = set()
        """Sensitive slots of which a value was told, in words or by an action."""
        self._is_closed = False
        self._is_begun = False

    @property
    def is_kept(self) -> bool:
        """Whether this call may be kept."""
        return self._consent.state == "given"

    def heard(self, samples: Pcm, ended_ms: int) -> list[Order]:
        """Take a frame of the caller."""
        self._now_ms = max(self._now_ms, ended_ms)
        if self._consent.state == "refused":
            return []
        self.tracks.put("caller", samples, ended_ms - FRAME_MS)
        if self._consent.state == "pending":
            self.lost_ms += self.tracks.drop(self.tracks.now - self._policy.hold_s * 1000 // FRAME_MS) * FRAME_MS
            return []
        is_due = (self._horizon_ms(DELAY_MS) // FRAME_MS - self.tracks.base) * FRAME_MS >= BLOCK_MS
        return self._release() if is_due else []

    def played(self, samples: Pcm, begins_ms: int) -> None:
        """Take a frame of the assistant, at 16 kHz."""
        if self._consent.state != "refused":
            self.tracks.put("assistant", samples, begins_ms)

    def sentence(self, text: str, begins_ms: int) -> None:
        """Take the beginning of a sentence of the assistant."""
        self._spans.sentence(text, begins_ms)

    def event(self, event: CallEvent | DialogueEvent) -> list[Order]:
        """Take an event of the call; of the conversation only what was said, which may be the notice."""
        if not _is_call_event(event):
            return self._follow(event) if isinstance(event, AssistantSaid) else []
        self._spans.take(event, self._now_ms)
        body = to_json(event)
        if isinstance(event, KeyPressed) and self.vault.slots:
            # A card or a PIN is entered by keys, and maybe ahead of its question.
            body = {**body, "key": "[key]"}
        self._add("events", body, self._spans.present if _has_words(body) else None)
        return []

    def logged(self, event: DialogueEvent) -> list[Order]:
        """Take an event of the conversation's log."""
        body = event_to_json(event)
        before = self.vault
        for slot, value in values_in(body, self.vault.slots):
            self._told_slots.add(slot)
            self.vault = self.vault.with_value(slot, value)
        owner, said = None, ""
        if isinstance(event, UserSaid):
            owner = self._spans.understood(event, self._now_ms)
            self._said = [self._said[-1], ""]
        elif isinstance(event, AssistantSaid):
            self._spans.said(event)
            self._said[-1] += f" {event.text}"
        elif isinstance(event, ReplyCutShort):
            said = " ".join(self._said)
        self._add("events", body, owner, said)
        mending = self._mend() if self.vault is not before else []
        return [*self._follow(event), *mending]

    def turn_input(self, given: TurnInput) -> None:
        """Take an input of turn-taking."""
        self._spans.take_input(given)
        if self._consent.state == "refused":
            return
        if isinstance(given, FrameHeard):
            self._add_frame(given)
            return
        self._end_frames()
        body = input_body(TimedInput(self._now_ms, given))
        self._add("inputs", body, self._spans.present if _has_words(body[2]) else None)

    def close(self) -> list[Order]:
        """End the call."""
        if self._is_closed:
            return []
        self._is_closed = True
        if not self.is_kept:
            return [Discard()]
        self._end_frames()
        return [*self._release(is_last=True), Finish(self._about())]

    # --- consent ---------------------------------------------------------------------------------------------------

    def _follow(self, event: DialogueEvent) -> list[Order]:
        if not isinstance(event, SlotSet | AssistantSaid):
            return []
        before = self._consent.state
        self._consent.take(event)
        if before == self._consent.state:
            return []
        if self._consent.state == "refused":
            return self._forget()
        self.given_ms = self._now_ms
        if before == "refused":
            self.tracks.base = self._now_ms // FRAME_MS
            self.lost_ms = self._now_ms
        return self._release()

    def _forget(self) -> list[Order]:
        """Drop what is held and what was written."""
        dropped = self.tracks.dropped_frames
        self.tracks = StereoTracks()
        self.tracks.dropped_frames = dropped
        self._lines = deque([_Line(0, "inputs", self._header)])
        self._frames = []
        self._silenced.clear()
        self._is_begun = False
        self.lost_lines += 1
        self.given_ms = None
        return [Discard()]

    # --- release ---------------------------------------------------------------------------------------------------

    def _horizon_ms(self, delay_ms: int) -> int:
        """Return up to where may be written what waits for a turn at most so long."""
        if not self.vault.slots:
            return self._now_ms
        unsettled_ms = self._spans.unsettled_from_ms()
        horizon_ms = self._now_ms - MARGIN_MS
        if unsettled_ms is not None:
            horizon_ms = min(horizon_ms, unsettled_ms)
        return max(horizon_ms, self._now_ms - delay_ms, 0)

    def _release(self, *, is_last: bool = False) -> list[Order]:
        horizon_ms = self._now_ms if is_last else self._horizon_ms(DELAY_MS)
        lines_ms = self._now_ms if is_last else self._horizon_ms(LINES_DELAY_MS)
        orders: list[Order] = []
        begin, to = self.tracks.base, horizon_ms // FRAME_MS
        if to > begin:
            samples = self.tracks.take(to)
            self._silence(samples, begin, to)
            orders.append(WriteAudio(begin, samples))
        lines: dict[LinesFile, list[str]] = {"events": [], "inputs": []}
        while self._lines and (is_last or self._lines[0].at_ms <= lines_ms):
            line = self._lines.popleft()
            lines[line.file].append(self._written(line))
        self._is_begun = self._is_begun or bool(orders) or any(lines.values())
        return [
            *orders,
            *(WriteLines(file, tuple(text)) for file, text in lines.items() if text),
            *self._mend_audio(begin),
        ]

    def _silence(self, samples: Pcm, begin: int, to: int) -> None:
        for span in self._spans.recent(begin * FRAME_MS):
            if span.is_masked(self.vault):
                first, last = _frames_of(span, begin, to)
                for side in span.sides:
                    rows = slice((first - begin) * FRAME_SAMPLES, (last - begin) * FRAME_SAMPLES)
                    samples[rows, 0 if side == "caller" else 1] = 0
                if last > first:
                    self._silenced[id(span)] = last

    def _mend(self) -> list[Order]:
        """Mask what was written before a value was known."""
        return [MaskAgain(self.vault), *self._mend_audio(None)] if self._is_begun else []

    def _mend_audio(self, since: int | None) -> list[Order]:
        orders: list[Order] = []
        for span in self._spans.all if since is None else self._spans.recent(since * FRAME_MS):
            first, last = _frames_of(span, 0, self.tracks.base)
            if last > first and self._silenced.get(id(span), 0) < last and span.is_masked(self.vault):
                self._silenced[id(span)] = last
                orders.append(SilenceAudio(span.sides, first, last))
        return orders

    # --- lines -----------------------------------------------------------------------------------------------------

    def _add(self, file: LinesFile, body: Any, owner: Span | None = None, said: str = "") -> None:
        if self._consent.state == "refused":
            return
        if len(self._lines) >= MOST_HELD_LINES:
            self.lost_lines += 1
            return
        self._lines.append(_Line(self._now_ms, file, body, owner, said))

    def _add_frame(self, frame: FrameHeard) -> None:
        self._now_ms = max(self._now_ms, frame.at_ms)
        expected_ms = self._frames_from_ms + len(self._frames) * FRAME_MS
        if self._frames and (frame.at_ms != expected_ms or len(self._frames) >= FRAMES_A_LINE):
            self._end_frames()
        if not self._frames:
            self._frames_from_ms = frame.at_ms
        self._frames.append(frame.speech_probability)

    def _end_frames(self) -> None:
        if self._frames:
            self._add("inputs", frames_line(self._frames_from_ms, self._frames))
            self._frames = []

    def _written(self, line: _Line) -> str:
        if isinstance(line.body, str):
            return line.body
        if line.file == "inputs":
            kind, at_ms, content = line.body
            return body_line([kind, at_ms, self._in_turn(content, masked_input(content, self.vault), line.owner)])
        event = self._in_turn(line.body, masked_event(line.body, self.vault), line.owner)
        if line.said and (cut := slots_in(line.said, self.vault)):
            # What was heard may end within a value, of which a part is not found.
            event = {**event, "heard": " ".join(f"[{slot}]" for slot in sorted(cut))}
        return json.dumps({"at_ms": line.at_ms, "event": event}, ensure_ascii=False)

    def _in_turn(self, body: Mapping[str, Any], masked: dict[str, Any], owner: Span | None) -> Mapping[str, Any]:
        """Mask the words of a turn in which a sensitive slot was told."""
        if owner is not None and owner.slots:
            for name in _SPOKEN:
                if isinstance(body.get(name), str) and body[name]:
                    masked[name] = masked_turn(body[name], owner.slots, self.vault)
        return masked

    def _about(self) -> dict[str, Any]:
        masked = [
            [span.side, span.from_ms, min(span.to_ms or self._now_ms, self._now_ms)]
            for span in self._spans.all
            if span.is_masked(self.vault)
        ]
        return {
            "duration_ms": self._now_ms,
            "consent": {"mode": self._policy.consent, "given_ms": self.given_ms or 0},
            "masked_slots": sorted(self._told_slots.union(*(span.slots for span in self._spans.all))),
            "masked_spans": masked,
            "lost_ms": self.lost_ms,
            "is_whole": self.lost_lines == 0,
            "dropped_frames": self.tracks.dropped_frames,
        }


def _frames_of(span: Span, begin: int, to: int) -> tuple[int, int]:
    """Return the frames of a span that lie between two others; the first is not behind the last."""
    first = min(max(span.from_ms // FRAME_MS, begin), to)
    end = to if span.to_ms is None else -(-span.to_ms // FRAME_MS)
    return first, max(first, min(end, to))


def _has_words(body: Mapping[str, Any]) -> bool:
    return any(isinstance(body.get(name), str) for name in _SPOKEN)


def _is_call_event(event: CallEvent | DialogueEvent) -> TypeIs[CallEvent]:
    return isinstance(event, _CALL_EVENTS)
