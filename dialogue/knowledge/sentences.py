"""Cuts text into sentences, for reading aloud: full stops of abbreviations, numbers and times end none. Pure."""

from __future__ import annotations

import re
from typing import Final

from dialogue.understanding.lexicon import words_of

_END: Final = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s)|[。！？]")
_ABBREVIATIONS: Final = frozenset(
    words_of(
        "mr mrs ms dr prof st sr jr no nr vs etc eg ie e.g i.e a.m p.m u.s u.k approx ca tel ext inc ltd co corp "
        "dept est fig min max mon tue tues wed thu thurs fri sat sun jan feb mar apr jun jul aug sep sept oct "
        "nov dec bzw z.b d.h usw inkl"
    )
)
"""Words behind whose full stop a sentence may go on, in lower case."""
_LAST_WORD: Final = re.compile(r"[\w.]+$")


def split_sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of a text in order, white space collapsed, with their punctuation."""
    flat = " ".join(text.split())
    sentences: list[str] = []
    start = 0
    for found in _END.finditer(flat):
        if _ends(flat, found):
            sentences.append(flat[start : found.end()].strip())
            start = found.end()
    sentences.append(flat[start:].strip())
    return tuple(sentence for sentence in sentences if sentence)


def _ends(text: str, found: re.Match[str]) -> bool:
    """Tell whether punctuation ends a sentence: not behind an abbreviation that goes on, nor before small letters."""
    following = text[found.end() :].lstrip()
    if found[0] != "." or not following:
        return True
    word = _LAST_WORD.search(text, max(0, found.start() - 12), found.start())
    last = word[0].lower() if word else ""
    if last in ("a.m", "p.m", "etc", "usw"):
        return following[0].isupper()
    is_initial = len(last) == 1 and last.isalpha() and text[found.start() - 1].isupper()
    return not (last in _ABBREVIATIONS or is_initial or following[0].islower())
