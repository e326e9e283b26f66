"""Days, years and times of day.

A day that is all figures is read as month/day/year where it can be, since that is how English is written where the
default voice comes from; 24-hour times are said with morning and afternoon.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from voice.pronunciation.numbers import cardinal, ordinal, year
from voice.pronunciation.rules import Claim, Rule, said, value

_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_MONTH_OF: Final = {name[:3]: name for name in _MONTHS} | {name: name for name in _MONTHS} | {"Sept": "September"}
_MONTH: Final = rf"(?P<month>{'|'.join(sorted(_MONTH_OF, key=len, reverse=True))})(?!\w)(?:\.(?=,?\s*\d))?"
_WEEKDAYS: Final = {
    "Mon": "Monday", "Tue": "Tuesday", "Tues": "Tuesday", "Wed": "Wednesday", "Thu": "Thursday", "Thur": "Thursday",
    "Thurs": "Thursday", "Fri": "Friday", "Sat": "Saturday", "Sun": "Sunday",
}  # fmt: skip
_WEEKDAY: Final = "|".join(sorted(_WEEKDAYS, key=len, reverse=True))
_DAY: Final = r"(?P<day>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?(?![\w:])"
_YEAR: Final = r"(?P<year>(?:1[1-9]|2\d)\d{2})(?!\w|[.,]\d)"
_HALF: Final = r"(?P<half>[AaPp])\.?\s?[Mm](?:\.(?!\s*$|\s+[A-Z])|(?![\w.])|(?=\.))"
"""am, a.m., AM; the last dot stays where it also ends the sentence."""


def _iso_day(found: re.Match[str]) -> Claim | None:
    return _figures(found, found["year"], found["month"], found["day"])


def _slashed_day(found: re.Match[str]) -> Claim | None:
    first, second = int(found["first"]), int(found["second"])
    month, day = (second, first) if first > 12 else (first, second)
    written = found["year"]
    return _figures(found, written if len(written) == 4 else f"20{written}", str(month), str(day))


def _figures(found: re.Match[str], written_year: str, month: str, day: str) -> Claim | None:
    try:
        moment = date(int(written_year), int(month), int(day))
    except ValueError:
        return None
    return value(found, (0, f"{_MONTHS[moment.month - 1]} {ordinal(moment.day)}, {year(moment.year)}"))


def _day_of_month(found: re.Match[str]) -> Claim:
    """Say "December 24, 2026", "Dec 24-26", "December 2026"."""
    parts: list[tuple[str | int, str]] = [("month", _MONTH_OF[found["month"]])]
    if found["day"]:
        parts.append(("day", ordinal(int(found["day"]))))
    if found["last"]:
        parts += [("dash", "to"), ("last", ordinal(int(found["last"])))]
    if found["year"]:
        parts[-1] = (parts[-1][0], parts[-1][1] + ("," if found["day"] else ""))
        parts.append(("year", year(int(found["year"]))))
    return value(found, *parts)


def _month_of_day(found: re.Match[str]) -> Claim:
    """Say "24 December 2026", "the 24th of December"."""
    article = "" if re.search(r"\bthe\s+$", found.string[: found.start()], re.IGNORECASE) else "the "
    parts: list[tuple[str | int, str]] = [
        ("day", f"{article}{ordinal(int(found['day']))} of"),
        ("month", _MONTH_OF[found["month"]] + ("," if found["year"] else "")),
    ]
    if found["year"]:
        parts.append(("year", year(int(found["year"]))))
    return value(found, *parts)


def _time(found: re.Match[str]) -> Claim | None:
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    half = (found["half"] or "").upper()
    if hour > 24 or minute > 59 or (half and not 1 <= hour <= 12):
        return None
    if not half and (hour > 12 or found["hour"] == "00" or hour == 0):
        half = "P" if 12 <= hour < 24 else "A"
        hour = (hour - 1) % 12 + 1
    parts: list[tuple[str | int, str]] = [("hour", cardinal(hour))]
    if minute:
        parts.append(("minute", f"{'oh ' if minute < 10 else ''}{cardinal(minute)}"))
    if half:
        parts.append(("half" if found["half"] else "hour", "eigh M" if half == "A" else "P M"))
    elif not minute:
        parts.append(("hour", "o'clock"))
    return value(found, *parts)


def _weekday(found: re.Match[str]) -> Claim:
    return value(found, (0, _WEEKDAYS[found[1]]))


def _decade(found: re.Match[str]) -> Claim:
    words = year(int(found[1])) if len(found[1]) == 4 else cardinal(int(found[1]))
    return said(found, f"{words[:-1]}ies" if words.endswith("y") else f"{words}s")


RULES: Final = (
    Rule(
        re.compile(r"(?<![\w-])(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?![\w-])(?!T\d)"),
        _iso_day,
    ),
    Rule(
        re.compile(r"(?<![\w/])(?P<first>\d{1,2})/(?P<second>\d{1,2})/(?P<year>\d{4}|\d{2})(?![\w/])"),
        _slashed_day,
    ),
    Rule(
        re.compile(
            rf"\b{_MONTH}\s+{_DAY}(?:\s?(?P<dash>[-–])\s?(?P<last>[12]\d|3[01]|[2-9])(?:st|nd|rd|th)?(?!\w))?(?:,?\s+{_YEAR})?"
        ),
        _day_of_month,
    ),
    Rule(
        re.compile(
            rf"(?<![\w.,:$€£])(?P<day>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}(?:,?\s+{_YEAR})?"
        ),
        _month_of_day,
    ),
    Rule(re.compile(rf"\b{_MONTH}\s+{_YEAR}(?P<day>)(?P<last>)"), _day_of_month),
    Rule(
        re.compile(rf"(?<![\w.,:])(?P<hour>\d{{1,2}})[:.](?P<minute>\d{{2}})(?::\d{{2}})?\s?{_HALF}"),
        _time,
    ),
    Rule(re.compile(rf"(?<![\w.,:])(?P<hour>\d{{1,2}})(?P<minute>)\s?{_HALF}"), _time),
    Rule(re.compile(r"(?<![\w.,:])(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::\d{2})?(?P<half>)(?![\w:])"), _time),
    Rule(re.compile(rf"\b({_WEEKDAY})\b\.?(?=,?\s*[\d\x00\x01]|\s?[-–]\s?(?:{_WEEKDAY}|\x01))"), _weekday),
    Rule(re.compile(rf"(?<=[\x00\x01][-–])({_WEEKDAY})\b"), _weekday),
    Rule(re.compile(r"(?<![\w.,])((?:1[1-9]|20)\d0)'?s\b"), _decade),
    Rule(re.compile(r"(?:(?<=\bthe )|(?<=early )|(?<=late )|(?<=mid-)|(?<='))([2-9]0)'?s\b"), _decade),
)
