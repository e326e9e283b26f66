"""Which language the call is in: when the caller's own language says that it is another one now.

Theory of operation. Recognition names the language of each final transcript. One short word is no proof ("no" is
English, Spanish and Italian), so a switch needs two finals in a row, or one with four words or more and high
confidence. What completely answered the waiting question was understood, and proves nothing. A language that the
assistant does not speak is refused, with words in the first language of the call, once.

Pure; a call that speaks one language and is not told what else it hears never switches.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

MOST_LANGUAGES = 40
"""As many may be listed; more is a mistake in the file."""


@dataclass(frozen=True, slots=True)
class LanguagePolicy:
    """The languages of an assistant, the first being the one that calls begin in; BCP-47, as in config.yml."""

    languages: tuple[str, ...] = ("en",)
    voices: Mapping[str, str] = field(default_factory=dict)
    """By language, the voice that speaks it (`voices:` in voice.yml); the default voice where it is not named."""
    sure_words: int = 4
    """So many words, recognised with high confidence, are enough for a switch; our own choice."""
    sure_log_probability: float = -0.5
    """High confidence: speech measured -0.09 in the median and -1.07 at worst (reference/speech-models.md)."""
    finals: int = 2
    """So many finals in a row are enough for a switch, however short; our own choice."""


@dataclass(frozen=True, slots=True)
class FinalHeard:
    """A final transcript. `language` as the recogniser detected it, None where it did not.

    `was_certain`: its words completely answered the question that waited.
    """

    text: str
    language: str | None
    log_probability: float
    was_certain: bool = False


@dataclass(frozen=True, slots=True)
class SwitchLanguage:
    """Go on in this language (of `languages`): recognition, the slot `language`, the voice; then answer the turn."""

    language: str
    voice: str | None


@dataclass(frozen=True, slots=True)
class RefuseLanguage:
    """Say `language_refused` in the first language of the call; `language` is what was heard."""

    language: str


LanguageEffect: TypeAlias = SwitchLanguage | RefuseLanguage


@dataclass(frozen=True, slots=True)
class LanguageState:
    """`current` is empty until the call's first language is known; it is then the policy's first."""

    current: str = ""
    candidate: str = ""
    finals: int = 0
    """How many finals in a row were in the candidate."""
    refused: frozenset[str] = frozenset()


def step(
    state: LanguageState, given: FinalHeard, policy: LanguagePolicy
) -> tuple[LanguageState, tuple[LanguageEffect, ...]]:
    """Take a final transcript; return the new state and what is to be done."""
    current = state.current or policy.languages[0]
    state = replace(state, current=current)
    words = len(given.text.split())
    if not given.language or given.was_certain or not words:
        return state, ()
    heard = _primary(given.language)
    if heard == _primary(current):
        return replace(state, candidate="", finals=0), ()
    finals = state.finals + 1 if heard == state.candidate else 1
    is_sure = words >= policy.sure_words and given.log_probability >= policy.sure_log_probability
    if not is_sure and finals < policy.finals:
        return replace(state, candidate=heard, finals=finals), ()
    spoken = spoken_language(given.language, policy.languages)
    settled = replace(state, candidate="", finals=0)
    if spoken is not None:
        return replace(settled, current=spoken), (SwitchLanguage(spoken, voice_for(spoken, policy)),)
    if heard in state.refused:
        return settled, ()
    return replace(settled, refused=state.refused | {heard}), (RefuseLanguage(given.language),)


def spoken_language(language: str, languages: tuple[str, ...]) -> str | None:
    """Return which of `languages` serves this one: the same tag, else the same primary language, else None."""
    same = (one for one in languages if one.lower() == language.lower())
    related = (one for one in languages if _primary(one) == _primary(language))
    return next(same, None) or next(related, None)


def voice_for(language: str, policy: LanguagePolicy) -> str | None:
    """Return the voice that speaks a language; None for the default voice."""
    named = spoken_language(language, tuple(policy.voices))
    return None if named is None else policy.voices[named]


def _primary(language: str) -> str:
    return language.replace("_", "-").partition("-")[0].lower()
