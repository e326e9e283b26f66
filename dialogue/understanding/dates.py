"""Days and times of day as a calendar has them, for slots whose author asks for a format such as YYYY-MM-DD or HH:MM.

Elsewhere a slot keeps what was said. Relative days ("in three days", "on friday") are counted from `now`, the
caller's local time, which comes as an argument; without it they stay what was said. What can be read in two ways
("3/4", "half past seven") is not read, unless whoever asks can choose.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final, Literal, NamedTuple, TypeAlias

from dialogue.understanding.lexicon import words_of
from dialogue.understanding.numbers import find_numbers
from dialogue.understanding.years import full_year, read_year

LONGEST: Final = 80
"""Characters of a stretch that is read: dates are short."""
What: TypeAlias = Literal["date", "time"]
Choose: TypeAlias = Callable[[Sequence[str]], str | None]
"""Says which of several readings is meant, None where nothing tells them apart."""


class Format(NamedTuple):
    """What an author asks for: a date or a time of day, and how it is written (`strftime`)."""

    what: What
    pattern: str


_ASKED_DATE: Final = re.compile(
    r"(?<![a-z])(y{4}|d{2}|m{2})([-/. ])(m{2}|d{2})\2(y{4}|d{2}|m{2})(?![a-z])", re.IGNORECASE
)
_ASKED_TIME: Final = re.compile(
    r"(?<![a-z])hh:mm(?![a-z])|24[- ]hour|(?:such as|like|for example|e\.g\.),? ['\"]?(?:1[3-9]|2[0-3]):[0-5]\d",
    re.IGNORECASE,
)
_ASKED_ISO: Final = re.compile(r"\biso(?:[- ]?8601)?\b", re.IGNORECASE)
_PARTS_OF_DATE: Final = {"y": "%Y", "m": "%m", "d": "%d"}
_WEEKDAYS: Final = words_of("monday tuesday wednesday thursday friday saturday sunday")
_MONTH: Final = "january|february|march|april|may|june|july|august|september|october|november|december"
_ORDINALS: Final = re.compile(
    r"\b(?:(?:twenty|thirty)[- ])?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth"
    r"|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth)\b"
)
_NEAR: Final = {
    "today": 0, "tonight": 0, "tomorrow": 1, "the day after tomorrow": 2, "day after tomorrow": 2, "yesterday": -1,
    "the day before yesterday": -2, "day before yesterday": -2,
}  # fmt: skip
_PART: Final = r"(?: (?:in the )?(?:morning|afternoon|evening|night))?"
_IN_DAYS: Final = re.compile(
    r"^in (?P<n>[\w -]+?) (?P<unit>days?|weeks?)$|^(?P<ago>[\w -]+?) (?P<back>days?|weeks?) ago$"
)
_DAY_NUMBER: Final = r"\d{1,2}(?:st|nd|rd|th)?"
_ON_DAY: Final = re.compile(rf"^(?:on |this |coming |this coming )?(?P<day>{'|'.join(_WEEKDAYS)}){_PART}$")
_ISO: Final = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})$")
_NUMERIC: Final = re.compile(r"^(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})$")
_OF_MONTH: Final = re.compile(
    rf"^(?:(?:{'|'.join(_WEEKDAYS)}),? )?(?:the )?(?:(?P<a>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<b>{_MONTH})"
    rf"|(?P<c>{_MONTH}) (?:the )?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?)(?:,? (?P<year>\d{{4}}))?$"
)


_AS_SAID: Final = re.compile(
    r"\b(?:as|like|how|what) (?:it was |it is |the \w+ |they |he |she |you )?(?:said|says?)\b", re.IGNORECASE
)


def wanted_format(description: str) -> Format | None:
    """Read from what a collect step says of its slot how a date or time is to be written; None: as it was said.

    "As the caller said it or as YYYY-MM-DD" leaves the choice, and what was said is never wrong.
    """
    if _AS_SAID.search(description):
        return None
    asked = _ASKED_DATE.search(description)
    if asked and {asked[1][0].lower(), asked[3][0].lower(), asked[4][0].lower()} == set("ymd"):
        written = (_PARTS_OF_DATE[part[0].lower()] for part in (asked[1], asked[3], asked[4]))
        return Format("date", asked[2].join(written))
    if _ASKED_TIME.search(description):
        return Format("time", "%H:%M")
    if _ASKED_ISO.search(description):
        return Format("date", "%Y-%m-%d") if "date" in description.lower() else None
    return None


def written_as(
    said: str,
    wanted: Format,
    now: datetime | None = None,
    choose: Choose | None = None,
) -> str | None:
    """Write a day or time of day as wanted; None where it is not certain which one was said.

    `choose` says which of two times of day is meant, where morning and evening are both possible.
    """
    if wanted.what == "time":
        found = [one.strftime(wanted.pattern) for one in read_times(said)]
        return found[0] if len(found) == 1 else choose(found) if found and choose else None
    day = read_date(said, now)
    return f"{day:{wanted.pattern}}" if day else None


def read_date(said: str, now: datetime | None = None) -> date | None:
    """Read a stretch that is one day; relative days need `now`. None where it is none, or could be several."""
    text = _plain(said)
    if not text or len(text) > LONGEST:
        return None
    try:
        return _written_date(text, now) or (_relative(text, now.date()) if now else None) or _of_month(text, now)
    except (ValueError, OverflowError):  # the 31st of June; a million weeks from now
        return None


def read_time(said: str) -> time | None:
    """Read a stretch that is one time of day; None where morning and evening are both possible."""
    found = read_times(said)
    return found[0] if len(found) == 1 else None


def read_times(said: str) -> tuple[time, ...]:
    """Read the times of day that a stretch may be, the earlier first: two where it does not say which half of a day."""
    text = re.sub(r"\b([ap])\.?\s?m\b\.?", r"\1m", said.lower()).strip(" .,!?")
    if len(text) > LONGEST:
        return ()
    if text in ("noon", "midday", "at noon", "midnight", "at midnight"):
        return (time(0 if "midnight" in text else 12),)
    found = _CLOCK.match(_figures(re.sub(r"\bo'?\s?clock\b", "", text)))
    if found is None:
        return ()
    hour = int(found["hour"] or found["to"] or found["half_past"] or 99)
    minute = 30 if found["half_past"] else int(found["minute"] or 0)
    if found["to"] is not None:
        past = {"half": 30, "quarter": 15}.get(found["part"]) or int(re.sub(r"\D", "", found["part"]) or 99)
        is_before = found["way"] in ("to", "before", "of")
        before = (hour - 2) % 12 + 1 if 1 <= hour <= 12 else hour - 1  # a quarter to one is 12:45
        hour, minute = (before, 60 - past) if is_before else (hour, past)
    half = found["half"] or ""
    if half in ("pm", "in the afternoon", "in the evening", "at night", "tonight") and 1 <= hour < 12:
        hour += 12
    elif half in ("am", "in the morning", "at night", "tonight") and hour == 12:
        hour = 0
    is_open = not half and not (hour > 12 or hour == 0 or re.fullmatch(r"0\d:\d\d", text))
    if not (0 <= hour < 24 and 0 <= minute < 60):
        return ()
    return (time(hour % 12, minute), time(hour % 12 + 12, minute)) if is_open else (time(hour, minute),)


_CLOCK: Final = re.compile(
    r"^(?:at |around |about )?(?:(?P<part>half|quarter|a quarter|\d{1,2}(?: minutes)?) (?P<way>past|after|to|before"
    r"|of) (?P<to>\d{1,2})|half (?P<half_past>\d{1,2})|(?P<hour>\d{1,2})(?:[: ](?P<minute>\d{2}))?)\s*"
    r"(?P<half>am|pm|in the morning|in the afternoon|in the evening|at night|tonight)?$"
)


def _plain(said: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"[.,!?]+(?=\s|$)", " ", said.lower())).strip()


def _figures(text: str) -> str:
    """Write number words as figures: "seven thirty" as "7 30", "oh five" as "05"."""
    found = find_numbers(text)
    if len(found) == 1 and found[0].reading == "digits" and ":" not in text and found[0].digits.isdigit():
        one = found[0]
        digits = one.digits
        if 3 <= len(digits) <= 4 and re.search("[a-z]", text[one.start : one.end]):
            return (
                f"{text[: one.start]}{digits[:-2]} {digits[-2:]}{_unit_of(text[one.start : one.end])}{text[one.end :]}"
            )
    for one in reversed(found):
        words = text[one.start : one.end]
        if re.search("[a-z]", words) and one.reading == "cardinal":
            text = f"{text[: one.start]}{one.value}{_unit_of(words)}{text[one.end :]}"
    return re.sub(r"\s+", " ", text).strip()


def _unit_of(words: str) -> str:
    """Keep the half of the day, which the reading of a number takes for its unit."""
    half = re.search(r"\b([ap]m)$", words)
    return f" {half[1]}" if half else ""


def _written_date(text: str, now: datetime | None) -> date | None:
    if iso := _ISO.match(text):
        return date(int(iso[1]), int(iso[2]), int(iso[3]))
    if numeric := _NUMERIC.match(text):
        first, second, year = (int(part) for part in numeric.group(1, 3, 4))
        year = year if year > 99 else full_year(year, now)
        if first > 12 or first == second:
            return date(year, second, first)
        return date(year, first, second) if second > 12 else None
    return None


def _relative(text: str, today: date) -> date | None:
    if text in _NEAR:
        return today + timedelta(days=_NEAR[text])
    bare = re.sub(r" (?:in the )?(?:morning|afternoon|evening|night)$", "", text)
    if bare in _NEAR:
        return today + timedelta(days=_NEAR[bare])
    if found := _IN_DAYS.match(text):
        count = _count(found["n"] or found["ago"])
        days = 7 if (found["unit"] or found["back"]).startswith("week") else 1
        return None if count is None else today + timedelta(days=count * days * (1 if found["n"] else -1))
    if found := _ON_DAY.match(text):
        return today + timedelta(days=(_WEEKDAYS.index(found["day"]) - today.weekday() - 1) % 7 + 1)
    if text == "a week today":
        return today + timedelta(days=7)
    return None


def _count(said: str) -> int | None:
    words = {"a": 1, "an": 1, "one": 1, "a couple of": 2, "a couple": 2}
    if said in words:
        return words[said]
    found = find_numbers(said)
    whole = len(found) == 1 and (found[0].start, found[0].end) == (0, len(said)) and found[0].reading == "cardinal"
    return int(found[0].value) if whole and 0 < found[0].value < 10_000 else None


def _of_month(text: str, now: datetime | None) -> date | None:
    """Read a day of a month by dateparser; without a year it is the next such day, so it needs `now`."""
    found = _OF_MONTH.match(_with_figures(text, now))
    if found is None or (now is None and not found["year"]):
        return None
    day, month = found["a"] or found["d"], found["b"] or found["c"]
    if found["year"] or now is None:
        return date(int(found["year"]), _MONTH.split("|").index(month) + 1, int(day))
    import dateparser  # here, for it takes 0.2 s to import and few assistants ask for a format

    read = dateparser.parse(
        f"{day} {month}",
        languages=["en"],
        settings={"RELATIVE_BASE": now, "PREFER_DATES_FROM": "future", "REQUIRE_PARTS": ["day", "month"]},
    )
    if read is None or read.day != int(day):
        return None
    return now.date() if (read.day, read.month) == (now.day, now.month) else read.date()


def _with_figures(text: str, now: datetime | None) -> str:
    """Write ordinal words and spoken years as figures: "december twenty fourth nineteen eighty four"."""

    def ordinal(found: re.Match[str]) -> str:
        numbers = find_numbers(found[0])
        return f"{numbers[0].value}th" if len(numbers) == 1 else found[0]

    text = _ORDINALS.sub(ordinal, text)
    head = re.match(
        rf"^(.*?(?:{_DAY_NUMBER}(?: of)? (?:{_MONTH})|(?:{_MONTH}) (?:the )?{_DAY_NUMBER})),? (['’\da-z].+)$", text
    )
    year = read_year(head[2], now) if head else None
    return f"{head[1]} {year}" if head and year is not None else text
