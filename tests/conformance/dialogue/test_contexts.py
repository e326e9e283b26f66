"""Format §1.7: what overridden patterns see as `context.`, in predicates, in names of actions and in Jinja texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialogue.testing.commands_file import read_commands
from dialogue.testing.runner import Bench, run_suite
from dialogue.testing.suite import load_suite
from flows.commands import CannotHandle, Failed
from tests.conformance.conftest import PROFILES, Write
from tests.conformance.dialogue.overriding import build

SEEN = """
{pattern}:
  description: Says what it sees
  steps:
    - noop: true
      next:
        - if: {predicate}
          then:
            - action: utter_seen{rest}
              next: {end}
        - else:
            - action: utter_not_seen
              next: END
"""


def seen(pattern: str, predicate: str, rest: str = "", end: str = "END") -> str:
    return SEEN.format(pattern=pattern, predicate=predicate, rest=rest, end=end)


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize(
    ("pattern", "predicate", "text", "turns", "expected"),
    [
        (
            "pattern_cancel_flow",
            'context.canceled_name = "order a SIM card" and context.canceled_frames is not null',
            "{{context.canceled_name}} {{context.canceled_frames | length}}",
            ["start flow order_sim", "cancel flow"],
            "order a SIM card 1",
        ),
        (
            "pattern_clarification",
            'context.names contains "top up credit" and context.clarification_options is not null',
            "{{context.names | join('/')}} {{context.clarification_options}}",
            ["disambiguate flows order_sim top_up"],
            "order a SIM card/top up credit order a SIM card or top up credit",
        ),
        (
            "pattern_completed",
            'context.previous_flow_name = "opening hours"',
            "{{context.previous_flow_name}}",
            ["start flow opening_hours"],
            "opening hours",
        ),
        (
            "pattern_continue_interrupted",
            "not context.multiple_flows_interrupted and context.interrupted_flow_ids contains 'order_sim'",
            "{{context.previous_flow_name}}|{{context.interrupted_flow_names | join('/')}}|"
            "{{context.interrupted_flow_ids | join('/')}}|{{context.interrupted_flow_options}}",
            ["start flow order_sim", "start flow opening_hours"],
            "order a SIM card|order a SIM card|order_sim|order a SIM card",
        ),
        (
            "pattern_continue_interrupted",
            "context.multiple_flows_interrupted",
            "{{context.interrupted_flow_names | join('/')}}|{{context.interrupted_flow_options}}",
            ["start flow order_sim", "start flow top_up", "start flow opening_hours"],
            "top up credit/order a SIM card|top up credit or order a SIM card",
        ),
    ],
)
def test_s1_7_fields(
    write: Write, pattern: str, predicate: str, text: str, turns: list[str], expected: str, profile: str
) -> None:
    says = f'utter_seen: [{{text: "{text}", metadata: {{template: jinja}}}}]\nutter_not_seen'
    talk = build(write, seen(pattern, predicate), says=says, profile=profile)
    for line in turns:
        turn = talk.hear(line)
    assert expected in turn.texts


def test_s1_7_cannot_handle_and_internal_error(write: Write) -> None:
    flows = seen("pattern_cannot_handle", "context.reason = 'default'") + seen(
        "pattern_internal_error", "context.error_type = 'x' and context.info.max_characters = 7", "_error"
    )
    says = """
    utter_seen: [{text: "{{context.reason}}", metadata: {template: jinja}}]
    utter_seen_error: [{text: "{{context.error_type}} {{context.info.max_characters}}", metadata: {template: jinja}}]
    utter_not_seen
    """
    talk = build(write, flows, says=says)
    assert talk.give(CannotHandle()).texts == ("default",)
    assert talk.give(Failed("x", {"max_characters": 7})).texts == ("x 7",)


def test_s1_7_collect_information(write: Write) -> None:
    flows = """
    pattern_collect_information:
      description: Says what it sees
      steps:
        - id: start
          action: action_run_slot_rejections
          next:
            - if: "slots.{{context.collect}} is not null"
              then: END
            - else: ask
        - id: ask
          action: utter_seen
        - action: action_listen
          next: start
    """
    text = "{{context.collect}}|{{context.utter}}|{{context.collect_action}}|{{context.rejections | length}}"
    says = f'utter_seen: [{{text: "{text}", metadata: {{template: jinja}}}}]'
    talk = build(write, flows, says=says)
    assert talk.hear("start flow order_sim").texts == ("plan|utter_ask_plan|action_ask_plan|0",)
    assert talk.hear("set slot plan Small").texts == ("quantity|utter_ask_quantity|action_ask_quantity|1",)


def test_s1_7_validate_slot(write: Write) -> None:
    flows = """
    pattern_validate_slot:
      description: Says what it sees
      steps:
        - id: start
          action: action_run_slot_rejections
          next:
            - if: "slots.{{context.validate}} is not null"
              then: END
            - else: ask
        - id: ask
          action: utter_seen
        - action: action_listen
          next: start
    repair: {name: repair, description: Repair, steps: [{collect: model}, {collect: code}, {action: utter_seen}]}
    """
    text = "{{context.validate}}|{{context.refill_utter}}|{{context.refill_action}}|{{context.rejections | length}}"
    says = f"""
    utter_seen: [{{text: "{text}", metadata: {{template: jinja}}}}]
    utter_digits
    utter_ask_model
    utter_ask_code
    """
    slots = """
    model: {type: text}
    code: {type: text, validation: {rejections: [{if: 'not (slots.code matches "^[0-9]+$")', utter: utter_digits}]}}
    """
    talk = build(write, flows, says=says, slots=slots)
    turn = talk.hear("start flow repair, set slot code x")
    assert turn.texts == ("utter_digits", "code|utter_ask_code|action_ask_code|1")


def test_s1_7_in_names_of_actions(write: Write) -> None:
    flows = """
    pattern_cannot_handle:
      description: One response for each reason
      steps:
        - action: utter_because_{{context.reason}}
    """
    talk = build(write, flows, says="utter_because_default\nutter_because_cannot_handle_chitchat")
    assert talk.give(CannotHandle()).said == ("utter_because_default",)
    assert talk.hear("ChitChat()").said == ("utter_because_cannot_handle_chitchat",)


SUITE = """
test_cases:
  - test_case: clarify
    steps:
      - user: something with cards
        assertions:
          - pattern_clarification_contains: [order a SIM card, top up credit]
  - test_case: not offered
    steps:
      - user: something with cards
        assertions:
          - pattern_clarification_contains: [report a fault]
