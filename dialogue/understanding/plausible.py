"""Which words can be the value of a slot at all: no "tomorrow" for a day of birth, no "the blue one" for a code.

For stages that propose values by meaning, and that may take a likely word for the wanted one. A `False` is certain;
`True` says only that nothing speaks against it.
"""

from __future__ import annotations

import re
from typing import Final

from dialogue.understanding.carriers import bare_answer
from dialogue.understanding.codes import find_code_runs
from dialogue.understanding.emails import read_email
from dialogue.understanding.lexicon import words_of
from dialogue.understanding.numbers import find_numbers
from dialogue.understanding.slot_kinds import is_birth_date, is_phone, is_year, kind_of
from dialogue.understanding.spans import find_dates, find_emails, has_month
from dialogue.understanding.words import STOP_WORDS, split_words
from dialogue.understanding.years import FIRST, LAST, SPOKEN_YEAR, read_year
from flows.model import Slot

LONGEST: Final = 500
"""Characters of a value that is looked into; of longer ones nothing is certain."""
LEAST_PHONE_DIGITS: Final = 5
_QUANTITY_WORDS: Final = frozenset(
    words_of(
        "a an one both couple pair dozen half few several single twice once none no nobody nothing zero"
        " myself me alone "
        "whole full entire another"
    )
)
"""Words that say how many, beside numbers."""
_AHEAD: Final = re.compile(r"^(?:next|this|coming|this coming|the next|in)\b", re.IGNORECASE)
_YEAR: Final = re.compile(rf"\b(?:(?:18|19|20)\d\d|{SPOKEN_YEAR})\b|['’]\d\d\b", re.IGNORECASE)
_SHORT_ADDRESS: Final = re.compile(r"^[\w.+-]+(?: [\w.+-]+){0,2} at [\w.-]+(?: [\w.-]+)?$", re.IGNORECASE)
_DAY_MONTH_YEAR: Final = re.compile(r"(\d\d)(\d\d)(?:\d\d)?(\d\d)")


def can_be_in(slot: Slot, description: str, text: str) -> bool:
    """Say whether `text` can be a value of `slot`; False only where it certainly is none.

    Args:
        slot: the slot to fill.
        description: what its collect step says of it.
        text: the words of the caller that are proposed as its value.
    """
    if len(text) > LONGEST or not text.strip():
        return bool(text.strip())
    match kind_of(slot, description):
        case "money" | "count":
            return _can_be_year(text) if is_year(slot, description) else _has_quantity(text)
        case "email":
            return is_address(text)
        case "code":
            return is_number_to_call(text) if is_phone(slot, description) else _looks_like_code(text)
        case "date":
            return not is_birth_date(slot, description) or can_be_birth(text)
        case _:
            return True


def can_be_birth(text: str) -> bool:
    """Say whether words can be somebody's day of birth: they name a month or a year, and nothing ahead."""
    said = bare_answer(text) or text
    if _AHEAD.match(said) and not _YEAR.search(said):
        return False
    if has_month(said) or _YEAR.search(said) or read_year(said) is not None:
        return True
    if any(any(char.isdigit() for char in span.value) and "/" in span.value for span in find_dates(said)):
        return True
    numbers = [number for number in find_numbers(said) if number.digits.isdigit()]
    digits = "".join(number.digits for number in numbers)
    if len(numbers) > 1 and len(numbers) <= 3:
        return True  # "fourteen, eight, eighty four"
    written = _DAY_MONTH_YEAR.fullmatch(digits)
    if written is None:
        return 3 <= len(digits) <= 5
    first, second = int(written[1]), int(written[2])
    return 0 < min(first, second) <= 12 and max(first, second) <= 31


def is_address(text: str) -> bool:
    """Say whether an e-mail address stands in words, or something that is meant as one ("joe at home")."""
    bare = bare_answer(text)
    return bool("@" in text or find_emails(text) or read_email(bare) or _SHORT_ADDRESS.match(bare))


def is_number_to_call(text: str) -> bool:
    """Say whether words have the figures of a telephone number and no letters among them."""
    digits = sum(len(number.digits) for number in find_numbers(text) if number.digits.lstrip("-").isdigit())
    return digits >= LEAST_PHONE_DIGITS and not any(run.has_letters for run in find_code_runs(text))


def _can_be_year(text: str) -> bool:
    if _YEAR.search(text) or read_year(bare_answer(text)) is not None:
        return True
    return any(
        FIRST <= number.value <= LAST or (0 <= number.value < 100 and number.unit in ("", "so", "i"))
        for number in find_numbers(text)
        if number.reading != "ordinal" and number.digits.isdigit()
    )


def _has_quantity(text: str) -> bool:
    return bool(find_numbers(text)) or any(word.lower in _QUANTITY_WORDS for word in split_words(text))


def _looks_like_code(text: str) -> bool:
    if any(char.isdigit() for char in text) or find_numbers(text) or find_code_runs(text):
        return True
    words = split_words(text)
    return any(
        (len(word.text) == 1 and word.lower not in ("a", "i")) or _is_odd(word.text, word.lower) for word in words
    )


def _is_odd(word: str, lower: str) -> bool:
    """Say whether a word is written like a name or a code, or like nothing one could pronounce."""
    if lower in STOP_WORDS or "'" in lower:
        return False
    return any(char.isupper() for char in word) or (len(word) > 1 and not re.search("[aeiouy]", lower))
