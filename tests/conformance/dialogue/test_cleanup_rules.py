"""Format §4.3: what is left of a turn's commands before they are carried out, rule by rule, and in combination."""

from __future__ import annotations

import pytest

from dialogue.cleanup import clean_up
from flows.commands import (
    CancelFlow,
    CannotHandle,
    ChitChat,
    Clarify,
    Command,
    CorrectSlots,
    SetSlot,
    StartFlow,
)
from tests.conformance.assistant import Talk
from tests.conformance.conftest import Write
from tests.conformance.dialogue.conftest import Company

ORDER, HOURS, FAULT = StartFlow("order_sim"), StartFlow("opening_hours"), StartFlow("report_fault")


def cleaned(talk: Talk, *commands: Command, is_payload: bool = False) -> list[Command]:
    return list(clean_up(commands, talk.conversation.state, talk.assistant, is_payload=is_payload))


# Rule 1: SetSlot whose value equals the current value is dropped (string comparison).
def test_s4_3_1_an_equal_value_is_dropped(company: Company) -> None:
    talk = company("start flow order_sim, set slot plan Small, set slot quantity 3")
    assert cleaned(talk, SetSlot("quantity", "3")) == []
    assert cleaned(talk, SetSlot("quantity", 3)) == []
    assert cleaned(talk, SetSlot("plan", "small")) == []
    assert cleaned(talk, SetSlot("plan", "Small"), SetSlot("quantity", "4")) == [CorrectSlots((("quantity", 4.0),))]


def test_s4_3_1_the_question_is_asked_again_after_an_equal_value(company: Company) -> None:
    talk = company("start flow order_sim, set slot plan Small")
    assert talk.said("set slot plan Small") == ("utter_ask_quantity",)


# Rule 2: starts of flows that are active, that wait below, that were called or linked.
@pytest.mark.parametrize("profile", ["3.13", "3.14", "3.16"])
def test_s4_3_2_a_start_of_the_active_flow_is_dropped(company: Company, profile: str) -> None:
    talk = company("start flow order_sim", profile=profile)
    assert cleaned(talk, ORDER) == []
    assert cleaned(talk, ORDER, SetSlot("plan", "Large")) == [SetSlot("plan", "Large")]
    assert cleaned(talk, HOURS) == [HOURS]


@pytest.mark.parametrize("profile", ["3.14", "3.16"])
def test_s4_3_2_a_flow_that_waits_below_is_resumed(company: Company, profile: str) -> None:
    talk = company("start flow order_sim", "start flow change_address", profile=profile)
    turn = talk.hear("start flow order_sim")
    assert turn.said == ("utter_ask_plan",)
    assert turn.flows == ("interrupted change_address", "resumed order_sim")
    assert talk.user_stack == ("change_address", "order_sim")


def test_s4_3_2_up_to_3_13_it_is_ignored(company: Company) -> None:
    talk = company("start flow order_sim", "start flow change_address", profile="3.13")
    turn = talk.hear("start flow order_sim")
    assert turn.said == ("utter_ask_street",)
    assert turn.flows == ()


@pytest.mark.parametrize("profile", ["3.13", "3.14", "3.16"])
def test_s4_3_2_called_and_linked_flows_count_as_active(company: Company, profile: str) -> None:
    calling = company("start flow report_fault", profile=profile)
    assert calling.user_stack == ("report_fault", "identify")
    assert cleaned(calling, FAULT) == []
    linked = company("start flow top_up", "set slot credit 10", profile=profile)
    assert linked.user_stack == ("receipt",)
    assert cleaned(linked, StartFlow("receipt")) == []


# Rule 3: corrections.
def test_s4_3_3_a_new_value_of_a_filled_slot_is_a_correction(company: Company) -> None:
    talk = company("start flow order_sim, set slot plan Small")
    assert cleaned(talk, SetSlot("plan", "Large")) == [CorrectSlots((("plan", "Large"),))]
    assert cleaned(talk, SetSlot("quantity", "2")) == [SetSlot("quantity", 2.0)]


def test_s4_3_3_a_slot_that_no_collect_of_the_stack_has_is_no_correction(company: Company) -> None:
    talk = company("start flow order_sim", "set slot nickname Bo")
    assert talk.slots["nickname"] == "Bo"
    assert cleaned(talk, SetSlot("nickname", "Al")) == [SetSlot("nickname", "Al")]


def test_s4_3_3_a_slot_of_the_flow_about_to_start_is_corrected(company: Company) -> None:
    talk = company("start flow change_address, set slot street A, set slot city Rome")
    talk.hear("set slot continue_conversation True")
    assert talk.slots["city"] == "Rome"
    start = StartFlow("change_address")
    assert cleaned(talk, start, SetSlot("city", "Oslo")) == [start, CorrectSlots((("city", "Oslo"),))]
    assert cleaned(talk, SetSlot("city", "Oslo")) in ([], [CannotHandle()])


