"""How many digits or characters an answer has, from what the author wrote: words of a description, and rejections.

Words tell it where they count: "the last four digits", "four to six digits", "two letters and six digits". Rejections
tell it whatever they are made of, since they are *asked*: strings of every length are put to them, and the lengths
that pass are the answer. So a regular expression, a comparison and whatever the format learns next are all understood
without being parsed here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from dialogue.understanding.numbers import SpokenNumber, find_numbers
from flows.conditions import Condition

LONGEST: Final = 24
"""Characters that are tried: card numbers have 19 at most (ISO/IEC 7812), IBANs are dictated in groups."""
_LONGEST_TEXT: Final = 500
"""Characters of a description that are looked at."""
_COUNTED: Final = re.compile(r"[\s-]+(?:[a-z]+[\s-]+)?(?P<what>digit|figure|letter|character)s?\b", re.IGNORECASE)
_RANGE: Final = re.compile(r"[\s-]*(?:-|–|to|through|or|and)[\s]*", re.IGNORECASE)
_AT_LEAST: Final = re.compile(r"\b(?:at least|no less than|no fewer than|minimum of|a minimum of)\s*$", re.IGNORECASE)
_AT_MOST: Final = re.compile(r"\b(?:at most|up to|no more than|maximum of|a maximum of)\s*$", re.IGNORECASE)
_DIGITS: Final = ("123456789012345678901234", "012345678901234567890123", "071234567890123456789012",
                  "4" * LONGEST, "9" * LONGEST)  # fmt: skip
_LETTERS: Final = "ABCDEFGHKLMNPQRSTUVWXYZA"
_WORDS: Final = ("something else", "Anna Smith")
_MOST_LETTERS: Final = 4
_MOST_FIGURES: Final = 12
REMEMBERED: Final = 1_024
"""Questions whose rejections have been asked: 240 strings each take 3 to 10 ms, on the event loop, and the answer to
them never changes."""


def described_lengths(texts: Iterable[str]) -> tuple[int, ...]:
    """Read from the first text that counts digits, letters or characters which counts an answer may have; else ()."""
    for text in texts:
        lengths = _described(text[:_LONGEST_TEXT])
        if lengths:
            return lengths
    return ()


def has_letters(texts: Iterable[str]) -> bool:
    """Say whether an author speaks of letters or characters in what the caller says."""
    return any(re.search(r"\b(?:letters?|characters?|alphanumeric)\b", text, re.IGNORECASE) for text in texts)


@lru_cache(maxsize=REMEMBERED)
def accepted_digits(slot: str, rejections: tuple[Condition, ...]) -> tuple[int, ...]:
    """Lengths of strings of digits that pass the rejections of a slot; () where these ask for no digits."""
    if any(_passes(slot, words, rejections) for words in _WORDS):
        return ()
    lengths = [
        length
        for length in range(1, LONGEST + 1)
        if any(_passes(slot, f"{sign}{digits[:length]}", rejections) for digits in _DIGITS for sign in ("", "+"))
    ]
    return tuple(lengths)


@lru_cache(maxsize=REMEMBERED)
def accepted_codes(slot: str, rejections: tuple[Condition, ...]) -> tuple[int, ...]:
    """Lengths of strings of letters and digits that pass; () where the rejections ask for no such strings."""
    if any(_passes(slot, words, rejections) for words in _WORDS):
        return ()
    lengths = set()
    for n_letters in range(_MOST_LETTERS + 1):
        for n_figures in range(1, _MOST_FIGURES + 1):
            letters, figures = _LETTERS[:n_letters], _DIGITS[0][:n_figures]
            forms = (
                f"{letters}{figures}",
                f"{letters}-{figures}",
                f"{figures}{letters}",
                f"{letters.lower()}{figures}",
            )
            if any(_passes(slot, form, rejections) for form in forms):
                lengths.add(n_letters + n_figures)
    return tuple(sorted(lengths))


def _passes(slot: str, value: str, rejections: Sequence[Condition]) -> bool:
    return not any(one.test({slot: value}, {"collect": slot}) for one in rejections)


def _described(text: str) -> tuple[int, ...]:
    numbers = find_numbers(text)
    counts: dict[str, tuple[int, ...]] = {}
    for place, number in enumerate(numbers):
        counted = _COUNTED.match(text, number.end)
        if counted is None or not 0 < number.value <= LONGEST:
            continue
        what = "digit" if counted["what"].lower() in ("digit", "figure") else counted["what"].lower()
        counts.setdefault(what, _lengths(text, numbers, place))
    if "character" in counts:
        return counts["character"]
    if "letter" in counts and "digit" in counts:
        return tuple(sorted({one + other for one in counts["letter"] for other in counts["digit"]}))
    return counts.get("digit", ()) or counts.get("letter", ())


def _lengths(text: str, numbers: Sequence[SpokenNumber], place: int) -> tuple[int, ...]:
    """All lengths that a count, with what stands before it, allows."""
    number = numbers[place]
    count = int(number.value)
    before = text[: number.start]
    if place and numbers[place - 1].reading == "cardinal":
        first = numbers[place - 1]
        joint = text[first.end : number.start]
        if 0 < first.value < count and _RANGE.fullmatch(joint):
            is_either = re.search(r"\bor\b|\band\b", joint, re.IGNORECASE)
            return (int(first.value), count) if is_either else tuple(range(int(first.value), count + 1))
    if _AT_LEAST.search(before):
        return tuple(range(count, LONGEST + 1))
    if _AT_MOST.search(before):
        return tuple(range(1, count + 1))
    return (count,)
