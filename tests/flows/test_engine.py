"""Conversations with the flow engine: the straight way, values that are refused, and what it can be asked."""

from __future__ import annotations

import pytest

from flows.commands import (
    SetSlot,
    StartFlow,
)
from flows.effects import Emit, RunAction, Utter
from flows.engine import active_user_flow, collectable_slots, expectation, startable_flows
from flows.events import SlotSet
from flows.model import Assistant
from flows.state import initial_state
from tests.flows.talking import COMPLETED, FUNDS, Talk


def test_happy_path(bank: Assistant) -> None:
    talk = Talk(bank, FUNDS)
    assert talk.hear(StartFlow("transfer_money")) == ["say utter_ask_recipient", "listen recipient"]
    assert talk.hear(SetSlot("recipient", "Jo")) == ["run validate_recipient", "say utter_ask_amount", "listen amount"]
    assert talk.hear(SetSlot("amount", "50")) == ["run action_check_funds", "say utter_ask_confirm", "listen confirm"]
    assert talk.slot("amount") == 50.0
    assert talk.hear(SetSlot("confirm", "True")) == ["run action_transfer", "say utter_sent", *COMPLETED]
    assert talk.events() == ["completed transfer_money", "started pattern_completed"]
    assert talk.hear(SetSlot("continue_conversation", "no"))[:2] == [
        "say utter_closing_words",
        "say utter_ask_csat_score",
    ]
    assert talk.hear(SetSlot("csat_score", "Satisfied")) == ["say utter_csat_thank_you_satisfied", "listen open"]
    assert talk.state.stack == ()
    assert [talk.slot(name) for name in ("recipient", "amount", "confirm", "csat_score")] == [None] * 4


def test_all_in_one_sentence(bank: Assistant) -> None:
    talk = Talk(bank, FUNDS)
    heard = talk.hear(StartFlow("transfer_money"), SetSlot("recipient", "Jo"), SetSlot("amount", 50))
    assert heard == ["run validate_recipient", "run action_check_funds", "say utter_ask_confirm", "listen confirm"]


def test_expectation_of_each_question(bank: Assistant) -> None:
    talk = Talk(bank, FUNDS)
    assert expectation(talk.state, bank).kind == "open"
    talk.hear(StartFlow("transfer_money"))
    asked = expectation(talk.state, bank)
    assert (asked.kind, asked.slot, asked.flow_id, asked.step_id) == (
        "text", "recipient", "transfer_money", "0_collect_recipient",
    )  # fmt: skip
    talk.hear(SetSlot("recipient", "Jo"))
    assert expectation(talk.state, bank).kind == "number"
    talk.hear(SetSlot("amount", 5))
    asked = expectation(talk.state, bank)
    assert (asked.kind, asked.confirms_write, asked.step_id) == ("yes_no", True, "ask_confirm")
    talk.hear(StartFlow("check_balance"), SetSlot("pin", "1"))
    asked = expectation(talk.state, bank)
    assert (asked.kind, asked.values, asked.confirms_write) == ("category", ("Visa", "Amex"), False)


def test_branch_back_to_an_earlier_step(bank: Assistant) -> None:
    talk = Talk(bank, {"action_check_funds": {"has_funds": False}})
    talk.hear(StartFlow("transfer_money"), SetSlot("recipient", "Jo"))
    assert talk.hear(SetSlot("amount", 900)) == [
        "run action_check_funds", "say utter_no_funds", "say utter_ask_amount", "listen amount",
    ]  # fmt: skip


def test_effect_of_actions(bank: Assistant) -> None:
    talk = Talk(bank, FUNDS)
    talk.hear(StartFlow("transfer_money"), SetSlot("recipient", "Jo"), SetSlot("amount", 50))
    talk.hear(SetSlot("confirm", True))
    runs = [effect for effect in talk.effects if isinstance(effect, RunAction)]
    assert [(run.name, run.effect, run.flow_id) for run in runs] == [("action_transfer", "write", "transfer_money")]


