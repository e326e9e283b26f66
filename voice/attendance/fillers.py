"""Fillers: a few words while an action takes long ("One moment."), so that the caller knows that somebody is there.

Theory of operation. When nothing of a turn that was committed has been audible for `after_ms`, an action is running and
no words are on their way, a filler is said; then at most one in `every_ms`, never the same twice in a row, never while
the caller makes a sound. Where words of the reply come while one is heard, `voice.speech.speaker` cuts it at the end of
a word and lets `gap_ms` pass: that is where the sound is.

    committed ──after_ms, action runs, nothing heard or coming──→ SayFiller ──every_ms──→ SayFiller …

Pure: `at_ms` is audio time; which filler is said follows from the seed that the state begins with.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, TypeAlias, assert_never

SOURCE: Final = "filler"
"""Of `assistant_said`: words that were said while an action ran, and are no part of the conversation."""


@dataclass(frozen=True, slots=True)
class FillerPolicy:
    """When fillers are said. In voice.yml under `fillers:`."""

    after_ms: int = 900
    """So long after a turn was committed, or after the last words, a filler is said if an action is running. 0: never.
    A pause of a second is where listeners begin to notice (Jefferson 1989, the standard maximum silence)."""
    every_ms: int = 6_000
    """From one filler to the next, also across turns; our own choice."""
    gap_ms: int = 120
    """Between a filler and the reply, so that they do not run into one another; our own choice."""


@dataclass(frozen=True, slots=True)
class FillerTexts:
    """What may be said (`voice.attendance.phrases`): `first` in a turn, `more` when it takes still longer."""

    first: tuple[str, ...]
    more: tuple[str, ...] = ()


# --- inputs --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tick:
    """20 ms passed. `is_sounding`: the caller makes a sound."""

    at_ms: int
    is_sounding: bool = False


@dataclass(frozen=True, slots=True)
class TurnCommitted:
    """The caller's turn is being answered."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class ActionBegan:
    """An action (or a tool, or a search) of the turn was started."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class ActionEnded:
    """It returned, or failed."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class WordsComing:
    """Words of the reply are being synthesised, or lie in the queue."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class ReplyHeard:
    """The caller hears the reply's words (True), or all that there were of them so far (False)."""

    at_ms: int
    is_heard: bool


@dataclass(frozen=True, slots=True)
class FillerSaid:
    """A filler is in the reply: until then `SayFiller` is only a wish, and one that came too late costs nothing."""

    at_ms: int
    text: str


@dataclass(frozen=True, slots=True)
class TurnOver:
    """The turn was answered, or its reply was stopped by the caller: nothing is owed any more."""

    at_ms: int


FillerInput: TypeAlias = (
    Tick | TurnCommitted | ActionBegan | ActionEnded | WordsComing | ReplyHeard | FillerSaid | TurnOver
)


# --- effects -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SayFiller:
    """Say this, at once, unless words are on their way after all, and let it leave no trace in the conversation.

    `gap_ms`: what is to lie between it and the reply's words.
    """

    text: str
    gap_ms: int


@dataclass(frozen=True, slots=True)
class FillerState:
    """`seed` is chance from outside (of the call's id, say). Times are ms of audio."""

    seed: int = 0
    is_owed: bool = False
    actions: int = 0
    is_coming: bool = False
    is_heard: bool = False
    still_since_ms: int = 0
    """Since when nothing of the turn has been heard."""
    said_in_turn: int = 0
    last_ms: int | None = None
    last_text: str = ""


Step: TypeAlias = tuple[FillerState, tuple[SayFiller, ...]]


def step(state: FillerState, given: FillerInput, policy: FillerPolicy, texts: FillerTexts) -> Step:
    """Take one input; return the new state and what is to be done."""
    match given:
        case Tick():
            return _tick(state, given, policy, texts)
        case TurnCommitted(at_ms):
            begun = replace(state, is_owed=True, actions=0, is_coming=False, is_heard=False, said_in_turn=0)
            return replace(begun, still_since_ms=at_ms), ()
        case ActionBegan():
            return replace(state, actions=state.actions + 1), ()
        case ActionEnded():
            return replace(state, actions=max(0, state.actions - 1)), ()
        case WordsComing():
            return replace(state, is_coming=True), ()
        case ReplyHeard(at_ms, is_heard):
            return replace(state, is_heard=is_heard, is_coming=False, still_since_ms=at_ms), ()
        case FillerSaid(at_ms, text):
            said = replace(state, seed=_next_seed(state.seed), last_ms=at_ms, last_text=text)
            return replace(said, said_in_turn=state.said_in_turn + 1), ()
        case TurnOver(at_ms):
            over = replace(state, is_owed=False, actions=0, is_coming=False, is_heard=False, still_since_ms=at_ms)
            return over, ()  # a filler that is heard ends by itself
        case _:
            assert_never(given)


def _tick(state: FillerState, tick: Tick, policy: FillerPolicy, texts: FillerTexts) -> Step:
    if not state.is_owed:
        return state, ()
    if tick.is_sounding:
        # Speech puts a filler off: the caller is to be answered, not talked over.
        return replace(state, still_since_ms=tick.at_ms), ()
    if not policy.after_ms or not state.actions or state.is_coming or state.is_heard:
        return state, ()
    is_soon = tick.at_ms - state.still_since_ms < policy.after_ms
    if is_soon or (state.last_ms is not None and tick.at_ms - state.last_ms < policy.every_ms):
        return state, ()
    wanted = texts.more if state.said_in_turn and texts.more else texts.first
    choices = tuple(text for text in dict.fromkeys(wanted) if text != state.last_text)
    if not choices:
        return state, ()
    return state, (SayFiller(choices[_next_seed(state.seed) % len(choices)], policy.gap_ms),)


def _next_seed(seed: int) -> int:
    """Return the next of a fixed sequence (a multiplicative generator modulo a prime, Park and Miller 1988)."""
    return (abs(seed) % 2_147_483_646 + 1) * 48_271 % 2_147_483_647
