"""The two held-back assistants: valid, and every case passes with the commands recorded by hand. No model is asked.

What a model makes of them is measured apart, and only as a whole: see README.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from dialogue.actions.in_process import InProcessActions
from dialogue.knowledge.index import build_index
from dialogue.knowledge.search import KnowledgeSearch, Means
from dialogue.knowledge.settings import read_settings
from dialogue.knowledge.stores import FolderStore
from dialogue.testing.case import Case, Suite
from dialogue.testing.commands_file import Turns, read_commands
from dialogue.testing.runner import Bench, run_case
from dialogue.testing.suite import load_suite
from dialogue.understanding.parsing import parse_commands
from flows.commands import Command, StartFlow
from flows.findings import Findings
from flows.loader import find_problems, load_assistant
from flows.model import Assistant, CallTask, LinkTask
from flows.source import Rows, Table, read_yaml

HERE = Path(__file__).parent
FORMS = ("typed", "spoken")
LEAST_CASES = 60
LEAST_FLOWS = 12


@dataclass(frozen=True, slots=True)
class HeldBack:
    """One assistant with its tests and the commands recorded for them."""

    name: str
    assistant: Assistant
    suite: Suite
    recorded: dict[str, Turns]

    @property
    def folder(self) -> Path:
        return HERE / self.name

    def cases(self, form: str) -> dict[str, Case]:
        return {case.name: case for case in self.suite.cases if Path(case.file).name.startswith(form)}

    def commands(self, case: Case) -> Turns:
        return next(self.recorded[key] for key in case.keys if key in self.recorded)


def read(name: str) -> HeldBack:
    folder = HERE / name
    return HeldBack(name, load_assistant(folder), load_suite([], folder), dict(read_commands(folder / "commands.yml")))


ALL = tuple(read(name) for name in ("hotel", "townhall"))
CASES = [
    pytest.param(held, case, id=f"{held.name}: {Path(case.file).stem}: {case.name}")
    for held in ALL
    for case in held.suite.cases
]
for_each = pytest.mark.parametrize("held", ALL, ids=lambda held: held.name)


@pytest.fixture(scope="module")
def actions():
    runners = {held.name: InProcessActions(held.folder, "actions") for held in ALL}
    for runner in runners.values():
        runner.load()
    yield runners
    for runner in runners.values():
        runner.close()


async def bench_of(held: HeldBack, recorded: dict[str, Turns], actions) -> Bench:
    """What `vivavoce test --commands` runs with: the assistant's code, and its documents searched by words alone."""
    settings, findings = read_settings(held.assistant)
    assert settings is not None
    assert findings == ()
    index = await build_index(held.folder / settings.source, None)
    assert index.findings == ()
    search = KnowledgeSearch(settings, Means(FolderStore(index, None)))
    return Bench(held.assistant, recorded=recorded, actions=actions[held.name], search=search)


def said(case: Case) -> list[str]:
    return [step.text for step in case.steps if step.text is not None]


@pytest.mark.parametrize(("held", "case"), CASES)
async def test_conversation(held, case, actions):
    result = await run_case(case, await bench_of(held, held.recorded, actions))

    assert result.failure is None, result.failure


@for_each
async def test_no_case_passes_when_nothing_is_understood(held, actions):
    silent = {key: tuple(() for _ in turns) for key, turns in held.recorded.items()}
    bench = await bench_of(held, silent, actions)

    assert [case.name for case in held.suite.cases if (await run_case(case, bench)).failure is None] == []


@for_each
def test_it_has_no_problems(held):
    assert find_problems(held.folder) == ()


@for_each
def test_every_action_of_the_domain_exists(held, actions):
    assert set(held.assistant.actions) <= set(actions[held.name].names)


@for_each
def test_every_turn_has_both_forms_and_recorded_commands(held):
    typed, spoken = (held.cases(form) for form in FORMS)

    assert len(typed) >= LEAST_CASES
    assert typed.keys() == spoken.keys()
    assert len(held.recorded) == len(held.suite.cases) == 2 * len(typed)
    for name, case in typed.items():
        assert 3 <= len(said(case)) == len(said(spoken[name])) <= 7, name
    for case in held.suite.cases:
        assert len(held.commands(case)) == len(said(case)), case.name
        assert all(held.commands(case)), case.name


@for_each
def test_every_flow_is_entered(held):
    flows = held.assistant.user_flows
    commands = [command for turns in held.recorded.values() for turn in turns for command in turn]
    started = {command.flow for command in commands if isinstance(command, StartFlow)}
    reached = {step.task.flow_id for flow in flows for step in flow.steps if isinstance(step.task, CallTask | LinkTask)}

    assert len(flows) >= LEAST_FLOWS
    assert {flow.id for flow in flows} <= started | reached


@for_each
def test_the_understanding_tests_say_and_expect_the_same(held):
    expected = {
        (Path(case.file).name, case.name): list(zip(said(case), held.commands(case), strict=True))
        for case in held.suite.cases
    }
    found = {}
    for file in sorted((held.folder / "dialogue_understanding_tests").glob("*.yml")):
        for case, turns in understanding_cases(file):
            found[file.name, case] = turns

    assert found == expected


def understanding_cases(file: Path) -> list[tuple[str, list[tuple[str, tuple[Command, ...]]]]]:
    findings = Findings()
    head = read_yaml(file.read_text(encoding="utf-8"), file.name, findings)
    assert not findings.has_errors()
    assert isinstance(head, Table)
    cases = head.get("test_cases")
    assert isinstance(cases, Rows)
    return [(str(case.text("test_case")), turns_of(case)) for case in cases.items if isinstance(case, Table)]


def turns_of(case: Table) -> list[tuple[str, tuple[Command, ...]]]:
    steps = case.get("steps")
    assert isinstance(steps, Rows)
    turns = []
    for step in steps.items:
        if isinstance(step, Table) and "user" in step.entries:
            lines = step.get("commands")
            assert isinstance(lines, Rows)
            commands = tuple(command for line in lines.items for command in parse_commands(line.text))
            turns.append((str(step.text("user")), commands))
    return turns
