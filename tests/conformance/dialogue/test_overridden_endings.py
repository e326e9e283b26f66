"""Format §4.5, overriding how flows end: pattern_cancel_flow, pattern_completed."""

from __future__ import annotations

import pytest

from tests.conformance.assistant import Talk
from tests.conformance.conftest import PROFILES, Write
from tests.conformance.dialogue.overriding import build

each_profile = pytest.mark.parametrize("profile", PROFILES)


# pattern_cancel_flow
CANCEL_ASKING = """
pattern_cancel_flow:
  name: pattern_cancel_flow
  description: Ask before a flow is cancelled
  steps:
    - collect: confirm_cancel
      ask_before_filling: true
      next:
        - if: slots.confirm_cancel
          then:
            - action: action_cancel_flow
            - action: utter_flow_cancelled_rasa
              next: END
        - else:
            - action: utter_go_on
              next: END
"""
ASK_CANCEL = """
utter_ask_confirm_cancel: [{text: "Really stop {{context.canceled_name}}?", metadata: {template: jinja}}]
utter_go_on
"""
CONFIRM_CANCEL = "confirm_cancel: {type: bool}"


def cancel_asking(write: Write, profile: str) -> Talk:
    return build(write, CANCEL_ASKING, says=ASK_CANCEL, slots=CONFIRM_CANCEL, profile=profile)


@each_profile
def test_cancel_asks_first_and_yes_cancels(write: Write, profile: str) -> None:
    talk = cancel_asking(write, profile)
    talk.hear("start flow order_sim, set slot plan Small")
    turn = talk.hear("cancel flow")
    assert turn.texts == ("Really stop order a SIM card?",)
    assert talk.slots["plan"] == "Small"
    assert "cancelled order_sim" not in turn.flows
    turn = talk.hear("set slot confirm_cancel True")
    assert turn.said[0] == "utter_flow_cancelled_rasa"
    assert "cancelled order_sim" in turn.flows
    assert (talk.user_stack, talk.slots["plan"], talk.slots["confirm_cancel"]) == ((), None, None)


@each_profile
def test_cancel_asks_first_and_no_goes_on(write: Write, profile: str) -> None:
    talk = cancel_asking(write, profile)
    talk.hear("start flow order_sim, set slot plan Small")
    talk.hear("cancel flow")
    turn = talk.hear("set slot confirm_cancel False")
    assert turn.said == ("utter_go_on", "utter_ask_quantity")
    assert talk.slots["plan"] == "Small"
    assert not [line for line in turn.flows if line.startswith("cancelled")]
    assert talk.stack == ("order_sim", "pattern_collect_information")


@each_profile
def test_cancel_asked_in_a_called_flow_and_denied(write: Write, profile: str) -> None:
    talk = cancel_asking(write, profile)
    talk.hear("start flow report_fault, set slot customer_number 5")
    assert talk.hear("cancel flow").texts == ("Really stop report a fault?",)
    assert talk.said("set slot confirm_cancel False") == ("utter_go_on", "utter_ask_postcode")
    assert talk.user_stack == ("report_fault", "identify")
    assert talk.slots["customer_number"] == "5"


def test_cancel_again_while_it_asks(write: Write) -> None:
    talk = cancel_asking(write, "3.16")
    talk.hear("start flow order_sim")
    talk.hear("cancel flow")
    turn = talk.hear("cancel flow")
    assert talk.stack.count("pattern_cancel_flow") <= 1
    assert turn.said[-1] in ("utter_ask_confirm_cancel", "utter_flow_cancelled_rasa")


def test_the_answer_at_the_question_instead_of_yes_or_no(write: Write) -> None:
    talk = cancel_asking(write, "3.16")
    talk.hear("start flow order_sim")
    talk.hear("cancel flow")
    talk.hear("set slot plan Small")
    assert talk.slots["plan"] == "Small"
    assert talk.asks in ("confirm_cancel", "quantity")


@each_profile
def test_cancel_with_a_branch_on_the_name(write: Write, profile: str) -> None:
    flows = """
    pattern_cancel_flow:
      description: Its own words for one flow
      steps:
        - action: action_cancel_flow
        - noop: true
          next:
            - if: context.canceled_name = "order a SIM card"
              then:
                - action: utter_no_card
                  next: END
            - else:
                - action: utter_flow_cancelled_rasa
                  next: END
    """
    talk = build(write, flows, says="utter_no_card", profile=profile)
    talk.hear("start flow order_sim")
    assert talk.said("cancel flow")[0] == "utter_no_card"
    talk.hear("start flow change_address")
    assert talk.said("cancel flow")[0] == "utter_flow_cancelled_rasa"


def test_cancel_that_links_to_the_handoff(write: Write) -> None:
    flows = """
    pattern_cancel_flow:
      description: Hand over instead
      steps:
        - action: action_cancel_flow
        - link: pattern_human_handoff
    """
    talk = build(write, flows)
    talk.hear("start flow order_sim, set slot plan Small")
    turn = talk.hear("cancel flow")
    assert turn.said == ("utter_human_handoff_not_available",)
    assert talk.stack == ()


# pattern_completed
@each_profile
def test_completed_as_one_utter(write: Write, profile: str) -> None:
    flows = """
    pattern_completed:
      description: One sentence
      steps:
        - action: utter_can_do_something_else
    """
    talk = build(write, flows, profile=profile)
    assert talk.said("start flow opening_hours") == ("utter_opening_hours", "utter_can_do_something_else")
    assert talk.stack == ()


@each_profile
def test_completed_with_a_branch_on_the_flow_before(write: Write, profile: str) -> None:
    flows = """
    pattern_completed:
      description: Not after every flow
      steps:
        - noop: true
          next:
            - if: context.previous_flow_name != "opening hours" and context.previous_flow_name != "use a voucher"
              then:
                - action: utter_what_else
                  next: END
            - else: END
    """
    talk = build(write, flows, says="utter_what_else", profile=profile)
    assert talk.said("start flow opening_hours") == ("utter_opening_hours",)
    assert talk.said("start flow change_address, set slot street A, set slot city B")[-1] == "utter_what_else"


def test_completed_that_links_to_a_user_flow(write: Write) -> None:
    flows = """
    pattern_completed:
      description: Ask for feedback
      steps:
        - link: feedback
    feedback:
      name: feedback
      description: Ask for feedback
      if: False
      run_pattern_completed: false
      steps:
        - collect: rating
        - action: utter_thanks
    """
    talk = build(write, flows, says="utter_ask_rating\nutter_thanks", slots="rating: {type: float}")
    turn = talk.hear("start flow opening_hours")
    assert turn.said == ("utter_opening_hours", "utter_ask_rating")
    assert "completed pattern_completed" in turn.flows
    assert talk.said("set slot rating 5") == ("utter_thanks",)
    assert talk.stack == ()
