"""From words to a slot's value: one pure function a kind, used by every stage on what it found.

    kind             as recognition writes it               value
    money, count     "eight hundred thirty one"             831
    code             "a b double one two", "AB 112", "8-831"  "AB112", "AB112", "8831"
    phone            "plus four four seven nine oh"         "+44790"
    email            "joe dot s at gmail dot com"           "joe.s@gmail.com"
    person           "uh my name is joe smith", "s m i t h" "joe smith", "Smith"
    place            "to new york please"                   "new york"
    date, time       "uh on monday no tuesday"              "tuesday"
                     "from the first of june"               "first of june"
    address, free    "well the router is dead"              "the router is dead"

A value that a model or a person has written comes out as it is, and a value that was made here is not changed again.
Nothing is refused: words that cannot be read as the kind are only freed of what stands around them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from math import isfinite
from typing import Final

from dialogue.understanding.carriers import bare_answer
from dialogue.understanding.code_forms import as_example
from dialogue.understanding.dates import Choose, wanted_format, written_as
from dialogue.understanding.emails import is_written_email, read_email
from dialogue.understanding.number_words import MONTHS, ORDINALS
from dialogue.understanding.numbers import find_numbers
from dialogue.understanding.slot_kinds import Kind, is_phone, kind_of
from dialogue.understanding.spans import Span, find_dates, find_times
from dialogue.understanding.spelling import read_spelled
from dialogue.understanding.spoken import last_said, smooth
from dialogue.understanding.words import STOP_WORDS, clean, label, split_words, strip_fillers
from flows.commands import Json
from flows.model import Slot

LONGEST: Final = 500
"""Characters of a value that is looked into: more is a text, and stays as it is."""
MOST_ROUNDS: Final = 4
_NAMING: Final = frozenset(("name", "title", "model", "type", "kind"))
"""Last words of the names of slots that hold what something is called."""
_ARTICLES: Final = frozenset(("the", "a", "an", "my", "our", "your"))
_LONGEST_NAME: Final = 5
_DAY: Final = rf"(?:\d{{1,2}}(?:st|nd|rd|th)?|(?:(?:twenty|thirty)[- ])?(?:{'|'.join(ORDINALS)}))"
_THE_DAY: Final = re.compile(
    rf"^the\s+(?={_DAY}\s+(?:of\s+)?(?:{'|'.join(sorted(MONTHS, key=len, reverse=True))})\b)", re.IGNORECASE
)
_IN_PIECES: Final = re.compile(r"(?=.*\d)(?=.*[A-Z])[A-Z\d]+(?:[ -][A-Z\d]+)+")
"""A code as people write it to be read, "BT 664", "EP-630"; who says it leaves no gap."""
_NUMBER_WORDS: Final = re.compile(
    r"^(?:(?:plus|double|triple|oh|o|zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|[a-z]+teen"
    r"|[a-z]+ty|hundred|thousand|and|extension|area|code|then)\b|[\d\s+().,/-])+$",
    re.IGNORECASE,
)


def normalised(
    slot: Slot, said: Json, *, description: str = "", now: datetime | None = None, choose: Choose | None = None
) -> Json:
    """Return the value of `slot` that `said` stands for, written as the collect step's description asks for it.

    Args:
        slot: the slot that is filled.
        said: a stretch of the turn, or a value that a model wrote.
        description: what the collect step says of the slot; it may name a format such as YYYY-MM-DD.
        now: the caller's local time, from which relative days are counted.
        choose: says which of two times of day is meant.
    """
    kind = kind_of(slot, description)
    if slot.type == "list":
        return said
    wanted = wanted_format(description) if slot.type in ("text", "any") and isinstance(said, str) else None
    if wanted is not None:
        written = written_as(str(normalise_value(wanted.what, said)), wanted, now, choose)
        return written if written is not None else normalise_value(wanted.what, said)
    value = normalise_value(kind, said)
    if kind == "code" and isinstance(value, str):
        return phone(value) if is_phone(slot, description) else as_example(value, description)
    return _without_label(slot, value) if kind == "free" and isinstance(value, str) else value


def _without_label(slot: Slot, value: str) -> str:
    """Cut the article and the slot's own noun from a name: "the Everest plan" in `plan_name` is "Everest"."""
    *nouns, what = label(slot.name).split()
    words = split_words(value)
    if what not in _NAMING or not nouns or not 1 < len(words) <= _LONGEST_NAME:
        return value
    has_article = words[0].lower in _ARTICLES
    is_small = words[-1].text.islower() and any(word.text[0].isupper() for word in words[:-1])
    kept = words[has_article:-1]
    if words[-1].lower != nouns[-1] or not kept or not (has_article or is_small):
        return value
    return value[kept[0].start : kept[-1].end]


