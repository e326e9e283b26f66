"""How values are said back to a caller: figures one by one in groups, money, dates, codes letter by letter.

    {{ slots.card_number | spoken_digits }}        8 8 3 1, 2 0 4 7
    {{ slots.voucher | spoken_code }}              A, B, 4, 4, 1
    {{ slots.voucher | spoken_code(true) }}        A as in Alpha, B as in Bravo, 4, 4, 1
    {{ slots.amount | spoken_money("dollars") }}   1,250 dollars and 50 cents
    {{ slots.travel_date | spoken_date }}          December 24th, 2026
    {{ slots.pickup_time | spoken_time }}          7:30 am
    {{ slots.email | spoken_email }}               joe dot smith at example dot com

What is read back is understood again as the same value (`understanding.normalising`), so that a caller who repeats what
was said changes nothing. A value that is not of the kind, and words in a language other than English, stay as they are.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Mapping
from datetime import date, time
from math import isfinite
from typing import Any, Final, Literal, TypeAlias

from dialogue.languages import primary_language
from dialogue.understanding.emails import SILENT
from dialogue.understanding.lexicon import words_of
from dialogue.understanding.normalising import normalise_value
from dialogue.understanding.number_words import ordinal_ending
from dialogue.understanding.numbers import find_numbers

Spoken: TypeAlias = Literal["digits", "code", "money", "number", "date", "time", "email"]
LONGEST: Final = 200
"""Characters of a value that is read out piece by piece: nobody listens to more."""
GROUP: Final = 3
SHORT: Final = 4
"""Figures that are said in one go, and that the last group may have."""
_ALPHABET: Final = words_of(
    "Alpha Bravo Charlie Delta Echo Foxtrot Golf Hotel India Juliet Kilo Lima Mike November Oscar Papa Quebec Romeo "
    "Sierra Tango Uniform Victor Whiskey Xray Yankee Zulu"
)
_MONTHS: Final = words_of("January February March April May June July August September October November December")
_CURRENCIES: Final = {
    "dollars": ("dollar", "dollars", "cent", "cents"),
    "euros": ("euro", "euros", "cent", "cents"),
    "pounds": ("pound", "pounds", "penny", "pence"),
}
_CALLED: Final = {
    "usd": "dollars", "$": "dollars", "dollar": "dollars", "eur": "euros", "€": "euros", "euro": "euros",
    "gbp": "pounds", "£": "pounds", "pound": "pounds",
}  # fmt: skip
_MARKS: Final = {".": "dot", "_": "underscore", "-": "dash", "+": "plus"}
_SAID_OTHERWISE: Final = frozenset(
    {*_MARKS.values(), *SILENT, "at", "point", "period", "hyphen", "minus", "oh", "double", "triple"}
)


def speakable(value: Any, kind: Spoken, locale: str = "en", *, currency: str = "", spells: bool = False) -> str:
    """Write a value as it is said.

    Args:
        value: of a slot; one that is not of the kind is printed as it is.
        kind: what the value is.
        locale: language of the call; other than English, only digits and codes are taken apart.
        currency: of money: dollars, euros, pounds, a code or a sign of these; none for the bare amount.
        spells: say the letters of a code with a word for each.
    """
    text = _printed(value)
    is_english = primary_language(locale) in ("en", "")
    if not text or len(text) > LONGEST or (not is_english and kind not in ("digits", "code")):
        return text
    match kind:
        case "digits":
            return _digits(text)
        case "code":
            return _code(text, spells=spells and is_english)
        case "money":
            return _money(text, currency)
        case "number":
            return _number(text)
        case "date":
            return _date(text)
        case "time":
            return _time(text)
        case "email":
            return _email(text)


def spoken_digits(value: Any, locale: str = "en") -> str:
    """Figures one by one, in groups as telephone and card numbers are read out."""
    return speakable(value, "digits", locale)


def spoken_code(value: Any, spells: bool = False, locale: str = "en") -> str:
    """Letters and figures one by one; with `spells`, letters as in the spelling alphabet."""
    return speakable(value, "code", locale, spells=spells)


def spoken_money(value: Any, currency: str = "", locale: str = "en") -> str:
    """An amount with its currency."""
    return speakable(value, "money", locale, currency=currency)


def spoken_number(value: Any, locale: str = "en") -> str:
    """A number with its thousands apart."""
    return speakable(value, "number", locale)


def spoken_date(value: Any, locale: str = "en") -> str:
    """A day, from YYYY-MM-DD."""
    return speakable(value, "date", locale)


def spoken_time(value: Any, locale: str = "en") -> str:
    """A time of day, from HH:MM."""
    return speakable(value, "time", locale)


def spoken_email(value: Any, locale: str = "en") -> str:
    """An address with its marks as words."""
    return speakable(value, "email", locale)


FILTERS: Final[Mapping[str, Callable[..., str]]] = {
    one.__name__: one
    for one in (spoken_digits, spoken_code, spoken_money, spoken_number, spoken_date, spoken_time, spoken_email)
}
"""By name, as templates of responses use them."""


def _printed(value: Any) -> str:
    if isinstance(value, float) and isfinite(value) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return "" if value is None else str(value).strip()


def _digits(text: str) -> str:
    found = re.fullmatch(r"(\+?)([\d ()./-]*\d[\d ()./-]*)", text, re.ASCII)
    if found is None:
        return text
    figures = re.sub(r"\D", "", found[2])
    groups = [figures] if len(figures) <= SHORT else _groups(figures)
    return ("plus " if found[1] else "") + ", ".join(" ".join(group) for group in groups)


def _groups(figures: str) -> list[str]:
    groups = [figures[place : place + GROUP] for place in range(0, len(figures), GROUP)]
    if len(groups[-1]) == 1:  # nobody says the last figure alone
        groups[-2:] = [groups[-2] + groups[-1]]
    return groups


def _code(text: str, *, spells: bool) -> str:
    bare = re.sub(r"[\s.]+", "", text)
    if not re.fullmatch(r"[A-Za-z\d/_-]+", bare, re.ASCII):
        return text
    if bare.isdigit():
        return _digits(bare)
    marks = {"-": "dash", "/": "slash", "_": "underscore"}
    explained = _LETTERS if spells else _LIKE_FIGURES
    said = (marks.get(char) or (_as_in(char) if char in explained else char.upper()) for char in bare)
    return ", ".join(said)


_LETTERS = frozenset(string.ascii_letters)
_LIKE_FIGURES = frozenset("oO")
"""Letters that sound like a figure are never said alone."""


def _as_in(letter: str) -> str:
    return f"{letter.upper()} as in {_ALPHABET[ord(letter.upper()) - ord('A')]}"


def _amount(text: str) -> float | None:
    try:
        amount = float(text.replace(",", ""))
    except ValueError:
        return None
    return amount if isfinite(amount) and abs(amount) < 1e15 else None


def _number(text: str) -> str:
    amount = _amount(text)
    if amount is None:
        return text
    return f"{int(amount):,}" if amount.is_integer() else f"{amount:,.6f}".rstrip("0")


def _money(text: str, currency: str) -> str:
    amount = _amount(text)
    if amount is None:
        return text
    names = _CURRENCIES.get(_CALLED.get(currency.lower(), currency.lower()))
    whole, cents = divmod(round(abs(amount) * 100), 100)
    sign = "minus " if amount < 0 and (whole or cents) else ""
    if names is None:
        return f"{sign}{whole:,}" + (f".{cents:02}" if cents else "") + (f" {currency}" if currency else "")
    one, many, cent, cents_name = names
    parts = [f"{whole:,} {one if whole == 1 else many}"] if whole or not cents else []
    parts += [f"{cents} {cent if cents == 1 else cents_name}"] if cents else []
    return sign + " and ".join(parts)


def _date(text: str) -> str:
    try:
        day = date.fromisoformat(text[:10]) if re.match(r"\d{4}-\d{2}-\d{2}(?:$|T)", text) else None
    except ValueError:
        return text
    if day is None:
        return text
    return f"{_MONTHS[day.month - 1]} {day.day}{ordinal_ending(day.day)}, {day.year}"


def _time(text: str) -> str:
    found = re.fullmatch(r"(\d{1,2}):(\d{2})(?::\d{2})?", text, re.ASCII)
    try:
        moment = time(int(found[1]), int(found[2])) if found else None
    except ValueError:
        return text
    if moment is None:
        return text
    if moment.minute == 0 and moment.hour in (0, 12):
        return "noon" if moment.hour else "midnight"
    minutes = f":{moment.minute:02}" if moment.minute else ""
    return f"{(moment.hour - 1) % 12 + 1}{minutes} {'am' if moment.hour < 12 else 'pm'}"


def _email(text: str) -> str:
    local, at, host = text.partition("@")
    if not at or not local or "@" in host or not re.fullmatch(r"[\w.+-]+", local + host, re.ASCII):
        return text
    said = f"{_email_part(local)} at {_email_part(host)}"
    if normalise_value("email", said) == text:
        return said
    # Some words would be dropped where they are heard: "yes" before an answer, "then" behind it.
    return f"{_email_part(local, spells=True)} at {_email_part(host, spells=True)}"


def _email_part(part: str, *, spells: bool = False) -> str:
    pieces = re.findall(r"[A-Za-z]+|\d|[._+-]", part)
    return " ".join(_MARKS.get(piece) or (_spelled(piece) if spells or _misheard(piece) else piece) for piece in pieces)


def _misheard(piece: str) -> bool:
    """Say whether letters would be taken for something else: "one", "dot"."""
    return piece.lower() in _SAID_OTHERWISE or (piece.isalpha() and bool(find_numbers(piece.lower())))


def _spelled(piece: str) -> str:
    return " ".join(piece)
