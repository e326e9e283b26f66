"""Every sentence of the format's reference on assertions (section 6.1, and 8 on values), in both directions."""

from __future__ import annotations

from textwrap import dedent

import pytest

from dialogue.events import ActionFailed, ActionReturned, AssistantSaid, DialogueEvent, UserSaid
from dialogue.testing.assertion_reader import AssertionReader
from dialogue.testing.descriptions import describe, describe_turn, difference
from dialogue.testing.expectations import (
    BotSays,
    Expectation,
    Turn,
    first_unmet,
    is_same,
    is_same_text,
)
from dialogue.turn import Button
from flows.commands import StartFlow
from flows.events import ActionExecuted, FlowCancelled, FlowCompleted, FlowStarted, SlotSet, StepEntered
from flows.findings import Findings
from flows.source import Rows, Table, read_yaml

YES_NO = (Button("Yes", "/SetSlots(ok=True)"), Button("No", "/SetSlots(ok=False)"))
EVENTS: tuple[DialogueEvent, ...] = (
    UserSaid("send money", (StartFlow("transfer"),), "recorded"),
    SlotSet("name", "Joe"),
    SlotSet("amount", 100.0),
    SlotSet("bad", "x"),
    SlotSet("bad", None),
    FlowStarted("transfer"),
    StepEntered("transfer", "check"),
    ActionReturned("action_check"),
    ActionExecuted("action_check"),
    AssistantSaid("Checking, one moment.\n"),
    SlotSet("limit", 1200),
    ActionExecuted("utter_ask_ok"),
    AssistantSaid("Send 100 to Joe?", "utter_ask_ok", YES_NO),
    StepEntered("transfer", "done"),
    FlowCompleted("transfer", "END"),
    FlowStarted("pattern_completed"),
    FlowCancelled("other", "other_collect_x"),
)
TURN = Turn(EVENTS, frozenset({"add_card", "add a card", "block_card", "block a card"}))


def read(text: str) -> list[Expectation]:
    """Read assertions, or plain steps, as a test file has them."""
    findings = Findings()
    value = read_yaml(dedent(text), "t.yml", findings)
    reader = AssertionReader(findings)
    if isinstance(value, Rows):
        wanted = reader.assertions(value)
    else:
        assert isinstance(value, Table)
        wanted = [one for kind in value.entries for one in reader.plain(kind, value)]
    assert not findings.sorted()
    return [one.expected for one in wanted]


@pytest.mark.parametrize(
    "text",
    [
        "bot: Send 100 to Joe?",
        "bot: Checking, one moment.",
        'bot: "Send 100 to Joe?\\n\\n"',
        "bot: |\n  Send 100 to Joe?\n",
        'bot: "Checking, one moment.\\n\\nSend 100 to Joe?"',
        "utter: utter_ask_ok",
        "slot_was_set: [name, {amount: 100}, {name: Joe}]",
        "slot_was_set: {amount: 100, name: Joe}",
        "slot_was_set: name",
        'slot_was_set: [amount: "100"]',
        "slot_was_set: [bad]",
        "slot_was_set: [bad: null]",
        "slot_was_set: [{name: name, value: Joe}]",
        "slot_was_not_set: [bad, never, {amount: 101}, {never: 1}]",
        "slot_was_not_set: {amount: 99}",
        "[flow_started: transfer]",
        "[flow_started: pattern_completed]",
        "[flow_started: {operator: all, flow_ids: [transfer, pattern_completed]}]",
        "[flow_started: {operator: any, flow_ids: [nothing, transfer]}]",
        "[flow_started: [transfer, pattern_completed]]",
        "[flow_completed: {flow_id: transfer}]",
        "[flow_completed: {flow_id: transfer, flow_step_id: END}]",
        "[flow_completed: {flow_id: transfer, flow_step_id: done}]",
        "[flow_completed: {flow_id: transfer, flow_step_id: transfer_done}]",
        "[flow_cancelled: {flow_id: other}]",
        "[flow_cancelled: {flow_id: other, flow_step_id: other_collect_x}]",
        "[pattern_clarification_contains: [add a card]]",
        "[pattern_clarification_contains: [add_card, block a card]]",
        "[slot_was_set: [{name: amount, value: 100}, {name: name}]]",
        "[slot_was_set: [{name: bad, value: null}]]",
        "[slot_was_set: [amount, {limit: 1200}]]",
        "[slot_was_not_set: [{name: bad}, {name: never}, {name: amount, value: 5}]]",
        "[action_executed: action_check]",
        "[action_executed: utter_ask_ok]",
        "[bot_uttered: {utter_name: utter_ask_ok}]",
        "[bot_uttered: utter_ask_ok]",
        "[bot_uttered: {text_matches: '\\d+ to J.e'}]",
        "[bot_uttered: {text_matches: to}]",
        "[bot_uttered: {utter_name: utter_ask_ok, text_matches: ^Send}]",
        "[bot_uttered: {buttons: [{title: Yes, payload: /SetSlots(ok=True)}, {title: No}]}]",
        "[bot_uttered: {buttons: [{title: Yes}, {title: No}]}]",
        "[bot_did_not_utter: {utter_name: utter_nothing}]",
        "[bot_did_not_utter: {utter_name: utter_ask_ok, text_matches: Goodbye}]",
        "[bot_did_not_utter: {buttons: [{title: No}, {title: Yes}]}]",
        "[]",
    ],
)
def test_what_happened_is_met(text: str) -> None:
    assert first_unmet(read(text), TURN) is None


