"""Odd combinations: turns that no example shows, judged by the reference and by what a caller would want."""

from __future__ import annotations

import pytest

from tests.conformance.assistant import Talk
from tests.conformance.conftest import PROFILES, Write
from tests.conformance.dialogue.conftest import Company
from tests.conformance.dialogue.phone_company import CONTINUE
from tests.conformance.dialogue.test_corrections import ASKING_DOMAIN, ASKING_FIRST
from tests.conformance.dialogue.test_corrections import DOMAIN as TABLE_DOMAIN
from tests.conformance.dialogue.test_corrections import FLOWS as TABLE_FLOWS

each_profile = pytest.mark.parametrize("profile", PROFILES)
asking_profile = pytest.mark.parametrize("profile", ["3.14", "3.16"])
CORRECTED, CANCELLED = "utter_corrected_previous_input", "utter_flow_cancelled_rasa"


# Corrections and digressions.
@each_profile
def test_correcting_the_interrupted_flow_during_a_digression(company: Company, profile: str) -> None:
    talk = company("start flow order_sim, set slot plan Small", "start flow change_address", profile=profile)
    turn = talk.hear("set slot plan Large")
    assert turn.said == (CORRECTED, "utter_ask_street")
    assert talk.slots["plan"] == "Large"
    assert talk.user_stack == ("order_sim", "change_address")


@each_profile
def test_a_correction_and_an_answer_in_one_turn(company: Company, profile: str) -> None:
    talk = company("start flow order_sim, set slot plan Small", profile=profile)
    turn = talk.hear("set slot quantity 2, set slot plan Large")
    assert turn.said == (CORRECTED, "utter_ask_order_confirmed")
    assert turn.texts[-1] == "Order 2 times Large?"


@asking_profile
def test_two_corrections_and_a_start(company: Company, profile: str) -> None:
    talk = company("start flow order_sim, set slot plan Small, set slot quantity 2", profile=profile)
    turn = talk.hear("set slot plan Large, set slot quantity 3, start flow opening_hours")
    assert CORRECTED in turn.said
    assert "utter_opening_hours" in turn.said
    assert (talk.slots["plan"], talk.slots["quantity"]) == ("Large", 3)
    assert turn.said.index(CORRECTED) < turn.said.index("utter_opening_hours")
    talk.hear("set slot continue_interrupted_flow_confirmation True")
    assert talk.asks == "order_confirmed"


@asking_profile
def test_a_start_and_then_a_correction(company: Company, profile: str) -> None:
    talk = company("start flow order_sim, set slot plan Small", profile=profile)
    turn = talk.hear("start flow opening_hours, set slot plan Large")
    assert "utter_opening_hours" in turn.said
    assert talk.slots["plan"] == "Large"
    assert CORRECTED in turn.said


@asking_profile
def test_correcting_at_the_continue_question(company: Company, profile: str) -> None:
    talk = company("start flow order_sim, set slot plan Small", "start flow opening_hours", profile=profile)
    turn = talk.hear("set slot plan Large")
    assert talk.slots["plan"] == "Large"
    assert turn.said[-1] == "utter_ask_quantity"


def test_correcting_a_value_while_the_correction_is_confirmed_with_a_yes(write: Write) -> None:
    talk = Talk(write(TABLE_FLOWS + ASKING_FIRST, TABLE_DOMAIN + ASKING_DOMAIN))
    talk.hear("start flow book_table, set slot guests 4, set slot phone 5")
    talk.hear("set slot guests 6")
    turn = talk.hear("set slot confirm_correction True, set slot guests 8")
    assert talk.stack.count("pattern_correction") <= 1
    if talk.asks == "confirm_correction":
        turn = talk.hear("set slot confirm_correction True")
    assert talk.slots["guests"] == 8
    assert turn.said[-1] == "utter_ask_surname"


def test_a_start_while_a_correction_is_confirmed(write: Write) -> None:
    talk = Talk(write(TABLE_FLOWS + ASKING_FIRST, TABLE_DOMAIN + ASKING_DOMAIN))
    talk.hear("start flow book_table, set slot guests 4")
    talk.hear("set slot guests 6")
    assert talk.asks == "confirm_correction"
    turn = talk.hear("start flow newsletter")
    assert turn.said == ("utter_ask_mail",)
    turn = talk.hear("set slot mail a@b")
    assert turn.said[0] == "utter_subscribed"
    turn = talk.hear("set slot continue_interrupted_flow_confirmation True")
    assert talk.asks in ("confirm_correction", "phone")
    assert talk.stack.count("book_table") == 1


