"""The watchdog: things that must never last, whatever part is to blame, and what is done when they do.

Theory of operation. Three invariants over what happens in a call. *We owe a reply and nothing was audible for 8 s*:
words of apology are said, once a turn. *A reply is held and neither goes on nor ends*: it is let go on. *No audio
comes from the caller*: it is told. Each is a fault of ours or of the line, so each is reported with what every part was
doing and since when: that is what one needs to know afterwards.

    TurnCommitted, or silence of a caller who was not heard yet ──8 s without a sound of ours──→
                                SpeakFallback + Report(reply-overdue)
    answered with no words ──1.5 s──→ the same, as reply-empty
    ReplyPaused ──6 s──→ ReleaseReply + Report(reply-stuck)
    FrameHeard ──5 s──→ Report(audio-missing) ──FrameHeard──→ told again if it stops again

Pure: `at_ms` is the call's audio time, which goes on while no frames come, because the call puts silence in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal, TypeAlias, assert_never

FRAME_NOTED_MS: Final = 200
"""Frames are noted so seldom: a new state at each of them would cost more than all the rest of the watch."""

Part: TypeAlias = Literal["caller", "recognition", "understanding", "action", "synthesis", "playback"]
Code: TypeAlias = Literal["reply-overdue", "reply-empty", "reply-stuck", "audio-missing"]


@dataclass(frozen=True, slots=True)
class WatchPolicy:
    """What lasts too long. In voice.yml under `watchdog:`; 0 switches a watch off. All our own choices."""

    overdue_ms: int = 8_000
    """A reply is owed and nothing of ours was audible for so long."""
    empty_ms: int = 1_500
    """The same for a turn that was answered without a word."""
    stuck_ms: int = 6_000
    """A reply is held for so long: the longest judgement of speech over a reply takes 3 s."""
    missing_ms: int = 5_000
    """No audio came from the caller for so long."""


# --- inputs --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tick:
    """20 ms passed. `is_sounding`: the caller makes a sound, so that nobody is to talk over them.

    `is_unheard`: they have fallen silent, and what they said is not known yet, or not yet taken for a turn.
    """

    at_ms: int
    is_sounding: bool = False
    is_unheard: bool = False


@dataclass(frozen=True, slots=True)
class FrameHeard:
    """A frame really came from the caller; silence that was put in its place is none."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class TurnCommitted:
    """The caller's turn is over: a reply is owed."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class TurnAnswered:
    """The turn was carried out. `has_words`: something was said, or will be."""

    at_ms: int
    has_words: bool


@dataclass(frozen=True, slots=True)
class TurnDismissed:
    """Nothing is owed any more: the turn was taken back, the caller took the floor, the call ends."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class SoundChanged:
    """The caller hears the assistant, or no longer does; a filler is no words of the turn."""

    at_ms: int
    is_heard: bool
    is_filler: bool = False


@dataclass(frozen=True, slots=True)
class ReplyHeld:
    """A reply was paused (`is_held`), or has gone on or ended."""

    at_ms: int
    reply_id: int
    is_held: bool


@dataclass(frozen=True, slots=True)
class PartDoes:
    """A part began something (`what`: the action's name, a revision), or is idle again (None)."""

    at_ms: int
    part: Part
    what: str | None


WatchInput: TypeAlias = (
    Tick | FrameHeard | TurnCommitted | TurnAnswered | TurnDismissed | SoundChanged | ReplyHeld | PartDoes
)


# --- effects -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SpeakFallback:
    """Say `fallback` (`voice.attendance.phrases`) for an answer without words, or `overdue` while one may still come.

    Nobody is asked to say it again while an action may be carrying it out.
    """

    is_empty: bool = False


@dataclass(frozen=True, slots=True)
class ReleaseReply:
    """Let the reply go on from where it is held."""

    reply_id: int


@dataclass(frozen=True, slots=True)
class Report:
    """Emit a `Fault` with this code and message."""

    code: Code
    message: str
    at_ms: int


WatchEffect: TypeAlias = SpeakFallback | ReleaseReply | Report


@dataclass(frozen=True, slots=True)
class WatchState:
    """Times are ms of audio."""

    owed_since_ms: int | None = None
    """Since when a reply is owed of which nothing was heard."""
    unheard_since_ms: int | None = None
    """Since when it is not known what a caller has said who has fallen silent: they are owed a reply as well."""
    has_answer: bool = False
    """The turn was carried out."""
    is_empty: bool = False
    """And it had no words."""
    has_heard: bool = False
    """Words of the turn have been heard."""
    has_fallen_back: bool = False
    still_since_ms: int = 0
    """Since when nothing of ours has been audible."""
    is_heard: bool = False
    held: tuple[int, int] | None = None
    """The reply that is held, and since when."""
    frame_ms: int = 0
    has_told_missing: bool = False
    doing: Mapping[Part, tuple[str, int]] = field(default_factory=dict)
    """What each part does, and since when."""


Step: TypeAlias = tuple[WatchState, tuple[WatchEffect, ...]]