@pytest.mark.parametrize(
    "text",
    [
        "bot: Send 100 to Joe",
        "bot: send 100 to joe?",
        "bot: Send 100",
        'bot: "Send 100 to Joe?\\n\\nChecking, one moment."',
        "utter: utter_ask",
        "slot_was_set: [never]",
        "slot_was_set: [amount: 101]",
        "slot_was_set: [name: joe]",
        "slot_was_set: [name: null]",
        "slot_was_not_set: [name]",
        "slot_was_not_set: [amount: 100]",
        "slot_was_not_set: [bad: x]",
        "slot_was_not_set: [never, amount]",
        "[flow_started: other]",
        "[flow_started: {operator: all, flow_ids: [transfer, other]}]",
        "[flow_started: {operator: any, flow_ids: [other, another]}]",
        "[flow_completed: {flow_id: pattern_completed}]",
        "[flow_completed: {flow_id: transfer, flow_step_id: check}]",
        "[flow_completed: {flow_id: other}]",
        "[flow_cancelled: {flow_id: transfer}]",
        "[flow_cancelled: {flow_id: other, flow_step_id: x}]",
        "[pattern_clarification_contains: [add a card, close account]]",
        "[slot_was_set: [{name: amount}, {name: never}]]",
        "[slot_was_set: [{name: amount, value: null}]]",
        "[slot_was_not_set: [{name: limit}]]",
        "[slot_was_not_set: [{name: limit, value: 1200}]]",
        "[action_executed: action_listen]",
        "[bot_uttered: {utter_name: utter_other}]",
        "[bot_uttered: {text_matches: ^to}]",
        "[bot_uttered: {utter_name: utter_ask_ok, text_matches: Checking}]",
        "[bot_uttered: {buttons: [{title: No}, {title: Yes}]}]",
        "[bot_uttered: {buttons: [{title: Yes}]}]",
        "[bot_uttered: {buttons: [{title: Yes, payload: yes}, {title: No}]}]",
        "[bot_did_not_utter: {utter_name: utter_ask_ok}]",
        "[bot_did_not_utter: {text_matches: Checking}]",
        "[bot_did_not_utter: {buttons: [{title: Yes}, {title: No}]}]",
        "[generative_response_is_relevant: {threshold: 0.9}]",
        "[generative_response_is_grounded: {threshold: 0.9, ground_truth: x}]",
    ],
)
def test_what_did_not_happen_is_unmet(text: str) -> None:
    assert first_unmet(read(text), TURN) is not None


