"""What became of a sound that was put in over a reply, from the audio and the events of one call. Pure.

caller            onset#########end
assistant   =========|==---            words: silent at the last audible sample of the reply
            =========|==----...|==     a noise: the reply is held, and goes on after the end of the sound
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tests.bench.gap_figures import RANKS, ranks, shown
from tests.bench.shares import share_of
from tests.bench.sounds import COUGHS
from voice.audio import WINDOW_MS, audible_threshold, window_rms
from voice.caller.log import ServerEvent
from voice.caller.report import CallRecord
from voice.caller.wav import CALL_RATE_HZ

BEFORE_MS = 200
"""A reply that was audible so shortly before the onset was being heard; otherwise it was in a pause of its own, and how
soon it falls silent says nothing."""
AFTER_MS = 200
"""The reply to words comes 250 ms after them at the earliest (`min_gap_ms`): up to here sound is the old reply."""
QUIET_MS = 120
"""So much without sound is a pause that the caller notices; between two syllables there is less (our own choice)."""
WORDS = "words"
PEOPLE = (*COUGHS, "nod", "hum")
"""What the promise is about; doors and keys stand beside it, so that they do not dilute the share."""


@dataclass(frozen=True, slots=True)
class Part:
    """One sound among those that were put in over one reply, and where it is: samples from the first one's first."""

    kind: str
    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Interrupted:
    """One sound over a reply; times in ms. `silent_ms`, `quiet_ms`: from its onset to the last audible sample of the
    reply, and to the first pause of it. `resume_ms`: from its end to the reply's going on; None if it was not held.
    """

    kind: str
    name: str
    is_over_reply: bool
    silent_ms: int | None = None
    quiet_ms: int | None = None
    is_stopped: bool = False
    is_paused: bool = False
    is_finished: bool = False
    resume_ms: int | None = None
    is_taken_for_turn: bool = False

    @property
    def is_lost(self) -> bool:
        """The reply was held and neither stopped nor gone on with."""
        return self.is_paused and not self.is_stopped and not self.is_finished and self.resume_ms is None

    def in_short(self) -> str:
        if not self.is_over_reply:
            return f"{self.kind} missed"
        if self.kind == WORDS:
            return f"{self.kind} {shown(self.silent_ms)}" + ("" if self.is_stopped else " not stopped")
        held = f"held {shown(self.resume_ms)}" if self.is_paused else "through"
        return f"{self.kind} {'STOPPED' if self.is_stopped else 'LOST' if self.is_lost else held}"


def judge_call(record: CallRecord, put_in: Sequence[Sequence[Part]]) -> list[Interrupted]:
    """Judge every sound that was put in; in the log those over one reply stand behind what was asked before it."""
    log = record.log
    audible = audible_windows(record)
    starts = [log.spoken_at_ms(spoken.first_frame, 0) for spoken in log.spoken]
    found = []
    for parts, place in zip(put_in, range(1, len(log.spoken), 2), strict=False):
        first_frame = log.spoken[place].first_frame
        onsets = [log.spoken_at_ms(first_frame, part.start) for part in parts]
        onsets.append(starts[place + 1] if place + 1 < len(starts) else log.end_ms)
        for part, onset_ms, until_ms in zip(parts, onsets, onsets[1:], strict=False):
            end_ms = log.spoken_at_ms(first_frame, part.end)
            if end_ms > log.end_ms:
                break
            reply = reply_at(log.events, onset_ms)
            if reply is None:
                found.append(Interrupted(part.kind, part.name, False))
                continue
            during = [event for event in log.events if onset_ms <= event.at_ms < until_ms]
            found.append(judge(part, reply, during, Heard(audible, onset_ms, end_ms, until_ms)))
    return found


@dataclass(frozen=True, slots=True)
class Heard:
    """What was audible at the client, [n] bool, one a window of 5 ms, and when the sound was and what came next."""

    audible: npt.NDArray[np.bool_]
    onset_ms: float
    end_ms: float
    until_ms: float

    def between(self, start_ms: float, end_ms: float) -> npt.NDArray[np.bool_]:
        return self.audible[max(round(start_ms / WINDOW_MS), 0) : max(round(end_ms / WINDOW_MS), 0)]

    def first_after(self, start_ms: float) -> float | None:
        """Return when something was audible again."""
        loud = np.flatnonzero(self.between(start_ms, self.until_ms))
        return start_ms + float(loud[0]) * WINDOW_MS if loud.size else None


def audible_windows(record: CallRecord) -> npt.NDArray[np.bool_]:
    received = record.received
    return np.asarray(window_rms(received, CALL_RATE_HZ) > audible_threshold(received, CALL_RATE_HZ))


def reply_at(events: Iterable[ServerEvent], at_ms: float) -> int | None:
    """Return the id of the reply that was being played at a moment."""
    playing: int | None = None
    for event in events:
        if event.at_ms > at_ms:
            break
        match event.message:
            case {"type": "reply_started", "reply_id": int(reply_id)}:
                playing = reply_id
            case {"type": "reply_finished" | "barge_in", "reply_id": int(reply_id)} if reply_id == playing:
                playing = None
    return playing


