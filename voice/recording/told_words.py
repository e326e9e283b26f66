"""How a value may be told in words: "forty-two seventeen" is 4217, and so is "four thousand two hundred …". Pure.

    words      forty  two  seventeen
    readings   40     2    17            each word, or several together, as the letters and digits that they may mean
               └─ 42 ─┘
    value      42 ──────── 17            a value stands where readings that follow one another spell it

Between the readings of one value may stand what people say between its parts: "dash", "dot", "at", "dollars and".
English only; the words of another language are found where they are letters or figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final, TypeAlias

from dialogue.understanding.number_words import (
    CENTS,
    CURRENCY,
    DIGITS,
    ORDINALS,
    REPEATS,
    SCALES,
    SMALL,
    TENS,
    ordinal_ending,
)

Readings: TypeAlias = tuple[tuple[tuple[int, str], ...], ...]
"""For each word: (the first word behind the reading, what it spells)."""
MOST_WORDS: Final = 12
"""No number of those that people are given is longer in words: "nine hundred ninety nine thousand …" has 10."""
_SCALES: Final = {word: value for word, value in SCALES.items() if value in (100, 1000, 10**6, 10**9)}
_COUNTED: Final = frozenset({*SMALL, *TENS, *ORDINALS, *_SCALES, "a", "and"})
"""The words that numbers are told with."""
_PUNCTUATION: Final = (
    "dot",
    "point",
    "dash",
    "hyphen",
    "minus",
    "slash",
    "underscore",
    "plus",
    "colon",
    "space",
    "comma",
)
_BETWEEN: Final = frozenset({*_PUNCTUATION, "and", "at", "of", "the", "then", "um", "uh", "er"}) | CURRENCY | CENTS


@lru_cache(maxsize=512)
def readings(words: tuple[str, ...]) -> Readings:
    """Return what every word of a text may mean, alone and with those behind it; words in small letters."""
    return tuple(tuple(_readings_at(words, at)) for at in range(len(words)))


def find_told(key: str, words: Sequence[str], meant: Readings) -> Iterator[tuple[int, int]]:
    """Yield (first word, last word) of each place where a value is told; `key` has its letters and digits."""
    dead: set[tuple[int, int]] = set()
    for first, begins in enumerate(meant):
        if not any(key.startswith(spells) for _, spells in begins):
            continue
        end = _spelled(key, 0, first, words, meant, dead)
        if end is not None:
            yield first, end - 1


def _spelled(
    key: str, done: int, at: int, words: Sequence[str], meant: Readings, dead: set[tuple[int, int]]
) -> int | None:
    """Return the word behind a telling of the rest of the key from this word on; `dead` are ways that lead nowhere."""
    if done == len(key):
        return at
    if at >= len(words) or (done, at) in dead:
        return None
    for behind, spells in meant[at]:
        if key.startswith(spells, done):
            end = _spelled(key, done + len(spells), behind, words, meant, dead)
            if end is not None:
                return end
    if done and words[at] in _BETWEEN:
        end = _spelled(key, done, at + 1, words, meant, dead)
        if end is not None:
            return end
    dead.add((done, at))
    return None


def _readings_at(words: Sequence[str], at: int) -> Iterator[tuple[int, str]]:
    word = words[at]
    yield at + 1, word
    if word in DIGITS:
        yield at + 1, DIGITS[word]
    if word in REPEATS and at + 1 < len(words):
        said = words[at + 1]
        digit = DIGITS.get(said, said if len(said) == 1 else "")
        if digit:
            yield at + 2, digit * REPEATS[word]
    for end in range(at + 1, min(len(words), at + MOST_WORDS) + 1):
        if words[end - 1] not in _COUNTED:
            break  # and with it every longer one is no number
        number = cardinal(words[at:end])
        if number is None:
            continue
        yield end, str(number)
        if words[end - 1] in ORDINALS:
            yield end, f"{number}{ordinal_ending(number)}"


def cardinal(words: Sequence[str]) -> int | None:
    """Return the one number that these words are, all of them, ordinal or not; None where they are none or several."""
    total = current = 0
    least = 10**12
    for place, word in enumerate(words):
        is_last = place == len(words) - 1
        value = SMALL.get(word, TENS.get(word))
        if value is None and is_last:
            value = ORDINALS.get(word)
        if value is not None:
            if not _fits(value, current, total):
                return None
            current += value
        elif word == "a" and not place and not is_last:
            current = 1
        elif word in _SCALES:
            scale = _SCALES[word]
            if scale >= least or not 0 < current < (100 if scale == 100 else 1_000):
                return None
            if scale == 100:
                current *= 100
            else:
                total, current, least = total + current * scale, 0, scale
        elif word != "and" or is_last or not (current or total) or current % 100:
            return None
    return total + current


def _fits(value: int, current: int, total: int) -> bool:
    """Say whether a small number may follow what was said: "forty" "two", but not "forty" "seventeen"."""
    if not value:
        return not current and not total
    rest = current % 100
    return not rest if value >= 10 else rest % 10 == 0 and rest != 10