@pytest.mark.parametrize(
    ("text", "is_met"),
    [
        ("[flow_started: transfer, action_executed: action_check, flow_completed: {flow_id: transfer}]", True),
        ("[action_executed: action_check, flow_started: transfer]", False),
        ("[action_executed: action_check, bot_uttered: {text_matches: Checking}]", True),
        ("[bot_uttered: {text_matches: Checking}, action_executed: action_check]", False),
        ("[action_executed: action_check, slot_was_set: [limit]]", True),
        ("[slot_was_set: [limit], action_executed: action_check]", False),
        ("[action_executed: utter_ask_ok, bot_uttered: {utter_name: utter_ask_ok}]", True),
        ("[slot_was_set: [amount, name]]", False),
        ("[slot_was_set: [name, amount]]", True),
        ("[bot_did_not_utter: {text_matches: Hello}, flow_started: transfer]", True),
        ("[flow_started: {operator: all, flow_ids: [transfer, pattern_completed]}, slot_was_set: [name]]", False),
    ],
)
def test_order_is_that_of_the_log(text: str, is_met: bool) -> None:
    expected = read(text)
    assert (first_unmet(expected, TURN, in_order=True) is None) is is_met
    assert first_unmet(expected, TURN) is None


@pytest.mark.parametrize(
    ("actual", "expected", "is_equal"),
    [
        (100, "100", True),
        (100, 100.0, True),
        ("100", 100.0, True),
        (100, "100.5", False),
        (True, "true", True),
        (True, "True", True),
        (False, True, False),
        (True, 1, False),
        ("yes", True, False),
        (None, None, True),
        (None, "", False),
        ("", None, False),
        (0, None, False),
        (False, None, False),
        ("Joe", "joe", False),
        (["1", 2], [1, "2"], True),
        ([1], [1, 2], False),
        ({"a": 1}, {"a": "1"}, True),
        ({"a": 1}, {"b": 1}, False),
    ],
)
def test_values_are_compared_leniently_between_numbers_and_texts(
    actual: object, expected: object, is_equal: bool
) -> None:
    assert is_same(actual, expected) is is_equal


def test_texts_are_compared_without_newlines_at_the_end() -> None:
    assert is_same_text("a\nb\n", "a\nb")
    assert not is_same_text("a\nb", "a b")
    assert not is_same_text(" a", "a")


@pytest.mark.parametrize("pattern", [r"(a+)+$", r"(a|aa)+$", r"(a*)*b$", "x" * 3000])
def test_no_pattern_stalls_the_run(pattern: str) -> None:
    turn = Turn((AssistantSaid("a" * 60 + "!"), AssistantSaid("a" * 5000 + "!")))
    assert first_unmet([BotSays(pattern=pattern)], turn) == 0


def test_long_texts_are_searched_to_their_end() -> None:
    turn = Turn((AssistantSaid("word " * 2000 + "needle"),))
    assert first_unmet([BotSays(pattern=r"ne+dle$"), BotSays(pattern=r"(word )+needle")], turn) is None


def test_a_flow_may_end_at_a_step_of_an_earlier_turn() -> None:
    turn = Turn((FlowCompleted("transfer", "END"),), steps={"transfer": "ask"})
    assert first_unmet(read("[flow_completed: {flow_id: transfer, flow_step_id: ask}]"), turn) is None
    assert first_unmet(read("[flow_completed: {flow_id: transfer, flow_step_id: pay}]"), turn) == 0


def test_a_failure_says_how_the_nearest_text_differs() -> None:
    turn = Turn((AssistantSaid("Hello."), AssistantSaid("Send 100 to Joe?"), ActionFailed("action_x", "no network")))
    told = difference(BotSays(text="Send 10 to Joe?"), turn)
    assert told[0] == "- Send 10 to Joe?"
    assert "+ Send 100 to Joe?" in told
    assert difference(BotSays(response="utter_x"), turn) == ()
    assert difference(BotSays(text="x"), Turn(())) == ()
    assert difference(BotSays(text="x" * 30_000), turn) == ()
    assert "action action_x failed: no network" in describe_turn(turn)
    assert describe(BotSays(text="a")) == "bot_uttered: 'a'"