def step(state: WatchState, given: WatchInput, policy: WatchPolicy) -> Step:
    """Take one input; return the new state and what is to be done, in order."""
    match given:
        case Tick():
            return _tick(state, given, policy)
        case FrameHeard(at_ms):
            if at_ms - state.frame_ms < FRAME_NOTED_MS and not state.has_told_missing:
                return state, ()
            return replace(state, frame_ms=at_ms, has_told_missing=False), ()
        case TurnCommitted(at_ms):
            owed = replace(state, owed_since_ms=at_ms, has_answer=False, is_empty=False, has_fallen_back=False)
            return replace(owed, still_since_ms=at_ms, has_heard=False), ()
        case TurnAnswered(at_ms, has_words):
            return _answer(state, at_ms, has_words), ()
        case TurnDismissed():
            return replace(state, owed_since_ms=None, held=None), ()
        case SoundChanged():
            return _change_sound(state, given), ()
        case ReplyHeld(at_ms, reply_id, is_held):
            is_ours = state.held is not None and state.held[0] == reply_id
            held = (reply_id, at_ms) if is_held else None if is_ours else state.held
            return replace(state, held=held), ()
        case PartDoes(at_ms, part, what):
            others = {other: does for other, does in state.doing.items() if other != part}
            return replace(state, doing=others if what is None else {**others, part: (what[:120], at_ms)}), ()
        case _:
            assert_never(given)


def described(state: WatchState, at_ms: int) -> str:
    """Say what every part is doing, for a person who reads the log."""
    parts = [f"{part}: {what} for {at_ms - since_ms} ms" for part, (what, since_ms) in sorted(state.doing.items())]
    return "; ".join(parts) if parts else "every part is idle"


def _change_sound(state: WatchState, given: SoundChanged) -> WatchState:
    has_heard = state.has_heard or (given.is_heard and not given.is_filler)
    # A turn that is still worked on goes on to be owed: words may be followed by a long action.
    owed_since_ms = None if has_heard and state.has_answer else state.owed_since_ms
    return replace(
        state,
        is_heard=given.is_heard,
        has_heard=has_heard,
        still_since_ms=given.at_ms,
        owed_since_ms=owed_since_ms,
    )


def _answer(state: WatchState, at_ms: int, has_words: bool) -> WatchState:
    if state.owed_since_ms is None:
        return state
    if has_words and state.has_heard:
        return replace(state, owed_since_ms=None, has_answer=True)
    still_since_ms = state.still_since_ms if has_words else at_ms
    return replace(state, has_answer=True, is_empty=not has_words, still_since_ms=still_since_ms)


def _tick(state: WatchState, tick: Tick, policy: WatchPolicy) -> Step:
    if tick.is_unheard != (state.unheard_since_ms is not None):
        state = replace(state, unheard_since_ms=tick.at_ms if tick.is_unheard else None)
        if state.owed_since_ms is None:
            state = replace(state, has_fallen_back=False)
    effects: tuple[WatchEffect, ...] = ()
    for watch in (_watch_reply, _watch_held, _watch_frames):
        state, more = watch(state, tick, policy)
        effects = (*effects, *more)
    return state, effects


def _watch_reply(state: WatchState, tick: Tick, policy: WatchPolicy) -> Step:
    since_ms = state.unheard_since_ms if state.owed_since_ms is None else state.owed_since_ms
    if since_ms is None or state.has_fallen_back or state.is_heard or tick.is_sounding:
        return state, ()
    limit_ms = min(policy.empty_ms, policy.overdue_ms) if state.is_empty else policy.overdue_ms
    still_ms = tick.at_ms - max(state.still_since_ms, since_ms)
    if not policy.overdue_ms or not limit_ms or still_ms < limit_ms:
        return state, ()
    code: Code = "reply-empty" if state.is_empty else "reply-overdue"
    owed_ms = tick.at_ms - since_ms
    told = f"a reply is owed for {owed_ms} ms and nothing was audible for {still_ms} ms; {described(state, tick.at_ms)}"
    # An empty answer is made good by the apology; another one may still come.
    owed_since_ms = None if state.is_empty else state.owed_since_ms
    fallen = replace(state, has_fallen_back=True, owed_since_ms=owed_since_ms)
    return fallen, (SpeakFallback(state.is_empty), Report(code, told, tick.at_ms))


def _watch_held(state: WatchState, tick: Tick, policy: WatchPolicy) -> Step:
    if state.held is None or not policy.stuck_ms:
        return state, ()
    reply_id, since_ms = state.held
    held_ms = tick.at_ms - since_ms
    if held_ms < policy.stuck_ms:
        return state, ()
    told = f"reply {reply_id} is held for {held_ms} ms and goes on now; {described(state, tick.at_ms)}"
    return replace(state, held=None), (ReleaseReply(reply_id), Report("reply-stuck", told, tick.at_ms))


def _watch_frames(state: WatchState, tick: Tick, policy: WatchPolicy) -> Step:
    missing_ms = tick.at_ms - state.frame_ms
    if state.has_told_missing or not policy.missing_ms or missing_ms < policy.missing_ms:
        return state, ()
    told = (
        f"no audio came from the caller for {missing_ms} ms; check the microphone and the network; "
        f"{described(state, tick.at_ms)}"
    )
    return replace(state, has_told_missing=True), (Report("audio-missing", told, tick.at_ms),)