def judge(part: Part, reply: int, during: Sequence[ServerEvent], heard: Heard) -> Interrupted:
    """Judge one sound over a reply, from the events between its onset and what the caller says next."""
    own = [event for event in during if event.message.get("reply_id") == reply]
    told = {event.type for event in own}
    resumed_ms = max((event.at_ms for event in own if event.type == "reply_resumed"), default=None)
    on_again_ms = heard.first_after(resumed_ms - WINDOW_MS) if resumed_ms is not None else None
    if resumed_ms is not None and on_again_ms is not None:
        # What is audible later than this after the reply went on was kept from nobody: it was in a pause of its own.
        on_again_ms = min(on_again_ms, resumed_ms + QUIET_MS)
    silent_ms, quiet_ms = silence_after(heard) if part.kind == WORDS else (None, None)
    return Interrupted(
        kind=part.kind,
        name=part.name,
        is_over_reply=True,
        silent_ms=silent_ms,
        quiet_ms=quiet_ms,
        is_stopped="barge_in" in told,
        is_paused="reply_paused" in told,
        is_finished="reply_finished" in told,
        resume_ms=round(max(on_again_ms - heard.end_ms, 0.0)) if on_again_ms is not None else None,
        is_taken_for_turn=any(event.type == "turn_ended" for event in during),
    )


def silence_after(heard: Heard) -> tuple[int | None, int | None]:
    """Return from the onset of words to the last audible sample of the reply, and to its first pause.

    Neither, where the reply was in a pause of its own when the words began.
    """
    if not heard.between(heard.onset_ms - BEFORE_MS, heard.onset_ms).any():
        return None, None
    over = heard.between(heard.onset_ms, heard.end_ms + AFTER_MS)
    loud = np.flatnonzero(over)
    if not loud.size:
        return 0, 0
    gaps = np.flatnonzero(np.diff(loud) > QUIET_MS // WINDOW_MS)
    first = loud[gaps[0]] if gaps.size else loud[-1]
    return int(loud[-1] + 1) * WINDOW_MS, int(first + 1) * WINDOW_MS


def summarise(found: Sequence[Interrupted], wanted: int) -> dict[str, Any]:
    """Fold judged sounds into the figures; `wanted` is how many were to be put in."""
    heard = [each for each in found if each.is_over_reply]
    words = [each for each in heard if each.kind == WORDS]
    noises = [each for each in heard if each.kind != WORDS]
    people = [each for each in noises if each.kind in PEOPLE]
    kinds = sorted({each.kind for each in noises})
    return {
        "barge_in": ranks([each.silent_ms for each in words if each.silent_ms is not None])
        | {
            "quiet": ranks([each.quiet_ms for each in words if each.quiet_ms is not None]),
            "words": len(words),
            "not_stopped": sum(1 for each in words if not each.is_stopped),
            "not_stopped_names": sorted(each.name for each in words if not each.is_stopped),
        },
        "false_barge_in": stopped_share(people)
        | {"by_kind": {kind: stopped_share([each for each in noises if each.kind == kind]) for kind in kinds}},
        "resume": ranks([each.resume_ms for each in noises if each.resume_ms is not None and not each.is_stopped]),
        "missed": wanted - len(heard),
    }


def stopped_share(noises: Sequence[Interrupted]) -> dict[str, Any]:
    """Return how many replies a sound has stopped for good, with Wilson's 95 % interval.

    A reply that was held and never gone on with counts as well.
    """
    stopped = sum(1 for each in noises if each.is_stopped or each.is_lost)
    return {
        **share_of(stopped, len(noises), "stopped"),
        "names": sorted(each.name for each in noises if each.is_stopped or each.is_lost),
        "held": sum(1 for each in noises if each.is_paused),
        "taken_for_turn": sum(1 for each in noises if each.is_taken_for_turn),
    }


def as_text(result: Mapping[str, Any]) -> str:
    """Lay the result out for a person."""
    machine, words, noises = result["machine"], result["barge_in"], result["false_barge_in"]
    lines = [
        f"Sounds over a reply, {machine['date']}, load {machine['load_before']} to {machine['load_after']}",
        "",
        f"{'ms':<40}{'n':>5}" + "".join(f"{f'P{rank}':>7}" for rank in RANKS),
        row("words: onset to silence", words),
        row("  to the first pause", words["quiet"]),
        row("noise: its end to the reply's going on", result["resume"]),
        "",
        f"words that did not stop the reply: {words['not_stopped']} of {words['words']}"
        + (f" ({', '.join(words['not_stopped_names'])})" if words["not_stopped_names"] else ""),
        f"{'noise':<13}{'n':>5}{'stopped':>9}{'share':>8}{'95 %':>18}{'held':>6}{'taken for a turn':>18}",
    ]
    for name, found in {"nods, coughs": noises, **noises["by_kind"]}.items():
        rate = "-" if found["share"] is None else f"{found['share']:.1%}"
        interval = "{:.1%} to {:.1%}".format(*found["share_95"])
        lines.append(
            f"{name:<13}{found['n']:>5}{found['stopped']:>9}{rate:>8}{interval:>18}{found['held']:>6}"
            f"{found['taken_for_turn']:>18}" + (f"  {', '.join(found['names'])}" if name in noises["by_kind"] else "")
        )
    if result["missed"]:
        lines.append(f"not over a reply, and not counted: {result['missed']}")
    return "\n".join([*lines, *(f"call failed: {failure}" for failure in result["failed_calls"])])


def row(name: str, found: Mapping[str, Any]) -> str:
    return f"{name:<40}{found['n']:>5}" + "".join(f"{shown(found[f'p{rank}_ms']):>7}" for rank in RANKS)
