"""What a trained classifier heard goes before what a model says, and whether several starts are asked back about."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dialogue.cleanup import clean_up
from dialogue.snapshots import state_from_json, state_to_json
from flows.commands import CancelFlow, CannotHandle, Clarify, Command, CorrectSlots, SetSlot, StartFlow
from flows.loader import load_assistant
from flows.model import Assistant
from flows.state import ConversationState, initial_state
from tests.conformance.assistant import Talk, load

FLOWS = """
flows:
  trip:
    description: plan a trip
    run_pattern_completed: false
    nlu_trigger: [{intent: travel}]
    steps: [{collect: city}, {collect: night}, {action: action_move}, {collect: other}]
  visit:
    description: visit somebody
    steps: [{collect: city}]
  call_home:
    description: call home
    steps: [{collect: other}]
"""
DOMAIN = """
version: "3.1"
intents: [travel, inform]
entities: [place]
slots:
  city: {type: text, mappings: [{type: from_llm}, {type: from_entity, entity: place}]}
  night: {type: text}
  other: {type: text}
actions: [action_move]
responses:
  utter_ask_city: [{text: Where?}]
  utter_ask_night: [{text: When?}]
  utter_ask_other: [{text: What else?}]
"""


@pytest.fixture
def talk(tmp_path: Path) -> Talk:
    talk = Talk(load(tmp_path, {"data/flows.yml": FLOWS, "domain.yml": DOMAIN}))
    talk.hear('/travel{"place": "Rome"}')
    return talk


def cleaned(talk: Talk, *commands: Command) -> list[Command]:
    return list(clean_up(commands, talk.conversation.state, talk.assistant))


def test_a_model_that_repeats_a_classifiers_value_says_nothing_new(talk: Talk) -> None:
    assert cleaned(talk, SetSlot("city", "Rome")) == []
    assert cleaned(talk, SetSlot("city", "Oslo")) == [CannotHandle()]
    assert cleaned(talk, SetSlot("city", "Oslo"), SetSlot("night", "today")) == [SetSlot("night", "today")]


def test_a_classifier_and_a_button_correct_what_a_classifier_heard(talk: Talk) -> None:
    for extractor in ("nlu", "payload", "fast_path"):
        assert cleaned(talk, SetSlot("city", "Oslo", extractor)) == [CorrectSlots((("city", "Oslo"),))]
    talk.hear('/inform{"place": "Oslo"}')
    assert talk.slots["city"] == "Oslo"
    assert cleaned(talk, SetSlot("city", "Bonn")) == [CannotHandle()]


def test_behind_a_cancellation_a_model_fills_anew(talk: Talk) -> None:
    wanted: list[Command] = [CancelFlow(), StartFlow("visit"), SetSlot("city", "Oslo")]
    assert cleaned(talk, *wanted) == wanted
    talk.hear("cancel flow, start flow visit")
    assert talk.conversation.state.heard_by_nlu == frozenset()
    talk.hear("set slot city Oslo")
    assert talk.turns[-1].slot_events[0] == ("city", "Oslo")


def test_what_an_action_sets_is_no_longer_the_classifiers(talk: Talk) -> None:
    talk.actions.script["action_move"] = [{"event": "slot", "name": "city", "value": "Bonn"}]
    talk.hear("set slot night today")
    assert talk.asks == "other"
    assert cleaned(talk, SetSlot("city", "Oslo")) == [CorrectSlots((("city", "Oslo"),))]


def test_what_a_model_filled_a_model_corrects(tmp_path: Path) -> None:
    talk = Talk(load(tmp_path, {"data/flows.yml": FLOWS, "domain.yml": DOMAIN}))
    talk.hear("start flow trip", "set slot city Rome")
    assert cleaned(talk, SetSlot("city", "Oslo")) == [CorrectSlots((("city", "Oslo"),))]


def test_who_filled_a_slot_survives_a_snapshot(talk: Talk) -> None:
    state = talk.conversation.state
    assert state.heard_by_nlu == {"city"}
    assert state_from_json(state_to_json(state)).heard_by_nlu == {"city"}
    older = {name: value for name, value in state_to_json(state).items() if name != "heard_by_nlu"}
    assert state_from_json(older).heard_by_nlu == frozenset()


def test_a_value_counts_while_its_mappings_flow_is_active(talk: Talk) -> None:
    for_trip, for_visit = SetSlot("other", "a", "nlu", ("trip",)), SetSlot("other", "b", "nlu", ("visit",))
    assert cleaned(talk, for_trip, for_visit) == [for_trip]
    assert cleaned(talk, for_visit) == []
    assert cleaned(talk, SetSlot("other", "c", "nlu"), for_trip) == [for_trip]
    assert cleaned(talk, StartFlow("visit"), for_visit) == [StartFlow("visit"), for_visit]


def test_an_intent_that_fits_nothing_now_is_answered(tmp_path: Path) -> None:
    talk = Talk(load(tmp_path, {"data/flows.yml": FLOWS, "domain.yml": DOMAIN}))
    assert talk.said('/inform{"place": "Rome"}') == ("utter_ask_rephrase",)


# Rule 5, CLARIFY_ON_MULTIPLE_START_FLOWS
TRANSFER, BALANCE = StartFlow("transfer_money"), StartFlow("check_balance")


def several(bank: Assistant, *commands: Command, state: ConversationState | None = None) -> list[Command]:
    asking = replace(bank, clarifies_starts=True)
    return list(clean_up(commands, state or initial_state(bank), asking))


def test_several_starts_are_asked_back_about_where_the_assistant_wants_it(bank: Assistant) -> None:
    starts: list[Command] = [TRANSFER, SetSlot("amount", "5"), BALANCE]
    assert several(bank, *starts) == [Clarify(("transfer_money", "check_balance"))]
    assert several(bank, TRANSFER) == [TRANSFER]
    assert several(bank, TRANSFER, TRANSFER, StartFlow("nonsense")) == [TRANSFER]
    assert list(clean_up([TRANSFER, BALANCE], initial_state(bank), bank)) == [TRANSFER, BALANCE]


@pytest.mark.parametrize(("value", "expected"), [("True", True), ("true", True), ("False", False), ("", False)])
def test_the_environment_says_whether(tmp_path: Path, value: str, expected: bool) -> None:
    load(tmp_path, {"data/flows.yml": FLOWS, "domain.yml": DOMAIN})
    environment = {"CLARIFY_ON_MULTIPLE_START_FLOWS": value}
    assert load_assistant(tmp_path, environment=environment).clarifies_starts is expected
    assert load_assistant(tmp_path).clarifies_starts is False


def test_with_a_flow_active_several_starts_run(talk: Talk) -> None:
    asking = replace(talk.assistant, clarifies_starts=True)
    commands = (StartFlow("visit"), StartFlow("call_home"))
    assert clean_up(commands, talk.conversation.state, asking) == commands
    assert clean_up(commands, initial_state(asking), asking) == (Clarify(("visit", "call_home")),)
