"""Format §4.5, overriding the rest: skipped questions, faults, satisfaction, repeating."""

from __future__ import annotations

import pytest

from dialogue.events import ActionFailed
from flows.commands import CannotHandle, Failed, HandleCodeChange
from flows.errors import AssistantInvalid
from tests.conformance.assistant import Result, slot
from tests.conformance.conftest import PROFILES, Write
from tests.conformance.dialogue.overriding import build

each_profile = pytest.mark.parametrize("profile", PROFILES)


# pattern_skip_question
@each_profile
def test_skip_question_that_sets_the_slot(write: Write, profile: str) -> None:
    flows = """
    pattern_skip_question:
      description: Some questions may be skipped
      steps:
        - noop: true
          next:
            - if: slots.plan is null
              then:
                - set_slots:
                    - plan: Small
                - action: utter_skipped
                  next: END
            - else:
                - action: utter_skip_question_answer
                  next: END
    """
    talk = build(write, flows, says="utter_skipped", profile=profile)
    talk.hear("start flow order_sim")
    turn = talk.hear("SkipQuestion()")
    assert turn.said[0] == "utter_skipped"
    assert "utter_ask_plan" in turn.said or talk.asks == "quantity"


def test_skip_question_by_an_action_that_sets_the_slot(write: Write) -> None:
    """A value that an action sets is not reset when the pattern ends: the flow goes on behind the question."""
    flows = """
    pattern_skip_question:
      description: An action decides
      steps:
        - action: action_skip
    """
    talk = build(write, flows, actions={"action_skip": [slot("plan", "Small")]})
    talk.hear("start flow order_sim")
    turn = talk.hear("SkipQuestion()")
    assert turn.said == ("utter_ask_quantity",)
    assert talk.slots["plan"] == "Small"


# pattern_internal_error, pattern_cannot_handle, pattern_code_change
@each_profile
def test_internal_error_with_a_branch_on_its_type(write: Write, profile: str) -> None:
    flows = """
    pattern_internal_error:
      description: Own words
      name: pattern internal error
      steps:
        - noop: true
          next:
            - if: "'{{context.error_type}}' = 'rasa_internal_error_user_input_too_long'"
              then:
                - action: utter_shorter
                  next: END
            - if: "context.error_type = 'rasa_internal_error_user_input_empty'"
              then:
                - action: utter_louder
                  next: END
            - else:
                - action: utter_broken
                  next: END
    """
    says = """
    utter_shorter: [{text: "At most {{context.info.max_characters}}.", metadata: {template: jinja}}]
    utter_louder
    utter_broken
    """
    broken: dict[str, Result] = {"action_identify": ActionFailed("action_identify", "down")}
    talk = build(write, flows, says=says, profile=profile, actions=broken)
    talk.hear("start flow report_fault")
    too_long = Failed("rasa_internal_error_user_input_too_long", {"max_characters": 420})
    assert talk.give(too_long).texts[0] == "At most 420."
    assert talk.give(Failed("rasa_internal_error_user_input_empty")).said[0] == "utter_louder"
    turn = talk.hear("set slot customer_number 1, set slot postcode 2")
    assert turn.said[0] == "utter_broken"
    assert talk.user_stack == ()


def test_s1_4_internal_error_may_not_link(write: Write) -> None:
    flows = """
    pattern_internal_error:
      description: Apologise and hand over
      steps:
        - action: utter_internal_error_rasa
        - link: pattern_human_handoff
    """
    with pytest.raises(AssistantInvalid, match="may not link"):
        build(write, flows)


def test_internal_error_whose_own_action_fails(write: Write) -> None:
    flows = """
    pattern_internal_error:
      description: Fails itself
      steps:
        - action: action_report
        - action: utter_internal_error_rasa
    """
    broken: dict[str, Result] = {name: ActionFailed(name, "down") for name in ("action_identify", "action_report")}
    talk = build(write, flows, actions=broken)
    talk.hear("start flow report_fault")
    turn = talk.hear("set slot customer_number 1, set slot postcode 2")
    assert "utter_internal_error_rasa" in turn.said
    assert talk.said("start flow opening_hours")[0] == "utter_opening_hours"


@each_profile
def test_cannot_handle_with_a_branch_on_the_reason(write: Write, profile: str) -> None:
    flows = """
    pattern_cannot_handle:
      description: Own words
      steps:
        - noop: true
          next:
            - if: "'{{context.reason}}' = 'cannot_handle_chitchat'"
              then:
                - action: utter_only_business
                  next: END
            - else:
                - action: utter_say_again
                  next: END
    """
    talk = build(write, flows, says="utter_only_business\nutter_say_again", profile=profile)
    assert talk.said("ChitChat()") == ("utter_only_business",)
    assert talk.give(CannotHandle()).said == ("utter_say_again",)


def test_cannot_handle_that_links_to_a_flow(write: Write) -> None:
    flows = """
    pattern_cannot_handle:
      description: Leads on
      steps:
        - action: utter_ask_rephrase
        - link: opening_hours
    """
    turn = build(write, flows).give(CannotHandle())
    assert turn.said[:2] == ("utter_ask_rephrase", "utter_opening_hours")


@each_profile
def test_code_change_in_own_words(write: Write, profile: str) -> None:
    flows = """
    pattern_code_change:
      description: Own words
      steps:
        - action: action_clean_stack
        - action: utter_fresh_start
    """
    talk = build(write, flows, says="utter_fresh_start", profile=profile)
    talk.hear("start flow order_sim")
    assert talk.give(HandleCodeChange()).said[0] == "utter_fresh_start"
    assert talk.user_stack == ()


# pattern_customer_satisfaction
def test_customer_satisfaction_linked_and_its_own(write: Write) -> None:
    flows = """
    pattern_completed:
      description: Straight to satisfaction
      steps:
        - link: pattern_customer_satisfaction
    pattern_customer_satisfaction:
      description: Own scale
      run_pattern_completed: false
      steps:
        - collect: csat_score
          ask_before_filling: true
          next:
            - if: slots.csat_score = 'satisfied'
              then: [{action: utter_glad, next: END}]
            - else: [{action: utter_sorry, next: END}]
    """
    talk = build(write, flows, says="utter_glad\nutter_sorry")
    turn = talk.hear("start flow opening_hours")
    assert turn.said == ("utter_opening_hours", "utter_ask_csat_score")
    assert talk.said("/SetSlots(csat_score=satisfied)") == ("utter_glad",)
    assert talk.stack == ()


def test_repeat_in_own_words(write: Write) -> None:
    flows = """
    pattern_repeat_bot_messages:
      description: Says so first
      steps:
        - action: utter_again
        - action: action_repeat_bot_messages
    """
    talk = build(write, flows, says="utter_again")
    talk.hear("start flow order_sim")
    assert talk.said("repeat message") == ("utter_again", "utter_ask_plan")


def test_a_custom_action_replaces_a_built_in_one(write: Write) -> None:
    talk = build(
        write,
        "pattern_restart: {description: d, steps: [{action: action_restart}]}",
        actions={"action_handoff_metric": [slot("segment", "handed")]},
    )
    turn = talk.hear("hand over")
    assert turn.ran == ("action_handoff_metric",)
    assert talk.slots["segment"] == "handed"
