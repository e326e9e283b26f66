"""Which float slot a number goes to: by its unit, by the words before it, or as the only one that is open."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from dialogue.understanding.durations import find_durations, in_unit, unit_of
from dialogue.understanding.filled import Filled, Open, is_named, just_before, stems_before, telling_stems
from dialogue.understanding.lexicon import words_of
from dialogue.understanding.numbers import SpokenNumber, find_numbers
from dialogue.understanding.slot_kinds import MONEY, Kind, is_year, stems_about
from dialogue.understanding.spans import Span
from dialogue.understanding.words import FILLERS, STOP_WORDS, label, split_words, stem
from dialogue.understanding.years import FIRST, LAST, SPOKEN_YEAR, read_year
from flows.model import Slot

MOST_NUMBERS: Final = 50
"""Numbers of a turn that are looked at; who says more is not filling slots."""
SURE_FIT: Final = 3
"""What `number_fits` gives where the unit that was said is that of the slot."""
_UNITS_OF_TIME: Final = frozenset(stem(word) for word in words_of("minute hour day night week weekend month year"))
_OCCASIONS: Final = frozenset(stem(word) for word in words_of("time times"))
_YEAR: Final = re.compile(
    rf"\b(?:{SPOKEN_YEAR}|(?<![\d/.-])(?:18|19|20)\d\d(?![\d/-]))\b|(?<!\w)['’]\d\d\b", re.IGNORECASE
)
_YEAR_CUE: Final = re.compile(r"\b(?:born|birth|year|back|since|from)\b[\w' ]{0,12}$", re.IGNORECASE)
_PLAIN_YEAR: Final = re.compile(
    r"^(?:in |it's |i was born in |born in |born )*(?P<year>[a-z' -]+|'?\d\d)$", re.IGNORECASE
)
_DIGITS: Final = words_of("zero oh one two three four five six seven eight nine")
_SPLIT_OFF: Final = re.compile(
    rf"\b(?:{'|'.join(_DIGITS)}|\d)[\s,.]+(?P<year>(?:eighteen|nineteen)[ -](?:oh[ -]\w+|\w+ty(?:[ -]\w+)?|\w+teen))"
    r"(?=\s*(?:$|[,.;!?]|(?:and|please|that's|is|so|i|it's)\b))",
    re.IGNORECASE,
)
_STREET_AFTER: Final = re.compile(
    r",?\s+(?:(?:[A-Za-z'’]+\s+){1,3}?(?i:street|road|lane|avenue|drive|boulevard|crescent|terrace|grove)\b"
    r"|(?:[A-Z][a-z'’]+\s+){1,3}?(?:St|Rd|Ave|Way|Court|Place|Square|Close|Hill|Park|Gardens|Row|Walk|Yard|Mews)\b)"
)
"""The rest of an address whose number is no quantity."""
_PERSON: Final = r"(?:me|myself|i|him|her|my [a-z]+|our [a-z]+|his [a-z]+|her [a-z]+)"
_SHARES: Final = re.compile(rf"\bone for {_PERSON}(?:(?:,| and|, and) one for {_PERSON})+", re.IGNORECASE)
_COMPANY: Final = re.compile(r"\b(?:me|myself)(?:,? (?:and )?(?P<rest>(?:my|our) .+))$", re.IGNORECASE)
_SO: Final = re.compile(
    r",?\s+so (?:that's |that is |we're |we are |that makes |that'll be )?(?P<sum>[\w-]+)(?: (?:of us"
    r"|in all|altogether))?$",
    re.IGNORECASE,
)
_ONLY_ONE: Final = re.compile(
    r"\b(?:just|only) the one(?=$|[,.;!?]| (?:please|thanks|thank you|copy|of)\b)", re.IGNORECASE
)
_ONES: Final = frozenset(
    words_of(
        "wife husband partner mother father mum mom dad son daughter brother sister friend boyfriend"
        " girlfriend colleague"
        " boss aunt uncle niece nephew cousin neighbour neighbor grandmother grandfather grandma grandpa"
        " flatmate roommate"
        " child kid baby boy girl mother-in-law father-in-law fiancee fiance client"
    )
)
_MANY: Final = frozenset(
    words_of(
        "sons daughters brothers sisters friends colleagues boys girls children kids parents cousins grandparents twins"
        " neighbours neighbors clients aunts uncles babies nieces nephews"
    )
)
_PEOPLE_OR_THINGS: Final = frozenset(
    stem(word)
    for word in words_of(
        "people person persons guest guests adult adults seat seats ticket tickets household party size"
        " count copies number"
        " many visitors passengers travellers travelers attendees drivers members players quantity children kids diners"
    )
)


def fill_years(text: str, open_slots: Open, now: datetime | None) -> tuple[list[Filled], list[Span]]:
    """Give years of the calendar to float slots that hold one; also returns all stretches that are such years."""
    slots = [slot for slot in open_slots.slots if is_year(slot, open_slots.about(slot))]
    if not slots:
        return [], []
    spans = years_in(text)
    bare = _PLAIN_YEAR.match(text.strip(" .,!?").removeprefix("uh ").removeprefix("um "))
    if not spans and bare and (value := read_year(bare["year"], now)) is not None and _is_short_year(bare["year"]):
        start = text.find(bare["year"])
        spans = [Span(start, start + len(bare["year"]), str(value))]
    if not spans:
        spans = _after_cue(text, now)
    given = [(span, read_year(span.value, now)) for span in spans]
    if len(slots) != 1 or len(given) != 1 or given[0][1] is None:
        return [], spans
    span, year = given[0]
    return [Filled(slots[0].name, year, span.start, span.end)], spans


def years_in(text: str) -> list[Span]:
    """Find years of four figures, or of two behind an apostrophe, each on its own or last among figures said singly."""
    found = [Span(*one.span("year"), one["year"]) for one in _SPLIT_OFF.finditer(text)]
    if found:
        return found
    numbers = {(number.start, number.end) for number in find_numbers(text)}
    spans = [Span(one.start(), one.end(), one[0]) for one in _YEAR.finditer(text)]
    return [
        span
        for span in spans
        if any(
            start <= span.start and span.end >= end for start, end in numbers if start < span.end and span.start < end
        )
    ]


def _is_short_year(said: str) -> bool:
    """Say whether two figures are said as years are: "sixty seven", "67"; "five" and "a hundred" are none."""
    return bool(
        re.fullmatch(r"['’]?\d\d|\w+ty(?:[ -]\w+)?|oh[ -]\w+|\w+teen [\w -]+|twenty [\w -]+", said.strip(), re.I)
    )


def _after_cue(text: str, now: datetime | None) -> list[Span]:
    """Find a year of two figures behind "born in" or "the year"."""
    numbers = [
        number
        for number in find_numbers(text)
        if number.reading == "cardinal"
        and 10 <= number.value < 100
        and _YEAR_CUE.search(just_before(text, number.start))
    ]
    return [Span(one.start, one.end, str(read_year(one.digits, now) or "")) for one in numbers if len(numbers) == 1]


def fill_numbers(text: str, around: str, open_slots: Open, taken: Sequence[Span]) -> list[Filled]:
    """Give numbers to float slots, the best fit first; what fits two as well is given to none.

    Args:
        text: the turn, with blanks for codes and addresses to write to.
        around: the whole turn, in which words stand before the numbers.
        open_slots: those that may be filled.
        taken: stretches that are dates, times and years.
    """
    floats = [slot for slot in open_slots.slots if slot.type == "float" and not is_year(slot, open_slots.about(slot))]
    summed = _sums(text, floats, open_slots)
    if summed:
        return summed
    lasting = _fill_durations(text, floats, open_slots, taken)
    taken = [*taken, *(Span(one.start, one.end, "") for one in lasting)]
    floats = [slot for slot in floats if all(slot.name != one.slot for one in lasting)]
    numbers = [
        number
        for number in find_numbers(text)[:MOST_NUMBERS]
        if number.reading == "cardinal"
        and number.unit not in ("time", "date")
        and not any(number.start < span.end and span.start < number.end for span in taken)
        and not _is_someone_elses(number, around, open_slots)
        and not _is_thing(number, around)
        and not _STREET_AFTER.match(around, number.end)
    ]
    scored = sorted(
        ((_fit(number, slot, around, open_slots), number, slot) for number in numbers for slot in floats),
        key=lambda item: -item[0],
    )
    filled: list[Filled] = list(lasting)
    for score, number, slot in scored:
        if score <= 0 or any(one.slot == slot.name or one.start == number.start for one in filled):
            continue
        rivals = [(other, to) for at, other, to in scored if at == score and (other is number) != (to is slot)]
        if not any(all(one.slot != to.name and one.start != other.start for one in filled) for other, to in rivals):
            filled.append(Filled(slot.name, number.value, number.start, number.end))
    return filled


def _fill_durations(text: str, floats: Sequence[Slot], open_slots: Open, taken: Sequence[Span]) -> list[Filled]:
    """Give what is said to last so long to the only slot that counts time, or to the asked one, in its unit."""
    units = {slot.name: unit for slot in floats if (unit := unit_of(slot, open_slots.about(slot)))}
    said = find_durations(text) if units else ()
    filled: list[Filled] = []
    for one in said:
        if any(one.start < at.end and at.start < one.end for at in taken):
            continue
        fitting = {name: value for name, unit in units.items() if (value := in_unit(one, unit)) is not None}
        same = [name for name in fitting if units[name] == one.unit]
        names = list(fitting) if len(fitting) == 1 else [open_slots.asked] if open_slots.asked in fitting else same
        if len(names) == 1 and all(names[0] != other.slot for other in filled):
            filled.append(Filled(names[0], fitting[names[0]], one.start, one.end))
    return filled


def _fit(number: SpokenNumber, slot: Slot, around: str, open_slots: Open) -> int:
    score = number_fits(number, slot, open_slots.about(slot), open_slots.kinds[slot.name])
    has_unit = bool(number.unit) and stem(number.unit) in {stem(word) for word in label(slot.name).split()}
    return score + int(is_named(around, number.start, slot)) + int(has_unit) if score > 0 else score


def number_fits(number: SpokenNumber, slot: Slot, description: str, kind: Kind) -> int:
    """Score how well a number fits a float slot: above 0 it may go there, and the best one does."""
    if is_year(slot, description) and not (FIRST <= number.value <= LAST and number.unit == ""):
        return -3
    told = stems_about(slot, description)
    unit = stem(number.unit) if number.unit and number.unit not in STOP_WORDS else ""
    if number.unit in ("currency", "percent"):
        wanted = kind == "money" if number.unit == "currency" else stem("percent") in told
        return 3 if wanted else -3
    if unit in _UNITS_OF_TIME:
        return 3 if unit in told else -3
    if unit in _OCCASIONS - told or (unit and number.value == 1 and unit_of(slot, "")):
        return -3  # "three times a week", and no minute in "one court"
    if unit and unit in told:
        return 3
    if kind == "money":
        return 1
    return 2 if unit in ("people", "person", "guest", "adult") and told & {"people", "person", "guest"} else 1


def _is_someone_elses(number: SpokenNumber, around: str, open_slots: Open) -> bool:
    """Say whether the word right before a number names a slot that holds no quantity: "my member number is 99"."""
    before = set(stems_before(around, number.start)[:1])
    own = {stem(word) for word in label_words(open_slots, "float")}
    codes = {one for slot in open_slots.of("code") for one in telling_stems(slot)}
    if re.search(r"\bnumber(?: is|'s)?\s+$", just_before(around, number.start), re.IGNORECASE) and not before & own:
        return bool(open_slots.of("code"))
    return bool(before & (codes - own))


def label_words(open_slots: Open, slot_type: str) -> list[str]:
    """Words of the names of the open slots of a type."""
    return [word for slot in open_slots.slots if slot.type == slot_type for word in label(slot.name).split()]


def _is_thing(number: SpokenNumber, around: str) -> bool:
    """Say whether "one" stands for what is spoken of: "just book me one"."""
    if around[number.start : number.end].lower() != "one" or number.unit not in STOP_WORDS | FILLERS | {""}:
        return False
    words = split_words(just_before(around, number.start))
    before = [word.lower for word in words[-2:]]
    return len(words) > 2 and before[-1:] != [] and before[-1] in ("me", "us", "him", "her", "them", "you")


def _sums(text: str, floats: Sequence[Slot], open_slots: Open) -> list[Filled]:
    """Count who and what is told one by one, where it is certain."""
    counting = [slot for slot in floats if _counts_heads(slot, open_slots.about(slot))]
    if len(counting) != 1:
        return []
    shares = _SHARES.search(text)
    if shares:
        count = len(re.findall(r"\bone for\b", shares[0], re.IGNORECASE))
        return [Filled(counting[0].name, count, shares.start(), shares.end())]
    bare = text.rstrip(" .!,")
    company = _COMPANY.search(bare)
    total = _heads(company["rest"]) if company else None
    if company and total:
        return [Filled(counting[0].name, total, company.start(), company.end())]
    only = _ONLY_ONE.search(bare)
    if only:
        return [Filled(counting[0].name, 1, only.start(), only.end())]
    so = _SO.search(bare)
    told = [one for one in find_numbers(so["sum"]) if one.reading == "cardinal"] if so else []
    return [Filled(counting[0].name, told[0].value, *so.span("sum"))] if so and told else []


def _heads(told: str) -> int | None:
    """Count the caller and the people told of: "my husband and our two boys" are four with the caller."""
    said_so = _SO.search(told)
    parts = re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+", told[: said_so.start()] if said_so else told)
    total = 1
    for part in parts:
        words = [word.lower for word in split_words(part)]
        numbers = [int(one.value) for one in find_numbers(part) if one.reading == "cardinal"]
        if not words or words[0] not in ("my", "our"):
            return None
        if words[-1] in _ONES and not numbers:
            total += 1
        elif words[-1] in _MANY and len(numbers) == 1:
            total += numbers[0]
        else:
            return None
    named = find_numbers(said_so["sum"]) if said_so else ()
    return None if named and named[0].value != total else total


def _counts_heads(slot: Slot, about: str) -> bool:
    own = {stem(word) for word in label(slot.name).split()}
    words = stems_about(slot, about)
    return bool(words & _PEOPLE_OR_THINGS) and not own & (_UNITS_OF_TIME | MONEY) and "hour" not in words
