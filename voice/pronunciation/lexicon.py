"""The words that an assistant wants said in a way of its own: `pronunciation:` in voice.yml.

    pronunciation:
      Vivavoce: viva votchay
      SQL: sequel

A word in capitals matches only in capitals ("US" is not "us"); any other in whatever case it is written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from voice.errors import VoiceError
from voice.pronunciation.rules import Claim, Rule, said
from voice.speech.sentences import has_words

KEY: Final = "pronunciation"
"""In voice.yml."""
MOST_ENTRIES: Final = 2000
LONGEST: Final = 200
"""Characters of a word or of what is said for it."""


class PronunciationInvalid(VoiceError):
    """voice.yml has a pronunciation that cannot be used."""

    code = "pronunciation-invalid"
    fault = "configuration"


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What is said for a word, by the word as it is written."""

    entries: tuple[tuple[str, str], ...] = ()

    @classmethod
    def from_mapping(cls, given: Any) -> Lexicon:
        """Read what stands under `pronunciation:`. Raises `PronunciationInvalid`, naming the entry."""
        if given is None:
            return cls()
        if not isinstance(given, Mapping):
            raise PronunciationInvalid(
                f"voice.yml: {KEY} must be a map from a word to what is said, such as SQL: sequel"
            )
        if len(given) > MOST_ENTRIES:
            raise PronunciationInvalid(f"voice.yml: {KEY} has {len(given)} entries; {MOST_ENTRIES} is the most")
        return cls(tuple((_word(word), _spoken(word, spoken)) for word, spoken in given.items()))

    def rules(self) -> tuple[Rule, ...]:
        """Return the rules for the words, the longest first, so that a name wins over a word of it."""
        return _rules(self.entries)


def _rules(entries: tuple[tuple[str, str], ...]) -> tuple[Rule, ...]:
    exact = {word: spoken for word, spoken in entries if word.isupper()}
    other = {word.casefold(): spoken for word, spoken in entries if not word.isupper()}
    rules = []
    for table, flags in ((exact, re.NOFLAG), (other, re.IGNORECASE)):
        if table:
            words = "|".join(re.escape(word) for word in sorted(table, key=len, reverse=True))
            rules.append(Rule(re.compile(rf"(?<!\w)(?:{words})(?!\w)", flags), _saying(table, bool(flags))))
    return tuple(rules)


def _saying(table: Mapping[str, str], folds: bool) -> Any:
    def say(found: re.Match[str]) -> Claim | None:
        spoken = table.get(found[0].casefold() if folds else found[0])
        return None if spoken is None else said(found, spoken)

    return say


def _word(word: Any) -> str:
    """Check what is written. YAML reads some words (no, on, 24) as something else unless they are quoted."""
    if not isinstance(word, str):
        raise PronunciationInvalid(f"voice.yml: {KEY}: {word!r} is not a word; put it in quotes")
    clean = " ".join(word.split())
    if not clean or not has_words(clean):
        raise PronunciationInvalid(f"voice.yml: {KEY}: {word[:60]!r} has nothing to speak")
    if len(clean) > LONGEST:
        raise PronunciationInvalid(f"voice.yml: {KEY}: {clean[:60]!r}… is longer than {LONGEST} characters")
    return clean


def _spoken(word: Any, spoken: Any) -> str:
    if not isinstance(spoken, str):
        raise PronunciationInvalid(
            f"voice.yml: {KEY}: {word}: must be words to say, not {str(spoken)[:60]!r}; put it in quotes"
        )
    clean = " ".join(spoken.split())
    if not has_words(clean):
        raise PronunciationInvalid(f"voice.yml: {KEY}: {word}: says nothing")
    if len(clean) > LONGEST:
        raise PronunciationInvalid(f"voice.yml: {KEY}: {word}: is longer than {LONGEST} characters")
    return clean
