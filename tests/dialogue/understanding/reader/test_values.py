"""Values in turns, by readings written by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dialogue.understanding.reader.values import find_values, formed_values
from flows.effects import Expectation
from flows.model import Assistant, Slot
from tests.dialogue.understanding.reader.scripted import Scripted, asked, open_turn


def test_a_house_number_counts_nobody(assistant: Assistant) -> None:
    slots = [Slot("home_address", "text"), Slot("floor", "float")]
    reading = Scripted("from 187 Harbour View", places={"home_address": "187 Harbour View"})
    values, _ = find_values(reading, slots, open_turn(assistant), None, is_candidate=True)  # type: ignore[arg-type]
    assert values == {"home_address": "187 Harbour View"}


@pytest.mark.parametrize(
    ("slot", "said", "value"),
    [
        ("office_location", "the Edinburgh office", "Edinburgh"),
        ("city", "Mexico City", "Mexico City"),
        ("city", "New York City", "New York City"),
    ],
)
def test_a_place_is_not_told_its_kind(assistant: Assistant, slot: str, said: str, value: str) -> None:
    reading = Scripted(f"it is {said}", places={slot: said})
    values, _ = find_values(reading, [Slot(slot, "text")], open_turn(assistant), None, is_candidate=True)  # type: ignore[arg-type]
    assert values == {slot: value}


@pytest.mark.parametrize(
    ("text", "found", "value"),
    [
        ("I wasn't even in town that day", "I wasn't even in town", "I wasn't even in town that day"),
        ("um the pan caught fire and the wall is black", "the pan caught fire", "the pan caught fire"),
        ("the pan caught fire and it burnt please", "the pan caught fire and", "the pan caught fire and it burnt"),
        ("it is too loud here, call me back", "it is too loud here", "it is too loud here"),
        ("the room please", "the room", "the room"),
        ("we had to wait so long for two", "we had to wait so long", "we had to wait so long"),  # two is the party
    ],
)
def test_a_sentence_that_answers_is_taken_to_its_end(assistant: Assistant, text: str, found: str, value: str) -> None:
    remark = Slot("remark", "text")
    with_remark = replace(assistant, slots={**assistant.slots, "remark": remark})
    situation = replace(open_turn(with_remark), expectation=Expectation("text", "remark", "book", "1"))
    slots = [remark, assistant.slots["party"]]
    places = {"remark": found} | ({"party": "two"} if text.endswith("two") else {})
    values, _ = find_values(Scripted(text, places=places), slots, situation, None, is_candidate=False)  # type: ignore[arg-type]
    assert values["remark"] == value


@pytest.mark.parametrize(
    ("text", "is_refused", "values"),
    [
        ("no, on the terrace", True, {"area": "terrace"}),
        ("no, the terrace is too loud", True, {}),
        ("no, the terrace would be too cold for four", True, {"party": 4}),
        ("yes, the terrace is fine", False, {"area": "terrace"}),
    ],
)
def test_what_is_said_of_a_value_beside_a_no_is_the_reason(
    assistant: Assistant, text: str, is_refused: bool, values: dict[str, object]
) -> None:
    situation = asked(assistant, "high_chair")
    assert formed_values(text, situation, is_refused=is_refused) == values


@pytest.mark.parametrize(
    ("slot", "text", "said", "value"),
    [
        ("lost_item", "I left my umbrella on the bus", "my umbrella", "umbrella"),
        ("lost_item", "my um my goggles are gone", "my um my goggles", "goggles"),
        ("symptom", "my stomach hurts", "my stomach hurts", "my stomach hurts"),
        ("remark", "I saw my doctor already", "my doctor", "my doctor"),
    ],
)
def test_a_thing_is_not_told_whose_it_is(assistant: Assistant, slot: str, text: str, said: str, value: str) -> None:
    reading = Scripted(text, places={slot: said})
    values, _ = find_values(reading, [Slot(slot, "text")], open_turn(assistant), None, is_candidate=True)  # type: ignore[arg-type]
    assert values == {slot: value}


@pytest.mark.parametrize("other", ["member_number", "damage_text"])
def test_a_code_is_no_other_codes_value_and_no_part_of_a_sentence(assistant: Assistant, other: str) -> None:
    text = "the windscreen of GP 152 is cracked"
    slots = [Slot("licence_plate", "text"), Slot(other, "text")]
    reading = Scripted(text, places={other: "GP 152" if other == "member_number" else text})
    values, _ = find_values(reading, slots, open_turn(assistant), None, is_candidate=True)  # type: ignore[arg-type]
    assert values == {"licence_plate": "GP152"}


def test_a_code_goes_to_the_slot_that_is_named_before_it(assistant: Assistant) -> None:
    slots = [Slot("account_number", "text"), Slot("order_number", "text")]
    reading = Scripted("another plan, my account is 48151623", places={"order_number": "48151623"})
    values, _ = find_values(reading, slots, open_turn(assistant), None, is_candidate=True)  # type: ignore[arg-type]
    assert values == {"account_number": "48151623"}


def test_an_address_is_no_name_of_the_category_that_is_asked_for(assistant: Assistant) -> None:
    channel, address = Slot("channel", "categorical", ("email", "post")), Slot("contact_email", "text")
    known = replace(assistant, slots={**assistant.slots, "channel": channel, "contact_email": address})
    situation = replace(open_turn(known), expectation=Expectation("text", "channel", "book", "1"))
    said = "priya dot raman at example dot com"
    reading = Scripted(f"email it to {said}", places={"channel": said, "contact_email": said})
    reading.meant["channel"] = ("email", 0.9)
    values, _ = find_values(reading, [channel, address], situation, None, is_candidate=False)  # type: ignore[arg-type]
    assert values == {"channel": "email", "contact_email": "priya.raman@example.com"}


@pytest.mark.parametrize(("said", "year"), [("1984", 1984), ("nineteen eighty four", 1984), ("7", None)])
def test_a_year_is_one(assistant: Assistant, said: str, year: int | None) -> None:
    reading = Scripted(f"it is {said}", places={"birth_year": said})
    values, _ = find_values(reading, [Slot("birth_year", "float")], open_turn(assistant), None, is_candidate=True)  # type: ignore[arg-type]
    assert values.get("birth_year") == year
