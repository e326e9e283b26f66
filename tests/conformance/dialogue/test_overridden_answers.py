"""Format §4.5, overriding answers: small talk, clarification, resuming, questions, search."""

from __future__ import annotations

import pytest

from tests.conformance.assistant import Result, slot
from tests.conformance.conftest import PROFILES, Write
from tests.conformance.dialogue.overriding import build

each_profile = pytest.mark.parametrize("profile", PROFILES)


# pattern_chitchat
@each_profile
def test_chitchat_by_free_response(write: Write, profile: str) -> None:
    flows = """
    pattern_chitchat:
      description: Free small talk
      name: pattern chitchat
      steps:
        - action: utter_free_chitchat_response
    """
    says = 'utter_free_chitchat_response: [{text: "Ha!", metadata: {rephrase: true, rephrase_prompt: "Answer {{x}}"}}]'
    talk = build(write, flows, says=says, profile=profile)
    talk.hear("start flow order_sim")
    assert talk.said("offtopic reply") == ("utter_free_chitchat_response", "utter_ask_plan")


def test_chitchat_by_an_own_action(write: Write) -> None:
    flows = """
    pattern_chitchat:
      description: Small talk by an action
      steps:
        - action: action_small_talk
    """
    talk = build(write, flows, actions={"action_small_talk": []})
    turn = talk.hear("ChitChat()")
    assert turn.ran == ("action_small_talk",)
    assert turn.flows == ("started pattern_chitchat", "completed pattern_chitchat")


def test_chitchat_that_links_to_a_flow(write: Write) -> None:
    flows = """
    pattern_chitchat:
      description: Lead to a flow
      steps:
        - link: opening_hours
    """
    turn = build(write, flows).hear("ChitChat()")
    assert turn.said[0] == "utter_opening_hours"


# pattern_clarification
CLARIFICATION = """
pattern_clarification:
  description: Branches on what is unclear
  name: pattern clarification
  steps:
    - action: action_clarify_flows
      next:
        - if: context.names contains "order a SIM card"
          then:
            - action: utter_which_of_the_cards
              next: END
        - else:
            - action: utter_clarification_options_rasa
              next: END
"""


@each_profile
def test_clarification_with_a_branch_on_the_names(write: Write, profile: str) -> None:
    talk = build(write, CLARIFICATION, says="utter_which_of_the_cards", profile=profile)
    assert talk.said("disambiguate flows order_sim top_up") == ("utter_which_of_the_cards",)
    assert talk.said("disambiguate flows change_address top_up") == ("utter_clarification_options_rasa",)


def test_clarification_text_with_a_loop(write: Write) -> None:
    says = (
        'utter_clarification_options_rasa: [{text: "{% for name in context.names %}{{ loop.index }}. {{ name }}'
        '{% if not loop.last %}, {% endif %}{% endfor %} ({{context.clarification_options}})", '
        "metadata: {template: jinja}}]"
    )
    turn = build(write, "pattern_restart: {description: d, steps: [{action: action_restart}]}", says=says).hear(
        "disambiguate flows order_sim top_up"
    )
    assert turn.texts[0].startswith("1. order a SIM card, 2. top up credit (")


def test_clarification_by_a_collect_and_links(write: Write) -> None:
    flows = """
    pattern_clarification:
      description: Asks and starts
      steps:
        - collect: wanted
          next:
            - if: slots.wanted = 'cards'
              then:
                - link: order_sim
            - if: slots.wanted = 'credit'
              then:
                - link: top_up
            - else: END
    """
    talk = build(write, flows, says="utter_ask_wanted", slots="wanted: {type: categorical, values: [cards, credit]}")
    assert talk.said("disambiguate flows order_sim top_up") == ("utter_ask_wanted",)
    turn = talk.hear("set slot wanted credit")
    assert turn.said == ("utter_ask_credit",)
    assert "started top_up" in turn.flows
    assert (talk.user_stack, talk.slots["wanted"]) == (("top_up",), None)


# pattern_continue_interrupted
@each_profile
def test_continue_interrupted_at_once(write: Write, profile: str) -> None:
    flows = """
    pattern_continue_interrupted:
      description: Goes back without asking
      steps:
        - action: utter_flow_continue_interrupted
    """
    talk = build(write, flows, profile=profile)
    talk.hear("start flow order_sim")
    turn = talk.hear("start flow opening_hours")
    assert turn.said == ("utter_opening_hours", "utter_flow_continue_interrupted", "utter_ask_plan")
    assert turn.texts[1] == "Let's go back to order a SIM card."
    assert "resumed order_sim" in turn.flows


@each_profile
def test_continue_interrupted_that_asks_and_cancels(write: Write, profile: str) -> None:
    flows = """
    pattern_continue_interrupted:
      description: Asks in its own way
      name: pattern continue interrupted
      steps:
        - collect: want_to_go_on
          ask_before_filling: true
          next:
            - if: slots.want_to_go_on
              then:
                - action: action_continue_interrupted_flow
                  next: END
            - else:
                - action: action_cancel_interrupted_flows
                - action: utter_left
                  next: END
    """
    says = """
    utter_ask_want_to_go_on: [{text: "Go on with {{context.previous_flow_name}}?", metadata: {template: jinja}}]
    utter_left
    """
    for answer, said in (("True", "utter_ask_plan"), ("False", "utter_left")):
        talk = build(write, flows, says=says, slots="want_to_go_on: {type: bool}", profile=profile)
        talk.hear("start flow order_sim")
        assert talk.hear("start flow opening_hours").texts[-1] == "Go on with order a SIM card?"
        assert talk.said(f"set slot want_to_go_on {answer}")[0] == said


