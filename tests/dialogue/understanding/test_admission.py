"""Values that a language model wrote are written like those of every other stage."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from dialogue.understanding.admission import admitted
from dialogue.understanding.normalising import normalised
from dialogue.understanding.situation import Situation
from flows.commands import Json, SetSlot
from flows.model import Assistant, Slot

NOW = datetime(2026, 11, 18, 10, 0)
SLOTS = {
    "guests": (Slot("guests", "float"), "how many people are coming"),
    "price": (Slot("price", "float"), "the price in dollars"),
    "card_number": (Slot("card_number", "text"), "the number of the card, digits only"),
    "phone": (Slot("phone", "text"), "the phone number to call back"),
    "email": (Slot("email", "text"), "the e-mail address for the receipt"),
    "booking_code": (Slot("booking_code", "text"), "the booking code"),
    "arrival": (Slot("arrival", "text"), "the day of arrival as YYYY-MM-DD"),
    "leaving": (Slot("leaving", "text"), "the day of leaving"),
    "holder": (Slot("holder", "text"), "the name of the card holder"),
    "note": (Slot("note", "text"), "what we should know"),
    "room": (Slot("room", "categorical", ("single", "double")), "the kind of room"),
}


@pytest.fixture
def situation(bank: Assistant) -> Situation:
    slots = {name: slot for name, (slot, _) in SLOTS.items()}
    told = {name: about for name, (_, about) in SLOTS.items()}
    return Situation(
        replace(bank, slots={**bank.slots, **slots}), fillable=tuple(slots.values()), descriptions=told, now=NOW
    )


@pytest.mark.parametrize(
    ("name", "written", "value"),
    [
        ("guests", "eight", 8),
        ("guests", "8", 8),
        ("guests", 8, 8),
        ("price", "eight hundred thirty one dollars", 831),
        ("card_number", "eight three one", "831"),
        ("card_number", "8-831", "8831"),
        ("card_number", "double five oh two", "5502"),
        ("phone", "plus four four seven nine oh", "+44790"),
        ("email", "joe dot s at gmail dot com", "joe.s@gmail.com"),
        ("email", "joe@gmail.com", "joe@gmail.com"),
        ("booking_code", "a b double one two", "AB112"),
        ("arrival", "the day after tomorrow", "2026-11-20"),
        ("leaving", "the day after tomorrow", "the day after tomorrow"),
        ("holder", "s m i t h", "Smith"),
        ("note", "the lift is broken", "the lift is broken"),
        ("room", "double", "double"),
    ],
)
def test_a_value_is_normalised(situation: Situation, name: str, written: Json, value: Json) -> None:
    assert admitted((SetSlot(name, written),), situation, ()) == (SetSlot(name, value),)
    assert admitted((SetSlot(name, value),), situation, ()) == (SetSlot(name, value),), "what is normal stays"


@pytest.mark.parametrize("name", list(SLOTS))
@pytest.mark.parametrize(
    "written", ["eight three one", "uh joe dot s at gmail dot com", "on friday", "x" * 10_000, "🦊"]
)
def test_every_stage_writes_alike(situation: Situation, name: str, written: str) -> None:
    slot, about = SLOTS[name]
    value = normalised(slot, written, description=about, now=NOW)
    assert admitted((SetSlot(name, written),), situation, ()) == (SetSlot(name, value),)


def test_a_value_that_is_written_twice_counts_once(situation: Situation) -> None:
    proposed = (SetSlot("card_number", "eight three one"), SetSlot("card_number", "831"))
    assert admitted(proposed, situation, ()) == (SetSlot("card_number", "831"),)


def test_no_value_is_none(situation: Situation) -> None:
    assert admitted((SetSlot("note", None),), situation, ()) == ()
