"""Yes and no: many forms, and silence where anything is left open."""

from __future__ import annotations

import pytest

from dialogue.understanding.fast_path.yes_no import read_stance, read_yes_no

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
