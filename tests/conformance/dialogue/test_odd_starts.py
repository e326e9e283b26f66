"""Odd combinations of starts, clarifications and payloads, judged as in `test_odd_turns`."""

from __future__ import annotations

import pytest

from flows.commands import CannotHandle
from tests.conformance.conftest import PROFILES
from tests.conformance.dialogue.conftest import Company
from tests.conformance.dialogue.phone_company import CONTINUE

each_profile = pytest.mark.parametrize("profile", PROFILES)
asking_profile = pytest.mark.parametrize("profile", ["3.14", "3.16"])
CORRECTED, CANCELLED = "utter_corrected_previous_input", "utter_flow_cancelled_rasa"


# Clarifications.
@each_profile
def test_clarification_in_mid_flow_then_the_choice(company: Company, profile: str) -> None:
    talk = company("start flow order_sim", profile=profile)
    turn = talk.hear("disambiguate flows top_up change_address")
    assert turn.said == ("utter_clarification_options_rasa", "utter_ask_plan")
    assert talk.said("start flow top_up") == ("utter_ask_credit",)
    assert talk.user_stack == ("order_sim", "top_up")


def test_clarification_that_holds_the_active_flow(company: Company) -> None:
    talk = company("start flow order_sim")
    turn = talk.hear("disambiguate flows order_sim top_up")
    assert turn.said[-1] == "utter_ask_plan"
    assert talk.user_stack == ("order_sim",)


def test_clarification_of_flows_that_may_not_start(company: Company) -> None:
    assert company().said("disambiguate flows roaming identify") == ("utter_clarification_no_options_rasa",)


@pytest.mark.parametrize("line", ["set slot plan Large", "set slot quantity 2"])
def test_clarification_beside_a_value_of_one_of_its_options(company: Company, line: str) -> None:
    """Nothing starts, so the value is of no running flow; the caller must hear something."""
    talk = company()
    turn = talk.hear(line, "disambiguate flows order_sim top_up")
    assert turn.said
    assert (talk.slots["plan"], talk.slots["quantity"]) == (None, None)


# Starts.
@each_profile
def test_three_levels_of_digression_and_back(company: Company, profile: str) -> None:
    talk = company("start flow order_sim", "start flow change_address", "start flow top_up", profile=profile)
    assert talk.user_stack == ("order_sim", "change_address", "top_up")
    for line in ("set slot credit 5, set slot email a@b", "cancel flow", "cancel flow"):
        talk.hear(line)
    assert not talk.user_stack
    assert talk.slots["credit"] is None


def test_three_starts_in_one_turn(company: Company) -> None:
    talk = company()
    assert talk.said("start flow opening_hours, start flow change_address, start flow top_up")[-1] == "utter_ask_street"
    turn = talk.hear("set slot street A, set slot city B")
    assert turn.said == ("utter_address_changed", "utter_ask_credit")


@asking_profile
def test_two_starts_during_a_flow(company: Company, profile: str) -> None:
    talk = company("start flow order_sim", profile=profile)
    turn = talk.hear("start flow opening_hours, start flow change_address")
    assert turn.said == ("utter_opening_hours", "utter_ask_street")
    turn = talk.hear("set slot street A, set slot city B")
    assert turn.said == ("utter_address_changed", CONTINUE)
    assert talk.user_stack == ("order_sim",)


@each_profile
def test_cancel_with_a_second_flow_still_queued(company: Company, profile: str) -> None:
    """Two wishes, the first is cancelled: the second was not, so it comes next."""
    talk = company("start flow change_address, start flow order_sim", profile=profile)
    turn = talk.hear("cancel flow")
    assert turn.texts[0] == "Okay, I've stopped change the address."
    assert turn.said == (CANCELLED, "utter_ask_plan")


def test_starting_a_queued_flow_again(company: Company) -> None:
    talk = company("start flow change_address, start flow order_sim")
    talk.hear("start flow order_sim")
    assert talk.user_stack.count("order_sim") == 1


def test_starting_the_flow_that_was_called_by_another(company: Company) -> None:
    talk = company("start flow report_fault, set slot customer_number 1, set slot postcode 2")
    assert talk.asks == "fault_kind"
    assert talk.said("start flow identify") == ("utter_ask_fault_kind",)


def test_an_unusable_command_beside_a_start(company: Company) -> None:
    talk = company()
    assert talk.hear("start flow nonsense, start flow opening_hours").said[0] == "utter_opening_hours"
    assert talk.give(CannotHandle(), CannotHandle()).said[0] == "utter_ask_rephrase"


# Payloads.
def test_a_payload_for_another_flows_slot_changes_nothing(company: Company) -> None:
    talk = company("start flow order_sim")
    talk.hear("/SetSlots(street=x)")
    assert talk.slots["street"] is None
    assert talk.asks == "plan"


def test_a_payload_corrects(company: Company) -> None:
    talk = company("start flow order_sim, set slot plan Small")
    turn = talk.hear("/SetSlots(plan=Large)")
    assert turn.said == (CORRECTED, "utter_ask_quantity")


def test_an_old_buttons_payload_after_the_flow_is_over(company: Company) -> None:
    talk = company("start flow opening_hours")
    talk.hear("set slot continue_conversation True")
    turn = talk.hear("/SetSlots(continue_conversation=False)")
    assert "started pattern_customer_satisfaction" not in turn.flows
    assert talk.slots["continue_conversation"] is None
    assert "started pattern_cannot_handle" not in turn.flows  # §2.2: never triggers cannot_handle
