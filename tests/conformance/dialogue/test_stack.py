"""Format §4.4 (the stack): start, cancel, resume, complete, failures, sessions, limits."""

from __future__ import annotations

import pytest

from dialogue.events import ActionFailed
from flows.commands import CannotHandle, HandleCodeChange
from tests.conformance.assistant import Talk
from tests.conformance.conftest import PROFILES, Write
from tests.conformance.dialogue.conftest import Company
from tests.conformance.dialogue.phone_company import COMPLETED, CONTINUE

CANCELLED = "utter_flow_cancelled_rasa"
YES, NO = (f"set slot continue_interrupted_flow_confirmation {word}" for word in ("True", "False"))
each_profile = pytest.mark.parametrize("profile", PROFILES)
asking_profile = pytest.mark.parametrize("profile", ["3.14", "3.16"])
old_profile = pytest.mark.parametrize("profile", ["3.13", "3.14"])


# Start while another flow is active.
@each_profile
def test_s4_4_a_start_interrupts(company: Company, profile: str) -> None:
    talk = company("start flow order_sim", profile=profile)
    turn = talk.hear("start flow change_address")
    assert turn.flows == ("interrupted order_sim", "started change_address")
    assert turn.said == ("utter_ask_street",)
    assert talk.user_stack == ("order_sim", "change_address")


@asking_profile
def test_s4_4_since_3_14_it_asks_whether_to_go_back(company: Company, profile: str) -> None:
    talk = company("start flow order_sim", profile=profile)
    turn = talk.hear("start flow opening_hours")
    assert turn.said == ("utter_opening_hours", CONTINUE)
    assert "order a SIM card" in turn.texts[-1]
    assert turn.flows[-2:] == ("completed opening_hours", "started pattern_continue_interrupted")
    turn = talk.hear(YES)
    assert turn.said == ("utter_ask_plan",)
    assert "resumed order_sim" in turn.flows
    assert talk.stack == ("order_sim", "pattern_collect_information")
    assert talk.slots["continue_interrupted_flow_confirmation"] is None


@asking_profile
def test_s4_4_no_leaves_it(company: Company, profile: str) -> None:
    talk = company("start flow order_sim, set slot plan Small", "start flow opening_hours", profile=profile)
    turn = talk.hear(NO)
    assert "cancelled order_sim" in turn.flows
    assert talk.user_stack == ()
    assert talk.slots["plan"] is None


def test_s4_4_up_to_3_13_it_goes_on_at_once(company: Company) -> None:
    talk = company("start flow order_sim", profile="3.13")
    turn = talk.hear("start flow opening_hours")
    assert turn.said == ("utter_opening_hours", "utter_flow_continue_interrupted", "utter_ask_plan")
    assert turn.texts[1] == "Let's go back to order a SIM card."
    assert "resumed order_sim" in turn.flows


@asking_profile
def test_s4_4_giving_the_value_skips_the_yes(company: Company, profile: str) -> None:
    talk = company("start flow order_sim", "start flow opening_hours", profile=profile)
    turn = talk.hear("set slot plan Small")
    assert turn.said == ("utter_ask_quantity",)
    assert "resumed order_sim" in turn.flows
    assert talk.stack == ("order_sim", "pattern_collect_information")


@asking_profile
def test_s4_4_several_interrupted_flows_are_offered_by_name(company: Company, profile: str) -> None:
    talk = company("start flow order_sim", "start flow change_address", profile=profile)
    turn = talk.hear("start flow opening_hours")
    assert turn.said == ("utter_opening_hours", "utter_ask_interrupted_flow_to_continue")
    assert "change the address or order a SIM card" in turn.texts[-1]
    turn = talk.hear("set slot interrupted_flow_to_continue 'order a SIM card'")
    assert turn.said == ("utter_ask_plan",)
    assert "resumed order_sim" in turn.flows
    assert set(talk.user_stack) == {"order_sim", "change_address"}
    assert talk.user_stack[-1] == "order_sim"


@pytest.mark.parametrize("name", ["order_sim", "Order a SIM card"])
def test_s4_4_a_flow_to_go_back_to_may_be_named_loosely(company: Company, name: str) -> None:
    talk = company("start flow order_sim", "start flow change_address", "start flow opening_hours")
    assert talk.said(f"set slot interrupted_flow_to_continue '{name}'") == ("utter_ask_plan",)