def test_correcting_the_slot_that_is_asked_sets_it(company: Company) -> None:
    talk = company("start flow order_sim, set slot quantity 3")
    assert talk.asks == "plan"
    turn = talk.hear("set slot plan Small, set slot quantity 4")
    assert (talk.slots["plan"], talk.slots["quantity"]) == ("Small", 4)
    assert turn.said == (CORRECTED, "utter_ask_order_confirmed")


def test_correcting_in_the_turn_of_the_last_answer(company: Company) -> None:
    """Yes, but three of them: what was not confirmed must not be ordered."""
    talk = company("start flow order_sim, set slot plan Small, set slot quantity 2")
    turn = talk.hear("set slot order_confirmed True, set slot quantity 3")
    assert talk.slots["quantity"] == 3
    assert turn.ran == ()
    assert turn.said == (CORRECTED, "utter_ask_order_confirmed")


def test_correcting_to_an_invalid_value(company: Company) -> None:
    talk = company("start flow order_sim, set slot plan Small, set slot quantity 2")
    turn = talk.hear("set slot quantity 0")
    assert "utter_too_few" in turn.said
    assert turn.said[-1] == "utter_ask_quantity"
    assert talk.said("set slot quantity 4") == ("utter_ask_order_confirmed",)


def test_correcting_a_category_to_nonsense(company: Company) -> None:
    talk = company("start flow order_sim, set slot plan Small")
    turn = talk.hear("set slot plan Gigantic")
    assert "utter_categorical_slot_rejection" in turn.said
    assert talk.asks == "plan"
    assert talk.slots["plan"] is None


# Cancel.
@each_profile
def test_cancel_during_a_clarification(company: Company, profile: str) -> None:
    talk = company("start flow order_sim", "disambiguate flows top_up change_address", profile=profile)
    assert talk.asks == "plan"
    turn = talk.hear("cancel flow")
    assert turn.texts[0] == "Okay, I've stopped order a SIM card."
    assert talk.user_stack == ()


@each_profile
def test_cancel_twice_in_a_row(company: Company, profile: str) -> None:
    talk = company("start flow order_sim", "start flow change_address", profile=profile)
    turn = talk.hear("cancel flow")
    assert turn.texts[0] == "Okay, I've stopped change the address."
    turn = talk.hear("cancel flow")
    assert turn.texts[0] == "Okay, I've stopped order a SIM card."
    assert talk.user_stack == ()


def test_cancel_at_the_question_for_several(company: Company) -> None:
    talk = company("start flow order_sim", "start flow change_address", "start flow opening_hours")
    turn = talk.hear("cancel flow")
    assert CANCELLED in turn.said
    assert len(talk.user_stack) == 1


@each_profile
def test_cancel_and_restart_of_the_same_flow_with_a_value(company: Company, profile: str) -> None:
    talk = company("start flow order_sim, set slot plan Small, set slot quantity 2", profile=profile)
    turn = talk.hear("cancel flow, start flow order_sim, set slot plan Small")
    assert turn.said == (CANCELLED, "utter_ask_quantity")
    assert (talk.slots["plan"], talk.slots["quantity"]) == ("Small", None)


def test_cancel_and_start_with_a_value_of_the_cancelled_flow(company: Company) -> None:
    talk = company("start flow report_fault, set slot customer_number 6")
    talk.hear("cancel flow, start flow opening_hours, set slot postcode 8")
    assert talk.slots["postcode"] is None


def test_cancel_after_completion_says_something_sensible(company: Company) -> None:
    talk = company("start flow opening_hours")
    turn = talk.hear("cancel flow")
    assert turn.said
    assert CANCELLED not in turn.said


# Patterns that ask.
def test_a_start_from_within_the_question_after_completion(company: Company) -> None:
    talk = company("start flow opening_hours")
    turn = talk.hear("set slot continue_conversation True, start flow order_sim")
    assert turn.said[-1] == "utter_ask_plan"
    assert talk.user_stack == ("order_sim",)
    assert talk.asks == "plan"


def test_a_no_and_a_start_at_the_question_after_completion(company: Company) -> None:
    talk = company("start flow opening_hours")
    talk.hear("set slot continue_conversation False, start flow order_sim")
    assert talk.asks == "plan"


def test_a_knowledge_question_at_the_continue_question(company: Company) -> None:
    talk = company("start flow order_sim", "start flow opening_hours")
    turn = talk.hear("search and reply")
    assert turn.said[0] == "utter_no_knowledge_base"
    assert turn.said.count(CONTINUE) == 1
    assert talk.stack.count("pattern_continue_interrupted") == 1
    assert talk.said("set slot continue_interrupted_flow_confirmation True") == ("utter_ask_plan",)


