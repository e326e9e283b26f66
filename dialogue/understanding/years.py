"""Years of the calendar as callers say them: "nineteen ninety one", "two thousand and four", "'67", "seventy nine".

A year of two figures is one of the last hundred years where the caller's time is known; without it, of this century
up to `LAST_OF_THIS_CENTURY` and of the last one after it. So "seventy nine" is 1979, whoever asks.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from dialogue.understanding.numbers import find_numbers

FIRST: Final = 1850
LAST: Final = 2150
"""Years of the calendar that callers mean."""
LAST_OF_THIS_CENTURY: Final = 27
LONGEST: Final = 60
"""Characters of a stretch that is read: a year is short."""
_UNIT: Final = "(?:one|two|three|four|five|six|seven|eight|nine)"
_TEN: Final = "(?:twenty|thirty|forty|fourty|fifty|sixty|seventy|eighty|ninety)"
_TEENS: Final = "(?:ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen)"
_LATE: Final = rf"(?:{_TEN}(?:[ -]{_UNIT})?|{_TEENS}|(?:oh|o)[ -]{_UNIT})"
SPOKEN_YEAR: Final = (
    rf"(?:(?:eighteen|nineteen)(?:[ -]hundred)?(?: and)?[ -]{_LATE}|nineteen[ -]hundred|twenty[ -]{_LATE}"
    rf"|two[ -]thousand(?:(?: and)?[ -](?:{_UNIT}|{_LATE}))?)"
)
"""A year of four figures in words, as a regular expression."""
_SAID_AFTER: Final = (
    r"(?=\s*(?:$|[,;?!)…]|\.(?!\d)|(?:and|please|is|was|it's|its|i|i'm|so|that|thanks|thank|as|my|sorry|uh|um|in|right"
    r"|or|but|if|yes|yeah|you|because|with|which|then|her|his|the|no|not|wait|at)\b))"
)
SHORT_YEAR: Final = (
    rf"(?:['’]\d{{2}}(?!\d)|(?:{_TEN}(?:[ -]{_UNIT})?|(?:oh|o)[ -]{_UNIT}|(?:0\d|1[3-9]|[2-9]\d)(?![\d:./-]))"
    rf"{_SAID_AFTER})"
)
"""A year of two figures, which only what stands before it makes one; nothing that it could count may follow."""
_WHOLE: Final = re.compile(rf"^(?:in |the year )*(?:{SPOKEN_YEAR}|['’]?\d{{2}}|\d{{4}}|{_LATE})$", re.IGNORECASE)
_HUNDREDS: Final = re.compile(rf"^(?P<century>eighteen|nineteen|twenty)[ -](?:hundred(?: and)?[ -])?(?P<rest>{_LATE})$")


def read_year(said: str, now: datetime | None = None) -> int | None:
    """Read a stretch that is one year; None where it is none.

    Args:
        said: the stretch, "nineteen eighty four", "1984", "'84", "eighty four".
        now: the caller's local time, from which years of two figures are counted.
    """
    text = said.lower().strip(" .,!?")
    if len(text) > LONGEST or not _WHOLE.match(text):
        return None
    text = re.sub(r"^(?:in |the year )+", "", text)
    if hundreds := _HUNDREDS.match(text):
        century = {"eighteen": 1800, "nineteen": 1900, "twenty": 2000}[hundreds["century"]]
        return century + _two_figures(hundreds["rest"])
    if text in ("nineteen hundred", "nineteen-hundred"):
        return 1900
    if re.match(r"two[ -]thousand", text):
        found = find_numbers(text.replace("-", " "))
        return int(found[0].value) if len(found) == 1 else None
    if text.isdigit() and len(text) == 4:
        return int(text) if FIRST <= int(text) <= LAST else None
    return full_year(_two_figures(text.lstrip("'’")), now)


def full_year(two_figures: int, now: datetime | None = None) -> int:
    """Return the year that its last two figures stand for."""
    last = now.year + 1 if now else 2000 + LAST_OF_THIS_CENTURY
    return last - (last - two_figures) % 100


def _two_figures(said: str) -> int:
    found = find_numbers(re.sub(r"^o[ -]", "oh ", said.replace("-", " ")))
    return int("".join(one.digits for one in found)) % 100 if found else 0
