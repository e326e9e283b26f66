"""Numbers in spoken text, in words and in figures, each with its value, its reading and what it counts.

A recogniser writes the same number in many ways: "$1,200.50", "twelve hundred", "a hundred and twenty", "8-831",
"8 8 3 1", "double five", "21st". Three readings are told apart, because a form needs different ones:

    cardinal   how many or how much: the value counts              "fifty dollars"   -> 50
    digits     a string of figures that is no quantity             "eight oh three"  -> "803"
    ordinal    a place in a row                                    "the second one"  -> 2

Clock times and dates ("7:30", "7 pm", "2024-05-01", "May 5th") are reported with the unit `time` or `date`, so
that nobody takes them for an amount.

    text -> atoms (figure | number word | other word) -> groups of adjoining atoms -> SpokenNumber
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal, TypeAlias

from dialogue.understanding.lexicon import words_of
from dialogue.understanding.number_words import (
    CENTS,
    CLOCK,
    CURRENCY,
    MONTHS,
    ORDINALS,
    REPEATS,
    SCALES,
    SMALL,
    TENS,
)
from dialogue.understanding.words import FILLERS, STOP_WORDS

Reading: TypeAlias = Literal["cardinal", "digits", "ordinal"]

_PRONOUN_BEFORE_ONE = frozenset(
    words_of(
        "the that this which first second third last other another new any no every each some my same good big small"
    )
)
_NUMBERED_THINGS = frozenset(
    words_of(
        "number room gate option line floor zone apartment flat unit platform route terminal table seat box level "
        "class "
        "only exactly about around maybe probably total sorry meant said mean minus negative plus zero two three "
        "four five "
        "six seven eight nine ten hundred thousand say think guess stay nope yeah yep yes double triple"
    )
)
"""What may stand before a "one" that is a number."""
_MOST_DIGITS = 300
"""Figures of a number that is read; Python reads 4,300 and a float has room for 308."""

_ATOM = re.compile(
    r"(?P<date>\d{4}-\d{1,2}-\d{1,2}|\d{1,2}/\d{1,2}(?:/\d{2,4})?)"
    r"|(?P<clock>\d{1,2}:\d{2})"
    r"|(?P<dashed>\+?\d+(?:[-.]\d+){2,}|\d+(?:-\d+)+)"
    r"|(?P<figure>(?:[$€£]\s?)?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)(?P<suffix>st|nd|rd|th|k|K|%|€|£)?(?![^\W\d_])"
    r"|(?P<word>[^\W\d_]+(?:['’.][^\W\d_]+)*)"
)


@dataclass(frozen=True, slots=True)
class SpokenNumber:
    """A number and the stretch of text it was said in, units included. `digits` is the figures as a string."""

    start: int
    end: int
    value: int | float
    reading: Reading
    digits: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class _Atom:
    """A figure or a word. `value` is set for figures, and `kind` says what may be done with it."""

    kind: str
    text: str
    start: int
    end: int
    value: int | float = 0
    unit: str = ""


@lru_cache(maxsize=1024)
def find_numbers(text: str) -> tuple[SpokenNumber, ...]:
    """Find every number in `text`, in order."""
    atoms = _atoms(text)
    found: list[SpokenNumber] = []
    index = 0
    while index < len(atoms):
        number, after = _number_at(atoms, index)
        if number is None:
            index += 1
            continue
        number, after = _with_unit(atoms, index, after, number)
        found.append(number)
        index = after
    return _joined_digits(_with_cents(found, text), text)


def whole(value: float) -> int | float:
    """Give a whole number as an int, so that it is spoken as "50" and not as "50.0"."""
    if isinstance(value, int):
        return value
    return int(value) if value.is_integer() else round(float(value), 6)


def _integer(digits: str) -> int:
    """Read figures as a quantity; of a string that is none, being hundreds of figures long, the first few do."""
    return int(digits[:_MOST_DIGITS])


def _atoms(text: str) -> list[_Atom]:
    atoms = []
    for found in _ATOM.finditer(text):
        start, end = found.span()
        if found["word"]:
            atoms.extend(_word_atoms(found["word"], start))
        elif found["date"]:
            atoms.append(_Atom("date", found[0], start, end, unit="date"))
        elif found["clock"]:
            atoms.append(_Atom("clock", found[0], start, end, unit="time"))
        elif found["dashed"]:
            atoms.append(_Atom("dashed", re.sub(r"\D", "", found[0]), start, end))
        else:
            atoms.append(_figure_atom(found["figure"], found["suffix"] or "", start, end))
    return atoms


def _word_atoms(word: str, start: int) -> list[_Atom]:
    lower = word.lower().replace("’", "'")
    return [_Atom("word", lower, start, start + len(word))]


def _figure_atom(figure: str, suffix: str, start: int, end: int) -> _Atom:
    symbol = figure[0] if figure[0] in "$€£" else ""
    written = figure.lstrip("$€£ ").replace(",", "")
    is_exact = written.isdigit() and suffix not in ("k", "K")
    value = _integer(written) if is_exact else whole(float(written) * (1000 if suffix in ("k", "K") else 1))
    kind = "place" if suffix in ("st", "nd", "rd", "th") else "figure"
    unit = "currency" if symbol or suffix in ("€", "£") else "percent" if suffix == "%" else ""
    shift = len(figure) - len(figure.lstrip())
    return _Atom(kind, written, start + shift, end, value, unit)


def _number_at(atoms: list[_Atom], index: int) -> tuple[SpokenNumber | None, int]:
    atom = atoms[index]
    match atom.kind:
        case "date" | "clock" | "dashed":
            digits = re.sub(r"\D", "", atom.text)
            return SpokenNumber(atom.start, atom.end, _integer(digits), "digits", digits, atom.unit), index + 1
        case "place":
            return SpokenNumber(atom.start, atom.end, atom.value, "ordinal", atom.text), index + 1
        case "figure":
            return _figure_run(atoms, index)
        case _:
            return _word_run(atoms, index)


def _figure_run(atoms: list[_Atom], index: int) -> tuple[SpokenNumber, int]:
    first = atoms[index]
    value, after = first.value, index + 1
    while after < len(atoms) and (scale := SCALES.get(atoms[after].text)):
        value, after = float(value) * scale, after + 1
    if _half_follows(atoms, after):
        value, after = value + 0.5, after + 3
    end = atoms[after - 1].end
    return SpokenNumber(first.start, end, whole(value), "cardinal", first.text, first.unit), after


def _half_follows(atoms: list[_Atom], index: int) -> bool:
    return [atom.text for atom in atoms[index : index + 3]] == ["and", "a", "half"]


def _word_run(atoms: list[_Atom], index: int) -> tuple[SpokenNumber | None, int]:
    """Read number words from `index`: as digits where they are said one by one, else as a quantity."""
    groups, after, is_ordinal = _groups(atoms, index)
    if not groups or _is_pronoun(atoms, index, after):
        return None, index
    start, end = atoms[index].start, atoms[after - 1].end
    digits = "".join(str(whole(group)) for group in groups)
    if len(groups) > 1:
        return SpokenNumber(start, end, _integer(digits), "digits", digits), after
    value = groups[0]
    if is_ordinal:
        return SpokenNumber(start, end, whole(value), "ordinal", digits), after
    value, after = _fraction(atoms, after, value)
    while after < len(atoms) and (scale := SCALES.get(atoms[after].text)):
        value, after = value * scale, after + 1
    end = atoms[after - 1].end
    return SpokenNumber(start, end, whole(value), "cardinal", digits), after


def _is_pronoun(atoms: list[_Atom], index: int, after: int) -> bool:
    """ "That one" and "one moment" count nothing; neither does "a second"."""
    if after != index + 1:
        return False
    word = atoms[index].text
    before = atoms[index - 1].text if index else ""
    following = atoms[after].text if after < len(atoms) else ""
    counts_nothing = following == "" or following in STOP_WORDS or following in FILLERS
    if word == "one" and before and counts_nothing and before not in STOP_WORDS | FILLERS | _NUMBERED_THINGS:
        return True  # "book one", "the blue one please"
    if word == "one":
        return before in _PRONOUN_BEFORE_ONE or following in ("moment", "second", "minute", "sec", "of", "more")
    if word == "oh":
        return True
    return word == "second" and before in ("a", "one", "just", "per")


def _groups(atoms: list[_Atom], index: int) -> tuple[list[float], int, bool]:
    """Split a run of number words into quantities: "eighty eight thirty one" is [88, 31], "two hundred" [200]."""
    groups: list[float] = []
    is_ordinal = False
    while index < len(atoms) and not is_ordinal:
        repeated, after = _repeated(atoms, index)
        if repeated:
            groups.extend(repeated)
            index = after
            continue
        value, after, is_ordinal = _quantity(atoms, index)
        if after == index:
            break
        groups.append(value)
        index = after
    return groups, index, is_ordinal


def _repeated(atoms: list[_Atom], index: int) -> tuple[list[float], int]:
    times = REPEATS.get(atoms[index].text)
    if times is None or index + 1 >= len(atoms):
        return [], index
    digit = _digit(atoms[index + 1])
    return ([digit] * times, index + 2) if digit is not None else ([], index)


def _digit(atom: _Atom) -> float | None:
    if atom.kind == "figure" and len(atom.text) == 1:
        return float(atom.value)
    if atom.text in ("oh", "o"):
        return 0.0
    value = SMALL.get(atom.text)
    return float(value) if value is not None and value < 10 else None


def _quantity(atoms: list[_Atom], index: int) -> tuple[float, int, bool]:
    """Read one quantity; returns it, where it ends, and whether it was an ordinal."""
    total = current = 0.0
    room = 10.0**10  # what the next small number has to stay below: after "twenty" only a unit may follow
    begin = index
    if [atom.text for atom in atoms[index : index + 2]] == ["half", "a"] and _scale_at(atoms, index + 2):
        return SCALES[atoms[index + 2].text] / 2, index + 3, False  # "half a dozen", "half a million"
    while index < len(atoms):
        word = atoms[index].text if atoms[index].kind == "word" else ""
        small = _small(word)
        if small is not None and index > begin and atoms[index - 1].text == "hundred" and _is_next_group(atoms, index):
            break
        if small is not None and (index == begin or small < room) and not (index > begin and word in ("oh", "zero")):
            current, index = current + small, index + 1
            room = 10.0 if small >= 20 else 1.0
        elif word in ORDINALS and (index == begin or ORDINALS[word] < room):
            return total + current + ORDINALS[word], index + 1, True
        elif word in SCALES and word != "k" and (index > begin):
            scale = SCALES[word]
            current, room = (current or 1.0) * scale, float(scale)
            if scale >= 1000:
                total, current = total + current, 0.0
            index += 1
        elif word == "a" and _scale_at(atoms, index + 1) and (index == begin or room > 1):
            current, index = current + 1.0, index + 1
        elif word in ("and", "a") and index > begin and room >= 100 and _small_at(atoms, index + 1):
            index += 1
        else:
            break
    return total + current, index, False


def _is_next_group(atoms: list[_Atom], index: int) -> bool:
    """Say whether a figure right behind "hundred" begins something new: "nine hundred three one eight" is 900 3 1 8."""
    following = atoms[index + 1].text if index + 1 < len(atoms) else ""
    is_single = SMALL.get(atoms[index].text, 10) < 10
    return is_single and (
        following == "hundred" or following in REPEATS or (following == "oh") or SMALL.get(following, 10) < 10
    )


def _small(word: str) -> int | None:
    if word == "oh":
        return 0
    value = SMALL.get(word)
    return TENS.get(word) if value is None else value


def _scale_at(atoms: list[_Atom], index: int) -> bool:
    return index < len(atoms) and atoms[index].text in SCALES and atoms[index].text != "k"


def _small_at(atoms: list[_Atom], index: int) -> bool:
    return index < len(atoms) and _small(atoms[index].text) is not None and atoms[index].text != "oh"


def _fraction(atoms: list[_Atom], after: int, value: float) -> tuple[float, int]:
    if after < len(atoms) and atoms[after].text == "point":
        figures, index = "", after + 1
        while index < len(atoms) and (digit := _digit(atoms[index])) is not None:
            figures, index = figures + str(int(digit)), index + 1
        if figures:
            return float(f"{int(value)}.{figures}"), index
    if _half_follows(atoms, after):
        return value + 0.5, after + 3
    return value, after


def _with_unit(atoms: list[_Atom], index: int, after: int, number: SpokenNumber) -> tuple[SpokenNumber, int]:
    """Take in the word that says what is counted, where it follows (or, for a month, precedes) the number."""
    before = atoms[index - 1].text if index else ""
    following = atoms[after].text.rstrip(".") if after < len(atoms) else ""
    if following in CURRENCY:
        return replace(number, unit="currency", end=atoms[after].end), after + 1
    if following in CENTS:
        return replace(number, unit="cents", end=atoms[after].end), after + 1
    if following in CLOCK:
        return replace(number, unit="time", end=atoms[after].end), after + 1
    if following == "percent":
        return replace(number, unit="percent", end=atoms[after].end), after + 1
    if before in ("minus", "negative") and number.reading == "cardinal":
        number = replace(number, start=atoms[index - 1].start, value=-number.value, digits=f"-{number.digits}")
    of_month = following == "of" and after + 1 < len(atoms) and atoms[after + 1].text in MONTHS
    if before in MONTHS or following in MONTHS or of_month:
        return replace(number, unit="date"), after
    counted = following if number.unit == "" and atoms[after : after + 1] and atoms[after].kind == "word" else ""
    return replace(number, unit=number.unit or counted), after


def _with_cents(found: list[SpokenNumber], text: str) -> list[SpokenNumber]:
    """Add "and twenty cents" to the dollars before it; cents alone are a fraction of the currency."""
    merged: list[SpokenNumber] = []
    for number in found:
        if number.unit == "cents":
            part = number.value / 100
            if merged and merged[-1].unit == "currency" and text[merged[-1].end : number.start].strip() in ("", "and"):
                dollars = merged.pop()
                number = replace(number, start=dollars.start, value=whole(dollars.value + part), unit="currency")
            else:
                number = replace(number, value=whole(part), unit="currency")
        merged.append(number)
    return merged


def _joined_digits(found: list[SpokenNumber], text: str) -> tuple[SpokenNumber, ...]:
    """Join figures that were read out one after another: "8 8 3 1", "8, 8, 3, 1", "555 12 34"."""
    joined: list[SpokenNumber] = []
    for number in found:
        if joined and _belongs(joined[-1], number, text):
            digits = joined[-1].digits + number.digits
            last = joined.pop()
            number = SpokenNumber(last.start, number.end, _integer(digits), "digits", digits, number.unit)
        joined.append(number)
    return tuple(joined)


def _belongs(last: SpokenNumber, number: SpokenNumber, text: str) -> bool:
    between = text[last.end : number.start]
    are_figures = all(part.digits.isdigit() and part.reading != "ordinal" for part in (last, number))
    no_units = last.unit == "" and number.unit not in ("currency", "percent", "time", "date")
    short = number.reading == "digits" or len(number.digits) == 1
    return are_figures and no_units and (between.strip() == "" or (between.strip() == "," and short))
