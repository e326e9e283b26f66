"""The restaurant's end-to-end tests, with the commands recorded beside them: no model, real actions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dialogue.actions.in_process import InProcessActions
from dialogue.testing.commands_file import read_commands
from dialogue.testing.runner import Bench, run_case
from dialogue.testing.suite import load_suite
from flows.commands import StartFlow
from flows.loader import find_problems, load_assistant
from flows.model import CallTask, LinkTask

RESTAURANT = Path(__file__).parents[2] / "examples" / "restaurant"
SUITE = load_suite([], RESTAURANT)
RECORDED = dict(read_commands(RESTAURANT / "e2e_tests" / "commands.yml"))
NOT_UNDERSTOOD = {"points of nobody"}
"""Cases that expect what is said when nothing was understood."""


@pytest.fixture(scope="module")
def bench():
    actions = InProcessActions(RESTAURANT, "actions")
    actions.load()
    yield Bench(load_assistant(RESTAURANT), recorded=RECORDED, actions=actions)
    actions.close()


@pytest.mark.parametrize("case", SUITE.cases, ids=lambda case: f"{Path(case.file).stem}: {case.name}")
async def test_conversation(case, bench):
    result = await run_case(case, bench)

    assert result.failure is None, result.failure


async def test_no_case_passes_when_nothing_is_understood(bench):
    silent = {key: tuple(() for _ in turns) for key, turns in RECORDED.items()}
    results = [await run_case(case, replace(bench, recorded=silent)) for case in SUITE.cases]

    assert {result.name for result in results if result.failure is None} <= NOT_UNDERSTOOD


def test_it_has_no_problems():
    assert find_problems(RESTAURANT) == ()


def test_every_action_of_the_domain_exists_and_no_other(bench):
    assert set(bench.assistant.actions) == set(bench.actions.names)


def test_every_case_is_recorded_and_every_recording_is_a_case():
    keys = {key for case in SUITE.cases for key in case.keys}

    assert set(RECORDED) <= keys
    assert len(RECORDED) == len(SUITE.cases)


def test_every_flow_is_entered_by_a_conversation(bench):
    flows = bench.assistant.user_flows
    started = {
        command.flow
        for turns in RECORDED.values()
        for turn in turns
        for command in turn
        if isinstance(command, StartFlow)
    }
    reached = {step.task.flow_id for flow in flows for step in flow.steps if isinstance(step.task, CallTask | LinkTask)}

    assert {flow.id for flow in flows} <= started | reached


def test_every_flow_that_callers_start_has_examples_of_what_they_say(bench):
    counts = {
        trigger.intent: len(bench.assistant.examples.get(trigger.intent, ()))
        for flow in bench.assistant.user_flows
        for trigger in flow.nlu_trigger
    }

    assert {intent: count for intent, count in counts.items() if count < 4} == {}
