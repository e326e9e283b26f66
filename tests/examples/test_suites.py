"""The end-to-end tests of the example assistants, with the commands recorded beside them: no model, real actions."""

from __future__ import annotations

import re
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from dialogue.testing.case import Case
from dialogue.testing.commands_file import Turns
from dialogue.testing.results import CaseResult
from dialogue.testing.runner import Bench, run_case
from flows.commands import StartFlow
from flows.loader import find_problems, load_assistant
from flows.model import ActionTask, CallTask, LinkTask
from tests.support.recorded_assistants import RecordedAssistant, own_actions, read_recorded

EXAMPLES = Path(__file__).parents[2] / "examples"
LEAST_CASES = 60
TEMPLATE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
NOT_UNDERSTOOD = {"nothing understood", "feedback needs a patient", "a flow that may only be called cannot be chosen"}
"""Cases that expect what is said when nothing was understood."""
PROFILED = re.compile(
    r"utter_ask_(continue_|interrupted_|csat_)|action_cancel_interrupted_flows|utter_ask_appointment_day"
)
"""What the profiles up to 3.13 and 3.15 do otherwise: they resume at once, and end a flow with one sentence. The last
is the question of a flow that was named to take it up again, which 3.13 passes over."""
READING = ("action_check_", "action_get_", "action_find_", "action_choose_", "action_look_up_", "action_verify_")


ALL = tuple(read_recorded(EXAMPLES / name, "e2e_tests/commands.yml") for name in ("clinic", "telecom"))
CASES = [
    pytest.param(example, case, id=f"{example.name}: {Path(case.file).stem}: {case.name}")
    for example in ALL
    for case in example.suite.cases
]
for_each_example = pytest.mark.parametrize("example", ALL, ids=lambda example: example.name)


@pytest.fixture(scope="module")
def actions():
    with ExitStack() as stack:
        yield {example.name: stack.enter_context(own_actions(example.folder)) for example in ALL}


async def run(example: RecordedAssistant, case: Case, actions, recorded: dict[str, Turns]) -> CaseResult:
    return await run_case(case, Bench(example.assistant, recorded=recorded, actions=actions[example.name]))


@pytest.mark.parametrize(("example", "case"), CASES)
async def test_conversation(example, case, actions):
    result = await run(example, case, actions, example.recorded)

    assert result.failure is None, result.failure


@for_each_example
async def test_no_case_passes_when_nothing_is_understood(example, actions):
    told = [case for case in example.suite.cases if any(example.commands(case))]
    passing = [case.name for case in told if (await run(example, case, actions, example.unheard)).failure is None]

    assert set(passing) <= NOT_UNDERSTOOD


@for_each_example
async def test_older_profiles_differ_only_in_resuming_and_in_what_follows_a_flow(example, actions):
    failed = set()
    for profile in ("3.13", "3.14"):
        older = replace(example, assistant=load_assistant(example.folder, profile=profile))
        results = [await run(older, case, actions, example.recorded) for case in example.suite.cases]
        failed |= {result.failure.expected for result in results if result.failure is not None}

    assert [expected for expected in failed if not PROFILED.search(expected)] == []


@for_each_example
def test_it_has_no_problems(example):
    assert find_problems(example.folder) == ()


@for_each_example
def test_every_action_of_the_domain_exists_and_no_other(example, actions):
    assert set(example.assistant.actions) == set(actions[example.name].names)


@for_each_example
def test_every_case_is_recorded_and_every_recording_is_a_case(example):
    cases = example.suite.cases

    assert set(example.recorded) == {key for case in cases for key in case.keys if key in example.recorded}
    assert len(example.recorded) == len(cases) >= LEAST_CASES
    assert [case.name for case in cases if len(example.commands(case)) != len(spoken(case))] == []


def spoken(case: Case) -> list[str]:
    return [step.text for step in case.steps if step.text is not None]


@for_each_example
def test_every_flow_is_entered_by_a_conversation(example):
    flows = example.assistant.user_flows
    started = {command.flow for turns in example.recorded.values() for turn in turns for command in turn_starts(turn)}
    reached = {step.task.flow_id for flow in flows for step in flow.steps if isinstance(step.task, CallTask | LinkTask)}

    assert {flow.id for flow in flows} <= started | reached


def turn_starts(turn) -> list[StartFlow]:
    return [command for command in turn if isinstance(command, StartFlow)]


@for_each_example
def test_every_flow_that_callers_start_has_examples_of_what_they_say(example):
    startable = [flow for flow in example.assistant.user_flows if not flow.is_only_called]
    counts = {
        flow.id: sum(len(example.assistant.examples.get(trigger.intent, ())) for trigger in flow.nlu_trigger)
        for flow in startable
    }

    assert {flow: count for flow, count in counts.items() if count < 4} == {}


@for_each_example
def test_only_actions_that_change_something_are_writes(example):
    effects = {
        step.task.name: step.task.effect
        for flow in example.assistant.user_flows
        for step in flow.steps
        if isinstance(step.task, ActionTask) and step.task.name.startswith("action_")
    }
    reading = (*READING, "action_quote_")

    assert {name for name, effect in effects.items() if effect == "write"} == {
        name for name in effects if not name.startswith(reading)
    }


@for_each_example
def test_everything_said_can_be_spoken(example):
    own = [
        TEMPLATE.sub("", variation.text)
        for variations in example.assistant.responses.values()
        for variation in variations
        if variation.text and variation.place and not variation.place.file.startswith("/")
    ]

    assert [text for text in own if any(mark in text for mark in ("*", "#", "\n", "- ", "http", "$"))] == []
