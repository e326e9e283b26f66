"""How long something takes, counted in the unit of a slot: "an hour and a half" is 90 where minutes are asked for.

A slot of the format is a number, and only its words tell of what: `court_minutes`, "for how many months?". A caller
says it in the unit that comes to mind. Minutes to weeks convert into one another, and months to years; a month is no
number of weeks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from dialogue.understanding.numbers import find_numbers, whole
from dialogue.understanding.words import label, split_words
from flows.model import Slot

_IN_MINUTES: Final[Mapping[str, int]] = {"minute": 1, "hour": 60, "day": 1440, "week": 10080, "fortnight": 20160}
_IN_MONTHS: Final[Mapping[str, int]] = {"month": 1, "year": 12}
_NAMES: Final[Mapping[str, str]] = {
    name: unit for unit in (*_IN_MINUTES, *_IN_MONTHS) for name in (unit, f"{unit}s")
} | {"min": "minute", "mins": "minute", "hr": "hour", "hrs": "hour"}
_UNIT: Final = re.compile(
    rf"\b(?P<unit>{'|'.join(sorted(_NAMES, key=len, reverse=True))})\b(?:'s)?(?P<more> and a (?:half|quarter)\b)?",
    re.IGNORECASE,
)
_WORDED: Final = re.compile(
    r"\b(?:(?P<half>half(?: of)? (?:an?|the)|half)|(?P<three>three quarters of an?)|(?P<quarter>(?:a )?quarter of an?)"
    r"|(?P<two>(?:a )?couple(?: of)?)|(?P<one>an?|(?:a|one|the) (?:whole|full|entire)))[ -]$",
    re.IGNORECASE,
)
_PARTS: Final[Mapping[str, float]] = {"half": 0.5, "three": 0.75, "quarter": 0.25, "two": 2.0, "one": 1.0}
_AND: Final = re.compile(r"^(?:\s+|,?\s+and\s+|,\s*)$")
_NOT_FROM: Final = re.compile(r"\b(?:in|within|per|every|each|after)(?: about)?\s+$", re.IGNORECASE)
_NOT_BEFORE: Final = re.compile(r"^\s+(?:ago|from now|old|before|earlier|later|away|after)\b", re.IGNORECASE)
"""What makes a moment or a price of what looks like a duration: "in two days", "a week ago", "per hour"."""
_NIGHTS: Final = frozenset({"night", "nights"})


@dataclass(frozen=True, slots=True)
class Duration:
    """A stretch of text that says how long, in minutes or, where it is counted by the calendar, in months."""

    start: int
    end: int
    amount: float
    is_calendar: bool
    unit: str


def unit_of(slot: Slot, about: str) -> str | None:
    """Tell in which unit of time a float slot counts; None where its words name none, or several."""
    if slot.type != "float":
        return None
    for words in (label(slot.name).split(), [word.lower for word in split_words(about)]):
        units = {"night" if word in _NIGHTS else _NAMES[word] for word in words if word in _NAMES or word in _NIGHTS}
        if units:
            return units.pop() if len(units) == 1 else None
    return None


def find_durations(text: str) -> tuple[Duration, ...]:
    """Find how long something is said to take, in order; "two hours and thirty minutes" is one."""
    joined: list[Duration] = []
    for one in _single(text):
        last = joined[-1] if joined else None
        if last and _goes_on(last, one, text):
            joined[-1] = Duration(last.start, one.end, last.amount + one.amount, one.is_calendar, one.unit)
        else:
            joined.append(one)
    return tuple(joined)


def _goes_on(last: Duration, one: Duration, text: str) -> bool:
    """Say whether a smaller part follows right behind a larger one."""
    is_part = last.is_calendar == one.is_calendar and one.amount < last.amount and last.unit != one.unit
    return is_part and _AND.match(text[last.end : one.start]) is not None


def in_unit(duration: Duration, unit: str) -> int | float | None:
    """Count a duration in `unit`; None where it cannot be, or where it is no whole or half number of it."""
    if unit == "night":
        if duration.unit not in ("week", "fortnight"):
            return None
        unit = "day"
    sizes = _IN_MONTHS if duration.is_calendar else _IN_MINUTES
    if unit not in sizes:
        return None
    amount = duration.amount / sizes[unit]
    halves = 2 * amount
    return whole(amount) if abs(halves - round(halves)) < 1e-9 else None


def _single(text: str) -> Iterator[Duration]:
    numbers = [number for number in find_numbers(text) if number.reading == "cardinal"]
    for found in _UNIT.finditer(text):
        unit = _NAMES[found["unit"].lower()]
        size = _IN_MONTHS.get(unit) or _IN_MINUTES[unit]
        before = text[: found.start()]
        counted = next((one for one in numbers if text[one.end : found.start()] in (" ", "-", "")), None)
        worded = _WORDED.search(before)
        if counted is not None and counted.end <= found.start():
            start, amount = counted.start, float(counted.value)
        elif worded:
            start, amount = worded.start(), _PARTS[worded.lastgroup or "one"]
        else:
            continue
        if _NOT_FROM.search(text[:start]) or _NOT_BEFORE.match(text[found.end() :]):
            continue
        more = 0.0 if not found["more"] else 0.5 if found["more"].lower().endswith("half") else 0.25
        yield Duration(start, found.end(), size * (amount + more), unit in _IN_MONTHS, unit)
