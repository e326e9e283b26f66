"""Where the words of a text are in its speech, from the lengths of the phonemes that were spoken. Pure.

    text        of      the     west                        words, as they were given
    phonemes    ʌ v ð ə         w ɛ s t                     run together where people do
    samples     ├─ 2,304 ─┤     ├─ 7,168 ┤

As a rule there are as many groups of phonemes as words. Where the phonemiser ran words together or took one apart, the
phonemes that each word would have alone are laid beside those that were spoken.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import accumulate, pairwise
from typing import TypeAlias

Span: TypeAlias = tuple[int, int]
"""First sample of a word and the one after its last."""


@dataclass(frozen=True, slots=True)
class SpokenPhoneme:
    """One symbol of what was spoken, with its length; a space parts words, punctuation is a pause."""

    symbol: str
    samples: int


def word_spans(
    words: Sequence[str], spoken: Sequence[SpokenPhoneme], phonemes_of: Callable[[str], Sequence[str]]
) -> list[Span]:
    """Return where each word is spoken, in order and without overlaps; nothing where nothing was spoken.

    Args:
        words: of the text; one that is not spoken has an empty span.
        spoken: all symbols, silence at both ends included.
        phonemes_of: the phonemiser, for a word alone; asked only where groups and words do not match.
    """
    ends = list(accumulate(phoneme.samples for phoneme in spoken))
    sounds = [index for index, phoneme in enumerate(spoken) if _is_sound(phoneme.symbol)]
    if not words or not sounds:
        return []
    groups = _groups(spoken)
    if len(groups) == len(words):
        firsts = [group[0] for group in groups]
        lasts = [group[-1] for group in groups]
    else:
        firsts, lasts = _matched(words, [spoken[index].symbol for index in sounds], sounds, phonemes_of)
    spans: list[Span] = []
    at = 0
    for first, last in zip(firsts, lasts, strict=True):
        begin = max(at, ends[first] - spoken[first].samples) if last >= first else at
        at = max(begin, ends[last]) if last >= first else at
        spans.append((begin, at))
    return spans


def _is_sound(symbol: str) -> bool:
    return any(character.isalpha() or unicodedata.category(character) == "Mn" for character in symbol)


def _groups(spoken: Sequence[SpokenPhoneme]) -> list[list[int]]:
    """Return the places of the sounds between spaces."""
    groups: list[list[int]] = [[]]
    for index, phoneme in enumerate(spoken):
        if phoneme.symbol == " ":
            groups.append([])
        elif _is_sound(phoneme.symbol):
            groups[-1].append(index)
    return [group for group in groups if group]


def _matched(
    words: Sequence[str], spoken: Sequence[str], places: Sequence[int], phonemes_of: Callable[[str], Sequence[str]]
) -> tuple[list[int], list[int]]:
    """Return the places of each word's first and last phoneme; the last is before the first for one not spoken."""
    alone = [[symbol for symbol in phonemes_of(word) if _is_sound(symbol)] for word in words]
    expected = [symbol for symbols in alone for symbol in symbols]
    bounds = _mapped(expected, list(spoken), [0, *accumulate(map(len, alone))])
    firsts, lasts = [], []
    for begin, end in pairwise(bounds):
        first = places[min(begin, len(places) - 1)]
        firsts.append(first)
        lasts.append(places[end - 1] if end > begin else first - 1)
    return firsts, lasts


def _mapped(expected: list[str], spoken: list[str], bounds: Sequence[int]) -> list[int]:
    """Carry places in one sequence over to another: along what is the same in both, in proportion between."""
    anchors = [(0, 0)]
    for block in SequenceMatcher(None, expected, spoken, autojunk=False).get_matching_blocks():
        anchors += [(block.a, block.b), (block.a + block.size, block.b + block.size)]
    anchors.append((len(expected), len(spoken)))
    mapped = []
    for bound in bounds:
        below = max(anchor for anchor in anchors if anchor[0] <= bound)
        above = min(anchor for anchor in anchors if anchor[0] >= bound)
        width = above[0] - below[0]
        share = (bound - below[0]) / width if width else 0.0
        mapped.append(round(below[1] + share * (above[1] - below[1])))
    mapped[0], mapped[-1] = 0, len(spoken)
    return [max(mapped[: index + 1]) for index in range(len(mapped))]
