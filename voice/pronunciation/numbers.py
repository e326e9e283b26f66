"""Numbers as English words: cardinals, ordinals, years, decimals, and figures one by one.

American usage without "and" ("one hundred five"). Whole numbers beyond `LARGEST` are read figure by figure, as
people do.
"""

from __future__ import annotations

from typing import Final

LARGEST: Final = 10**15
GROUP: Final = 3
"""Figures that are said together, as telephone numbers are read out."""
SHORT: Final = 4
"""Figures that are said in one go."""
MOST_FIGURES: Final = 60
"""Nobody listens to more figures than these; the rest are left out."""

_SMALL: Final = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS: Final = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SCALES: Final = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred"))
_ORDINALS: Final = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip


def cardinal(number: int) -> str:
    """Return "one thousand two hundred five" of 1205."""
    if number < 0:
        return f"minus {cardinal(-number)}"
    if number >= LARGEST:
        return digits(str(number))
    if number < len(_SMALL):
        return _SMALL[number]
    for scale, name in _SCALES:
        if number >= scale:
            whole, rest = divmod(number, scale)
            return f"{cardinal(whole)} {name}" + (f" {cardinal(rest)}" if rest else "")
    tens, rest = divmod(number, 10)
    return _TENS[tens] + (f" {_SMALL[rest]}" if rest else "")


def ordinal(number: int) -> str:
    """Return "twenty fourth" of 24."""
    *before, last = cardinal(number).split()
    if last in _ORDINALS:
        last = _ORDINALS[last]
    elif last.endswith("y"):
        last = f"{last[:-1]}ieth"
    else:
        last = f"{last}th"
    return " ".join([*before, last])


def year(number: int) -> str:
    """Return "nineteen oh five" of 1905, "two thousand six" of 2006, "twenty twenty six" of 2026."""
    century, rest = divmod(number, 100)
    if not 1100 <= number <= 2999 or (century % 10 == 0 and rest < 10):
        return cardinal(number)
    if rest == 0:
        return f"{cardinal(century)} hundred"
    return f"{cardinal(century)} {'oh ' if rest < 10 else ''}{cardinal(rest)}"


def decimal(whole: str, fraction: str = "") -> str:
    """Return "three point one four" of 3 and 14; `whole` may have its thousands apart, and be empty."""
    figures = whole.replace(",", "") or "0"
    said = cardinal(int(figures)) if len(figures) <= SHORT * GROUP + GROUP else digits(figures)
    return f"{said} point {digits(fraction)}" if fraction else said


def digits(figures: str) -> str:
    """Return "four seven two" of 472."""
    return " ".join(_SMALL[int(figure)] for figure in figures[:MOST_FIGURES])


def grouped_digits(figures: str) -> str:
    """Return "four seven two, nine one zero, eight three" of 47291083: a short pause after each group."""
    figures = figures[:MOST_FIGURES]
    if len(figures) <= SHORT:
        return digits(figures)
    groups = [figures[place : place + GROUP] for place in range(0, len(figures), GROUP)]
    if len(groups[-1]) == 1:  # nobody says the last figure alone
        groups[-2:] = [groups[-2] + groups[-1]]
    return ", ".join(map(digits, groups))
