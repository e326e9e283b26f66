"""Yes and no: many forms, and silence where anything is left open."""

from __future__ import annotations

import pytest

from dialogue.understanding.fast_path.yes_no import is_for_more, read_stance, read_yes_no, wants_no_more

YES = [
    "Yes.",
    "Yes, please.",
    "yeah sure",
    "Yep!",
    "Uh, yes.",
    "That's right.",
    "Yes, that's correct, thank you.",
    "Go ahead.",
    "Absolutely.",
    "Sure, why not.",
    "Okay, do it.",
    "Yes, send it.",
    "Yes, transfer the money.",
    "yes yes",
]
NO = [
    "No.",
    "Nope.",
    "No, thanks.",
    "No, that's wrong.",
    "That's not correct.",
    "Don't do it.",
    "I don't think so.",
    "no no",
]
OPEN = [
    "Yes, but make it 60.",
    "No, I meant sixty.",
    "yeah no",
    "no yes",
    "maybe",
    "Yes to Peter",
    "What?",
    "I know.",
    "yes if it is free",
    "right, what's my balance",
    "yes cancel",
    "",
]


@pytest.mark.parametrize(
    ("said", "answer"), [*((t, True) for t in YES), *((t, False) for t in NO), *((t, None) for t in OPEN)]
)
def test_whole_turns_only(said: str, answer: bool | None) -> None:
    assert read_yes_no(said, confirms_write=True, topic={"transfer", "money"}) is answer


def test_a_mumbled_yes_lets_nothing_happen() -> None:
    assert read_yes_no("Mhm.") is True
    assert read_yes_no("Mhm.", confirms_write=True) is None


def test_thats_all_is_a_no_only_where_the_question_is_whether_to_go_on() -> None:
    assert read_yes_no("No, that's all, thank you.", slot="continue_conversation") is False
    assert read_yes_no("No, that was everything.", slot="continue_conversation") is False
    assert read_yes_no("Nope, all good.", slot="continue_conversation") is False
    assert read_yes_no("That's all.", slot="continue_conversation") is False
    assert read_yes_no("That's all.", slot="transfer_confirmed") is None


@pytest.mark.parametrize(
    ("said", "stance"),
    [
        ("With breakfast, please.", True),
        ("I'd like breakfast.", True),
        ("We don't need that.", False),
        ("No breakfast.", False),
        ("I want to pay.", None),
        ("Breakfast is at eight?", None),
    ],
)
def test_taking_or_leaving_what_is_asked_about(said: str, stance: bool | None) -> None:
    assert read_stance(said, {"breakfast"}) is stance


@pytest.mark.parametrize(
    ("said", "is_all"),
    [
        ("nothing else from me", True),
        ("Oh great, that was all", True),
        ("that's everything, have a nice day", True),
        ("nothing", False),
        ("another one", False),
        ("yes, one more thing", False),
    ],
)
def test_what_begins_or_ends_with_that_being_all(said: str, is_all: bool) -> None:
    assert wants_no_more(said) == is_all


@pytest.mark.parametrize(
    ("slot", "is_more"),
    [("order_more", True), ("continue_conversation", True), ("wants_more_data", False), ("confirm_order", False)],
)
def test_slots_that_ask_whether_to_go_on(slot: str, is_more: bool) -> None:
    assert is_for_more(slot) == is_more
    assert read_yes_no("great", slot=slot) is (None if is_more else True)
