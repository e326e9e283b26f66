"""Turns a written sentence into the words that a voice is given, and remembers which written word each comes from.

    written   You have $1,200.50 left.
    claims             ├────────┤ one thousand two hundred dollars and fifty cents
    spoken    You have one thousand two hundred dollars and fifty cents left.
    words       0   1   2     2     2     2       2     2    2     2    3

Rules go over the text one after the other, the most telling first. What a rule speaks for is closed to those after it.
In languages other than English only the lexicon is followed and marks that nobody says are left out: the voice itself
knows how numbers are said there.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from dialogue.languages import primary_language
from voice.pronunciation import addresses, amounts, codes, moments, words
from voice.pronunciation.lexicon import Lexicon
from voice.pronunciation.rules import TAKEN, TAKEN_VALUE, Claim, Rule
from voice.speech.sentences import has_words

MOST_CHARACTERS: Final = 4_000
"""Of one sentence; what lies beyond is left out. Sentences have 220 (`voice.speech.sentences`)."""
_ENGLISH: Final = (
    *addresses.RULES, *words.FIRST_RULES, *moments.RULES, *amounts.RULES, *codes.RULES, *words.LAST_RULES,
)  # fmt: skip
_CONTROL: Final = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
_QUOTES: Final = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "\u00a0": " ", "\u202f": " ", "\u2011": "-"})


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a voice is given. `words` has the number of the written word for every word of `text`."""

    text: str
    words: tuple[int, ...]


def pronounce(text: str, lexicon: Lexicon | None = None, language: str = "en") -> Spoken:
    """Return what is to be said of a written sentence.

    Args:
        text: as it is written, and as it stands in the history.
        lexicon: words that the assistant has said in its own way.
        language: of the text, such as "en" or "en-GB".
    """
    text = text[:MOST_CHARACTERS]
    is_english = primary_language(language) in ("en", "")
    prepared = _CONTROL.sub(" ", text.translate(_QUOTES))
    own = _lexicon_rules(lexicon) if lexicon is not None and lexicon.entries else ()
    claims = _claims(prepared, (*own, *(_ENGLISH if is_english else words.UNSPOKEN_RULES)))
    return _assembled(text, prepared, claims)


@lru_cache(maxsize=16)
def _lexicon_rules(lexicon: Lexicon) -> tuple[Rule, ...]:
    return lexicon.rules()


def _claims(text: str, rules: Sequence[Rule]) -> list[Claim]:
    claims: list[Claim] = []
    for rule in rules:
        found = [claim for match in rule.pattern.finditer(text) if (claim := rule.say(match)) is not None]
        for claim in found:
            mark = TAKEN_VALUE if claim.is_value else TAKEN
            text = text[: claim.start] + mark * (claim.end - claim.start) + text[claim.end :]
        claims += found
    return sorted(claims, key=lambda claim: claim.start)


class _Said:
    """What is said so far, every character with the place in the written text that it comes from."""

    def __init__(self) -> None:
        self._characters: list[str] = []
        self._origins: list[int] = []

    def add(self, text: str, offset: int, *, is_written: bool, is_apart: bool = False) -> None:
        """Add characters of the written text from `offset` on, or words said for it; words never run together."""
        before = self._characters[-1] if self._characters else " "
        if text and (is_apart or (before.isalnum() and text[0].isalnum())):
            self._characters.append(" ")
            self._origins.append(offset)
        self._characters += text
        self._origins += range(offset, offset + len(text)) if is_written else [offset] * len(text)

    def spoken(self, written: str) -> Spoken:
        """Return the words, those without anything to speak joined to the word before them."""
        starts = [match.start() for match in re.finditer(r"\S+", written)]
        tokens: list[str] = []
        numbers: list[int] = []
        for match in re.finditer(r"\S+", "".join(self._characters)):
            token = match[0]
            if has_words(token):
                tokens.append(token)
                numbers.append(max(0, bisect_right(starts, self._origin(match)) - 1))
            elif tokens:
                tokens[-1] += token
        return Spoken(" ".join(tokens), tuple(numbers))

    def _origin(self, token: re.Match[str]) -> int:
        first = next(place for place in range(token.start(), token.end()) if self._characters[place].isalnum())
        return self._origins[first]


def _assembled(written: str, text: str, claims: Sequence[Claim]) -> Spoken:
    """Put together what nobody claimed and what is said for the rest."""
    result = _Said()
    at = 0
    for claim in claims:
        result.add(text[at : claim.start], at, is_written=True)
        for place, part in enumerate(claim.parts):
            result.add(part.text, part.offset, is_written=False, is_apart=place > 0)
        at = claim.end
    result.add(text[at:], at, is_written=True)
    return result.spoken(written)
