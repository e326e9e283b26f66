"""Periods: the days that "last week", "the 3rd of May" or "since Monday" mean, seen from a given day.

Only the past is meant, since what is asked for are transactions that were made. What the rules below do not
know is left to dateparser, which reads single dates in many forms.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
SMALL_NUMBERS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
    "nineteen", "twenty",
)  # fmt: skip
ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
    "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth",
    "nineteenth", "twentieth",
)  # fmt: skip
LEADING = re.compile(r"^(?:for|from|on|in|of|during|the|my|all|over|transactions|payments|within|it's|was|please)\s+")
SAME_WORDS = {
    "previous": "last",
    "past": "last",
    "current": "this",
    "(?:recently|lately|latest|last)$": "recent",
}
DAYS_IN_UNIT = {"day": 1, "week": 7, "month": 30}
LONGEST_SPAN_DAYS = 3660


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` to `last`, both included, and how to name them in a sentence."""

    first: date
    last: date
    name: str


def parse_period(text: str, today: date) -> Period | None:
    """Return the days that `text` means, or None when it names none."""
    words = _simplify(text)
    for rule in (_named, _weekday, _counted, _since, _month, _single_date):
        period = rule(words, today)
        if period is not None:
            return period if period.first <= today else None
    return None


def say_day(day: date, today: date) -> str:
    """Name a day as a person does: today, yesterday, on Monday, on the 3rd of May."""
    ago = (today - day).days
    if ago == 0:
        return "today"
    if ago == 1:
        return "yesterday"
    if 1 < ago < 7:
        return f"on {WEEKDAYS[day.weekday()].title()}"
    return f"on the {_ordinal(day.day)} of {MONTHS[day.month - 1].title()}"


def _simplify(text: str) -> str:
    words = re.sub(r"[.,!?]+", " ", text.lower()).strip()
    for number, word in enumerate(ORDINALS, start=1):
        if number < 10:
            words = re.sub(rf"\btwenty[ -]{word}\b", _ordinal(20 + number), words)
        words = re.sub(rf"\b{word}\b", _ordinal(number), words)
    words = re.sub(r"\bthirtieth\b", "30th", words)
    words = re.sub(r"\bthirty[ -]1st\b", "31st", words)
    for number, word in enumerate(SMALL_NUMBERS):
        words = re.sub(rf"\b{word}\b", str(number), words)
    words = " ".join(words.split()).removesuffix(" please")
    while LEADING.match(words):
        words = LEADING.sub("", words)
    return words


def _named(words: str, today: date) -> Period | None:
    monday = today - timedelta(days=today.weekday())
    month = today.replace(day=1)
    last_month_end = month - timedelta(days=1)
    yesterday = today - timedelta(days=1)
    named = {
        "today": Period(today, today, "today"),
        "yesterday": Period(yesterday, yesterday, "yesterday"),
        "day before yesterday": Period(
            today - timedelta(days=2), today - timedelta(days=2), say_day(today - timedelta(days=2), today)
        ),
        "this week": Period(monday, today, "this week"),
        "week": Period(monday, today, "this week"),
        "last week": Period(monday - timedelta(days=7), monday - timedelta(days=1), "last week"),
        "this month": Period(month, today, "this month"),
        "month": Period(month, today, "this month"),
        "last month": Period(last_month_end.replace(day=1), last_month_end, "last month"),
        "this year": Period(today.replace(month=1, day=1), today, "this year"),
        "recent": Period(today - timedelta(days=30), today, "in the last 30 days"),
    }
    for word, same in SAME_WORDS.items():
        words = re.sub(rf"\b{word}\b", same, words)
    return named.get(words)


def _weekday(words: str, today: date) -> Period | None:
    heard = re.fullmatch(r"(?:last |this |past )?(\w+day)", words)
    if not heard or heard[1] not in WEEKDAYS:
        return None
    ago = (today.weekday() - WEEKDAYS.index(heard[1])) % 7 or 7
    day = today - timedelta(days=ago)
    return Period(day, day, f"on {heard[1].title()}")


def _counted(words: str, today: date) -> Period | None:
    heard = re.fullmatch(r"(?:last|past|previous) (\d{1,4}) (day|week|month)s?", words)
    if not heard:
        return None
    span = min(int(heard[1]) * DAYS_IN_UNIT[heard[2]], LONGEST_SPAN_DAYS)
    return Period(today - timedelta(days=span), today, f"in the last {heard[1]} {heard[2]}s")


def _since(words: str, today: date) -> Period | None:
    if not words.startswith("since "):
        return None
    start = parse_period(words.removeprefix("since "), today)
    return start and Period(start.first, today, f"since {start.name.removeprefix('on ')}")


def _month(words: str, today: date) -> Period | None:
    heard = words.removeprefix("last ")
    if heard not in MONTHS:
        return None
    number = MONTHS.index(heard) + 1
    first = date(today.year if number <= today.month else today.year - 1, number, 1)
    after = (first + timedelta(days=31)).replace(day=1)
    return Period(first, min(after - timedelta(days=1), today), f"in {heard.title()}")


def _single_date(words: str, today: date) -> Period | None:
    import dateparser  # a tenth of a second to import: paid by the first date of an unusual form

    if not any(character.isdigit() for character in words):
        return None
    now = datetime(today.year, today.month, today.day, 12)
    wanted = {"PREFER_DATES_FROM": "past", "RELATIVE_BASE": now, "REQUIRE_PARTS": ["day", "month"]}
    found = dateparser.parse(words, languages=["en"], settings=wanted)
    if found is None:
        return None
    day = found.date()
    return Period(day, day, say_day(day, today))


def _ordinal(number: int) -> str:
    suffix = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"
