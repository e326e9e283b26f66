"""What came of each step of a finished call, measured in its audio: the gap and where it went, and barge-ins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from voice.audio import FRAME_MS
from voice.caller.log import CallLog
from voice.caller.measure import JOIN_MS, answer_onset, audible_stretches
from voice.caller.report import late_frames, make_turn, own_voice, window
from voice.caller.timeline import SAMPLES_PER_MS, Timeline, decode, place
from voice.caller.wav import CALL_RATE_HZ
from voice.ports import Pcm
from voice.synthetic_callers.script import HeldCall, Taken


@dataclass(frozen=True, slots=True)
class MeasuredStep:
    """Of one step. `gap_ms`: from the caller's last sound (a payload: from its sending; a silence: from the
    assistant's last sound) to the first sound of the answer; None where nothing was audible.

    `parts` are the server's, with the transport, and add up to the gap but for `unaccounted_ms`; of speech alone.
    `stopped_after_ms`: how long the reply that was barged into went on under the caller's words.
    """

    gap_ms: int | None = None
    parts: Mapping[str, int] = field(default_factory=dict)
    unaccounted_ms: int = 0
    stopped_after_ms: int | None = None


@dataclass(frozen=True, slots=True)
class MeasuredCall:
    """`steps` by the number of `Taken`; `received` is 48 kHz mono from the call's beginning. `late_frames`: so many
    frames of the caller left late, because the machine was busy; with many, the gaps are not to be trusted."""

    steps: Mapping[int, MeasuredStep]
    received: Pcm
    late_frames: int


def measure_call(call: HeldCall) -> MeasuredCall:
    """Measure a finished call. Decodes all of its audio: not for an event loop with calls on it."""
    log = call.log
    timeline = place(decode(log.packets))
    ends = [taken.began_ms for taken in call.taken[1:]] + [log.end_ms]
    steps = {
        taken.number: _measure(log, timeline, taken, end_ms) for taken, end_ms in zip(call.taken, ends, strict=True)
    }
    return MeasuredCall(steps, timeline.samples, late_frames(log.sent_ms))


def sent_audio(call: HeldCall) -> Pcm:
    """Return what the caller's microphone sent, on the timeline of the call: words, and the noise behind them."""
    words, noise = own_voice(call.log), call.background
    if noise is None or not len(noise) or not call.log.sent_ms:
        return words
    start = max(round((call.log.sent_ms[0] - FRAME_MS) * SAMPLES_PER_MS), 0)
    mixed = words.astype(np.int32)
    mixed[start:] += np.resize(noise, max(len(mixed) - start, 0))
    return np.asarray(np.clip(mixed, -32_768, 32_767), np.int16)


def _measure(log: CallLog, timeline: Timeline, taken: Taken, end_ms: float) -> MeasuredStep:
    if taken.spoken is not None:
        return _of_speech(log, timeline, taken, end_ms)
    if taken.number == 0:
        return MeasuredStep()
    # A payload over a reply that still plays: what is audible then is not yet the answer.
    since_ms = taken.since_ms if taken.message_ms is None else taken.message_ms
    if since_ms is None or taken.is_over_reply:
        return MeasuredStep()
    onset = answer_onset(window(timeline, taken.began_ms, end_ms), CALL_RATE_HZ, 0)
    if onset is None:
        return MeasuredStep()
    onset_ms = timeline.heard_at_ms(round(taken.began_ms * SAMPLES_PER_MS) + onset)
    return MeasuredStep(round(onset_ms - since_ms))


def _of_speech(log: CallLog, timeline: Timeline, taken: Taken, end_ms: float) -> MeasuredStep:
    assert taken.spoken is not None
    spoken = log.spoken[taken.spoken]
    start_ms = log.spoken_at_ms(spoken.first_frame, 0)
    report = make_turn(log, timeline, spoken, start_ms, end_ms)
    stopped = _stopped_after_ms(timeline, start_ms, end_ms, spoken.utterance.samples) if taken.is_over_reply else None
    if report.gap is None:
        return MeasuredStep(stopped_after_ms=stopped)
    gap = report.gap
    return MeasuredStep(gap.gap_ms, dict(gap.parts), gap.unaccounted_ms, stopped)


def _stopped_after_ms(timeline: Timeline, start_ms: float, end_ms: float, utterance: Pcm) -> int | None:
    """Return how long after the caller's first sound the reply was still audible."""
    own = audible_stretches(utterance, CALL_RATE_HZ)
    heard = audible_stretches(window(timeline, start_ms, end_ms), CALL_RATE_HZ)
    if not own or not heard:
        return None
    # The caller may begin in a pause of the reply, between two words.
    was_playing = heard[0].start <= own[0].start + JOIN_MS * SAMPLES_PER_MS
    return max(round((heard[0].end - own[0].start) / SAMPLES_PER_MS), 0) if was_playing else 0
