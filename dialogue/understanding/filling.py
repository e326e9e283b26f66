"""Which slots a turn fills: typed spans of what was said, given to the slots they fit.

A number goes to a float slot whose words or unit fit, a date to a date slot, a name to the slot of a person, the
place after "from" to the departure. Where two readings are open, nothing is filled: the flow asks, which costs
the caller a sentence, where a wrong amount may cost money. Slots of kind `free` are filled by nothing but an answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from dialogue.understanding.amount_slots import SURE_FIT as SURE_FIT
from dialogue.understanding.amount_slots import fill_numbers, fill_years
from dialogue.understanding.amount_slots import number_fits as number_fits
from dialogue.understanding.code_slots import fill_codes
from dialogue.understanding.codes import CodeRun, find_code_runs
from dialogue.understanding.filled import Filled as Filled
from dialogue.understanding.filled import Open, is_named
from dialogue.understanding.lexicon import words_of
from dialogue.understanding.moment_slots import fill_moments
from dialogue.understanding.normalising import normalise_value
from dialogue.understanding.numbers import find_numbers
from dialogue.understanding.slot_kinds import MONEY, Kind, is_departure, kind_of
from dialogue.understanding.spans import (
    Span,
    find_categories,
    find_dates,
    find_emails,
    find_names,
    find_times,
)
from dialogue.understanding.taken_back import without_taken_back
from dialogue.understanding.words import STOP_WORDS, Word, label, split_words, stem
from flows.model import Slot

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


_NAME_IS = re.compile(
    r"(?:^|(?<=[\s,.;]))(?:(?:my|his|her|their|the|full|last|first|and) )*name(?:'s|’s| is|:) (?P<name>[^\W\d_].*)",
    re.IGNORECASE,
)
_NO_NAME = frozenset(
    words_of("born please thanks thank you mr mrs ms dr called spelled spelt under still right um uh er")
)
_LONGEST_NAME = 3
_WRITE = re.compile(
    r"\b(?:e-?mail|mail|send|sent|forward|write)(?: (?:it|them|that|this|me|us|one"
    r"|the \w+))?(?: over)?(?: to(?: me at)?| at)?:?\s+$",
    re.IGNORECASE,
)
LONGEST = 2000
"""Characters of a turn in which values are looked for; who says more tells a story."""
_WRITES_TO = frozenset(("email", "emails", "mail"))
"""Names of a category's value for what is written to an e-mail address."""


def fill_slots(
    text: str,
    slots: Sequence[Slot],
    descriptions: Mapping[str, str],
    *,
    taken: frozenset[str] = frozenset(),
    asked: str = "",
    now: datetime | None = None,
) -> tuple[Filled, ...]:
    """Find values for `slots` in `text`, in the order said.

    Args:
        text: the cleaned turn; what the caller took back in it is not looked at.
        slots: those that may be filled.
        descriptions: what collect steps say about slots, by name.
        taken: stems of words that name what the caller wants and are therefore nobody's name.
        asked: the slot that was asked for, which gets what fits it and others alike.
        now: the caller's local time, from which years of two figures are counted.
    """
    text = text[:LONGEST]
    meant = without_taken_back(text)
    kinds = {slot.name: kind_of(slot, descriptions.get(slot.name, "")) for slot in slots}
    open_slots = Open(slots, descriptions, kinds, asked)
    found = [*_fill_formed(meant, open_slots, now), *_fill_categories(meant, open_slots)]
    is_continued = meant != text and meant[:1] == " "
    found += _fill_names(meant, slots, descriptions, kinds, taken, is_continued=is_continued)
    kept = sorted(_without_overlaps(found), key=lambda one: one.start)
    return tuple(replace(one, value=normalise_value(kinds[one.slot], one.value)) for one in kept)


