"""What a longer or less certain turn gives to the running flow: faults that callers of small models met."""

from __future__ import annotations

from typing import Any

import pytest

from dialogue.understanding.answering import fill_answer
from dialogue.understanding.situation import Situation
from flows.commands import SetSlot
from flows.model import Assistant
from tests.dialogue.understanding.spoken_turns import HERE, Case, load_small_assistant, situation_of


@pytest.fixture(scope="module")
def office() -> Assistant:
    return load_small_assistant(HERE / "fast_path_office.yml")


def at(office: Assistant, asked: str, flow: str, **given: Any) -> Situation:
    return situation_of(Case("office", "", (), asked, flow, given), office)


def test_one_of_a_request_is_no_year_of_birth(office: Assistant) -> None:
    assert fill_answer("book one", at(office, "birth_year", "register")) == ()
    assert fill_answer("I'd like to book one please", at(office, "occupation", "register", last_name="Hill"))[:1] != (
        SetSlot("birth_year", 1, "nlu"),
    )


def test_a_counted_thing_is_cut_out_with_its_unit(office: Assistant) -> None:
    commands = fill_answer("one month", at(office, "plan_name", "subscribe"))
    assert commands == (SetSlot("contract_months", 1, "nlu"),)


def test_another_slots_category_is_no_free_text(office: Assistant) -> None:
    assert fill_answer("mobile", at(office, "plan_name", "subscribe")) == (SetSlot("line_kind", "mobile", "nlu"),)
    assert fill_answer("mobile", at(office, "plan_name", "subscribe", line_kind="mobile")) == ()


def test_names_that_recognition_wrote_small(office: Assistant) -> None:
    assert fill_answer("it's hill", at(office, "last_name", "register")) == (SetSlot("last_name", "hill", "nlu"),)
    assert fill_answer("It's hill", at(office, "last_name", "register")) == (SetSlot("last_name", "hill", "nlu"),)


def test_a_number_stays_in_a_free_text(office: Assistant) -> None:
    commands = fill_answer("the family 500 plan", at(office, "plan_name", "subscribe"))
    assert commands == (SetSlot("plan_name", "family 500 plan", "nlu"),)
