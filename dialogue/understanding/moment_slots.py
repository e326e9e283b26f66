"""Which slot a day or a time of day goes to: no "tomorrow" is somebody's birthday, no "friday" a month."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from dialogue.understanding.filled import Filled, Open, is_named, just_before
from dialogue.understanding.plausible import can_be_birth
from dialogue.understanding.slot_kinds import is_birth_date
from dialogue.understanding.spans import Span, find_dates, find_times
from dialogue.understanding.words import label
from dialogue.understanding.years import LAST_OF_THIS_CENTURY, SHORT_YEAR, SPOKEN_YEAR, read_year
from flows.model import Slot

_BORN: Final = re.compile(r"\b(?:born|birth|birthday|birthdate|dob|b-day)\b[\w' ]{0,12}$", re.IGNORECASE)
_ARTICLE: Final = re.compile(r"^the\s+", re.IGNORECASE)
_LAST_WORDS: Final = (
    re.compile(rf"\b(?:\d{{4}}|{SPOKEN_YEAR})$", re.IGNORECASE),
    re.compile(rf"(?<=\w[ ,./-]){SHORT_YEAR}$|(?<=[/.-])\d\d$", re.IGNORECASE),
)
_ISO: Final = re.compile(r"\d{4}-")
_BARE_MONTH: Final = re.compile(
    r"(?:^|\b(?:for|in|of|since|from|until|to|by|is|it's|that's) )(?P<month>may|march)\b(?=\s*$|[,.;!?]"
    r"| (?:please|by|and|if"
    r"|would|though|this|sorry)\b)",
    re.IGNORECASE,
)
_PART_OF_DAY: Final = re.compile(r"\b(?:morning|noon|afternoon|evening|night)\b", re.IGNORECASE)
_JOINT: Final = re.compile(r"^,? (?:(?:at|on|around|about) )?$", re.IGNORECASE)
_DAY: Final = re.compile(r"day|\d|weekend|tomorrow|tonight|today|th\b|st\b|nd\b|rd\b|first|second|third", re.IGNORECASE)


def fill_moments(text: str, around: str, open_slots: Open) -> list[Filled]:
    """Give dates and times to the slots that they fit.

    Args:
        text: the turn, with blanks for what is neither.
        around: the whole turn, in which words stand before the values.
        open_slots: those that may be filled.
    """
    dates = open_slots.of("date")
    births = tuple(slot for slot in dates if is_birth_date(slot, open_slots.about(slot)))
    others = tuple(slot for slot in dates if slot not in births)
    spans = find_dates(text) or _bare_months(text, dates)
    filled: list[Filled] = []
    if births:
        fitting = [span for span in spans if _is_birth(span, around, is_only=not others)]
        filled += _given([_bare(span) for span in fitting], births, around, open_slots.asked)
        spans = tuple(
            span for span in spans if span not in fitting and not _BORN.search(just_before(around, span.start))
        )
    filled += _given(_of_fitting_length(spans, others), others, around, open_slots.asked)
    times = [_without_day(span, filled) for span in find_times(text)]
    if not dates:
        times = _with_day(times, find_dates(text), text)
    return filled + _given(times, open_slots.of("time"), around, open_slots.asked)


def _bare_months(text: str, slots: Sequence[Slot]) -> tuple[Span, ...]:
    """Find "march" and "may", which are months where nothing else is a date and a month is open."""
    if not any("month" in label(slot.name).split() for slot in slots):
        return ()
    return tuple(Span(*found.span("month"), found["month"]) for found in _BARE_MONTH.finditer(text))


def _is_birth(span: Span, around: str, *, is_only: bool) -> bool:
    if not can_be_birth(span.value):
        return False
    return is_only or bool(_BORN.search(just_before(around, span.start))) or _lies_back(span.value)


def _lies_back(said: str) -> bool:
    """Say whether a date has a year that is over."""
    iso = _ISO.match(said)
    if iso:
        return int(iso[0][:4]) < 2000 + LAST_OF_THIS_CENTURY - 3
    found = next((match for pattern in _LAST_WORDS if (match := pattern.search(said))), None)
    year = read_year(found[0]) if found else None
    return year is not None and year < 2000 + LAST_OF_THIS_CENTURY - 3


def _bare(span: Span) -> Span:
    """A day of birth without "the": "the third of July 1990" is written so in no form."""
    value = _ARTICLE.sub("", span.value)
    return Span(span.end - len(value), span.end, value)


def _of_fitting_length(spans: Sequence[Span], slots: Sequence[Slot]) -> list[Span]:
    """Days for slots of days and months for slots of months, where both are said or both are open."""
    if len(spans) < 2 or len(slots) != 1:
        return list(spans)
    wants_month = "month" in label(slots[0].name).split()
    fitting = [span for span in spans if (_DAY.search(span.value) is None) == wants_month]
    return fitting or list(spans)


def _without_day(span: Span, filled: Sequence[Filled]) -> Span:
    """Cut the day from a time where it fills a slot of its own: "eight tonight"."""
    for one in filled:
        if span.start < one.start < span.end:
            value = span.value[: one.start - span.start].rstrip()
            return replace(span, end=span.start + len(value), value=value)
    return span


def _with_day(times: Sequence[Span], days: Sequence[Span], text: str) -> list[Span]:
    """Take the day with the time where no slot is open for days: "tomorrow at three", "friday morning"."""
    if not times:
        return [day for day in days if _PART_OF_DAY.search(day.value)]
    joined = []
    for time in times:
        for day in days:
            first, last = sorted((time, day), key=lambda span: span.start)
            if _JOINT.match(text[first.end : last.start]):
                time = Span(first.start, last.end, text[first.start : last.end])
                break
        joined.append(time)
    return joined


def _given(spans: Sequence[Span], slots: Sequence[Slot], around: str, asked: str) -> list[Filled]:
    """Give values to slots: by name, by being the only ones, or to the asked slot; nothing where it is open which."""
    filled: list[Filled] = []
    free = list(slots)
    rest = list(spans)
    for slot in slots:
        named = [span for span in rest if is_named(around, span.start, slot)]
        rivals = [one for one in slots if one is not slot and any(is_named(around, span.start, one) for span in named)]
        if len(named) == 1 and not rivals and len(slots) > 1:
            filled.append(_filled(slot, named[0]))
            free.remove(slot)
            rest.remove(named[0])
    if len(slots) == 1 and len({span.value.lower() for span in rest}) > 1:
        rest = [span for span in rest if is_named(around, span.start, slots[0])]
    free = [slot for slot in free if slot.name == asked] or free if len(rest) == 1 else free
    free = _of_month(free, rest)
    if len(free) == 1 and len({span.value.lower() for span in rest}) == 1:
        filled.append(_filled(free[0], rest[0]))
    return filled


def _of_month(slots: list[Slot], spans: Sequence[Span]) -> list[Slot]:
    """Keep the slot of a month for a bare month and the others for days, where several are open."""
    if len(slots) < 2 or len(spans) != 1:
        return slots
    is_month = _DAY.search(spans[0].value) is None
    return [slot for slot in slots if ("month" in label(slot.name).split()) == is_month]


def _filled(slot: Slot, span: Span) -> Filled:
    return Filled(slot.name, span.value, span.start, span.end)
