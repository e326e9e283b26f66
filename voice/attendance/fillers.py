"""Fillers: a few words while an action takes long ("One moment."), so that the caller knows that somebody is there.

Theory of operation. A turn that was committed owes words. When nothing of it has been audible for `after_ms`, an
action is running and no words are on their way, a filler is said; then at most one in `every_ms`, never the same twice
in a row, never while the caller makes a sound. When the reply's words come while a filler is heard, they wait until
its word is over: a filler is cut between words, and never inside one. One that is not heard yet is dropped.

    committed ──after_ms, action runs──→ SayFiller ──sounds──→ over ──every_ms──→ SayFiller …
                                             │          └ words come: YieldFiller (stop here, speak from there)
                                             └ words come, or the caller makes a sound: DropFiller

In a call the cut is made where the sound is (`voice.speech.speaker`): a filler is told to be over as soon as it is
said, and `FillerSounds` and `YieldFiller` are for a shell that plays fillers apart from replies.

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
class FillerSounds:
    """The filler's first sound was sent; `word_ends_ms` from there, where the voice tells them."""

    at_ms: int
    duration_ms: int
    word_ends_ms: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class FillerOver:
    """The filler has been heard, or will not be."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class TurnOver:
    """The turn was answered, or its reply was stopped by the caller: nothing is owed any more."""

    at_ms: int


FillerInput: TypeAlias = (
    Tick | TurnCommitted | ActionBegan | ActionEnded | WordsComing | ReplyHeard | FillerSounds | FillerOver | TurnOver
)


# --- effects -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SayFiller:
    """Say this, at once, and let it leave no trace in the conversation."""

    text: str


@dataclass(frozen=True, slots=True)
class YieldFiller:
    """The reply's words are here: end the filler `stop_ms` after its first sound, and let nothing of the reply be
    heard before `reply_from_ms` (audio time)."""

    stop_ms: int
    reply_from_ms: int


@dataclass(frozen=True, slots=True)
class DropFiller:
    """Say no more of the filler: it has not been heard yet, or the caller speaks."""


FillerEffect: TypeAlias = SayFiller | YieldFiller | DropFiller


@dataclass(frozen=True, slots=True)
class Filler:
    """The filler that is being said; `sounds_ms` is its first sound, None before."""

    sounds_ms: int | None = None
    duration_ms: int = 0
    word_ends_ms: tuple[int, ...] = ()


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
    live: Filler | None = None


Step: TypeAlias = tuple[FillerState, tuple[FillerEffect, ...]]


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
        case WordsComing(at_ms):
            return _make_way(replace(state, is_coming=True), at_ms, policy)
        case ReplyHeard(at_ms, is_heard):
            return replace(state, is_heard=is_heard, is_coming=False, still_since_ms=at_ms), ()
        case FillerSounds(at_ms, duration_ms, word_ends_ms):
            if state.live is None:
                return state, (DropFiller(),)  # it was dropped while its first sound was on the way
            return replace(state, live=Filler(at_ms, duration_ms, word_ends_ms)), ()
        case FillerOver():
            return replace(state, live=None), ()
        case TurnOver(at_ms):
            over = replace(state, is_owed=False, actions=0, is_coming=False, is_heard=False, still_since_ms=at_ms)
            # A filler that is heard ends by itself; its words promise nothing that is not true any more.
            return _drop_unheard(over)
        case _:
            assert_never(given)


def cut_ms(filler: Filler, heard_ms: int) -> int:
    """Return where a filler may stop, counted from its first sound: at the end of the word that is being heard."""
    ends = (end_ms for end_ms in filler.word_ends_ms if heard_ms <= end_ms <= filler.duration_ms)
    return next(ends, max(filler.duration_ms, 0))


def _tick(state: FillerState, tick: Tick, policy: FillerPolicy, texts: FillerTexts) -> Step:
    if not state.is_owed and state.live is None:
        return state, ()
    if tick.is_sounding:
        dropped = (DropFiller(),) if state.live is not None else ()
        # Speech puts a filler off: the caller is to be answered, not talked over.
        return replace(state, live=None, still_since_ms=tick.at_ms), dropped
    if not policy.after_ms or not state.is_owed or not state.actions:
        return state, ()
    if state.is_coming or state.is_heard or state.live is not None:
        return state, ()
    is_soon = tick.at_ms - state.still_since_ms < policy.after_ms
    if is_soon or (state.last_ms is not None and tick.at_ms - state.last_ms < policy.every_ms):
        return state, ()
    wanted = texts.more if state.said_in_turn and texts.more else texts.first
    choices = tuple(text for text in dict.fromkeys(wanted) if text != state.last_text)
    if not choices:
        return state, ()
    seed = _next_seed(state.seed)
    text = choices[seed % len(choices)]
    said = replace(state, seed=seed, live=Filler(), last_ms=tick.at_ms, last_text=text)
    return replace(said, said_in_turn=state.said_in_turn + 1), (SayFiller(text),)


def _make_way(state: FillerState, at_ms: int, policy: FillerPolicy) -> Step:
    filler = state.live
    if filler is None:
        return state, ()
    if filler.sounds_ms is None:
        return _drop_unheard(state)
    stop_ms = cut_ms(filler, at_ms - filler.sounds_ms)
    reply_from_ms = filler.sounds_ms + stop_ms + policy.gap_ms
    return replace(state, live=None), (YieldFiller(stop_ms, max(at_ms, reply_from_ms)),)


def _drop_unheard(state: FillerState) -> Step:
    if state.live is None or state.live.sounds_ms is not None:
        return state, ()
    return replace(state, live=None), (DropFiller(),)


def _next_seed(seed: int) -> int:
    """Return the next of a fixed sequence (a multiplicative generator modulo a prime, Park and Miller 1988)."""
    return (abs(seed) % 2_147_483_646 + 1) * 48_271 % 2_147_483_647