@pytest.mark.parametrize(
    "none",
    [
        "none",
        "None",
        "NONE",
    ],
)
def test_s4_5_none_of_several_leaves_them_all(company: Company, none: str) -> None:
    talk = company("start flow order_sim", "start flow change_address", "start flow opening_hours")
    turn = talk.hear(f"set slot interrupted_flow_to_continue {none}")
    assert talk.user_stack == ()
    assert {"cancelled order_sim", "cancelled change_address"} <= set(turn.flows)


def test_s4_5_an_unknown_name_resumes_nothing(company: Company) -> None:
    talk = company("start flow order_sim", "start flow change_address", "start flow opening_hours")
    assert "resumed change_address" not in talk.hear("set slot interrupted_flow_to_continue 'a new phone'").flows


def test_s4_4_since_3_16_also_after_a_knowledge_answer(company: Company) -> None:
    talk = company("start flow order_sim")
    assert talk.said("search and reply") == ("utter_no_knowledge_base", CONTINUE)
    assert talk.said(YES) == ("utter_ask_plan",)


@each_profile
def test_s4_4_not_before_linked_flows(company: Company, profile: str) -> None:
    talk = company("start flow order_sim", "start flow top_up", profile=profile)
    turn = talk.hear("set slot credit 5")
    assert turn.said == ("utter_ask_email",)
    assert "pattern_continue_interrupted" not in talk.stack
    turn = talk.hear("set slot email a@b")
    assert turn.said[0] == "utter_receipt_sent"
    assert turn.said[-1] == ("utter_ask_plan" if profile == "3.13" else CONTINUE)


# Cancel.
@each_profile
def test_s4_4_cancel(company: Company, profile: str) -> None:
    talk = company("start flow order_sim, set slot plan Small, set slot quantity 2", profile=profile)
    turn = talk.hear("cancel flow")
    assert turn.said[0] == CANCELLED
    assert turn.texts[0] == "Okay, I've stopped order a SIM card."
    assert turn.flows[:3] == (
        "started pattern_cancel_flow",
        "cancelled order_sim",
        "completed pattern_cancel_flow",
    )
    assert "action_cancel_flow" in turn.actions
    assert (talk.slots["plan"], talk.slots["quantity"]) == (None, None)


@each_profile
def test_s4_4_the_scope_of_cancel_is_the_whole_family_of_calls(company: Company, profile: str) -> None:
    talk = company("start flow order_sim", "start flow report_fault, set slot customer_number 5", profile=profile)
    turn = talk.hear("cancel flow")
    assert turn.texts[0] == "Okay, I've stopped report a fault."
    assert {"cancelled report_fault", "cancelled identify"} <= set(turn.flows)
    assert "cancelled order_sim" not in turn.flows
    assert talk.slots["customer_number"] is None
    assert talk.user_stack == ("order_sim",)


@each_profile
def test_s4_4_cancel_with_nothing_to_cancel(company: Company, profile: str) -> None:
    turn = company(profile=profile).hear("cancel flow")
    assert "started pattern_cancel_flow" not in turn.flows


# Completed.
@each_profile
def test_s4_4_completed(company: Company, profile: str) -> None:
    talk = company(profile=profile)
    turn = talk.hear("start flow opening_hours")
    assert turn.said == ("utter_opening_hours", COMPLETED[profile])
    assert turn.flows[:3] == ("started opening_hours", "completed opening_hours", "started pattern_completed")


def test_s4_4_run_pattern_completed_false(write: Write) -> None:
    flows = """
    flows:
      f: {description: d, run_pattern_completed: false, steps: [{action: utter_hi}]}
    """
    assert Talk(write(flows, "responses: {utter_hi: [{text: Hi}]}")).said("start flow f") == ("utter_hi",)


