"""Words that can be in a slot, and words that certainly cannot."""

from __future__ import annotations

import pytest

from dialogue.understanding.plausible import can_be_in
from flows.model import Slot

BIRTH = Slot("date_of_birth", "text")
BORN = Slot("holder_date", "text")
PHONE = Slot("callback_phone", "text")
EMAIL = Slot("contact_email", "text")
CODE = Slot("voucher_code", "text")
COUNT = Slot("seats", "float")
YEAR = Slot("birth_year", "float")
ABOUT = {"holder_date": "the day on which the card holder was born", "birth_year": "the year"}

CAN = [
    (BIRTH, "third of may nineteen ninety one"),
    (BIRTH, "12/3/79"),
    (BIRTH, "the fourth of july"),
    (BIRTH, "14.08.1984"),
    (BIRTH, "1990"),
    (BIRTH, "seventy nine"),
    (BIRTH, "140884"),
    (BORN, "May 5th 1990"),
    (PHONE, "oh double one three four nine six oh triple seven"),
    (PHONE, "+44 7911 234567"),
    (EMAIL, "joe at example dot com"),
    (EMAIL, "joe@example.com"),
    (EMAIL, "lindquist at home"),
    (CODE, "X7Q2"),
    (CODE, "k x two nine four one"),
    (CODE, "SUMMER"),
    (CODE, "kx"),
    (COUNT, "four of us"),
    (COUNT, "just me"),
    (COUNT, "a couple"),
    (YEAR, "nineteen eighty four"),
    (YEAR, "'67"),
    (YEAR, "sixty seven"),
    (Slot("visit_day", "text"), "tomorrow"),
    (Slot("note", "text"), "whatever you like"),
]
CANNOT = [
    (BIRTH, "tomorrow"),
    (BIRTH, "Friday"),
    (BIRTH, "next week"),
    (BIRTH, "on friday at nine"),
    (BIRTH, "next May"),
    (BIRTH, "204518"),
    (BIRTH, "the blue one"),
    (BORN, "this Saturday"),
    (PHONE, "1234"),
    (PHONE, "k x two nine four one"),
    (PHONE, "the same number"),
    (EMAIL, "the one on file"),
    (EMAIL, "tomorrow"),
    (CODE, "the other one"),
    (CODE, "whatever it says"),
    (COUNT, "the blue ones"),
    (COUNT, "tickets"),
    (YEAR, "204518"),
    (YEAR, "next week"),
    (BIRTH, " "),
]


@pytest.mark.parametrize(("slot", "said"), CAN)
def test_what_can_be_a_value(slot: Slot, said: str) -> None:
    assert can_be_in(slot, ABOUT.get(slot.name, ""), said)


@pytest.mark.parametrize(("slot", "said"), CANNOT)
def test_what_certainly_is_none(slot: Slot, said: str) -> None:
    assert not can_be_in(slot, ABOUT.get(slot.name, ""), said)
