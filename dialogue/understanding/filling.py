"""Which slots a turn fills: typed spans of what was said, given to the slots they fit.

A number goes to a float slot whose words or unit fit, a date to a date slot, a name to the slot of a person, the
place after "from" to the departure. Where two readings are open, nothing is filled: the flow asks, which costs
the caller a sentence, where a wrong amount may cost money. Slots of kind `free` are filled by nothing but an answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from dialogue.understanding.corrections import last_meant
from dialogue.understanding.lexicon import words_of
from dialogue.understanding.normalising import normalise_value
from dialogue.understanding.numbers import SpokenNumber, find_numbers
from dialogue.understanding.slot_kinds import MONEY, Kind, is_departure, is_year, kind_of
from dialogue.understanding.spans import (
    Span,
    find_categories,
    find_codes,
    find_dates,
    find_emails,
    find_names,
    find_times,
)
from dialogue.understanding.words import STOP_WORDS, label, split_words, stem
from flows.commands import Json
from flows.model import Slot

SURE_FIT = 3
"""What `number_fits` gives where the unit that was said is that of the slot."""
LEAST_DIGITS = 4
"""Figures that make a code on their own; fewer may be a quantity."""
_YEARS = (1850, 2150)
"""Years of the calendar that callers mean."""
_UNITS_OF_TIME = frozenset(stem(word) for word in words_of("minute hour day night week weekend month year"))
_TO_PERSON = re.compile(
    r"\b(?:to|for|with|named|called|name is|by|pay|send|wire|give|remove|delete|add|from)\s+$", re.I
)
_FROM = re.compile(r"\b(?:from|leaving|departing|out of)\s+$", re.IGNORECASE)
_TO_PLACE = re.compile(r"\b(?:to|for|towards|into|in|at|near|visit|visiting)\s+(?:the\s+)?$", re.IGNORECASE)
_OR = re.compile(r"\bor\b", re.IGNORECASE)
_TO_THE = re.compile(
    r"\bto\s+the\s+(?P<place>[a-z]+(?: (?:station|airport|hotel|center|centre|hospital))?)(?=\s*(?:$|[,.?!]))"
)
_LOWER_NAME = re.compile(
    r"\b(?:to|named|called)\s+(?:my (?:friend|brother|sister|colleague|landlord|wife|husband|son|daughter|cousin)\s+)?"
    r"(?P<name>[a-z][a-z'’-]+)(?=\s*(?:$|[,.?!]|please\b|now\b|today\b|tomorrow\b|and\b|for\b|on\b))"
)


@dataclass(frozen=True, slots=True)
class Filled:
    """A slot, its value, and the stretch of the text that says it."""

    slot: str
    value: Json
    start: int
    end: int


def fill_slots(
    text: str, slots: Sequence[Slot], descriptions: Mapping[str, str], *, taken: frozenset[str] = frozenset()
) -> tuple[Filled, ...]:
    """Find values for `slots` in `text`, in the order said.

    Args:
        text: the cleaned turn; what the caller took back in it is not looked at.
        slots: those that may be filled.
        descriptions: what collect steps say about slots, by name.
        taken: stems of words that name what the caller wants and are therefore nobody's name.
    """
    meant = last_meant(text)
    shift = len(text) - len(meant)
    kinds = {slot.name: kind_of(slot, descriptions.get(slot.name, "")) for slot in slots}
    found = [*_fill_typed(meant, slots, kinds), *_fill_numbers(meant, slots, descriptions, kinds)]
    found += _fill_categories(meant, slots)
    found += _fill_names(meant, slots, descriptions, kinds, taken, is_continued=shift > 0)
    moved = [Filled(one.slot, one.value, one.start + shift, one.end + shift) for one in found]
    kept = sorted(_without_overlaps(moved), key=lambda one: one.start)
    return tuple(replace(one, value=normalise_value(kinds[one.slot], one.value)) for one in kept)


def _without_overlaps(found: Sequence[Filled]) -> list[Filled]:
    kept: list[Filled] = []
    for one in found:
        if not any(one.start < other.end and other.start < one.end for other in kept):
            kept.append(one)
    return kept


def _fill_numbers(
    text: str, slots: Sequence[Slot], descriptions: Mapping[str, str], kinds: Mapping[str, Kind]
) -> list[Filled]:
    dated = [*find_dates(text), *find_times(text)]
    numbers = [
        number
        for number in find_numbers(text)
        if number.reading == "cardinal"
        and number.unit not in ("time", "date")
        and not any(number.start < span.end and span.start < number.end for span in dated)
    ]
    floats = [slot for slot in slots if slot.type == "float"]
    scored = sorted(
        (
            (number_fits(number, slot, descriptions.get(slot.name, ""), kinds[slot.name]), number, slot)
            for number in numbers
            for slot in floats
        ),
        key=lambda item: -item[0],
    )
    filled: list[Filled] = []
    for score, number, slot in scored:
        if score <= 0 or any(one.slot == slot.name or one.start == number.start for one in filled):
            continue
        rivals = [(other, to) for at, other, to in scored if at == score and (other is number) != (to is slot)]
        if not any(all(one.slot != to.name and one.start != other.start for one in filled) for other, to in rivals):
            filled.append(Filled(slot.name, number.value, number.start, number.end))
    return filled


def number_fits(number: SpokenNumber, slot: Slot, description: str, kind: Kind) -> int:
    """Score how well a number fits a float slot: above 0 it may go there, and the best one does."""
    if is_year(slot, description) and not (_YEARS[0] <= number.value <= _YEARS[1] and number.unit == ""):
        return -3
    told = {stem(word) for word in (*label(slot.name).split(), *label(description).split())}
    unit = stem(number.unit) if number.unit and number.unit not in STOP_WORDS else ""
    if number.unit in ("currency", "percent"):
        return 3 if (kind == "money") == (number.unit == "currency") else -3
    if unit in _UNITS_OF_TIME:
        return 3 if unit in told else -3
    if unit and unit in told:
        return 3
    if kind == "money":
        return 1
    return 2 if unit in ("people", "person", "guest", "adult") and told & {"people", "person", "guest"} else 1


def _fill_categories(text: str, slots: Sequence[Slot]) -> list[Filled]:
    filled = []
    for slot in slots:
        if slot.type not in ("categorical", "strict_categorical"):
            continue
        spans = find_categories(text, slot.values)
        if len({span.value for span in spans}) == 1:
            filled.append(Filled(slot.name, spans[0].value, spans[0].start, spans[0].end))
    return filled


def _fill_typed(text: str, slots: Sequence[Slot], kinds: Mapping[str, Kind]) -> list[Filled]:
    finders: tuple[tuple[Kind, Callable[[str], tuple[Span, ...]]], ...] = (
        ("email", find_emails),
        ("date", find_dates),
        ("time", find_times),
    )
    filled: list[Filled] = []
    for kind, find in finders:
        named = [slot.name for slot in slots if kinds[slot.name] == kind and slot.type in ("text", "any")]
        spans = find(text)
        if len(named) == 1 and len(spans) == 1:
            filled.append(Filled(named[0], spans[0].value, spans[0].start, spans[0].end))
    codes = [slot.name for slot in slots if kinds[slot.name] == "code" and slot.type in ("text", "any")]
    if len(codes) == 1:
        spans = _find_digits(text, codes[0])
        filled += [Filled(codes[0], span.value, span.start, span.end) for span in spans if len(spans) == 1]
    return filled


def _find_digits(text: str, slot_name: str) -> tuple[Span, ...]:
    """Find strings of figures of four and more, or shorter ones behind their noun ("room 12"), else mixed codes."""
    telling = {stem(word) for word in label(slot_name).split()} - {"number", "code", "id"}
    runs = tuple(
        Span(number.start, number.end, number.digits)
        for number in find_numbers(text)
        if number.digits.isdigit()
        and (len(number.digits) >= LEAST_DIGITS or _ends_in(text[: number.start], telling))
        and number.unit not in ("currency", "date", "time")
    )
    mixed = tuple(span for span in find_codes(text) if re.search("[A-Za-z]", span.value) and len(span.value) > 2)
    return runs or tuple(span for span in mixed if not re.fullmatch(r"\d+(?:st|nd|rd|th|am|pm|k)", span.value.lower()))


def _ends_in(before: str, telling: set[str]) -> bool:
    words = [word for word in split_words(before) if word.lower not in ("number", "is", "in", "my", "the")]
    return bool(words) and stem(words[-1].lower) in telling


def _fill_names(
    text: str,
    slots: Sequence[Slot],
    descriptions: Mapping[str, str],
    kinds: Mapping[str, Kind],
    taken: frozenset[str],
    *,
    is_continued: bool,
) -> list[Filled]:
    values = {stem(word) for slot in slots for value in slot.values for word in label(value).split()}
    names = [
        span for span in find_names(text, is_continued=is_continued) if not _stems_of(span.value) & (taken | values)
    ]
    persons = [slot for slot in slots if kinds[slot.name] == "person"]
    places = [slot for slot in slots if kinds[slot.name] == "place"]
    if not names and len(places) == 1 and not is_departure(places[0], descriptions.get(places[0].name, "")):
        names = [span for span in _common_places(text) if not _stems_of(span.value) & taken]
    filled = _fill_places(text, places, descriptions, names) if places else []
    used = {one.start for one in filled}
    free = [span for span in names if span.start not in used]
    is_open = len(free) > 1 and _OR.search(text) is not None
    if len(persons) == 1 and not is_open and not (places and not filled and free):
        said = [span for span in free if _TO_PERSON.search(text[: span.start])] or free or _lower_names(text, taken)
        if len(said) == 1:
            filled.append(Filled(persons[0].name, said[0].value, said[0].start, said[0].end))
    return filled


def _stems_of(text: str) -> set[str]:
    return {stem(word.lower) for word in split_words(text)}


def _common_places(text: str) -> list[Span]:
    """Find places that have no name: "to the airport"."""
    return [Span(found.start("place"), found.end("place"), found["place"]) for found in _TO_THE.finditer(text)]


def _fill_places(
    text: str, places: Sequence[Slot], descriptions: Mapping[str, str], names: Sequence[Span]
) -> list[Filled]:
    leaving = [slot for slot in places if is_departure(slot, descriptions.get(slot.name, ""))]
    going = [slot for slot in places if slot not in leaving]
    filled = []
    for candidates, cue in ((leaving, _FROM), (going, _TO_PLACE)):
        said = [span for span in names if cue.search(text[: span.start])]
        if len(candidates) == 1 and len(said) == 1:
            filled.append(Filled(candidates[0].name, said[0].value, said[0].start, said[0].end))
    return filled


def _lower_names(text: str, taken: frozenset[str]) -> list[Span]:
    """Find names that the recogniser wrote small, "to joe": only right after a preposition and before a break."""
    return [
        Span(found.start("name"), found.end("name"), found["name"])
        for found in _LOWER_NAME.finditer(text)
        if found["name"] not in STOP_WORDS
        and stem(found["name"]) not in taken | MONEY
        and not find_numbers(found["name"])
    ]
