"""Whether a turn opens with a plain yes or no, whatever comes behind it."""

from __future__ import annotations

import re

from dialogue.understanding.lexicon import words_of
from dialogue.understanding.words import split_words, strip_fillers

_YES = frozenset(words_of("yes yeah yep yup yea sure certainly absolutely definitely correct right exactly"))
_NO = frozenset(words_of("no nope nah never"))
_NOT_A_YES = re.compile(
    r"^\W*(?:right|sure)\W+(?:now|away|thing|but|about|enough)\b|\b(?:but|except|unless|however)\b", re.IGNORECASE
)


def opens_with(text: str) -> bool | None:
    """True for an opening yes, False for a no, None for neither."""
    words = strip_fillers(split_words(text[:200]))
    if not words or _NOT_A_YES.search(text[:200]):
        return None
    first = words[0].lower
    return True if first in _YES else False if first in _NO else None
