"""The open assistants: nothing is wrong with them, and every case passes with the commands recorded for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialogue.testing.case import Case
from dialogue.testing.commands_file import Turns
from dialogue.testing.recording import commands_of
from dialogue.testing.runner import Bench, run_suite
from dialogue.testing.understanding.cases import UnderstandingCase, load_cases
from flows.loader import find_problems
from tests.support.recorded_assistants import RecordedAssistant, own_actions, read_recorded, search_by_words

FOLDERS = sorted(file.parent for file in Path(__file__).parent.glob("*/config.yml"))
MOST_PASSING_UNHEARD = 0.1
"""Share of cases that may pass although no turn is understood: those that only say what must not happen."""

pytestmark = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


def opened(folder: Path) -> RecordedAssistant:
    return read_recorded(folder, "commands.yml")


async def failures(one: RecordedAssistant, recorded: dict[str, Turns]) -> list[str]:
    """Run all cases by recorded commands; documents are searched by their words alone."""
    search = await search_by_words(one)
    with own_actions(one.folder) as actions:
        bench = Bench(one.assistant, recorded=recorded, actions=actions, search=search, channel="rest")
        result = await run_suite(one.suite, bench)
    return [f"{case.key}: {case.failure}" for case in result.cases if case.failure is not None]


def test_it_has_no_problems(folder):
    assert find_problems(folder) == ()


async def test_every_case_passes_with_its_recorded_commands(folder):
    one = opened(folder)

    assert one.suite.cases
    assert await failures(one, one.recorded) == []


async def test_hardly_a_case_passes_when_nothing_is_understood(folder):
    one = opened(folder)
    passing = len(one.suite.cases) - len(await failures(one, one.unheard))

    assert passing <= MOST_PASSING_UNHEARD * len(one.suite.cases)


def test_every_case_is_typed_and_spoken(folder):
    cases = {Path(case.file).name + "::" + case.name for case in opened(folder).suite.cases}
    typed = {name.removeprefix("typed_") for name in cases if name.startswith("typed_")}
    spoken = {name.removeprefix("spoken_") for name in cases if name.startswith("spoken_")}

    assert typed == spoken
    assert len(typed) + len(spoken) == len(cases)


def test_understanding_is_expected_as_it_is_recorded(folder):
    one = opened(folder)
    expected = load_cases([], one.assistant)
    by_name = {key_of(case.case): case for case in expected.cases}

    assert expected.warnings == ()
    assert by_name.keys() == {key_of(case) for case in one.suite.cases}
    for case in one.suite.cases:
        assert turns_of(by_name[key_of(case)]) == commands_of(case, one.recorded), case.name


def key_of(case: Case) -> str:
    return f"{Path(case.file).name}::{case.name}"


def turns_of(case: UnderstandingCase) -> Turns:
    return tuple(step.commands or () for step in case.steps)
