"""A turn that says one number: an amount, a count, a year."""

from __future__ import annotations

import re
from collections.abc import Collection

from dialogue.understanding.carriers import bare_answer
from dialogue.understanding.corrections import without_opening
from dialogue.understanding.durations import find_durations, in_unit, unit_of
from dialogue.understanding.fast_path.answers import leaves_open
from dialogue.understanding.filling import number_fits
from dialogue.understanding.lexicon import words_of
from dialogue.understanding.numbers import SpokenNumber, find_numbers
from dialogue.understanding.slot_kinds import is_year, kind_of
from dialogue.understanding.spoken import last_said
from dialogue.understanding.words import FILLERS, label, plain, split_words, stem
from flows.model import Slot

_CURRENCY_WORDS = frozenset(words_of("dollar dollars buck bucks euro euros pound pounds usd eur quid percent"))
_PEOPLE_WORDS = frozenset(words_of("people persons person guests guest adults adult us"))
_COUNTED = frozenset(words_of("of in total all together the a each altogether"))
_AROUND_NUMBER = frozenset(
    words_of(
        "there will be it's it is that's that would i i'd say like make about around exactly just only maybe "
        "think for to let's send transfer pay take have want need we are we're them they're there'll "
        "the amount number total sum of my sorry meant mean actually yes yeah we'll i'll stay staying was born year"
    )
)
_PERSONS = re.compile(
    r"^(?:for )?(?:(?P<one>(?:just |only )?(?:me|myself)(?: only| alone)?|alone|on my own|by myself)"
    r"|(?:a |just a )?couple(?: of them)?|a pair|both(?: of us)?|(?:the )?two of us"
    r"|(?:me|myself) and my (?:wife|husband|partner|girlfriend|boyfriend|friend|son|daughter|mother"
    r"|father|mom|dad|brother"
    r"|sister|kid|colleague)|my (?:wife|husband|partner|girlfriend|boyfriend|friend) and (?:i|me|myself))$"
)
_MANY = 10_000
"""What callers count is less, or they say of what; a longer figure is a number of something else."""
_PEOPLE = frozenset(
    stem(word)
    for word in words_of(
        "people person guest adult passenger traveler traveller attendee member visitor player party seat"
    )
)


def read_amount(text: str, slot: Slot, description: str) -> int | float | None:
    """Read a turn that says one number for `slot` and nothing else, apart from what is counted and politeness.

    Args:
        text: the turn, an opening such as "no, I meant" included.
        slot: a float slot.
        description: what its collect step says.
    """
    told = {stem(word) for word in (*label(slot.name).split(), *label(description).split())}
    meant = without_opening(last_said(text, lambda part: len(find_numbers(part)) == 1))
    if leaves_open(meant):
        return None
    alone = _PERSONS.match(plain(bare_answer(meant)))
    if alone:
        return (1 if alone["one"] else 2) if told & _PEOPLE else None
    lasting = _lasting(meant, slot, description, told)
    if lasting is not None:
        return lasting
    number = _only_number(meant)
    if number is None or re.match(r"0\d", number.digits) or not _is_quantity(number, meant, slot, description):
        return None
    if number_fits(number, slot, description, kind_of(slot, description)) <= 0:
        return None
    rest = [word.lower for word in split_words(bare_answer(meant[: number.start] + " . " + meant[number.end :]))]
    if kind_of(slot, description) == "count" and abs(number.value) >= _MANY and stem(number.unit) not in told:
        return None
    return number.value if all(_says_nothing(word, told, bool(told & _PEOPLE)) for word in rest) else None


def _lasting(text: str, slot: Slot, description: str, told: Collection[str]) -> int | float | None:
    """How long something takes in the slot's unit, where nothing else is said: "an hour and a half"."""
    unit = unit_of(slot, description)
    durations = find_durations(text) if unit else ()
    if unit is None or len(durations) != 1:
        return None
    only = durations[0]
    rest = split_words(bare_answer(f"{text[: only.start]} . {text[only.end :]}"))
    return in_unit(only, unit) if all(_says_nothing(word.lower, told, counts_people=False) for word in rest) else None


def _says_nothing(word: str, known: Collection[str], counts_people: bool) -> bool:
    if word in _PEOPLE_WORDS:
        return counts_people
    is_around = word in _COUNTED or word in FILLERS or word in _AROUND_NUMBER or word in _CURRENCY_WORDS
    return is_around or stem(word) in known


def _only_number(text: str) -> SpokenNumber | None:
    numbers = [number for number in find_numbers(text) if number.unit not in ("time", "date")]
    return numbers[0] if len(numbers) == 1 and len(find_numbers(text)) == 1 else None


def _is_quantity(number: SpokenNumber, text: str, slot: Slot, description: str) -> bool:
    """Say whether a number is one quantity: "twelve fifty" may be 12.50 and 1250, and is a year at most."""
    if number.reading == "cardinal" or (is_year(slot, description) and number.reading == "digits"):
        return True
    said = split_words(text[number.start : number.end])
    return number.reading == "digits" and len(said) == len(number.digits)
