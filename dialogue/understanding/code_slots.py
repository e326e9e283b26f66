"""Which slot a code goes to: the postcode, the telephone number and the order number may be said in one breath.

A code is weighed against what the author says of each slot ("eight digits", "letters and digits such as MX417"), its
kind (a telephone number has no letters, a postcode seldom none), the words before it, and what was asked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from dialogue.understanding.code_forms import EXAMPLE
from dialogue.understanding.codes import find_code_runs
from dialogue.understanding.filled import Filled, Open, is_named, just_before, stems_before, telling_stems
from dialogue.understanding.lexicon import words_of
from dialogue.understanding.numbers import SpokenNumber, find_numbers
from dialogue.understanding.slot_kinds import is_phone
from dialogue.understanding.spans import Span
from dialogue.understanding.words import STOP_WORDS, label, stem
from flows.model import Slot

MOST_NUMBERS: Final = 50
"""Numbers of a turn that are looked at; who says more is not filling slots."""
LEAST_DIGITS: Final = 4
"""Figures that make a code on their own; fewer may be a quantity."""
_NAMED, _ASKED, _SHAPED, _MISSHAPEN = 4, 2, 4, -3
_NEAR: Final = 2
"""Figures by which a caller may be out and still mean the code."""
_LEAST_TO_CALL: Final = 5
_USUAL_TO_CALL: Final = 9
_COUNTS: Final = {
    word: count
    for count, word in enumerate(words_of("a one two three four five six seven eight nine ten eleven twelve"))
} | {"a": 1, "an": 1}
_COUNT: Final = rf"(?:\d{{1,2}}|{'|'.join(sorted(_COUNTS, key=len, reverse=True))})"
_PARTS: Final = re.compile(rf"\b(?P<n>{_COUNT})[- ](?P<what>digit|figure|letter|character)s?\b", re.IGNORECASE)
_POSTAL: Final = frozenset(stem(word) for word in words_of("postcode postal zip zipcode"))
_PLATES: Final = frozenset(stem(word) for word in words_of("plate registration"))
_FIGURES_ONLY: Final = frozenset(stem(word) for word in words_of("pin otp passcode"))
_NUMBER_IS: Final = re.compile(
    r"\b(?:my|the|our|with|under) (?P<what>number|code)(?:'s| is|:)?(?: um| uh)? $", re.IGNORECASE
)
_CALL: Final = re.compile(
    r"\b(?:call|ring|phone|reach|text|cell|mobile|landline|telephone|whatsapp)\b(?: (?:me|us|him|her|number"
    r"|back|is|on|at"
    r"|it's|under|that's|uh|um)){0,4},? $",
    re.IGNORECASE,
)
_POSTCODE: Final = re.compile(r"[A-Za-z]{1,2}\d[A-Za-z\d]? ?\d[A-Za-z]{2}|\d{4} ?[A-Za-z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d")
_PLUS: Final = re.compile(r"(?:\+|\bplus )$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Code:
    """A code as it was said, with what may make it one of many."""

    span: Span
    letters: int
    figures: int


@dataclass(frozen=True, slots=True)
class _Shape:
    """Letters and figures that a slot's author says a code has; None where nothing is said."""

    letters: int | None = None
    figures: int | None = None
    characters: int | None = None


def fill_codes(text: str, around: str, open_slots: Open, years: Sequence[Span] = ()) -> list[Filled]:
    """Give codes to the slots that they fit best; what fits two as well is given to none.

    Args:
        text: the turn, with blanks for what is no code (dates, addresses to write to).
        around: the whole turn, in which words stand before the codes.
        open_slots: those that may be filled.
        years: stretches that are years of the calendar and may be codes only where the words before them say so.
    """
    slots = open_slots.of("code")
    if not slots:
        return []
    has_persons = bool(open_slots.of("person"))
    scored = [
        (_fit(code, slot, around, open_slots, is_year=any(_overlap(code.span, year) for year in years)), code, slot)
        for code in _codes(text, around, slots, has_persons=has_persons)
        for slot in slots
    ]
    ranked = sorted((item for item in scored if item[0] is not None and item[0] > 0), key=lambda item: -(item[0] or 0))
    filled: list[Filled] = []
    settled: list[Span] = []
    for score, code, slot in ranked:
        if any(one.slot == slot.name for one in filled) or any(_overlap(code.span, span) for span in settled):
            continue
        free = [
            (other, to)
            for at, other, to in ranked
            if at == score
            and not any(one.slot == to.name for one in filled)
            and not any(_overlap(other.span, span) for span in settled)
        ]
        rivals = [to for other, to in free if other is code and to is not slot]
        doubles = [other for other, to in free if to is slot and other.span.value != code.span.value]
        settled.append(code.span)
        if not rivals and not doubles:
            filled.append(Filled(slot.name, code.span.value, code.span.start, code.span.end))
        elif doubles and not rivals:
            settled.extend(other.span for other in doubles)
    return filled


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _codes(text: str, around: str, slots: Sequence[Slot], *, has_persons: bool) -> list[_Code]:
    runs = [run for run in find_code_runs(text) if run.has_figures or not has_persons]
    found = [_code(Span(run.start, run.end, run.value)) for run in runs]
    rest = text
    for run in runs:
        rest = rest[: run.start] + ";" + " " * (run.end - run.start - 1) + rest[run.end :]
    for number in find_numbers(rest)[:MOST_NUMBERS]:
        if _is_code(number, rest, around, slots):
            plus = _PLUS.search(rest[: number.start])
            start = plus.start() if plus else number.start
            found.append(_code(Span(start, number.end, ("+" if plus else "") + number.digits)))
    return found


