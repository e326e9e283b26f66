"""Format §4.5: the default patterns, their steps and responses; responses that an assistant replaces by name."""

from __future__ import annotations

import pytest

from flows.commands import CannotHandle, Failed, UserSilence
from tests.conformance.assistant import Talk
from tests.conformance.conftest import PROFILES, Write
from tests.conformance.dialogue.conftest import Company
from tests.conformance.dialogue.phone_company import DOMAIN, FLOWS

each_profile = pytest.mark.parametrize("profile", PROFILES)


@each_profile
def test_s4_5_cancel_flow(company: Company, profile: str) -> None:
    turn = company("start flow order_sim", profile=profile).hear("cancel flow")
    assert turn.actions[:2] == ("action_cancel_flow", "utter_flow_cancelled_rasa")


@each_profile
@pytest.mark.parametrize(
    ("reason", "response"),
    [
        ("default", "utter_ask_rephrase"),
        ("cannot_handle_chitchat", "utter_cannot_handle"),
        ("cannot_handle_not_supported", "utter_cannot_handle"),
        ("cannot_handle_no_relevant_answer", "utter_no_relevant_answer_found"),
        ("cannot_handle_invalid_intent", "utter_ask_rephrase"),
    ],
)
def test_s4_5_cannot_handle(company: Company, profile: str, reason: str, response: str) -> None:
    assert company(profile=profile).give(CannotHandle(reason)).said == (response,)


@each_profile
def test_s4_5_clarification(company: Company, profile: str) -> None:
    turn = company(profile=profile).hear("disambiguate flows order_sim top_up report_fault")
    assert turn.actions == ("action_clarify_flows", "utter_clarification_options_rasa")
    for name in ("order a SIM card", "top up credit", "report a fault"):
        assert name in turn.texts[0]
    turn = company(profile=profile).hear("disambiguate flows no_flow no_other")
    assert turn.actions == ("utter_clarification_no_options_rasa",)


@each_profile
def test_s4_5_collect_information(company: Company, profile: str) -> None:
    turn = company(profile=profile).hear("start flow order_sim")
    assert turn.all_flows == ("started order_sim", "started pattern_collect_information")
    assert turn.actions[0] == "action_run_slot_rejections"
    assert turn.actions[-1] in ("utter_ask_plan", "action_listen")


def test_s4_5_completed(company: Company) -> None:
    talk = company("start flow opening_hours")
    assert talk.asks == "continue_conversation"
    turn = talk.hear("set slot continue_conversation True")
    assert turn.said == ("utter_can_do_something_else",)
    assert talk.stack == ()
    talk = company("start flow opening_hours")
    turn = talk.hear("set slot continue_conversation False")
    assert turn.said == ("utter_closing_words", "utter_ask_csat_score")
    assert turn.flows == ("completed pattern_completed", "started pattern_customer_satisfaction")
    assert talk.slots["continue_conversation"] is None


@pytest.mark.parametrize(
    ("answer", "response"),
    [("satisfied", "utter_csat_thank_you_satisfied"), ("unsatisfied", "utter_csat_thank_you_unsatisfied")],
)
def test_s4_5_customer_satisfaction(company: Company, answer: str, response: str) -> None:
    talk = company("start flow opening_hours", "set slot continue_conversation False")
    turn = talk.hear(f"/SetSlots(csat_score={answer})")
    assert turn.said == (response,)
    assert talk.stack == ()
    assert talk.slots["csat_score"] is None


def test_s4_5_customer_satisfaction_has_buttons(company: Company) -> None:
    talk = company("start flow opening_hours")
    message = talk.hear("/SetSlots(continue_conversation=False)").messages[-1]
    payloads = [button.payload for button in message.buttons]
    assert payloads == ["/SetSlots(csat_score=satisfied)", "/SetSlots(csat_score=unsatisfied)"]


