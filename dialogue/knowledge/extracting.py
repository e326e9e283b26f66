"""From a passage to what is said of it: the sentence that answers, with what it needs around it, as written. Pure.

Nothing is ever put into other words. A sentence that leans on the one before it ("It costs …") is said with that one,
an answer of one sentence with the next, and a short passage whole. Only where a line of a list or a table ends without
a full stop, one is put there.
"""

from __future__ import annotations

import re
from typing import Final

from dialogue.knowledge.passages import Answer, Found

MOST_SENTENCES: Final = 3
MOST_WORDS: Final = 40
"""About fifteen seconds of speech: what a caller listens to without having asked for more."""
_LEANING: Final = re.compile(
    r"(?:it|its|they|them|their|this|that|these|those|he|she|here|there|then|otherwise|however|also|but|and|or|so"
    r"|after that|in that case|in this case|if so|if not|for this|for that|meanwhile)\b",
    re.IGNORECASE,
)
_POINTING: Final = re.compile(r"\b(?:it|them|meanwhile)\b", re.IGNORECASE)
_ENDS: Final = tuple(".!?…。！？:")


def extracted(found: Found, *, most_words: int = MOST_WORDS) -> Answer:
    """Return what a passage answers."""
    passage = found.passage
    if passage.answer is not None:
        return Answer(passage.answer, (found,))
    first, last = _window(passage.sentences, found.sentence, most_words)
    return Answer(" ".join(_ended(sentence) for sentence in passage.sentences[first:last]), (found,))


def _window(sentences: tuple[str, ...], best: int, most_words: int) -> tuple[int, int]:
    """Return from where to where sentences are said: the best, what it leans on, and what leans on it."""
    best = min(best, len(sentences) - 1)
    first, last = best, best + 1

    def fits(start: int, end: int) -> bool:
        n_words = sum(len(sentence.split()) for sentence in sentences[start:end])
        return end - start <= MOST_SENTENCES and n_words <= most_words

    if fits(0, len(sentences)):
        return 0, len(sentences)
    if first > 0 and (_LEANING.match(sentences[first]) or _POINTING.search(sentences[first])) and fits(first - 1, last):
        first -= 1
    while last < len(sentences) and _LEANING.match(sentences[last]) and fits(first, last + 1):
        last += 1
    are_whole = all(sentence.endswith(_ENDS) for sentence in sentences[best : last + 1])  # and no rows of a table
    if last - first == 1 and last < len(sentences) and are_whole and fits(first, last + 1):
        last += 1  # what stands behind an answer belongs to it more often than not
    return first, last


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith(_ENDS) or sentence[-1:] in "\"'”’)" else f"{sentence}."
