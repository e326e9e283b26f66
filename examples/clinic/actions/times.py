"""Times of the day: what is free on a weekday, and what a caller means by `half past nine`. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

FREE_BY_WEEKDAY: tuple[tuple[str, ...], ...] = (
    ("9:00", "11:00", "14:30"),
    ("9:30", "14:30"),
    ("9:00", "10:30", "16:00"),
    ("9:00", "11:00"),
    (),
)
"""What is free from Monday to Friday before anybody in this call has booked: Friday is full."""
HOURS = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip
FIRST_HOUR = 8
"""The clinic opens at eight, so that `two` means two in the afternoon."""
_NOON = 12


def parse_time(text: str) -> str | None:
    """Read `9:30`, `half past nine`, `2 pm` or `eleven o'clock` as hours and minutes; None for anything else."""
    lowered = text.lower()
    for hour, word in enumerate(HOURS, start=1):
        lowered = re.sub(rf"\b{word}\b", str(hour), lowered)
    lowered = re.sub(r"\bthirty\b", "30", lowered)
    found = re.search(r"\b(\d{1,2})(?:[:. ](\d{2}))?\b", lowered)
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    if "half past" in lowered:
        minute = 30
    if hour < _NOON and (hour < FIRST_HOUR or "pm" in lowered or "afternoon" in lowered):
        hour += _NOON
    return f"{hour}:{minute:02}" if hour < 24 and minute < 60 else None


def free_times(weekday: int, booked: Collection[str]) -> tuple[str, ...]:
    """Return what is free on a weekday (Monday is 0) when `booked` times are gone."""
    usual = FREE_BY_WEEKDAY[weekday] if weekday < len(FREE_BY_WEEKDAY) else ()
    return tuple(time for time in usual if time not in booked)


def say_list(items: Sequence[str], word: str = "or") -> str:
    """Return `a`, `a or b`, `a, b or c`."""
    return f" {word} ".join([", ".join(items[:-1]), items[-1]]) if len(items) > 1 else "".join(items)