def _code(span: Span) -> _Code:
    return _Code(span, sum(map(str.isalpha, span.value)), sum(map(str.isdigit, span.value)))


def _is_code(number: SpokenNumber, text: str, around: str, slots: Sequence[Slot]) -> bool:
    """Say whether a number may be a string of figures: it has enough of them, or its noun stands before it."""
    if not number.digits.isdigit() or number.unit in ("currency", "percent", "date", "time", "people"):
        return False
    if number.reading == "ordinal":
        return False
    follows = text[number.end :].lower().startswith(f" {number.unit}")
    counted = follows and re.fullmatch(r"[a-z]{3,}s", number.unit) is not None and number.unit not in STOP_WORDS
    if counted and number.reading == "cardinal":
        return False
    is_quantity = number.reading == "cardinal" and not text[number.start : number.end].isdigit()
    if len(number.digits) >= LEAST_DIGITS and not is_quantity:
        return True
    if _numbered(number.start, around, slots):
        return True
    before = stems_before(around, number.start)[:1]
    return any(set(before) & (telling_stems(slot) - {"number", "cod", "id"}) for slot in slots)


def _numbered(place: int, around: str, slots: Sequence[Slot]) -> Slot | None:
    """The only slot with "number" or "code" in its name, where "my number is" stands before a value and no more."""
    found = _NUMBER_IS.search(just_before(around, place))
    if found is None:
        return None
    named = [slot for slot in slots if found["what"].lower() in label(slot.name).split()]
    return named[0] if len(named) == 1 else None


def _fit(code: _Code, slot: Slot, around: str, open_slots: Open, *, is_year: bool) -> int | None:
    """Weigh a code against a slot; None where it cannot be its value."""
    about = open_slots.about(slot)
    named = is_named(around, code.span.start, slot) or _numbered(code.span.start, around, [slot]) is slot
    is_call = _CALL.search(just_before(around, code.span.start)) is not None
    named = named or (is_call and is_phone(slot, about))
    score = (_NAMED if named else 0) + (_ASKED if slot.name == open_slots.asked else 0)
    if is_year and not score:
        return None
    if is_phone(slot, about):
        kind = _as_number_to_call(code)
    else:
        kind = _as_code(code, slot, about)
        is_rival = any(is_phone(one, open_slots.about(one)) for one in open_slots.of("code"))
        if kind is not None and is_rival and _as_number_to_call(code) == 3:
            kind -= 2
    return None if kind is None else score + kind


def _as_number_to_call(code: _Code) -> int | None:
    if code.letters or code.figures < _LEAST_TO_CALL:
        return None
    if code.figures >= _USUAL_TO_CALL or code.span.value.startswith("+"):
        return 3
    return 2 if code.span.value.startswith("0") and code.figures > _LEAST_TO_CALL else 1


def _as_code(code: _Code, slot: Slot, about: str) -> int | None:
    own = {stem(word) for word in label(slot.name).split()}
    shape = _shape(about)
    if shape is not None:
        return 1 + (_SHAPED if _has_shape(code, shape) else 0 if _is_near(code, shape) else _MISSHAPEN)
    if own & _FIGURES_ONLY:
        return None if code.letters else 2
    if own & _POSTAL:
        if _POSTCODE.fullmatch(code.span.value):
            return 5
        return 2 if code.letters and code.figures else None if code.figures > 6 or not code.figures else 1
    if own & _PLATES:
        return 3 if code.letters and code.figures else 1 if code.figures else None
    if not code.figures:
        return 0
    if "number" in own:
        return 2 if not code.letters else 1
    return 2 if code.letters else 1


def _shape(about: str) -> _Shape | None:
    """Read from what an author says of a slot which letters and figures its codes have."""
    counts = {"digit": None, "letter": None, "character": None}  # type: dict[str, int | None]
    for part in _PARTS.finditer(about):
        what = {"figure": "digit"}.get(part["what"].lower(), part["what"].lower())
        counts[what] = _COUNTS.get(part["n"].lower()) or int(part["n"])
    if any(value is not None for value in counts.values()):
        is_whole = counts["character"] is not None
        letters = counts["letter"] if counts["letter"] is not None or is_whole else 0
        return _Shape(letters, counts["digit"], counts["character"])
    example = EXAMPLE.search(about)
    if example is None or not re.search(r"\d", example["code"]):
        return None
    return _Shape(sum(map(str.isalpha, example["code"])), sum(map(str.isdigit, example["code"])))


def _is_near(code: _Code, shape: _Shape) -> bool:
    """Say whether a code is made of what it should be made of, some figures too many or too few."""
    wanted = shape.figures or shape.characters or 0
    letters = shape.letters is None or (shape.letters > 0) == (code.letters > 0)
    return letters and code.figures + code.letters > LEAST_DIGITS and abs(code.figures - wanted) <= _NEAR


def _has_shape(code: _Code, shape: _Shape) -> bool:
    return (
        shape.letters in (None, code.letters)
        and shape.figures in (None, code.figures)
        and shape.characters in (None, code.letters + code.figures)
    )
