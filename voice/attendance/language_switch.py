"""Which language the call is in: when the caller speaks another one now, asks for it, or the flow chooses it.

Theory of operation. Recognition names the language of each final transcript: in a call's first turns, while another
language is suspected and after turns that were not understood it looks at every one of the languages offered
(`is_settled`); later only where the words make little sense. One short word is no proof ("no" is English, Spanish and
Italian), so a switch needs the finals of two turns in a row, or one with four words or more and high confidence. What
completely answered the waiting question was understood, and proves nothing. Whoever asks for a language gets it. One
that the assistant does not speak is refused, in words of the call's language, once.

Pure; a call that speaks one language and is not told what else it hears never switches.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias, assert_never

from dialogue.languages import primary_language
from voice.attendance.language_request import asked_language

MOST_LANGUAGES = 40
"""As many may be listed; more is a mistake in the file."""


@dataclass(frozen=True, slots=True)
class LanguagePolicy:
    """The languages of an assistant, the first being the one that calls begin in; BCP-47, as in config.yml."""

    languages: tuple[str, ...] = ("en",)
    sure_words: int = 4
    """So many words, recognised with high confidence, are enough for a switch; our own choice."""
    sure_log_probability: float = -0.5
    """High confidence: speech measured -0.09 in the median and -1.07 at worst (reference/speech-models.md)."""
    finals: int = 2
    """The finals of so many turns in a row are enough for a switch, however short; our own choice."""
    first_turns: int = 3
    """In so many turns of a call's beginning, or after a switch, every language is looked for; our own choice."""
    missed_turns: int = 2
    """And after so many turns in a row that were not understood; our own choice."""


@dataclass(frozen=True, slots=True)
class FinalHeard:
    """A final transcript. `language` as the recogniser detected it, None where it did not.

    `turn`: any number that the transcripts of one turn share; without it this is a turn of its own.
    `is_answer_awaited`: a question waits for words.
    """

    text: str
    language: str | None
    log_probability: float
    turn: int | None = None
    is_answer_awaited: bool = True


@dataclass(frozen=True, slots=True)
class TurnTaken:
    """A turn of the caller was committed.

    `was_certain`: its words completely answered the question that waited. `was_understood`: something came of it.
    """

    was_certain: bool
    was_understood: bool


@dataclass(frozen=True, slots=True)
class LanguageChosen:
    """A flow or an action has set the slot `language`."""

    language: str


LanguageInput: TypeAlias = FinalHeard | TurnTaken | LanguageChosen


@dataclass(frozen=True, slots=True)
class SwitchLanguage:
    """Go on in this language (of `languages`): recognition, the slot `language`, how it is read; then answer the turn.

    `was_asked`: the caller has asked for it and for nothing else, so that a word of assent is the answer.
    """

    language: str
    was_asked: bool = False


@dataclass(frozen=True, slots=True)
class RefuseLanguage:
    """Say `language_refused`; `language` is what was heard or, if it `was_asked` for and for nothing else, its name."""

    language: str
    was_asked: bool = False


LanguageEffect: TypeAlias = SwitchLanguage | RefuseLanguage


@dataclass(frozen=True, slots=True)
class LanguageState:
    """`current` is empty until the call's first language is known; it is then the policy's first."""

    current: str = ""
    candidate: str = ""
    finals: int = 0
    """How many finals in a row were in the candidate."""
    refused: frozenset[str] = frozenset()
    turn: int | None = None
    """The turn whose final was counted last; a second transcript of it takes the place of the first."""
    before: tuple[str, int] = ("", 0)
    """Candidate and finals before that turn."""
    turns: int = 0
    """How many turns were taken in this language."""
    missed: int = 0
    """How many of them in a row, up to the last, were not understood."""


Step: TypeAlias = tuple[LanguageState, tuple[LanguageEffect, ...]]


def is_settled(state: LanguageState, policy: LanguagePolicy) -> bool:
    """Say whether the caller has been speaking the call's language, so that no other one is to be looked for."""
    if len(policy.languages) < 2:
        return True
    return state.turns >= policy.first_turns and state.missed < policy.missed_turns and not state.candidate


def step(state: LanguageState, given: LanguageInput, policy: LanguagePolicy) -> Step:
    """Take what happened; return the new state and what is to be done."""
    state = replace(state, current=state.current or policy.languages[0])
    match given:
        case FinalHeard():
            return _hear(state, given, policy)
        case TurnTaken(was_certain, was_understood):
            missed = 0 if was_understood else state.missed + 1
            taken = replace(state, turn=None, turns=state.turns + 1, missed=missed)
            candidate, finals = state.before if was_certain else (state.candidate, state.finals)
            return replace(taken, candidate=candidate, finals=finals), ()
        case LanguageChosen(language):
            spoken = spoken_language(language, policy.languages)
            return (state, ()) if spoken in (None, state.current) else _switch(state, str(spoken))
        case _:
            assert_never(given)


def _hear(state: LanguageState, given: FinalHeard, policy: LanguagePolicy) -> Step:
    if len(policy.languages) > 1:
        asked = asked_language(given.text, is_answer_awaited=given.is_answer_awaited)
        if asked is not None and asked != primary_language(state.current):
            return _turn_to(state, asked, policy, was_asked=True)
    words = len(given.text.split())
    if not given.language or not words:
        return state, ()
    if given.turn is None or given.turn != state.turn:
        state = replace(state, turn=given.turn, before=(state.candidate, state.finals))
    candidate, finals = state.before
    heard = primary_language(given.language)
    if heard == primary_language(state.current):
        return replace(state, candidate="", finals=0), ()
    finals = finals + 1 if heard == candidate else 1
    is_sure = words >= policy.sure_words and given.log_probability >= policy.sure_log_probability
    if not is_sure and finals < policy.finals:
        return replace(state, candidate=heard, finals=finals), ()
    return _turn_to(state, given.language, policy, was_asked=False)


def _turn_to(state: LanguageState, language: str, policy: LanguagePolicy, *, was_asked: bool) -> Step:
    """Switch to a language, or refuse it: what is heard once, what is asked for each time."""
    spoken = spoken_language(language, policy.languages)
    if spoken is not None:
        return _switch(state, spoken, was_asked=was_asked)
    heard, settled = primary_language(language), replace(state, candidate="", finals=0, before=("", 0))
    if heard in state.refused and not was_asked:
        return settled, ()
    return replace(settled, refused=state.refused | {heard}), (RefuseLanguage(language, was_asked),)


def _switch(state: LanguageState, language: str, *, was_asked: bool = False) -> Step:
    switched = LanguageState(current=language, refused=state.refused, turn=state.turn)
    return switched, (SwitchLanguage(language, was_asked),)


def spoken_language(language: str, languages: tuple[str, ...]) -> str | None:
    """Return which of `languages` serves this one: the same tag, else the same primary language, else None."""
    same = (one for one in languages if one.lower() == language.lower())
    related = (one for one in languages if primary_language(one) == primary_language(language))
    return next(same, None) or next(related, None)
