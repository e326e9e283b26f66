"""Days as callers say them and as the clinic says them. Pure: today is an argument."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
FURTHEST_DAYS = 60
"""How far ahead the clinic's calendar reaches."""
_SATURDAY = 5


def now_of(slots: dict[str, object]) -> datetime:
    """Return the present, or what a test has put in its place in the slot `mocked_datetime`."""
    mocked = slots.get("mocked_datetime")
    return datetime.fromisoformat(str(mocked)).replace(tzinfo=None) if mocked else datetime.now()


def parse_day(text: str, today: date) -> date | None:
    """Read `2025-03-04`, `tomorrow`, `next Tuesday` or `the 4th of March`; None for anything else."""
    words = re.findall(r"[a-z]+|\d{4}-\d{1,2}-\d{1,2}|\d+", text.lower())
    for word in words:
        if word.count("-") == 2:
            return _date(*(int(part) for part in word.split("-")))
        if word in ("today", "tomorrow"):
            return today + timedelta(days=int(word == "tomorrow"))
    month = next((MONTHS.index(word) + 1 for word in words if word in MONTHS), None)
    number = next((int(word) for word in words if word.isdigit()), None)
    if month is not None and number is not None:
        found = _date(today.year, month, number)
        return found if found is None or found >= today else _date(today.year + 1, month, number)
    weekday = next((WEEKDAYS.index(word) for word in words if word in WEEKDAYS), None)
    return None if weekday is None else today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def objection(day: date | None, today: date) -> str | None:
    """Return the response that refuses a day, None for a day on which the clinic can be visited."""
    if day is None:
        return "utter_day_not_understood"
    if day <= today:
        return "utter_day_too_soon"
    if day.weekday() >= _SATURDAY:
        return "utter_day_at_weekend"
    return "utter_day_too_far" if (day - today).days > FURTHEST_DAYS else None


def say_day(day: date) -> str:
    """Return `Tuesday, the 4th of March`."""
    teens = 10 < day.day < 20
    ending = "th" if teens else {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10, "th")
    return f"{WEEKDAYS[day.weekday()].title()}, the {day.day}{ending} of {MONTHS[day.month - 1].title()}"


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