def test_s4_4_completed_knows_the_flow_before(write: Write) -> None:
    flows = """
    flows:
      f: {name: greet, description: d, steps: [{action: utter_hi}]}
      pattern_completed:
        description: d
        steps:
          - noop: true
            next:
              - if: context.previous_flow_name = "greet"
                then: [{action: utter_after, next: END}]
              - else: [{action: utter_wrong, next: END}]
    """
    domain = """
    responses:
      utter_hi: [{text: Hi}]
      utter_after: [{text: "After {{context.previous_flow_name}}", metadata: {template: jinja}}]
      utter_wrong: [{text: wrong}]
    """
    talk = Talk(write(flows, domain))
    assert talk.hear("start flow f").texts == ("Hi", "After greet")


# Code change, failing actions, session end, limits.
@each_profile
def test_s4_4_code_change(company: Company, profile: str) -> None:
    talk = company("start flow order_sim, set slot plan Small", profile=profile)
    turn = talk.give(HandleCodeChange())
    assert turn.said[0] == "utter_inform_code_change"
    assert "action_clean_stack" in turn.actions
    assert talk.user_stack == ()
    assert talk.said("start flow opening_hours")[0] == "utter_opening_hours"


@each_profile
def test_s4_4_a_failing_action_cancels_the_flow(company: Company, profile: str) -> None:
    broken = {"action_order": ActionFailed("action_order", "no shop")}
    talk = company("start flow order_sim, set slot plan Small, set slot quantity 1", profile=profile, actions=broken)
    turn = talk.hear("set slot order_confirmed True")
    assert turn.said[0] == "utter_internal_error_rasa"
    assert "utter_ordered" not in turn.said
    assert turn.flows[:2] == ("cancelled order_sim", "started pattern_internal_error")
    assert talk.user_stack == ()
    assert talk.slots["plan"] is None
    assert talk.said("start flow opening_hours")[0] == "utter_opening_hours"


@asking_profile
def test_s4_4_a_failing_action_of_an_interrupting_flow_leaves_the_other(company: Company, profile: str) -> None:
    broken = {"action_identify": ActionFailed("action_identify", "no database")}
    talk = company("start flow order_sim", "start flow report_fault", profile=profile, actions=broken)
    turn = talk.hear("set slot customer_number 5, set slot postcode 6")
    assert turn.said[0] == "utter_internal_error_rasa"
    assert "cancelled report_fault" in turn.flows
    assert talk.user_stack == ("order_sim",)


def test_s4_4_a_collect_that_cannot_ask_fails_the_same_way(write: Write) -> None:
    flows = """
    flows:
      f: {description: d, steps: [{collect: x}, {set_slots: [{x: null}]}, {collect: x}, {action: utter_hi}]}
    """
    domain = "slots: {x: {type: text, initial_value: 1}}\nresponses: {utter_hi: [{text: Hi}]}"
    talk = Talk(write(flows, domain))
    turn = talk.hear("start flow f")
    assert turn.said[0] == "utter_internal_error_rasa"
    assert "cancelled f" in turn.flows


def test_s4_4_session_ended_by_an_action_stops_the_turn(company: Company) -> None:
    ends = {"action_order": [{"event": "session_ended"}]}
    talk = company("start flow order_sim, set slot plan Small, set slot quantity 1", actions=ends)
    turn = talk.hear("set slot order_confirmed True")
    assert turn.said == ()
    assert turn.is_over


@each_profile
def test_s4_4_an_endless_loop_is_stopped(write: Write, profile: str) -> None:
    flows = """
    flows:
      f:
        description: d
        steps:
          - id: again
            set_slots: [{n: 1}]
          - noop: true
            next:
              - if: slots.n = 1
                then: again
              - else: END
      g: {description: e, steps: [{action: utter_hi}]}
    """
    domain = "slots: {n: {type: float, mappings: [{type: controlled}]}}\nresponses: {utter_hi: [{text: Hi}]}"
    talk = Talk(write(flows, domain, profile=profile))
    turn = talk.hear("start flow f")
    assert "utter_internal_error_rasa" in turn.said
    assert talk.user_stack == ()
    assert talk.said("start flow g")[0] == "utter_hi"


@each_profile
def test_s4_4_input_without_a_flow_is_asked_again(company: Company, profile: str) -> None:
    turn = company(profile=profile).give(CannotHandle())
    assert turn.said == ("utter_ask_rephrase",)
    assert turn.flows == ("started pattern_cannot_handle", "completed pattern_cannot_handle")
