"""How long something takes, counted in the unit of a slot: "an hour and a half" is 90 where minutes are asked for.

A slot of the format is a number, and only its words tell of what: `court_minutes`, "for how many months?". A caller
says it in the unit that comes to mind. Minutes to weeks convert into one another, and months to years; a month is no
number of weeks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from dialogue.understanding.numbers import SpokenNumber, find_numbers, whole
from dialogue.understanding.slot_kinds import kind_of
from dialogue.understanding.spans import MOST_TURNS
from dialogue.understanding.words import STOP_WORDS, label, split_words
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
    r"|(?P<two>(?:a )?couple(?: of)?)|(?P<one>an?|all|(?:(?:a|one|the) )?(?:whole|full|entire)))[ -]$",
    re.IGNORECASE,
)
_PARTS: Final[Mapping[str, float]] = {"half": 0.5, "three": 0.75, "quarter": 0.25, "two": 2.0, "one": 1.0}
_AND: Final = re.compile(r"^(?:\s+|,?\s+and\s+|,\s*)$")
_NOT_FROM: Final = re.compile(r"\b(?:in|within|per|every|each|after)(?: about)?\s+$", re.IGNORECASE)
_NOT_BEFORE: Final = re.compile(r"^\s+(?:ago|from now|old|before|earlier|later|away|after)\b", re.IGNORECASE)
"""What makes a moment or a price of what looks like a duration: "in two days", "a week ago", "per hour"."""
_RATES: Final = frozenset({"per", "a", "an", "each", "every"})
_OFTEN: Final = re.compile(r"\b(?:once|twice|times)\s+$", re.IGNORECASE)
_RANGE_BEFORE: Final = re.compile(r"(?P<first>[\w-]+)\s+(?:or|to)\s+$", re.IGNORECASE)
_RANGE: Final = re.compile(r"^\s*(?:or|to|-|–)\s*$", re.IGNORECASE)
_REST: Final = re.compile(
    r"^(?:,? and)? (?P<rest>a quarter|a half|[a-z-]+|\d{1,2})\b(?! (?:of|people|persons))", re.IGNORECASE
)
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
    """Tell in which unit of time a float slot counts; None where its words name none, or several, and for money.

    "Sessions per week" counts sessions.
    """
    if slot.type != "float" or kind_of(slot, about) == "money":
        return None
    for words in (label(slot.name).split(), [word.lower for word in split_words(about)]):
        units = {
            "night" if word in _NIGHTS else _NAMES[word]
            for before, word in zip(["", *words], words, strict=False)
            if (word in _NAMES or word in _NIGHTS) and before not in _RATES
        }
        if units:
            return units.pop() if len(units) == 1 else None
    return None


@lru_cache(maxsize=MOST_TURNS)
def find_durations(text: str) -> tuple[Duration, ...]:
    """Find how long something is said to take, in order; "two hours and thirty minutes" is one."""
    joined: list[Duration] = []
    for one in _single(text):
        last = joined[-1] if joined else None
        if last and last.unit == one.unit and not text[last.end : one.start].strip():
            joined[-1] = one  # begun anew: "an hour an hour and a half"
        elif last and _goes_on(last, one, text):
            joined[-1] = Duration(last.start, one.end, last.amount + one.amount, one.is_calendar, one.unit)
        else:
            joined.append(one)
    ranged = {
        one
        for last, following in pairwise(joined)
        if _RANGE.match(text[last.end : following.start])
        for one in (last, following)
    }
    return tuple(one for one in joined if one not in ranged)


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
        counted = next((one for one in numbers if one.end <= len(before) and before[one.end :] in (" ", "-", "")), None)
        worded = _WORDED.search(before)
        if counted is not None:
            start, amount = counted.start, float(counted.value)
        elif worded:
            start, amount = worded.start(), _PARTS[worded.lastgroup or "one"]
        else:
            continue
        if _NOT_FROM.search(text[:start]) or _NOT_BEFORE.match(text[found.end() :]):
            continue
        is_rate = worded is not None and counted is None and _is_rate(text[:start], numbers)
        ranged = _RANGE_BEFORE.search(text[:start])
        if is_rate or (ranged and find_numbers(ranged["first"])):
            continue
        more = 0.0 if not found["more"] else 0.5 if found["more"].lower().endswith("half") else 0.25
        rest, end = _minutes_behind(text, found.end()) if unit == "hour" and not found["more"] else (0, found.end())
        yield Duration(start, end, size * (amount + more) + rest, unit in _IN_MONTHS, unit)


def _is_rate(before: str, numbers: Sequence[SpokenNumber]) -> bool:
    """Say whether "a week" behind `before` says how often or at what price: "three times", "fifty euros"."""
    counted = [before[one.end :].split() for one in numbers if one.end <= len(before)]
    rest = counted[-1] if counted else ["", ""]
    return _OFTEN.search(before) is not None or (len(rest) < 2 and not set(map(str.lower, rest)) & STOP_WORDS)


def _minutes_behind(text: str, end: int) -> tuple[int, int]:
    """Read the minutes right behind an hour, "an hour and fifteen", and where they end; 0 where there are none."""
    found = _REST.match(text[end:])
    if found is None:
        return 0, end
    if found["rest"].lower() in ("a quarter", "a half"):
        return (15 if found["rest"].lower() == "a quarter" else 30), end + found.end()
    numbers = [one for one in find_numbers(text) if one.start == end + found.start("rest")]
    if len(numbers) != 1 or numbers[0].reading != "cardinal" or not 0 < numbers[0].value < 60:
        return 0, end
    unit = numbers[0].unit.lower()
    return (int(numbers[0].value), numbers[0].end) if not unit or unit in STOP_WORDS else (0, end)
