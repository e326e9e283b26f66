"""Format §4.5, overriding the life of a call: hand-off, session start, silence."""

from __future__ import annotations

import pytest

from tests.conformance.assistant import Result, Talk, slot
from tests.conformance.conftest import PROFILES, Write
from tests.conformance.dialogue.overriding import build

each_profile = pytest.mark.parametrize("profile", PROFILES)


# pattern_human_handoff
HANDOFF = """
pattern_human_handoff:
  description: Hand over to a person
  name: pattern human handoff
  steps:
    - collect: confirm_human_handoff
      ask_before_filling: true
      next:
        - if: slots.confirm_human_handoff
          then:
            - action: action_human_handoff
            - action: utter_transferred
              next: END
        - else:
            - action: utter_handoff_cancelled
              next: END
"""
HANDOFF_SAYS = "utter_ask_confirm_human_handoff\nutter_transferred\nutter_handoff_cancelled"


def handoff(write: Write, profile: str = "3.16", flows: str = HANDOFF) -> Talk:
    return build(
        write,
        flows,
        says=HANDOFF_SAYS,
        slots="confirm_human_handoff: {type: bool}",
        actions={"action_human_handoff": []},
        profile=profile,
    )


@each_profile
def test_handoff_confirmed_and_denied(write: Write, profile: str) -> None:
    talk = handoff(write, profile)
    talk.hear("start flow order_sim")
    assert talk.said("hand over") == ("utter_ask_confirm_human_handoff",)
    assert talk.said("set slot confirm_human_handoff False") == ("utter_handoff_cancelled", "utter_ask_plan")
    assert talk.said("hand over") == ("utter_ask_confirm_human_handoff",)
    turn = talk.hear("set slot confirm_human_handoff True")
    assert turn.ran == ("action_human_handoff",)
    assert turn.said[0] == "utter_transferred"


@each_profile
def test_handoff_reached_by_link_from_a_user_flow(write: Write, profile: str) -> None:
    flows = (
        HANDOFF
        + """
complain:
  name: complain
  description: Complain about the company
  steps:
    - collect: complaint
    - link: pattern_human_handoff
"""
    )
    talk = build(
        write,
        flows,
        says=HANDOFF_SAYS + "\nutter_ask_complaint",
        slots="confirm_human_handoff: {type: bool}\ncomplaint: {type: text}",
        actions={"action_human_handoff": []},
        profile=profile,
    )
    talk.hear("start flow complain")
    turn = talk.hear("set slot complaint slow")
    assert turn.said == ("utter_ask_confirm_human_handoff",)
    assert turn.flows == ("completed complain", "started pattern_human_handoff")
    assert talk.slots["complaint"] is None
    turn = talk.hear("set slot confirm_human_handoff True")
    assert (turn.ran, turn.said) == (("action_human_handoff",), ("utter_transferred",))
    assert talk.stack == ()


def test_handoff_that_links_onwards(write: Write) -> None:
    flows = HANDOFF.replace(
        "        - action: utter_transferred\n              next: END", "        - link: opening_hours"
    )
    assert "link" in flows
    talk = handoff(write, flows=flows)
    talk.hear("hand over")
    turn = talk.hear("set slot confirm_human_handoff True")
    assert turn.ran == ("action_human_handoff",)
    assert turn.said == ("utter_opening_hours", "utter_ask_continue_conversation")


def test_a_new_wish_at_the_handoffs_question(write: Write) -> None:
    talk = handoff(write)
    talk.hear("hand over")
    assert talk.said("start flow order_sim") == ("utter_ask_plan",)


def test_cancel_at_the_handoffs_question(write: Write) -> None:
    """There is no user flow to cancel; the caller does not want to be asked the same for ever."""
    talk = handoff(write)
    talk.hear("hand over")
    turn = talk.hear("cancel flow")
    assert turn.said
    assert turn.ran == ()


# pattern_session_start
@each_profile
def test_session_start_greets(write: Write, profile: str) -> None:
    flows = """
    pattern_session_start:
      description: Greets
      nlu_trigger:
        - intent: session_start
      steps:
        - action: action_session_start
        - action: utter_welcome
    """
    talk = build(write, flows, says="utter_welcome", profile=profile)
    turn = talk.start({"user_phone": "123"})
    assert turn.said == ("utter_welcome",)
    assert talk.slots["session_started_metadata"] == {"user_phone": "123"}
    assert talk.said("start flow order_sim") == ("utter_ask_plan",)


