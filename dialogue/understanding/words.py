"""Words of a spoken turn: cleaning what a recogniser wrote, tokens with their place, and small word lists.

Everything later in the cascade reads these tokens and cuts values out of the cleaned text by their places, so a
value keeps the caller's spelling ("O'Brien") while comparisons run on lower case. The lists are English;
another language has the encoder and its own values only.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dialogue.understanding.lexicon import words_of

_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*", re.UNICODE)
_SPACE = re.compile(r"\s+")
_CONTRACTIONS = (
    ("won't", "will not"),
    ("can't", "can not"),
    ("cannot", "can not"),
    ("n't", " not"),
    ("let's", "let us"),
)

FILLERS = frozenset(
    words_of(
        "uh um uhm er erm ugh ah eh hmm hm mm oh well so please thanks thank okay ok like alright hey hi hello "
        "basically actually just kindly then and"
    )
)
"""Words that carry no wish of their own where a turn is stripped to its content."""

STOP_WORDS = frozenset(
    words_of(
        "a an the i me my mine we our us you your it its he him his she her they them their this that these "
        "those is am are was were be been being do does did done have has had having can could will would "
        "shall should may might must to of in on at for from with by as and or but if so not no yes want need "
        "like please get make let see what how when where which who why there here some any all one ones new "
        "i'd i'm i'll i've it's that's what's there's let's don't about into out up down over again more much "
        "many user users help helps wants customer customers allow allows flow caller callers using use via "
        "information info provide provides ask asks whenever"
    )
)

QUESTION_STARTS = frozenset(
    words_of(
        "what what's whats which who who's whom whose when when's where where's why how how's is are am was "
        "were do does did can could would will shall should may have has"
    )
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word and where it stands in the cleaned text. `lower` has straight apostrophes."""

    text: str
    lower: str
    start: int
    end: int


def clean(text: str) -> str:
    """Make one line of printable text: NFKC, control and format characters out, white space collapsed."""
    normal = unicodedata.normalize("NFKC", text)
    kept = "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in normal)
    return _SPACE.sub(" ", kept).strip()


def split_words(text: str) -> tuple[Word, ...]:
    """Find the words of `text` in order; punctuation and symbols are between them."""
    return tuple(
        Word(found[0], found[0].lower().replace("’", "'"), found.start(), found.end())
        for found in _TOKEN.finditer(text)
    )


def plain(text: str) -> str:
    """Lower-case words joined by single spaces: the form in which phrases are compared."""
    return " ".join(word.lower for word in split_words(text))


def label(identifier: str) -> str:
    """Read an identifier as words: `debit_card` and `debitCard` are both "debit card"."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", identifier)
    return plain(re.sub(r"[_\-/]+", " ", spaced))


def without_fillers(words: Iterable[str]) -> list[str]:
    """Drop fillers wherever they stand."""
    return [word for word in words if word not in FILLERS]


def strip_fillers(words: Sequence[Word]) -> tuple[Word, ...]:
    """Drop fillers at both ends only: "and" between two words of a value has to stay."""
    first, last = 0, len(words)
    while first < last and words[first].lower in FILLERS:
        first += 1
    while last > first and words[last - 1].lower in FILLERS:
        last -= 1
    return tuple(words[first:last])


def stem(word: str) -> str:
    """Cut the commonest English endings, enough for "transferring" and "transfers" to meet "transfer"."""
    if word.endswith("'s"):
        word = word[:-2]
    for ending, keep in (("ies", "y"), ("ings", ""), ("ing", ""), ("ed", ""), ("es", ""), ("s", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            cut = word[: -len(ending)] + keep
            doubled = len(cut) > 3 and cut[-1] == cut[-2] and cut[-1] not in "lsaeiou"
            return (cut[:-1] if doubled else cut).removesuffix("e")
    return word.removesuffix("e") if len(word) > 3 else word


def content_stems(text: str) -> frozenset[str]:
    """Stems of the words of `text` that mean something."""
    words = (word.lower for word in split_words(text))
    return frozenset(stem(word) for word in words if word not in STOP_WORDS and word not in FILLERS)


def expand(text: str) -> str:
    """Lower-case and spell contractions out, so that "don't" and "do not" are one phrase."""
    lower = plain(text)
    for short, long in _CONTRACTIONS:
        lower = re.sub(rf"{short}\b", long, lower)
    return " ".join(lower.split())