def test_s4_3_3_a_slot_of_an_interrupted_flow_on_the_stack_is_corrected(company: Company) -> None:
    talk = company("start flow order_sim, set slot plan Small", "start flow change_address")
    assert cleaned(talk, SetSlot("plan", "Large")) == [CorrectSlots((("plan", "Large"),))]


# Rule 4: clarifications.
def test_s4_3_4_one_option_is_a_start(company: Company) -> None:
    assert cleaned(company(), Clarify(("order_sim",))) == [ORDER]
    assert company().said("disambiguate flows order_sim") == ("utter_ask_plan",)


def test_s4_3_4_options_are_capped_by_the_slot(company: Company, write: Write) -> None:
    options = ("order_sim", "report_fault", "opening_hours", "change_address")
    assert cleaned(company(), Clarify(options)) == [Clarify(options[:3])]
    talk = company()
    turn = talk.hear("disambiguate flows order_sim report_fault opening_hours change_address")
    assert turn.said == ("utter_clarification_options_rasa",)
    assert "change the address" not in turn.texts[0]
    flows = "".join(f"  f{n}: {{description: number {n}, steps: [{{action: utter_hi}}]}}\n" for n in range(5))
    domain = (
        "slots: {max_clarification_options: {type: float, initial_value: 2.0}}\nresponses: {utter_hi: [{text: Hi}]}"
    )
    two = Talk(write(f"flows:\n{flows}", domain))
    assert cleaned(two, Clarify(("f0", "f1", "f2"))) == [Clarify(("f0", "f1"))]


def test_s4_3_4_not_on_top_of_an_interruption(company: Company) -> None:
    talk = company("start flow order_sim", "start flow opening_hours")
    assert talk.asks == "continue_interrupted_flow_confirmation"
    turn = talk.hear("disambiguate flows top_up change_address")
    assert "started pattern_clarification" not in turn.flows


# Rule 5: several starts.
@pytest.mark.parametrize("profile", ["3.13", "3.14", "3.16"])
def test_s4_3_5_several_starts_run_one_after_another(company: Company, profile: str) -> None:
    talk = company(profile=profile)
    turn = talk.hear("start flow opening_hours, start flow change_address")
    assert turn.said == ("utter_opening_hours", "utter_ask_street")
    assert turn.flows == ("started opening_hours", "completed opening_hours", "started change_address")


# Rule 6: what a model may fill.
def test_s4_3_6_slots_that_are_not_filled_by_a_model(company: Company) -> None:
    talk = company("start flow order_sim")
    for name in ("segment", "device", "no_such_slot"):
        assert cleaned(talk, SetSlot(name, "x")) == [CannotHandle()]
        assert cleaned(talk, SetSlot(name, "x"), SetSlot("plan", "Small")) == [SetSlot("plan", "Small")]
    assert cleaned(talk, SetSlot("device", "x", "nlu")) == [SetSlot("device", "x", "nlu")]
    assert talk.said("set slot segment x") == ("utter_ask_rephrase", "utter_ask_plan")


# Rule 7: small talk.
@pytest.mark.parametrize("profile", ["3.13", "3.14", "3.16"])
def test_s4_3_7_small_talk_without_a_policy_cannot_be_handled(company: Company, profile: str) -> None:
    talk = company("start flow order_sim", profile=profile)
    refused = CannotHandle("cannot_handle_chitchat")
    assert cleaned(talk, ChitChat(), ChitChat()) == [refused]
    assert cleaned(talk, CannotHandle(), CannotHandle()) == [CannotHandle()]
    assert talk.said("ChitChat()") == ("utter_cannot_handle", "utter_ask_plan")


CHATTY = """
flows:
  f: {description: d, steps: [{action: utter_hi}]}
  pattern_chitchat:
    description: small talk
    steps:
      - action: %s
"""


def test_s4_3_7_small_talk_by_action_needs_the_policy(write: Write) -> None:
    domain = "responses: {utter_hi: [{text: Hi}]}"
    flows = CHATTY % "action_trigger_chitchat"
    assert cleaned(Talk(write(flows, domain)), ChitChat()) == [CannotHandle("cannot_handle_chitchat")]
    policy = {"config.yml": "policies: [{name: IntentlessPolicy}]"}
    assert cleaned(Talk(write(flows, domain, more=policy)), ChitChat()) == [ChitChat()]
    assert cleaned(Talk(write(CHATTY % "utter_free_chitchat_response", domain)), ChitChat()) == [ChitChat()]


# Rule 8: invalid intents.
def test_s4_3_8_an_unknown_intent_cannot_be_handled(company: Company) -> None:
    talk = company("start flow order_sim")
    turn = talk.hear("/no_such_intent")
    assert turn.said == ("utter_ask_rephrase", "utter_ask_plan")
    assert "started pattern_cannot_handle" in turn.flows


# Rule 9: force_slot_filling.
def test_s4_3_9_a_forced_slot_hears_only_its_value(company: Company) -> None:
    talk = company("start flow voucher")
    said = (ChitChat(), ORDER, SetSlot("nickname", "x"), SetSlot("voucher_code", "skip this"), CancelFlow())
    assert cleaned(talk, *said) == [SetSlot("voucher_code", "skip this")]
    assert talk.said("start flow order_sim") == ("utter_ask_voucher_code",)
    assert talk.said("cancel flow") == ("utter_ask_voucher_code",)
    assert talk.hear("set slot voucher_code 'I want to skip this'").texts[0] == "Used I want to skip this."


