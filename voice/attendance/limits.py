"""The ends of a call that no flow decides: it lasts too long, nobody says a word, the caller hangs up too soon.

Theory of operation. A minute before the longest call is over the caller is told, at the first moment at which nobody
speaks; at the end there is a goodbye, then the line is dropped. A call in which the caller has said nothing for very
long ends in the same way, whatever flows do about silence; time in which something without words is playing (music on
hold) does not count. A goodbye that is never heard does not keep a call up. When the caller hangs up while a turn is
being answered, that turn is still carried out: its effects were wanted.

    running ──max_call_ms - warn_ms──→ WarnOfEnd ──max_call_ms──→ SayGoodbye ──said, or 15 s──→ HangUp
       │ └────max_silence_ms without words or keys──→ SayGoodbye ─────────────────────────────────↗
       └ CallerGone: FinishTurn if an answer is owed, then HangUp

Pure: `at_ms` is audio time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias, assert_never

GOODBYE_MS: Final = 15_000
"""A goodbye is over after so long at most; the longest of ours takes 6 s."""


@dataclass(frozen=True, slots=True)
class LimitPolicy:
    """How long a call may go on. In voice.yml under `limits:`; 0 switches a limit off. All our own choices."""

    max_call_ms: int = 3_600_000
    """The longest call: an hour."""
    warn_ms: int = 60_000
    """So long before its end the caller is told."""
    max_silence_ms: int = 600_000
    """The longest time in which a caller says no word and presses no key: ten minutes."""
    finish_ms: int = 12_000
    """A turn that is being answered may go on so long after the caller has gone; the longest action takes 10 s."""


@dataclass(frozen=True, slots=True)
class Tick:
    """20 ms passed. `is_floor_free`: nobody speaks and nothing is about to be said."""

    at_ms: int
    is_floor_free: bool = False


@dataclass(frozen=True, slots=True)
class CallerActive:
    """The caller said words or pressed a key."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class BackgroundChanged:
    """Something without words is playing where the caller is (`voice.attendance.onset_gate`), or has ended."""

    at_ms: int
    is_on: bool


@dataclass(frozen=True, slots=True)
class TurnOwed:
    """A committed turn is being answered (True), or has been (False)."""

    at_ms: int
    is_owed: bool


@dataclass(frozen=True, slots=True)
class GoodbyeBegan:
    """Somebody else (`voice.attendance.idle`, a flow) has said goodbye: hang up for this reason once it was heard."""

    at_ms: int
    reason: str


@dataclass(frozen=True, slots=True)
class GoodbyeOver:
    """The goodbye has been heard, or cannot be said."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class CallerGone:
    """The other side hung up, or is lost; `reason` as the link says it."""

    at_ms: int
    reason: str


LimitInput: TypeAlias = Tick | CallerActive | BackgroundChanged | TurnOwed | GoodbyeBegan | GoodbyeOver | CallerGone


@dataclass(frozen=True, slots=True)
class WarnOfEnd:
    """Say `ends_soon`."""

    left_ms: int


@dataclass(frozen=True, slots=True)
class SayGoodbye:
    """Stop what is being said and say this phrase, not to be interrupted; then tell `GoodbyeOver`."""

    phrase: Literal["goodbye_silent", "goodbye_too_long"]


@dataclass(frozen=True, slots=True)
class FinishTurn:
    """The caller has gone: carry the turn to its end, for so long at most, without speaking."""

    within_ms: int


@dataclass(frozen=True, slots=True)
class HangUp:
    """Drop the line; `reason` is that of the call's end."""

    reason: str


LimitEffect: TypeAlias = WarnOfEnd | SayGoodbye | FinishTurn | HangUp


@dataclass(frozen=True, slots=True)
class LimitState:
    """Times are ms of audio."""

    active_ms: int = 0
    """When the caller last said or pressed something, put forward by the time in which something was playing."""
    background_since_ms: int | None = None
    is_owed: bool = False
    was_warned: bool = False
    goodbye_since_ms: int | None = None
    reason: str = ""
    """Why the call is being ended."""
    is_over: bool = False

    @property
    def is_ending(self) -> bool:
        """Whether goodbye is being said, or was: nothing else is to be said any more."""
        return self.is_over or self.goodbye_since_ms is not None


Step: TypeAlias = tuple[LimitState, tuple[LimitEffect, ...]]


def step(state: LimitState, given: LimitInput, policy: LimitPolicy) -> Step:
    """Take one input; return the new state and what is to be done, in order."""
    if state.is_over:
        return state, ()
    match given:
        case Tick():
            return _tick(state, given, policy)
        case CallerActive(at_ms):
            return replace(state, active_ms=at_ms, background_since_ms=_moved(state, at_ms)), ()
        case BackgroundChanged(at_ms, is_on):
            return _change_background(state, at_ms, is_on), ()
        case TurnOwed(_, is_owed):
            return replace(state, is_owed=is_owed), ()
        case GoodbyeBegan(at_ms, reason):
            is_first = state.goodbye_since_ms is None
            return replace(state, goodbye_since_ms=at_ms, reason=reason) if is_first else state, ()
        case GoodbyeOver():
            return _hang_up(state, state.reason) if state.goodbye_since_ms is not None else (state, ())
        case CallerGone(_, reason):
            finish = (FinishTurn(policy.finish_ms),) if state.is_owed else ()
            over, hung_up = _hang_up(state, f"{reason}-unanswered" if state.is_owed else reason)
            return over, (*finish, *hung_up)
        case _:
            assert_never(given)


def _moved(state: LimitState, at_ms: int) -> int | None:
    return None if state.background_since_ms is None else at_ms


def _change_background(state: LimitState, at_ms: int, is_on: bool) -> LimitState:
    since_ms = state.background_since_ms
    if is_on:
        return state if since_ms is not None else replace(state, background_since_ms=at_ms)
    if since_ms is None:
        return state
    return replace(state, active_ms=state.active_ms + at_ms - since_ms, background_since_ms=None)


def _tick(state: LimitState, tick: Tick, policy: LimitPolicy) -> Step:
    at_ms = tick.at_ms
    if state.goodbye_since_ms is not None:
        is_said = at_ms - state.goodbye_since_ms >= GOODBYE_MS
        return _hang_up(state, state.reason) if is_said else (state, ())
    if policy.max_call_ms and at_ms >= policy.max_call_ms:
        return _say_goodbye(state, at_ms, "call-too-long", "goodbye_too_long")
    is_playing = state.background_since_ms is not None
    if policy.max_silence_ms and not is_playing and at_ms - state.active_ms >= policy.max_silence_ms:
        return _say_goodbye(state, at_ms, "caller-silent", "goodbye_silent")
    left_ms = policy.max_call_ms - at_ms
    is_warned = state.was_warned or not policy.max_call_ms or not policy.warn_ms
    if is_warned or left_ms > policy.warn_ms or not tick.is_floor_free:
        return state, ()
    return replace(state, was_warned=True), (WarnOfEnd(left_ms),)


def _say_goodbye(
    state: LimitState, at_ms: int, reason: str, phrase: Literal["goodbye_silent", "goodbye_too_long"]
) -> Step:
    return replace(state, goodbye_since_ms=at_ms, reason=reason), (SayGoodbye(phrase),)


def _hang_up(state: LimitState, reason: str) -> Step:
    return replace(state, is_over=True), (HangUp(reason),)