def _fill_formed(text: str, open_slots: Open, now: datetime | None) -> list[Filled]:
    """Find values that have a form of their own, and blank each out before the next kind is looked for."""
    emails = find_emails(text)
    filled = _fill_emails(text, emails, open_slots)
    written = _blank(text, emails)
    runs = [run for run in find_code_runs(written) if run.has_figures]
    uncoded = _blank(written, runs)
    years, all_years = fill_years(uncoded, open_slots, now)
    moments = fill_moments(uncoded, text, open_slots)
    dated = [*find_dates(uncoded), *find_times(uncoded)]
    apart = [year for year in all_years if not any(_meet(year, span) for span in dated)]
    codes = fill_codes(_blank(_but_codes(written, runs, dated), apart if years else ()), text, open_slots, apart)
    used_by_codes = [Span(one.start, one.end, "") for one in codes]
    used = [*used_by_codes, *(Span(one.start, one.end, "") for one in (*moments, *years))]
    years = [one for one in years if not any(_meet(one, span) for span in [*dated, *used_by_codes])]
    counted = fill_numbers(_blank(uncoded, codes), text, open_slots, [*dated, *apart, *used])
    return [*filled, *moments, *codes, *years, *counted]


def _meet(one: Filled | Span, other: Span | Filled) -> bool:
    return one.start < other.end and other.start < one.end


def _but_codes(text: str, runs: Sequence[CodeRun], dated: Sequence[Span]) -> str:
    """Blank out days and times that are said outside of codes."""
    return _blank(
        text, [span for span in dated if not any(span.start < run.end and run.start < span.end for run in runs)]
    )


def _blank(text: str, places: Sequence[Span | Filled | CodeRun]) -> str:
    """Write something that no word or number goes on over for each place, as long as it is."""
    for one in places:
        text = f"{text[: one.start]};{' ' * (one.end - one.start - 1)}{text[one.end :]}"
    return text


def _fill_emails(text: str, spans: Sequence[Span], open_slots: Open) -> list[Filled]:
    """Give an address to write to to the only slot for one, to the one named before it, or to the asked one."""
    slots = open_slots.of("email")
    if len(slots) > 1 and len(spans) == 1:
        named = [slot for slot in slots if is_named(text, spans[0].start, slot)]
        slots = tuple(slot for slot in slots if slot.name == open_slots.asked) or tuple(named)
    if len(slots) != 1 or len(spans) != 1:
        return []
    return [Filled(slots[0].name, spans[0].value, spans[0].start, spans[0].end)]


def _without_overlaps(found: Sequence[Filled]) -> list[Filled]:
    kept: list[Filled] = []
    for one in found:
        if not any(one.start < other.end and other.start < one.end for other in kept):
            kept.append(one)
    return kept


def _fill_categories(text: str, open_slots: Open) -> list[Filled]:
    filled = []
    emails = find_emails(text)
    unwritten = _blank(text, emails)
    for slot in open_slots.slots:
        if slot.type not in ("categorical", "strict_categorical"):
            continue
        about = frozenset(stem(word) for word in label(slot.name).split())
        spans = find_categories(unwritten, slot.values, about=about)
        if len({span.value for span in spans}) == 1:
            filled.append(Filled(slot.name, spans[0].value, spans[0].start, spans[0].end))
        elif not spans and emails and _WRITE.search(text[: emails[0].start]):
            filled += [Filled(slot.name, value, emails[0].start, emails[0].start) for value in _by_mail(slot)]
    return filled


def _by_mail(slot: Slot) -> list[str]:
    """The value that an address to write to stands for: who gives one wants it by e-mail."""
    values = [value for value in slot.values if label(value).replace(" ", "") in _WRITES_TO]
    return values if len(values) == 1 else []


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
        said = _said_to_be(text) or said
        if len(said) == 1:
            filled.append(Filled(persons[0].name, said[0].value, said[0].start, said[0].end))
    return filled


def _said_to_be(text: str) -> list[Span]:
    """Find what is said to be a name, however it is written: "tomorrow afternoon name is price"."""
    spans = []
    for found in _NAME_IS.finditer(text):
        words: list[Word] = []
        for word in split_words(found["name"]):
            gap = found["name"][words[-1].end : word.start] if words else " "
            if word.lower in STOP_WORDS | _NO_NAME or len(words) == _LONGEST_NAME or gap.strip(" -'’"):
                break
            words.append(word)
        if words:
            start, end = found.start("name") + words[0].start, found.start("name") + words[-1].end
            if not find_numbers(text[start:end]):
                spans.append(Span(start, end, text[start:end]))
    return spans


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
