"""How far an answer is: complete, incomplete, or open, judged by its words for what the flow expects.

    "four seven double"  of 10 digits   incomplete, 2 of 10      "the third of"        a date     incomplete
    "fifty"              an amount      complete                 "two hundred"         an amount  complete, may go on
    "joe at example dot" an e-mail      incomplete               "john"                a name     complete, may go on

`complete` says that the words are a whole answer, not that the caller is done: of a number whose length is not known
no part is ever complete. `open` is everything that words cannot tell, open speech above all. Reading is
understanding's own; here is only the question whether more has to come.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, assert_never

from dialogue.understanding.carriers import bare_answer
from dialogue.understanding.durations import find_durations
from dialogue.understanding.fast_path.answers import read_name
from dialogue.understanding.fast_path.choices import read_category
from dialogue.understanding.fast_path.yes_no import read_yes_no
from dialogue.understanding.lexicon import words_of
from dialogue.understanding.number_words import TENS
from dialogue.understanding.numbers import find_numbers
from dialogue.understanding.spans import find_dates, find_times
from dialogue.understanding.spelling import read_spelled
from dialogue.understanding.spoken import last_said, smooth
from dialogue.understanding.words import label, plain, split_words
from dialogue.understanding.years import SPOKEN_YEAR, read_year
from voice.endpointing.answer_shape import AnswerShape
from voice.endpointing.dictation import (
    announces,
    characters_of,
    digits_of,
    email_state,
    grows_within,
    last_dictated,
    wants_more,
)

LONGEST: Final = 300
"""Characters of a turn that may be a plain answer: more is a story."""
LEAST_CODE: Final = 4
"""Characters below which a code of unknown length has hardly begun."""
_MORE_TO_COME: Final = re.compile(
    r"(?:^|\s)(?:and|and a|a|the|of|point|to|past|half|half a|quarter|on|at|for|in|about|around|next|this|last|coming"
    r"|or|it's|my|is|minus|double|triple|a couple of|before|after|between|from|until|van|von|de|der|la|del|di|mc|mac|o'"
    r"|mr|mrs|ms|miss|doctor|dr|professor|oh)$"
)
_HEADS: Final = re.compile(
    r"^(?:(?:just |only )?(?:me|myself)|alone|(?:just )?(?:a couple|the two of us|us two)|both|none)$"
)
_WHO_COUNT: Final = re.compile(r"^(?:of (?:us|them|those)|[a-z]+s?(?: please)?|people|in total|altogether)?$")
_WITH_FIGURES: Final = ("digits", "code", "email", "amount", "count")
"""What recognisers write in figures in every language, so that it can be judged in all of them."""
_CENTURY: Final = re.compile(r"(?:^|\s)(?:eighteen|nineteen|twenty)$")
_YEAR: Final = re.compile(rf"\b(?:(?:18|19|20)\d\d|{SPOKEN_YEAR})$|['’]\d\d$|[/.-]\d\d$")
_BARE_MONTH: Final = re.compile(
    r"^(?:in |on )?(?:january|february|march|april|may|june|july|august|september|october|november|december)$"
)
_HALVES: Final = frozenset(words_of("am pm a.m p.m morning afternoon evening night noon midday midnight o'clock"))


@dataclass(frozen=True, slots=True)
class Completeness:
    """How far an answer is. `have` and `want` count digits, characters or words, where the shape has a length."""

    state: Literal["complete", "incomplete", "open"]
    may_go_on: bool = False
    """Complete as it stands, and often followed by more: "two hundred", "John", "seven"."""
    have: int = 0
    want: int | None = None


OPEN: Final = Completeness("open")
COMPLETE: Final = Completeness("complete")
MAY_GO_ON: Final = Completeness("complete", may_go_on=True)
INCOMPLETE: Final = Completeness("incomplete")


@lru_cache(maxsize=256)  # endpointing asks every 20 ms while the caller is silent
def completeness_of(text: str, shape: AnswerShape) -> Completeness:
    """Judge a transcript, partial or final, as an answer of this shape."""
    if len(text) > LONGEST or not plain(text) or not (shape.is_english or shape.expects in _WITH_FIGURES):
        return OPEN
    match shape.expects:
        case "digits":
            return _counted(text, shape, digits_of)
        case "code":
            return _counted(text, shape, characters_of)
        case "email":
            return _email(text, shape)
        case "yes_no":
            return COMPLETE if _is_yes_or_no(smooth(text), shape.slot) else OPEN
        case "category":
            return _category(text, shape)
        case "amount" | "count":
            return _quantity(_meant(text, lambda part: bool(find_numbers(part))), is_count=shape.expects == "count")
        case "date":
            return _date(_meant(text, lambda part: bool(find_dates(part))), shape)
        case "time":
            return _time(_meant(text, lambda part: bool(find_times(part))))
        case "name":
            return _name(text, shape)
        case "text" | "open":
            return OPEN
        case _:
            assert_never(shape.expects)


def _meant(text: str, is_answer: Callable[[str], bool]) -> str:
    """The answer without hesitations, carriers and what was taken back, in lower case."""
    return bare_answer(last_said(smooth(text), is_answer)).lower().replace("’", "'")


# --- dictated ------------------------------------------------------------------------------------------------------


_DENYING: Final = frozenset({"don't", "no", "not", "haven't", "none"})


def _counted(text: str, shape: AnswerShape, read: Callable[[str], str]) -> Completeness:
    """Judge a string of digits or characters by how many there are."""
    said = read(text)
    if len(said) == 1 and set(re.findall(r"[\w']+", text.lower())) & _DENYING:
        return OPEN  # "I don't have one"
    if not said:
        return INCOMPLETE if announces(text, shape.slot) else OPEN
    if not shape.lengths:
        is_begun = len(said) >= LEAST_CODE or shape.expects == "digits"
        return Completeness("open" if is_begun and not wants_more(text) else "incomplete", have=len(said))
    least, most = shape.lengths[0], shape.lengths[-1]
    kept = last_dictated(text, read)
    have = len(read(kept))
    if kept != text and have != most:  # a part was said anew, and which one is not certain
        return Completeness("open" if len(said) >= least else "incomplete", have=have, want=least)
    if have < least or (have < most and (have not in shape.lengths or wants_more(text))):
        return Completeness("incomplete", have=have, want=least)
    is_final = have == most and not wants_more(text) and not grows_within(kept, most, read)
    return Completeness("complete" if is_final else "open", have=have, want=most)


def _email(text: str, shape: AnswerShape) -> Completeness:
    match email_state(text):
        case "complete":
            return COMPLETE
        case "may_go_on":
            return MAY_GO_ON
        case "incomplete":
            return INCOMPLETE
        case _:
            return INCOMPLETE if announces(text, shape.slot) else OPEN


# --- closed --------------------------------------------------------------------------------------------------------


def _is_yes_or_no(said: str, slot: str) -> bool:
    """A whole yes or no; whether "correct" is one is a matter of the question, that nothing follows it is not."""
    return any(read_yes_no(said, slot=name) is not None for name in (slot, "confirmed"))


def _category(text: str, shape: AnswerShape) -> Completeness:
    value = read_category(smooth(text), shape.values)
    if value is None:
        return OPEN
    said = label(value).split()
    is_begun = any(label(one).split()[: len(said)] == said and label(one) != label(value) for one in shape.values)
    return MAY_GO_ON if is_begun else COMPLETE


def _quantity(bare: str, *, is_count: bool) -> Completeness:
    """An amount or a count: the number has to be all that is said, and not to stop where another has to follow."""
    numbers = find_numbers(bare)
    said = plain(bare)
    if not numbers:
        is_all = is_count and (_HEADS.match(said) or _is_duration(bare))
        return COMPLETE if is_all else INCOMPLETE if _MORE_TO_COME.search(said) else OPEN
    last = numbers[-1]
    if is_count and _is_duration(bare):
        return COMPLETE
    rest = plain(bare[last.end :])
    if rest and _MORE_TO_COME.search(rest):
        return INCOMPLETE
    if len(numbers) > 1 or last.start or not _WHO_COUNT.match(rest):
        return OPEN
    is_round = last.unit == "" and last.value >= 100 and last.value % 100 == 0
    return MAY_GO_ON if is_round and not rest else COMPLETE


def _date(bare: str, shape: AnswerShape) -> Completeness:
    said = plain(bare)
    if not said or _MORE_TO_COME.search(said):
        return INCOMPLETE
    if shape.needs_year:
        return _birth(bare, said)
    numbers = find_numbers(bare)
    is_number = bool(numbers) and plain(bare[: numbers[0].start]) in ("", "the") and numbers[-1].end >= len(bare)
    if _BARE_MONTH.match(said) or (is_number and numbers[-1].unit != "date"):
        return MAY_GO_ON  # "March", "the third", "twenty": day, month or year may follow
    if _is_duration(bare):
        return COMPLETE  # "in two weeks"
    spans = find_dates(bare)
    if spans and spans[-1].end >= len(bare):
        return MAY_GO_ON if said.split()[-1] in TENS else COMPLETE
    return COMPLETE if read_year(said) is not None else OPEN


def _is_duration(bare: str) -> bool:
    durations = find_durations(bare)
    return bool(durations) and durations[-1].end >= len(bare)


def _birth(bare: str, said: str) -> Completeness:
    """A day of birth: month and day are not all of it."""
    if _YEAR.search(said) or _YEAR.search(bare):
        return MAY_GO_ON if read_year(f"{' '.join(said.split()[-2:])} one") is not None else COMPLETE
    if _CENTURY.search(said):
        return INCOMPLETE
    digits = digits_of(bare)
    if find_dates(bare) or _BARE_MONTH.match(said):
        return INCOMPLETE
    return OPEN if not digits else COMPLETE if len(digits) >= 6 else INCOMPLETE


def _time(bare: str) -> Completeness:
    said = plain(bare)
    if not said or _MORE_TO_COME.search(said):
        return INCOMPLETE
    if said.split()[-1] in _HALVES or re.search(r"\d ?[ap]m$", said):
        return COMPLETE
    numbers = find_numbers(bare)
    if numbers and numbers[-1].end >= len(bare):
        has_minutes = len(numbers[-1].digits) > 2 or ":" in bare or re.search(r"\b(?:past|to|half)\b", said)
        return COMPLETE if has_minutes else MAY_GO_ON
    spans = find_times(bare)
    return COMPLETE if spans and spans[-1].end >= len(bare) else OPEN


def _name(text: str, shape: AnswerShape) -> Completeness:
    bare = bare_answer(smooth(text))
    if _MORE_TO_COME.search(plain(bare)):
        return INCOMPLETE
    if read_spelled(bare.replace("-", " ")) is not None:
        return MAY_GO_ON
    name = read_name(text, "person", ())
    if name is None:
        return OPEN
    words = len(split_words(name))
    least = shape.lengths[0] if shape.lengths else 1
    if words < least:
        return Completeness("incomplete", have=words, want=least)
    is_all = words > 1 or (shape.lengths and words >= shape.lengths[0])
    return Completeness("complete", may_go_on=not is_all, have=words, want=least)