def test_rejection_by_predicate(bank: Assistant) -> None:
    talk = Talk(bank, FUNDS)
    talk.hear(StartFlow("transfer_money"), SetSlot("recipient", "Jo"))
    assert talk.hear(SetSlot("amount", "0")) == ["say utter_too_little", "say utter_ask_amount", "listen amount"]
    assert talk.slot("amount") is None
    refused = next(effect for effect in talk.effects if isinstance(effect, Utter))
    assert refused.metadata == {"value": 0.0, "amount": 0.0}


@pytest.mark.parametrize("value", ["a lot", "-3", "1e9", True, "nan"])
def test_rejection_by_type(bank: Assistant, value: object) -> None:
    talk = Talk(bank, FUNDS)
    talk.hear(StartFlow("transfer_money"), SetSlot("recipient", "Jo"))
    assert talk.hear(SetSlot("amount", value)) == [
        "say utter_float_slot_rejection",
        "say utter_ask_amount",
        "listen amount",
    ]
    sets = [effect.event for effect in talk.effects if isinstance(effect, Emit) and isinstance(effect.event, SlotSet)]
    assert sets == [SlotSet("amount", value), SlotSet("amount", None)]
    assert talk.hear(SetSlot("amount", "1,200.50"))[0] == "run action_check_funds"
    assert talk.slot("amount") == 1200.5


def test_validation_action_refuses(bank: Assistant) -> None:
    talk = Talk(bank, {"validate_recipient": {"recipient": None}})
    talk.hear(StartFlow("transfer_money"))
    assert talk.hear(SetSlot("recipient", "Nobody")) == [
        "run validate_recipient", "say utter_ask_recipient", "listen recipient",
    ]  # fmt: skip


def test_slot_validation_runs_when_the_slot_is_set(bank: Assistant) -> None:
    talk = Talk(bank)
    heard = talk.hear(StartFlow("change_email"), SetSlot("email", "nonsense"))
    assert heard == ["say utter_bad_email", "say utter_ask_email", "listen email"]
    assert talk.hear(SetSlot("email", "a@b")) == ["say utter_ask_address", "listen address"]
    assert talk.hear(SetSlot("address", "here")) == ["say utter_saved", *COMPLETED]
    assert (talk.slot("email"), talk.slot("address")) == ("a@b", None)


def test_invalid_prefilled_values_are_handled_before_the_first_question(bank: Assistant) -> None:
    talk = Talk(bank)
    heard = talk.hear(StartFlow("transfer_money"), SetSlot("email", "nonsense"))
    assert heard == ["say utter_bad_email", "say utter_ask_email", "listen email"]
    assert talk.hear(SetSlot("email", "a@b")) == ["say utter_ask_recipient", "listen recipient"]


def test_values_of_actions_are_never_coerced(bank: Assistant) -> None:
    talk = Talk(bank, {"action_check_pin": {"card": "Mastercard", "amount": "12"}})
    heard = talk.hear(StartFlow("check_balance"), SetSlot("pin", "1"))
    assert heard == ["run action_check_pin", "say utter_balance", *COMPLETED]
    assert talk.slot("amount") == "12"


def test_startable_flows_follow_guards(bank: Assistant) -> None:
    state = initial_state(bank)
    names = [flow.id for flow in startable_flows(state, bank)]
    assert names == ["transfer_money", "check_balance", "change_email", "read_news"]
    known = type(state)(slots={**state.slots, "is_known": True})
    assert "premium" in [flow.id for flow in startable_flows(known, bank)]


def test_collectable_slots_include_called_flows(bank: Assistant) -> None:
    talk = Talk(bank)
    assert collectable_slots(talk.state, bank) == ()
    talk.hear(StartFlow("check_balance"))
    assert [slot.name for slot in collectable_slots(talk.state, bank)] == ["pin", "card"]


def test_active_user_flow_is_the_called_one(bank: Assistant) -> None:
    talk = Talk(bank)
    assert active_user_flow(talk.state, bank) is None
    talk.hear(StartFlow("check_balance"))
    flow = active_user_flow(talk.state, bank)
    assert flow is not None
    assert flow.id == "authenticate"
