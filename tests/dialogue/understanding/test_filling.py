"""Which slots a longer turn fills, and which it must not."""

from __future__ import annotations

import pytest

from dialogue.understanding.filling import fill_slots
from dialogue.understanding.words import content_stems
from flows.model import Assistant, Slot

DESCRIPTIONS = {
    "amount": "how much money to send",
    "recipient": "the name of the person",
    "leaving": "city the traveller leaves from",
    "going": "destination city",
    "day": "the day",
    "guests": "number of people",
    "room": "room number, digits",
}
SLOTS = [
    Slot("amount", "float"),
    Slot("recipient", "text"),
    Slot("day", "text"),
    Slot("guests", "float"),
    Slot("card", "categorical", ("credit_card", "debit_card")),
]
TRIP = [Slot("leaving", "text"), Slot("going", "text"), Slot("day", "text")]

TURNS = [
    ("send fifty dollars to John", SLOTS, {"amount": 50, "recipient": "John"}),
    ("send $20 to my friend Mary Ann tomorrow", SLOTS, {"amount": 20, "recipient": "Mary Ann", "day": "tomorrow"}),
    ("a table for four people on Friday", SLOTS, {"guests": 4, "day": "Friday"}),
    ("forty dollars... no, fifty dollars to Joe", SLOTS, {"amount": 50, "recipient": "Joe"}),
    ("between fifty and sixty dollars", SLOTS, {"amount": 60, "guests": 50}),
    ("use my debit card", SLOTS, {"card": "debit_card"}),
    ("my credit card or my debit card", SLOTS, {}),
    ("come at seven pm", SLOTS, {}),
    ("give John or Mary the money", SLOTS, {}),
    ("from Berlin to New York next Tuesday", TRIP, {"leaving": "Berlin", "going": "New York", "day": "next Tuesday"}),
    ("I want to see Berlin", TRIP, {}),
]


CALLBACK = Slot("callback_time", "text")
VISIT = Slot("visit_day", "text")
MOMENTS = [
    ("tomorrow at three", [CALLBACK], {"callback_time": "tomorrow at three"}),
    ("friday morning", [CALLBACK], {"callback_time": "friday morning"}),
    ("on monday around half past seven", [CALLBACK], {"callback_time": "monday around half past seven"}),
    ("tomorrow at three", [CALLBACK, VISIT], {"visit_day": "tomorrow", "callback_time": "three"}),
    ("I have been waiting since monday", [CALLBACK], {}),
    ("mid january", [VISIT], {"visit_day": "mid january"}),
    ("thursday next week", [VISIT], {"visit_day": "thursday next week"}),
    ("the last weekend in july", [VISIT], {"visit_day": "the last weekend in july"}),
    ("I'm running late may I still come", [VISIT], {}),
    ("early next month", [VISIT], {"visit_day": "early next month"}),
]
KINDS = Slot("claim", "categorical", ("storm", "accidental damage"))
CLASS = Slot("class", "categorical", ("economy", "business class"))
PARTLY = [
    ("storm damage", [KINDS], {"claim": "storm"}),
    ("it was damage by my dog", [KINDS], {"claim": "accidental damage"}),
    ("economy or business", [CLASS], {}),
    ("my flu jab on november 15, no allergies", [VISIT], {"visit_day": "november 15"}),
]


@pytest.mark.parametrize(("said", "slots", "values"), [*TURNS, *MOMENTS, *PARTLY])
def test_values_go_to_the_slots_they_fit(said: str, slots: list[Slot], values: dict[str, object]) -> None:
    filled = fill_slots(said, slots, DESCRIPTIONS)
    assert {one.slot: one.value for one in filled} == values


def test_values_are_cut_from_what_was_said() -> None:
    said = "wire 30 dollars to Anna O'Neill, please"
    for one in fill_slots(said, SLOTS, DESCRIPTIONS):
        assert str(one.value) in said[one.start : one.end]


def test_words_of_the_wish_are_nobodys_name(bank: Assistant) -> None:
    taken = content_stems("transfer money to a contact")
    assert fill_slots("transfer Money", [bank.slots["recipient"]], DESCRIPTIONS, taken=taken) == ()
