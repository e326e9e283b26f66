"""Whisper's tokens as words, each with how sure the decoder was of it. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_FRAME_MS = 20
"""Of the encoder's output: two spectrogram frames of 10 ms (Whisper paper, section 2.2)."""


@dataclass(frozen=True, slots=True)
class WordTokens:
    """A word as written, the positions of its tokens, and its confidence: the geometric mean of their probabilities."""

    text: str
    first: int
    last: int
    confidence: float


def split_words(
    ids: Sequence[int], log_probabilities: Sequence[float], decode: Callable[[list[int]], str]
) -> list[WordTokens]:
    """Group tokens into the words between the spaces of what they decode to.

    A character may take several tokens, which decode to a replacement character until the last of them is there; such
    tokens stay together. Languages that put no spaces between words come out as few long words.
    """
    groups: list[tuple[str, int, int]] = []
    begin = 0
    for position in range(len(ids)):
        piece = decode(list(ids[begin : position + 1]))
        if piece.endswith("\N{REPLACEMENT CHARACTER}") and position + 1 < len(ids):
            continue
        if groups and piece and not piece[0].isspace():
            text, first, _ = groups.pop()
            groups.append((text + piece, first, position))
        else:
            groups.append((piece, begin, position))
        begin = position + 1
    return [
        WordTokens(text.strip(), first, last, _mean_probability(log_probabilities[first : last + 1]))
        for text, first, last in groups
        if text.strip()
    ]


def spans_ms(words: Sequence[WordTokens], alignment: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return where each word begins and ends, in milliseconds of the audio.

    Args:
        words: those that were aligned.
        alignment: pairs of token and 20 ms frame of the encoder, both ascending; the token behind the last is the end.
    """
    begins: dict[int, int] = {}
    last_frame = 0
    for token, frame in alignment:
        begins.setdefault(token, frame)
        last_frame = max(last_frame, frame)
    ends = {word.last: begins.get(word.last + 1, last_frame) for word in words}
    return [(begins.get(word.first, 0) * _FRAME_MS, ends[word.last] * _FRAME_MS) for word in words]


def _mean_probability(log_probabilities: Sequence[float]) -> float:
    if not log_probabilities:
        return 0.0
    return min(1.0, math.exp(sum(log_probabilities) / len(log_probabilities)))