def test_small_talk_and_silence_at_the_continue_question(company: Company) -> None:
    talk = company("start flow order_sim", "start flow opening_hours")
    assert talk.said("ChitChat()") == ("utter_cannot_handle", CONTINUE)
    assert talk.said("/silence_timeout")[-1] == CONTINUE
    assert talk.said("repeat message")[-1] == CONTINUE
    assert talk.said("set slot continue_interrupted_flow_confirmation True") == ("utter_ask_plan",)


def test_a_second_knowledge_question_in_a_row(company: Company) -> None:
    talk = company("start flow order_sim")
    for _ in range(3):
        assert talk.said("search and reply") == ("utter_no_knowledge_base", CONTINUE)
    assert talk.stack.count("pattern_continue_interrupted") == 1
    assert talk.said("set slot plan Small") == ("utter_ask_quantity",)


def test_knowledge_and_an_answer_in_one_turn(company: Company) -> None:
    talk = company("start flow order_sim")
    turn = talk.hear("set slot plan Small, search and reply")
    assert turn.said[0] == "utter_no_knowledge_base"
    assert talk.slots["plan"] == "Small"


def test_a_named_flow_at_the_continue_question_is_a_yes(company: Company) -> None:
    talk = company("start flow order_sim", "start flow opening_hours")
    turn = talk.hear("start flow order_sim")
    assert turn.said == ("utter_ask_plan",)
    assert talk.stack == ("order_sim", "pattern_collect_information")


def test_the_finished_digression_again_at_the_continue_question(company: Company) -> None:
    talk = company("start flow order_sim", "start flow opening_hours")
    assert talk.said("start flow opening_hours") == ("utter_opening_hours", CONTINUE)
    assert talk.user_stack == ("order_sim",)


# Silence, repeat, hand-off, restart.
@each_profile
def test_silence_during_a_called_flow(company: Company, profile: str) -> None:
    talk = company("start flow report_fault", "set slot customer_number 5", profile=profile)
    assert talk.said("/silence_timeout") == ("utter_ask_postcode",)
    assert talk.said("/silence_timeout") == ("utter_ask_still_there", "utter_ask_postcode")
    assert talk.user_stack == ("report_fault", "identify")
    assert talk.said("set slot postcode 7") == ("utter_ask_fault_kind",)


def test_silence_before_anything_was_said(company: Company) -> None:
    talk = company()
    talk.hear("/silence_timeout")
    assert not talk.conversation.is_over
    assert talk.said("/silence_timeout") == ("utter_ask_still_there",)


@each_profile
def test_repeat_after_the_handoff(company: Company, profile: str) -> None:
    talk = company("start flow order_sim", profile=profile)
    said = talk.said("hand over")
    assert talk.said("repeat message") == said
    assert talk.asks == "plan"


def test_repeat_before_anything_was_said(company: Company) -> None:
    talk = company()
    talk.hear("repeat message")
    assert talk.said("start flow order_sim") == ("utter_ask_plan",)


def test_repeat_and_something_else(company: Company) -> None:
    talk = company("start flow order_sim")
    turn = talk.hear("repeat message, set slot plan Small")
    assert turn.said[-1] == "utter_ask_quantity"


@each_profile
def test_restart_inside_a_called_flow(company: Company, profile: str) -> None:
    talk = company("start flow order_sim, set slot plan Small", "start flow report_fault", profile=profile)
    talk.hear("set slot customer_number 5")
    turn = talk.hear("/restart")
    assert talk.stack == ()
    assert (talk.slots["plan"], talk.slots["customer_number"]) == (None, None)
    assert CONTINUE not in turn.said
    assert talk.said("start flow report_fault") == ("utter_ask_customer_number",)


@each_profile
def test_restart_at_the_continue_question(company: Company, profile: str) -> None:
    talk = company("start flow order_sim", "start flow opening_hours", profile=profile)
    talk.hear("/restart")
    assert talk.stack == ()


def test_a_second_session_start_in_mid_flow(company: Company) -> None:
    talk = company("start flow order_sim, set slot plan Small")
    talk.hear("/session_start")
    assert talk.user_stack == ()
    assert talk.said("start flow opening_hours")[0] == "utter_opening_hours"


def test_words_after_the_end_say_nothing(company: Company) -> None:
    talk = company("start flow order_sim", "/session_end")
    turn = talk.hear("set slot plan Small")
    assert (turn.said, turn.is_over) == ((), True)
