"""Format §8 (11)–(18): start, cancel, resume and complete, as existing assistants rely on."""

from __future__ import annotations

import pytest

from flows.commands import SetSlot
from tests.conformance.assistant import Talk, slot
from tests.conformance.conftest import PROFILES, Write
from tests.conformance.dialogue.conftest import Company
from tests.conformance.dialogue.phone_company import COMPLETED

CANCELLED = "utter_flow_cancelled_rasa"
YES, NO = (f"set slot continue_interrupted_flow_confirmation {word}" for word in ("True", "False"))
each_profile = pytest.mark.parametrize("profile", PROFILES)
asking_profile = pytest.mark.parametrize("profile", ["3.14", "3.16"])
old_profile = pytest.mark.parametrize("profile", ["3.13", "3.14"])


@each_profile
def test_s8_11_two_starts_run_in_order_without_a_continue(company: Company, profile: str) -> None:
    talk = company(profile=profile)
    turn = talk.hear("start flow change_address, start flow order_sim, set slot street A, set slot city B")
    assert turn.said == ("utter_address_changed", "utter_ask_plan")
    assert "pattern_continue_interrupted" not in " ".join(turn.flows)


@each_profile
def test_s8_11_also_where_the_first_waits(company: Company, profile: str) -> None:
    talk = company(profile=profile)
    assert talk.said("start flow change_address, start flow order_sim") == ("utter_ask_street",)
    turn = talk.hear("set slot street A, set slot city B")
    assert turn.said == ("utter_address_changed", "utter_ask_plan")


@each_profile
def test_s8_12_cancel_and_start_in_one_turn(company: Company, profile: str) -> None:
    talk = company("start flow order_sim, set slot plan Small", profile=profile)
    turn = talk.hear("cancel flow, start flow opening_hours")
    assert turn.said == (CANCELLED, "utter_opening_hours", COMPLETED[profile])


@each_profile
def test_s8_12_slots_for_the_new_flow_survive_the_reset(company: Company, profile: str) -> None:
    talk = company("start flow change_address, set slot street A", profile=profile)
    turn = talk.hear("cancel flow, start flow order_sim, set slot plan Large")
    assert turn.said == (CANCELLED, "utter_ask_quantity")
    assert (talk.slots["plan"], talk.slots["street"]) == ("Large", None)


SHARING = """
flows:
  lend: {name: lend, description: lend, steps: [{collect: thing}, {collect: day}, {action: utter_lent}]}
  give: {name: give, description: give, steps: [{collect: thing}, {collect: friend}, {action: utter_given}]}
"""
SHARED = """
slots: {thing: {type: text}, day: {type: text}, friend: {type: text}}
responses:
  utter_ask_thing: [{text: What?}]
  utter_ask_day: [{text: When?}]
  utter_ask_friend: [{text: Who?}]
  utter_lent: [{text: "Lent {thing}."}]
  utter_given: [{text: "Given {thing}."}]
"""


@each_profile
@pytest.mark.parametrize("value", ["book", "pen"])
@pytest.mark.parametrize(
    "order",
    [
        "cancel flow, start flow give, set slot thing {0}",
        "cancel flow, set slot thing {0}, start flow give",
        "set slot thing {0}, cancel flow, start flow give",
        "start flow give, set slot thing {0}, cancel flow",
        "set slot thing {0}, start flow give, cancel flow",
        "start flow give, cancel flow, set slot thing {0}",
    ],
)
def test_s8_12_also_a_slot_that_both_flows_have(write: Write, profile: str, value: str, order: str) -> None:
    talk = Talk(write(SHARING, SHARED, profile=profile))
    talk.hear("start flow lend, set slot thing book")
    turn = talk.hear(order.format(value))
    assert CANCELLED in turn.said
    assert turn.said[-1] == "utter_ask_friend"
    assert (talk.user_stack, talk.slots["thing"]) == (("give",), value)
    assert "Given" in talk.hear("set slot friend Jo").texts[0]


@old_profile
def test_s8_13_up_to_3_15_completed_also_runs_after_a_cancel(company: Company, profile: str) -> None:
    talk = company("start flow order_sim", profile=profile)
    assert talk.said("cancel flow") == (CANCELLED, "utter_can_do_something_else")