def test_s4_5_a_new_wish_at_the_questions_after_completion(company: Company) -> None:
    talk = company("start flow opening_hours")
    assert talk.said("start flow order_sim") == ("utter_ask_plan",)
    talk = company("start flow opening_hours", "set slot continue_conversation False")
    assert talk.said("start flow order_sim") == ("utter_ask_plan",)
    assert talk.stack == ("order_sim", "pattern_collect_information")


@each_profile
def test_s4_5_correction(company: Company, profile: str) -> None:
    turn = company("start flow order_sim, set slot plan Small", profile=profile).hear("set slot plan Large")
    assert turn.actions[:2] == ("action_correct_flow_slot", "utter_corrected_previous_input")
    assert "Large" in turn.texts[0]
    assert turn.flows == ("started pattern_correction", "completed pattern_correction")


@each_profile
def test_s4_5_human_handoff(company: Company, profile: str) -> None:
    turn = company(profile=profile).hear("hand over")
    assert turn.actions == ("action_handoff_metric", "utter_human_handoff_not_available")


@each_profile
@pytest.mark.parametrize(
    ("error_type", "response"),
    [
        ("rasa_internal_error_default", "utter_internal_error_rasa"),
        ("rasa_internal_error_user_input_too_long", "utter_user_input_too_long_error_rasa"),
        ("rasa_internal_error_user_input_empty", "utter_user_input_empty_error_rasa"),
        ("something_new", "utter_internal_error_rasa"),
    ],
)
def test_s4_5_internal_error(company: Company, profile: str, error_type: str, response: str) -> None:
    assert company(profile=profile).give(Failed(error_type)).said == (response,)


@each_profile
def test_s4_5_repeat(company: Company, profile: str) -> None:
    talk = company("start flow opening_hours, start flow order_sim", profile=profile)
    turn = talk.hear("repeat message")
    assert turn.said == ("utter_opening_hours", "utter_ask_plan")
    assert "action_repeat_bot_messages" in turn.actions
    assert talk.hear("repeat message").said == ("utter_opening_hours", "utter_ask_plan")
    assert talk.asks == "plan"


@each_profile
def test_s4_5_restart(company: Company, profile: str) -> None:
    talk = company("start flow report_fault", "set slot customer_number 5", profile=profile)
    turn = talk.hear("/restart")
    assert "action_restart" in turn.actions
    assert talk.stack == ()
    assert talk.slots["customer_number"] is None


@each_profile
def test_s4_5_search(company: Company, profile: str) -> None:
    turn = company(profile=profile).hear("provide info")
    assert turn.said == ("utter_no_knowledge_base",)
    assert turn.flows == ("started pattern_search", "completed pattern_search")


@each_profile
def test_s4_5_session_start_and_end(company: Company, profile: str) -> None:
    talk = company(profile=profile)
    turn = talk.turns[0]
    assert turn.flows == ("started pattern_session_start", "completed pattern_session_start")
    assert "action_session_start" in turn.actions
    turn = talk.hear("/session_end")
    assert turn.actions == ("action_hangup",)
    assert turn.is_over


@each_profile
def test_s4_5_skip_question(company: Company, profile: str) -> None:
    talk = company("start flow order_sim", profile=profile)
    assert talk.said("SkipQuestion()") == ("utter_skip_question_answer", "utter_ask_plan")


@each_profile
def test_s4_5_user_silence(company: Company, profile: str) -> None:
    talk = company("start flow order_sim", profile=profile)
    turn = talk.hear("/silence_timeout")
    assert turn.said == ("utter_ask_plan",)
    assert turn.actions[0] == "action_repeat_bot_messages"
    assert talk.slots["consecutive_silence_timeouts"] == 1.0
    turn = talk.hear("/silence_timeout")
    assert turn.said[0] == "utter_ask_still_there"
    assert talk.slots["consecutive_silence_timeouts"] == 2.0
    turn = talk.hear("/silence_timeout")
    assert turn.said == ("utter_inform_hangup",)
    assert turn.actions[-1] == "action_hangup"
    assert turn.is_over


