"""Which words of a reply were heard, by how much of its sound was played: what belongs in the history. Pure.

    sentence   You have $1,200.50 left.
    marks      0   1    2         3        where each written word is spoken, in milliseconds of the reply
    played     ├───────────────┤
    heard      You have $1,200.50

A word was heard when 60 % of its sound was. Where a voice does not tell where its words are, every character is taken
to last as long as any other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

HEARD_SHARE: Final = 0.6
"""Of a word. Our own choice: most words are known before they end."""
CHARACTER_MS: Final = 63
"""Our voice's mean over ten sentences (measured: 16 characters a second); for a sentence without marks that is not
whole yet."""


@dataclass(frozen=True, slots=True)
class WordSound:
    """Where a written word of a sentence sounds, in milliseconds since the reply's first sample."""

    word: int
    begin_ms: float
    end_ms: float


@dataclass(frozen=True, slots=True)
class SentenceSound:
    """A sentence of a reply, with as much of its sound as there is.

    `text` as it is written; `words` are empty if the voice does not tell; `is_whole` once all of it was made.
    """

    text: str
    begin_ms: float
    end_ms: float
    words: tuple[WordSound, ...] = ()
    is_whole: bool = True


def heard_text(sentences: Sequence[SentenceSound], played_ms: float) -> str:
    """Return the beginning of a reply that was heard, as it is written.

    Args:
        sentences: of the reply in order, those of which any sound was made.
        played_ms: how much of the reply's sound was played, since its first sample.
    """
    heard = []
    for sentence in sentences:
        text = heard_of_sentence(sentence, played_ms)
        if text:
            heard.append(text)
        if text != sentence.text:
            break
    return " ".join(heard)


def heard_of_sentence(sentence: SentenceSound, played_ms: float) -> str:
    """Return the beginning of one sentence that was heard, as it is written."""
    if sentence.is_whole and played_ms >= sentence.end_ms > sentence.begin_ms:
        return sentence.text
    places = [found.end() for found in re.finditer(r"\S+", sentence.text)]
    sounds = _sounds(sentence, places)
    last = max((word for word, begin, end in sounds if _is_heard(begin, end, played_ms)), default=-1)
    if last < 0:
        return ""
    # What follows the last spoken word and is not spoken itself ("(r)", a picture) comes with it.
    if sentence.is_whole and last >= max(word for word, _, _ in sounds):
        return sentence.text
    return sentence.text[: places[min(last, len(places) - 1)]]


def word_end_ms(sentence: SentenceSound, played_ms: float) -> float:
    """Return where the word ends that is being spoken when so much of the reply was played.

    The end of the sentence, where the voice does not tell where its words are.
    """
    ends = sorted(word.end_ms for word in sentence.words if word.end_ms >= played_ms)
    return min([*ends, sentence.end_ms]) if sentence.words else sentence.end_ms


def _is_heard(begin_ms: float, end_ms: float, played_ms: float) -> bool:
    return played_ms > begin_ms and played_ms - begin_ms >= HEARD_SHARE * (end_ms - begin_ms)


def _sounds(sentence: SentenceSound, places: Sequence[int]) -> list[tuple[int, float, float]]:
    """Return number, beginning and end of each word that sounds; a word in two pieces is one."""
    if not sentence.words:
        return _by_characters(sentence, places)
    sounds: dict[int, tuple[float, float]] = {}
    for mark in sentence.words:
        begin_ms, _ = sounds.get(mark.word, (mark.begin_ms, 0.0))
        sounds[mark.word] = (begin_ms, mark.end_ms)
    return [(word, begin_ms, end_ms) for word, (begin_ms, end_ms) in sounds.items()]


def _by_characters(sentence: SentenceSound, places: Sequence[int]) -> list[tuple[int, float, float]]:
    if not places or sentence.end_ms <= sentence.begin_ms:
        return []
    made_ms = sentence.end_ms - sentence.begin_ms
    length = len(sentence.text)
    total_ms = made_ms if sentence.is_whole else max(made_ms, length * CHARACTER_MS)
    ends = [sentence.begin_ms + total_ms * place / length for place in places]
    begins = [sentence.begin_ms, *ends[:-1]]
    return [(word, begin, end) for word, (begin, end) in enumerate(zip(begins, ends, strict=True))]
