"""What kind of thing a slot holds, read from its type, its name and what its collect step says about it.

A `text` slot of the format may hold a name, a date, a phone number or a complaint, and nothing but the words of
its author tells which. The kind decides how an answer is read and which words of a longer turn may fill it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, TypeAlias

from dialogue.understanding.words import label, split_words, stem
from flows.model import Slot

Kind: TypeAlias = Literal[
    "yes_no", "category", "money", "count", "person", "place", "date", "time", "code", "email", "address", "free"
]


def _stems(words: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words.split())


MONEY = _stems(
    "amount money price cost sum payment dollar euro pound balance limit salary income fee budget deposit bill tip"
    " invoice charge loan rent premium"
)
# Tried in this order: "contact phone number" is a code and no person, "departure time" a time and no place.
_BY_WORDS: tuple[tuple[Kind, frozenset[str]], ...] = (
    ("email", _stems("email mail")),
    (
        "code",
        _stems(
            "digits code pin zip postcode postal iban reference id identifier phone mobile number telephone"
            " serial plate vin"
            " isbn imei sku passcode"
        ),
    ),
    ("address", _stems("address street")),
    ("time", _stems("time hour clock")),
    ("place", _stems("city country destination origin place location town airport station region")),
    (
        "date",
        _stems(
            "date day when month week weekday period since birthday birthdate dob timeframe deadline year"
            " arrival departure"
        ),
    ),
    ("person", _stems("name person recipient payee beneficiary contact friend receiver who surname firstname")),
)
# What a thing is called is text like any other: only persons are sure to be said by name.
_NAMED_THINGS = _stems("product company business restaurant hotel dish item medicine street song movie book event plan")


def kind_of(slot: Slot, description: str = "") -> Kind:
    """Tell what kind of thing `slot` holds."""
    if slot.type == "bool":
        return "yes_no"
    if slot.type in ("categorical", "strict_categorical"):
        return "category"
    return _kind_of_words(slot.type == "float", slot.name, description)


@lru_cache(maxsize=4096)  # asked of every slot at every turn, and read from words that never change
def _kind_of_words(is_float: bool, name: str, description: str) -> Kind:
    named = {stem(word) for word in label(name).split()}
    described = {stem(word.lower) for word in split_words(description)}
    if is_float:
        return "money" if (named | (described - _stems("number"))) & MONEY else "count"
    if "digit" in described or label(name).split()[-1:] in (["no"], ["nr"], ["ref"], ["acct"]):
        return "code"
    if not re.search(r"\be-?mails?\b|\bmail address", description, re.IGNORECASE):
        described -= _stems("mail mailing")  # a mailing list is no address to write to
    return _text_kind(named) or _text_kind(described) or "free"


@lru_cache(maxsize=4096)
def _words_about(name: str, description: str) -> frozenset[str]:
    return frozenset((*label(name).split(), *label(description).split()))


@lru_cache(maxsize=4096)
def _stems_about(name: str, description: str) -> frozenset[str]:
    return frozenset(stem(word) for word in _words_about(name, description))


def stems_about(slot: Slot, description: str = "") -> frozenset[str]:
    """Stems of the words of a slot's name and of what its collect step says."""
    return _stems_about(slot.name, description)


def is_departure(slot: Slot, description: str = "") -> bool:
    """Tell a place one leaves from a place one goes to."""
    words = _stems_about(slot.name, description)
    return bool(words & _stems("departure origin from leave leaving start source depart"))


def is_phone(slot: Slot, description: str = "") -> bool:
    """Tell a telephone number from other codes: it may begin with a plus, and has several figures."""
    words = _stems_about(slot.name, description)
    return bool(words & _stems("phone mobile telephone cell callback"))


def is_birth_date(slot: Slot, description: str = "") -> bool:
    """Tell the day on which somebody was born from other days: it lies back and is said with a month or a year."""
    words = _words_about(slot.name, description)
    return kind_of(slot, description) == "date" and bool(words & {"birth", "born", "birthday", "birthdate", "dob"})


def is_year(slot: Slot, description: str = "") -> bool:
    """Tell a float slot that holds a year of the calendar from one that counts years."""
    words = _words_about(slot.name, description)
    return slot.type == "float" and "year" in words and not words & {"number", "many", "count", "long", "years", "per"}


def _text_kind(words: set[str]) -> Kind | None:
    for kind, telling in _BY_WORDS:
        if words & telling:
            return None if kind == "person" and words & _NAMED_THINGS else kind
    return None