@each_profile
def test_s4_5_words_between_silences_count_anew(company: Company, profile: str) -> None:
    talk = company("start flow order_sim", profile=profile)
    talk.give(UserSilence())
    talk.give(UserSilence())
    talk.hear("set slot plan Small")
    assert talk.give(UserSilence()).actions[0] == "action_repeat_bot_messages"


def test_s4_5_validate_slot(write: Write) -> None:
    flows = """
    flows:
      f: {description: d, steps: [{collect: a}, {collect: code}, {action: utter_done}]}
    """
    domain = """
    slots:
      a: {type: text}
      code:
        type: text
        validation:
          rejections: [{if: 'not (slots.code matches "^[0-9]+$")', utter: utter_digits_only}]
          refill_utter: utter_code_again
    responses:
      utter_ask_a: [{text: a?}]
      utter_ask_code: [{text: code?}]
      utter_code_again: [{text: code again?}]
      utter_digits_only: [{text: Digits only.}]
      utter_done: [{text: Done.}]
    """
    talk = Talk(write(flows, domain))
    turn = talk.hear("start flow f, set slot code x")
    assert turn.said == ("utter_digits_only", "utter_code_again")
    assert "started pattern_validate_slot" in turn.all_flows
    assert talk.said("set slot code y") == ("utter_digits_only", "utter_code_again")
    turn = talk.hear("set slot code 12")
    assert turn.said == ("utter_ask_a",)
    assert talk.said("set slot a b")[0] == "utter_done"


@pytest.mark.parametrize(
    ("name", "profile", "initial"),
    [
        ("consecutive_silence_timeouts", "3.16", 0.0),
        ("max_clarification_options", "3.16", 3.0),
        ("silence_timeout", "3.16", 7.0),
        ("silence_timeout", "3.13", 30.0),
        ("silence_timeout", "3.14", 30.0),
        ("confirm_correction", "3.16", None),
        ("continue_conversation", "3.16", None),
        ("interrupted_flow_to_continue", "3.16", None),
        ("continue_interrupted_flow_confirmation", "3.16", None),
        ("csat_score", "3.16", None),
    ],
)
def test_s4_5_pattern_slots(company: Company, name: str, profile: str, initial: object) -> None:
    assert company(profile=profile).slots[name] == initial


@pytest.mark.parametrize(
    ("response", "turns"),
    [
        ("utter_flow_cancelled_rasa", ["start flow order_sim", "cancel flow"]),
        ("utter_corrected_previous_input", ["start flow order_sim, set slot plan Small", "set slot plan Large"]),
        ("utter_ask_rephrase", ["/nothing"]),
        ("utter_cannot_handle", ["ChitChat()"]),
        ("utter_clarification_options_rasa", ["disambiguate flows order_sim top_up"]),
        ("utter_clarification_no_options_rasa", ["disambiguate flows"]),
        ("utter_ask_continue_conversation", ["start flow opening_hours"]),
        ("utter_skip_question_answer", ["start flow order_sim", "SkipQuestion()"]),
        ("utter_no_knowledge_base", ["search and reply"]),
        ("utter_human_handoff_not_available", ["hand over"]),
        ("utter_ask_continue_interrupted_flow_confirmation", ["start flow order_sim", "start flow opening_hours"]),
        ("utter_ask_still_there", ["start flow order_sim", "/silence_timeout", "/silence_timeout"]),
    ],
)
def test_s4_5_a_response_is_replaced_by_its_name(write: Write, response: str, turns: list[str]) -> None:
    talk = Talk(write(FLOWS, DOMAIN + f"  {response}: [{{text: Our own words.}}]\n"))
    for line in turns:
        turn = talk.hear(line)
    assert "Our own words." in turn.texts


def test_s4_5_a_pattern_slot_is_replaced_by_its_name(write: Write) -> None:
    domain = DOMAIN.replace("slots:", "slots:\n  silence_timeout: {type: float, initial_value: 12.5}")
    assert Talk(write(FLOWS, domain)).slots["silence_timeout"] == 12.5