"""


async def test_s8_19_options_count_as_offered_though_never_uttered(write: Write) -> None:
    flows = """
    pattern_clarification:
      description: Asks without naming them
      steps:
        - action: utter_say_more
    """
    talk = build(write, flows, says="utter_say_more")
    folder = Path(talk.assistant.folder)
    (folder / "e2e_tests").mkdir()
    (folder / "e2e_tests" / "t.yml").write_text(SUITE)
    lines = "- [disambiguate flows order_sim top_up]\n"
    (folder / "commands.yml").write_text(f"clarify:\n  {lines}not offered:\n  {lines}")
    suite = load_suite(["e2e_tests"], folder)
    bench = Bench(talk.assistant, recorded=dict(read_commands(folder / "commands.yml")))
    result = await run_suite(suite, bench)
    assert [case.passed for case in result.cases] == [True, False]


def test_s8_19_patterns_may_link_to_user_flows(write: Write) -> None:
    flows = """
    pattern_search:
      description: Leads on
      steps:
        - link: top_up
    """
    talk = build(write, flows)
    turn = talk.hear("search and reply")
    assert turn.said == ("utter_ask_credit",)
    assert turn.flows == ("started pattern_search", "completed pattern_search", "started top_up")
    talk = build(write, flows)
    talk.hear("start flow order_sim")
    turn = talk.hear("search and reply")
    assert turn.said == ("utter_ask_credit",)
    assert talk.user_stack == ("order_sim", "top_up")
