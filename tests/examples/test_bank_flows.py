"""The bank's end-to-end tests, with the commands that are recorded beside them: no model, real actions."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialogue.actions.in_process import InProcessActions
from dialogue.testing.commands_file import read_commands
from dialogue.testing.runner import Bench, run_case
from dialogue.testing.suite import load_suite
from flows.loader import find_problems, load_assistant

BANK = Path(__file__).parents[2] / "examples" / "bank"
TESTS = BANK / "e2e_tests"
SUITE = load_suite([], BANK)
RECORDED = read_commands(TESTS / "commands.yml")


@pytest.fixture(scope="module")
def assistant():
    return load_assistant(BANK)


@pytest.fixture(scope="module")
def actions():
    runner = InProcessActions(BANK, "actions")
    runner.load()
    yield runner
    runner.close()


@pytest.mark.parametrize("case", SUITE.cases, ids=lambda case: f"{Path(case.file).stem}: {case.name}")
async def test_conversation(case, assistant, actions, bank_database):
    result = await run_case(case, Bench(assistant, recorded=dict(RECORDED), actions=actions))

    assert result.failure is None, result.failure


def test_the_bank_has_no_problems():
    assert find_problems(BANK) == ()


def test_every_action_of_the_domain_exists_and_no_other(assistant, actions):
    assert set(assistant.actions) == set(actions.names)


def test_every_recording_belongs_to_a_case():
    keys = {key for case in SUITE.cases for key in case.keys}

    assert set(RECORDED) <= keys
    assert len(SUITE.cases) == len(RECORDED)


def test_every_flow_is_entered_by_a_conversation(assistant):
    started = {
        command.flow for turns in RECORDED.values() for turn in turns for command in turn if hasattr(command, "flow")
    }
    linked = {"change_transfer_limit"}

    assert {flow.id for flow in assistant.user_flows} <= started | linked


def test_every_flow_has_examples_of_what_callers_say(assistant):
    triggered = {flow.id: [trigger.intent for trigger in flow.nlu_trigger] for flow in assistant.user_flows}
    examples = {
        flow: sum(len(assistant.examples.get(intent, ())) for intent in intents) for flow, intents in triggered.items()
    }

    assert {flow: count for flow, count in examples.items() if count < 4} == {}


def test_only_actions_that_change_something_are_writes(assistant):
    effects = {
        step.task.name: step.task.effect
        for flow in assistant.user_flows
        for step in flow.steps
        if getattr(step.task, "name", "").startswith("action_")
    }
    reading = ("action_check_", "action_get_", "action_list_", "action_find_", "action_word_")

    assert {name for name, effect in effects.items() if effect == "write"} == {
        name for name in effects if not name.startswith(reading)
    }


def test_everything_said_can_be_spoken(assistant):
    own = [
        variation.text
        for variations in assistant.responses.values()
        for variation in variations
        if variation.text and variation.place and not variation.place.file.startswith("/")
    ]

    assert [text for text in own if any(mark in text for mark in ("*", "#", "\n", "- ", "http", "$"))] == []