# Rule 10: slots of patterns, of parents, of linked flows.
def test_s4_3_10_slots_of_patterns_may_be_filled_ahead(write: Write) -> None:
    flows = """
    flows:
      f: {description: d, steps: [{collect: x}, {action: utter_hi}]}
      pattern_cancel_flow:
        description: asks first
        steps:
          - collect: is_sure
            next:
              - if: slots.is_sure
                then: [{action: action_cancel_flow}, {action: utter_flow_cancelled_rasa, next: END}]
              - else: END
    """
    domain = """
    slots: {x: {type: text}, is_sure: {type: bool}}
    responses: {utter_hi: [{text: Hi}], utter_ask_x: [{text: x?}], utter_ask_is_sure: [{text: Sure?}]}
    """
    talk = Talk(write(flows, domain))
    talk.hear("start flow f")
    assert talk.said("cancel flow, set slot is_sure True") == ("utter_flow_cancelled_rasa",)
    assert talk.slots["is_sure"] is None


def test_s4_3_10_a_child_may_set_its_parents_slots(company: Company) -> None:
    talk = company("start flow report_fault")
    talk.hear("set slot fault_kind noise")
    assert talk.slots["fault_kind"] == "noise"
    assert talk.asks == "customer_number"
    turn = talk.hear("set slot customer_number 7, set slot postcode 8")
    assert turn.texts[0] == "Reported noise for 7."


def test_s4_3_10_a_called_flows_slots_may_be_filled_ahead(company: Company) -> None:
    talk = company()
    turn = talk.hear("start flow report_fault, set slot customer_number 7, set slot postcode 8")
    assert turn.said == ("utter_ask_fault_kind",)


def test_s4_3_10_a_linked_flows_slots_may_be_filled_ahead(company: Company) -> None:
    talk = company("start flow top_up")
    turn = talk.hear("set slot credit 10, set slot email jo@example.org")
    assert turn.texts[0] == "Sent to jo@example.org."
    assert talk.slots["email"] is None


def test_s4_3_10_a_linked_flow_may_be_cancelled(company: Company) -> None:
    talk = company("start flow top_up", "set slot credit 10")
    turn = talk.hear("cancel flow")
    assert "cancelled receipt" in turn.flows
    assert turn.texts[0] == "Okay, I've stopped send a receipt."


# Rule 11: what gives way.
def test_s4_3_11_what_gives_way(company: Company) -> None:
    talk = company("start flow order_sim")
    clarify = Clarify(("top_up", "change_address"))
    assert cleaned(talk, clarify, HOURS) == [HOURS]
    assert cleaned(talk, clarify) == [clarify]
    assert cleaned(talk, CancelFlow(), CancelFlow()) == [CancelFlow()]
    assert cleaned(talk, SetSlot("street", "x")) in ([], [CannotHandle()])
    assert cleaned(talk, StartFlow("change_address"), SetSlot("street", "x"))[1:] == [SetSlot("street", "x")]


# The rules together, in their order.
def test_s4_3_dropped_starts_do_not_open_their_slots(company: Company) -> None:
    talk = company()
    assert cleaned(talk, StartFlow("roaming"), SetSlot("plan", "Small")) == [CannotHandle()]


def test_s4_3_an_equal_value_beside_a_start(company: Company) -> None:
    talk = company("start flow order_sim, set slot plan Small")
    assert cleaned(talk, SetSlot("plan", "Small"), HOURS) == [HOURS]


def test_s4_3_one_option_that_is_active_is_no_start(company: Company) -> None:
    talk = company("start flow order_sim")
    assert cleaned(talk, Clarify(("order_sim",))) == []


def test_s4_3_one_option_opens_the_slots_of_its_flow(company: Company) -> None:
    said = (Clarify(("order_sim",)), SetSlot("plan", "Small"))
    assert cleaned(company(), *said) == [ORDER, SetSlot("plan", "Small")]


def test_s4_3_a_closed_slot_beside_a_start_leaves_the_start(company: Company) -> None:
    assert cleaned(company(), ORDER, SetSlot("segment", "gold")) == [ORDER]


def test_s4_3_small_talk_beside_a_value_gives_way_or_is_refused(company: Company) -> None:
    talk = company("start flow order_sim")
    turn = talk.hear("offtopic reply, set slot plan Small")
    assert turn.said[-1] == "utter_ask_quantity"
    assert talk.slots["plan"] == "Small"


def test_s4_3_a_doubled_value_is_set_once(company: Company) -> None:
    talk = company("start flow order_sim")
    assert cleaned(talk, SetSlot("plan", "Small"), SetSlot("plan", "Small")) == [SetSlot("plan", "Small")]
    assert cleaned(talk, SetSlot("plan", "Small"), SetSlot("plan", "Large")) == [SetSlot("plan", "Large")]