def normalise_value(kind: Kind, said: Json) -> Json:
    """Return the value of a kind that `said` stands for. Idempotent, and raises for nothing."""
    if not isinstance(said, str):
        return said
    text = clean(said)
    if len(text) > LONGEST:
        return text
    value: Json = text
    for _ in range(MOST_ROUNDS):
        before, value = value, _of_kind(kind, value)
        if value == before or not isinstance(value, str):
            return value
    return text


def phone(said: str) -> str:
    """Run the figures of a telephone number together; what is none stays as it is."""
    if not _NUMBER_WORDS.match(said) or len(said) > LONGEST:
        return said
    digits = "".join(number.digits for number in find_numbers(said) if number.digits.isdigit())
    has_plus = said.strip().lower().startswith(("+", "plus"))
    return ("+" if has_plus else "") + digits if digits else said


def _of_kind(kind: Kind, text: str) -> Json:
    value = _READERS.get(kind, _free)(text)
    return value if not isinstance(value, str) else clean(value) or text


def _quantity(text: str) -> Json:
    meant = last_said(smooth(text), lambda part: len(find_numbers(part)) == 1)
    numbers = find_numbers(meant)
    if len(numbers) != 1 or numbers[0].reading == "ordinal" or numbers[0].unit in ("time", "date"):
        return text
    value = numbers[0].value
    return value if isfinite(value) else text


def _code(text: str) -> str:
    spelled = read_spelled(text) or read_spelled(bare_answer(text))
    if spelled is not None:
        return spelled
    bare = bare_answer(smooth(text))
    if bare.startswith("+"):
        return phone(bare)
    numbers = find_numbers(bare)
    if len(numbers) == 1 and (numbers[0].start, numbers[0].end) == (0, len(bare)) and numbers[0].reading != "ordinal":
        return (
            bare if bare.isdigit() else numbers[0].digits if numbers[0].reading == "digits" else str(numbers[0].value)
        )
    if _IN_PIECES.fullmatch(bare):
        return re.sub("[ -]", "", bare)
    return phone(bare) if bare.lower().startswith("plus ") else bare


def _email(text: str) -> str:
    if is_written_email(text):  # whole as it is: what stands behind a dot is no politeness
        return text
    return read_email(bare_answer(text)) or read_email(text) or text


def _moment(find: Callable[[str], tuple[Span, ...]]) -> Callable[[str], str]:
    def read(text: str) -> str:
        meant = last_said(smooth(text), lambda part: bool(find(part)))
        spans = find(meant)
        if len(spans) == 1 and all(word.lower in STOP_WORDS for word in split_words(meant[: spans[0].start])):
            return (
                meant[spans[0].start :].rstrip(" .,!?")
                if spans[0].end == len(meant.rstrip(" .,!?"))
                else bare_answer(meant)
            )
        return bare_answer(meant)

    return read


def _date(text: str) -> str:
    return _THE_DAY.sub("", _moment(find_dates)(text))


def _person(text: str) -> str:
    spelled = read_spelled(text)
    if spelled is not None and spelled.isalpha():
        return spelled.capitalize()
    return bare_answer(smooth(text))


def _short(text: str) -> str:
    return bare_answer(smooth(text))


def _free(text: str) -> str:
    words = strip_fillers(split_words(text))
    if not words:
        return text
    kept = text[words[0].start :]
    return kept.rstrip(" ,") if kept else text


def _same(text: str) -> str:
    return text


_READERS: Final[Mapping[Kind, Callable[[str], Json]]] = {
    "yes_no": _same,
    "category": _same,
    "money": _quantity,
    "count": _quantity,
    "code": _code,
    "email": _email,
    "date": _date,
    "time": _moment(find_times),
    "person": _person,
    "place": _short,
    "address": _free,
    "free": _free,
}