@each_profile
def test_continue_interrupted_silently(write: Write, profile: str) -> None:
    flows = """
    pattern_continue_interrupted:
      description: Says nothing
      steps:
        - noop: true
          next: END
    """
    talk = build(write, flows, profile=profile)
    talk.hear("start flow order_sim")
    assert talk.said("start flow opening_hours") == ("utter_opening_hours", "utter_ask_plan")


# pattern_collect_information
EXTRA_STEPS = """
pattern_collect_information:
  description: Asks, with more steps
  name: pattern collect information
  steps:
    - id: start
      action: action_run_slot_rejections
    - action: validate_{{context.collect}}
      next:
        - if: "slots.{{context.collect}} is not null"
          then:
            - action: action_note_answer
              next: END
        - else: ask_collect
    - id: ask_collect
      action: utter_before_question
    - action: "{{context.utter}}"
    - action: "{{context.collect_action}}"
    - action: action_listen
      next: start
"""


@each_profile
def test_collect_information_with_more_steps(write: Write, profile: str) -> None:
    talk = build(write, EXTRA_STEPS, says="utter_before_question", actions={"action_note_answer": []}, profile=profile)
    assert talk.said("start flow order_sim") == ("utter_before_question", "utter_ask_plan")
    turn = talk.hear("set slot plan Small")
    assert turn.ran == ("action_note_answer",)
    assert turn.said == ("utter_before_question", "utter_ask_quantity")
    turn = talk.hear("set slot quantity 0")
    assert turn.said == ("utter_too_few", "utter_before_question", "utter_ask_quantity")
    assert talk.said("set slot quantity 2")[-1] == "utter_ask_order_confirmed"


def test_collect_information_counts_tries_and_hands_over(write: Write) -> None:
    flows = """
    pattern_collect_information:
      description: Gives up after three tries
      steps:
        - id: start
          action: action_run_slot_rejections
        - action: validate_{{context.collect}}
          next:
            - if: "slots.{{context.collect}} is not null"
              then:
                - set_slots: [{tries: 0}]
                  next: END
            - else: count
        - id: count
          action: action_count_tries
          next:
            - if: slots.tries > 2
              then:
                - set_slots: [{tries: 0}]
                - link: pattern_human_handoff
            - else: ask_collect
        - id: ask_collect
          action: "{{context.utter}}"
        - action: "{{context.collect_action}}"
        - action: action_listen
          next: start
    """
    slots = "tries: {type: float, initial_value: 0, mappings: [{type: controlled}]}"
    count: dict[str, Result] = {
        "action_count_tries": lambda tracker: [slot("tries", (tracker["slots"]["tries"] or 0) + 1)]
    }
    talk = build(write, flows, slots=slots, actions=count)
    assert talk.said("start flow order_sim, set slot plan Small") == ("utter_ask_quantity",)
    assert talk.said("set slot quantity 0") == ("utter_too_few", "utter_ask_quantity")
    turn = talk.hear("set slot quantity 0")
    assert "utter_human_handoff_not_available" in turn.said


def test_collect_information_asked_by_an_action(write: Write) -> None:
    flows = """
    repair:
      name: repair
      description: Repair a phone
      steps:
        - collect: model
        - action: utter_repaired
    """
    talk = build(
        write,
        flows,
        says="utter_repaired",
        slots="model: {type: text}",
        actions={
            "action_ask_model": [],
            "validate_model": lambda t: [slot("model", None)] if "x" in t["slots"]["model"] else [],
        },
    )
    assert talk.hear("start flow repair").ran == ("action_ask_model",)
    assert talk.hear("set slot model xx").ran == ("validate_model", "action_ask_model")
    assert talk.said("set slot model A5")[0] == "utter_repaired"


# pattern_search
@each_profile
def test_search_by_an_own_action(write: Write, profile: str) -> None:
    flows = """
    pattern_search:
      description: Answers from the handbook
      name: pattern search
      steps:
        - action: action_look_up
    """
    look_up: dict[str, Result] = {"action_look_up": []}
    talk = build(write, flows, actions=look_up, profile=profile)
    turn = talk.hear("search and reply")
    assert (turn.ran, turn.flows) == (("action_look_up",), ("started pattern_search", "completed pattern_search"))
    talk.hear("start flow order_sim")
    turn = talk.hear("provide info")
    assert turn.ran == ("action_look_up",)
    assert talk.user_stack == ("order_sim",)


def test_search_that_finds_nothing(write: Write) -> None:
    flows = """
    pattern_search:
      description: Answers, or says that it cannot
      steps:
        - action: action_look_up
          next:
            - if: slots.is_found
              then:
                - action: utter_found
                  next: END
            - else:
                - action: utter_no_relevant_answer_found
                  next: END
    """
    slots = "is_found: {type: bool, mappings: [{type: controlled}]}"
    talk = build(write, flows, says="utter_found", slots=slots, actions={"action_look_up": [slot("is_found", False)]})
    assert talk.said("search and reply") == ("utter_no_relevant_answer_found",)


def test_search_by_trigger_without_a_store(write: Write) -> None:
    flows = """
    pattern_search:
      description: RAG
      steps:
        - action: action_trigger_search
    """
    assert build(write, flows).said("search and reply") == ("utter_no_relevant_answer_found",)