def test_s8_13_since_3_16_it_does_not(company: Company) -> None:
    talk = company("start flow order_sim")
    assert talk.said("cancel flow") == (CANCELLED,)
    assert talk.stack == ()


@old_profile
def test_s8_13_not_where_a_flow_is_left(company: Company, profile: str) -> None:
    talk = company("start flow order_sim", "start flow change_address", profile=profile)
    assert "utter_can_do_something_else" not in talk.said("cancel flow")


@each_profile
def test_s8_14_completed_does_not_run_after_a_bare_clarification(company: Company, profile: str) -> None:
    talk = company(profile=profile)
    turn = talk.hear("disambiguate flows order_sim top_up")
    assert turn.said == ("utter_clarification_options_rasa",)
    assert talk.stack == ()
    assert company(profile=profile).said("disambiguate flows") == ("utter_clarification_no_options_rasa",)


@asking_profile
def test_s8_15_cancel_at_the_continue_question(company: Company, profile: str) -> None:
    talk = company("start flow order_sim, set slot plan Small", "start flow opening_hours", profile=profile)
    turn = talk.hear("cancel flow")
    assert "started pattern_cancel_flow" in turn.flows
    assert turn.texts[0] == "Okay, I've stopped order a SIM card."
    assert "cancelled order_sim" in turn.flows
    assert talk.user_stack == ()
    assert talk.slots["plan"] is None


@asking_profile
def test_s8_15_the_value_and_more_at_the_continue_question(company: Company, profile: str) -> None:
    talk = company("start flow order_sim", "start flow opening_hours", profile=profile)
    turn = talk.hear("set slot plan Small, set slot quantity 3")
    assert turn.said == ("utter_ask_order_confirmed",)


@asking_profile
def test_s8_15_yes_and_the_value_at_the_continue_question(company: Company, profile: str) -> None:
    talk = company("start flow order_sim", "start flow opening_hours", profile=profile)
    turn = talk.hear(YES, "set slot plan Small")
    assert turn.said == ("utter_ask_quantity",)
    assert talk.stack == ("order_sim", "pattern_collect_information")
    other = company("start flow order_sim", "start flow opening_hours", profile=profile)
    assert other.said("set slot plan Small", YES) == ("utter_ask_quantity",)


@old_profile
@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("search and reply", "utter_no_knowledge_base"),
        ("offtopic reply", "utter_cannot_handle"),
        ("hand over", "utter_human_handoff_not_available"),
    ],
)
def test_s8_16_up_to_3_15_asked_again_without_a_line(company: Company, profile: str, said: str, answer: str) -> None:
    talk = company("start flow order_sim", profile=profile)
    assert talk.said(said) == (answer, "utter_ask_plan")


@each_profile
def test_s8_17_resets_go_by_name_also_of_shared_slots(write: Write, profile: str) -> None:
    talk = Talk(write(SHARING, SHARED, profile=profile))
    talk.hear("start flow lend, set slot thing book")
    turn = talk.hear("start flow give")
    assert turn.said == ("utter_ask_friend",)  # filled by the flow below
    turn = talk.hear("set slot friend Jo")
    assert turn.texts[0] == "Given book."
    assert talk.slots["thing"] is None
    assert ("thing", None) in turn.slot_events


@each_profile
def test_s8_18_starting_the_active_flow_or_its_parent_does_nothing(company: Company, profile: str) -> None:
    talk = company("start flow report_fault", profile=profile)
    before = talk.stack
    for flow in ("report_fault", "identify"):
        turn = talk.hear(f"start flow {flow}")
        assert turn.said == ("utter_ask_customer_number",)
        assert turn.flows == ()
        assert talk.stack == before


def test_s2_2_a_button_sets_a_slot_of_the_active_flow(company: Company) -> None:
    talk = company("start flow order_sim")
    assert talk.said("/SetSlots(plan=Medium, quantity=2)") == ("utter_ask_order_confirmed",)
    assert talk.slots["plan"] == "Medium"
    assert talk.give(SetSlot("quantity", "4")).said[-1] == "utter_ask_order_confirmed"


def test_s4_4_an_action_sets_the_slot_that_is_asked_next(company: Company) -> None:
    knows = {"action_identify": [slot("fault_kind", "noise")]}
    talk = company("start flow report_fault", actions=knows)
    turn = talk.hear("set slot customer_number 1, set slot postcode 2")
    assert turn.said[0] == "utter_fault_reported"