@each_profile
def test_session_start_links_to_a_user_flow(write: Write, profile: str) -> None:
    flows = """
    pattern_session_start:
      description: Identifies at once
      nlu_trigger: [{intent: session_start}]
      steps:
        - action: action_session_start
        - link: welcome
    welcome:
      name: welcome
      description: Welcomes
      if: False
      run_pattern_completed: false
      steps:
        - action: utter_welcome
        - collect: customer_number
        - action: utter_known
    """
    talk = build(write, flows, says="utter_welcome\nutter_known", profile=profile)
    turn = talk.start()
    assert turn.said == ("utter_welcome", "utter_ask_customer_number")
    assert turn.flows == ("started pattern_session_start", "completed pattern_session_start", "started welcome")
    assert talk.said("set slot customer_number 5") == ("utter_known",)
    assert talk.stack == ()


def test_session_start_that_collects(write: Write) -> None:
    flows = """
    pattern_session_start:
      description: Asks for the name
      steps:
        - action: action_session_start
        - action: utter_welcome
        - collect: caller_name
        - action: utter_hello
    """
    says = 'utter_welcome\nutter_ask_caller_name\nutter_hello: [{text: "Hello {caller_name}"}]'
    talk = build(write, flows, says=says, slots="caller_name: {type: text}")
    assert talk.start().said == ("utter_welcome", "utter_ask_caller_name")
    assert talk.said("offtopic reply") == ("utter_cannot_handle", "utter_ask_caller_name")
    assert talk.hear("set slot caller_name Jo").texts == ("Hello Jo",)
    assert talk.stack == ()


def test_a_wish_while_the_session_start_collects(write: Write) -> None:
    flows = """
    pattern_session_start:
      description: Asks for the name
      steps:
        - action: action_session_start
        - collect: caller_name
        - action: utter_hello
    """
    talk = build(write, flows, says="utter_ask_caller_name\nutter_hello", slots="caller_name: {type: text}")
    talk.start()
    assert talk.said("start flow order_sim") == ("utter_ask_plan",)
    assert talk.user_stack == ("order_sim",)
    assert talk.said("set slot plan Small") == ("utter_ask_quantity",)


def test_session_start_by_an_own_action_session_start(write: Write) -> None:
    own: dict[str, Result] = {
        "action_session_start": lambda tracker: [
            {"event": "session_started"},
            slot("segment", tracker["slots"]["session_started_metadata"]["user_phone"]),
            {"event": "action", "name": "action_listen"},
        ]
    }
    talk = build(write, "pattern_restart: {description: d, steps: [{action: action_restart}]}", actions=own)
    turn = talk.start({"user_phone": "42"})
    assert turn.ran == ("action_session_start",)
    assert talk.slots["segment"] == "42"
    assert talk.said("start flow order_sim") == ("utter_ask_plan",)


def test_session_started_twice_greets_twice_and_runs_the_action_once_a_turn(write: Write) -> None:
    flows = """
    pattern_session_start:
      description: Greets
      steps:
        - action: action_session_start
        - action: utter_welcome
    """
    talk = build(write, flows, says="utter_welcome")
    talk.start()
    turn = talk.hear("/session_start")
    assert turn.said == ("utter_welcome",)
    assert turn.actions.count("action_session_start") == 1


# pattern_user_silence
@each_profile
def test_user_silence_with_its_own_counting(write: Write, profile: str) -> None:
    flows = """
    pattern_user_silence:
      description: Asks once, then hangs up
      nlu_trigger:
        - intent: silence_timeout
      persisted_slots:
        - consecutive_silence_timeouts
      steps:
        - noop: true
          next:
            - if: slots.consecutive_silence_timeouts = 0.0
              then:
                - set_slots:
                    - consecutive_silence_timeouts: 1.0
                - action: utter_are_you_there
                  next: END
            - else:
                - action: utter_inform_hangup
                - action: action_hangup
                  next: END
    """
    talk = build(write, flows, says="utter_are_you_there", profile=profile)
    talk.hear("start flow order_sim")
    assert talk.said("/silence_timeout") == ("utter_are_you_there", "utter_ask_plan")
    turn = talk.hear("/silence_timeout")
    assert (turn.said, turn.is_over) == (("utter_inform_hangup",), True)


def test_user_silence_that_links_to_the_handoff(write: Write) -> None:
    flows = """
    pattern_user_silence:
      description: Hands over
      nlu_trigger: [{intent: silence_timeout}]
      steps:
        - link: pattern_human_handoff
    """
    talk = build(write, flows)
    talk.hear("start flow order_sim")
    assert talk.said("/silence_timeout")[0] == "utter_human_handoff_not_available"
