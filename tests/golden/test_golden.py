"""The golden corpus: it is what the scripts say, and the product does in it what the format's reference says."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from dialogue.actions.in_process import InProcessActions
from dialogue.testing.commands_file import read_commands
from dialogue.testing.runner import Bench, run_case
from dialogue.testing.suite import load_suite
from flows.loader import load_assistant
from tests.golden.behaviours import BEHAVIOURS, NEWEST, PROFILES
from tests.golden.generate import CASES, COMMANDS, all_scripts, folder_of, generated

EXAMPLES = Path(__file__).parents[2] / "examples"
MEMORY = Path("/dev/shm")
"""Where there is one, the bank's database is kept in memory: its writes would wait for a disk 500 times."""
SAMPLED = 9
"""Of so many cases one is also run with nothing understood."""
FILES = generated()
ASSISTANTS = [script.assistant for script in all_scripts()]
ROUNDS = [(assistant, profile) for assistant in ASSISTANTS for profile in PROFILES]


@dataclass(frozen=True, slots=True)
class Round:
    """The cases of one assistant in one profile, and all that they run with."""

    bench: Bench
    cases: tuple
    recorded: dict


@pytest.fixture
def database(monkeypatch) -> Iterator[None]:
    place = str(MEMORY) if os.access(MEMORY, os.W_OK) else None
    with TemporaryDirectory(dir=place) as folder:
        monkeypatch.setenv("BANK_DATABASE", str(Path(folder) / "bank.sqlite"))
        yield


@pytest.fixture
def read(database):
    runners: list[InProcessActions] = []

    def opened(assistant: str, profile: str) -> Round:
        folder = CASES / folder_of(assistant, profile)
        recorded = dict(read_commands(folder / COMMANDS))
        actions = InProcessActions(EXAMPLES / assistant, "actions")
        actions.load()
        runners.append(actions)
        loaded = load_assistant(EXAMPLES / assistant, profile=profile)
        suite = load_suite([str(folder)], EXAMPLES / assistant)
        return Round(Bench(loaded, recorded=recorded, actions=actions), suite.cases, recorded)

    yield opened
    for runner in runners:
        runner.close()


def test_regenerating_gives_the_same_bytes():
    written = {path.relative_to(CASES).as_posix(): path.read_bytes() for path in CASES.rglob("*") if path.is_file()}

    assert written == {name: text.encode() for name, text in FILES.items()}


@pytest.mark.parametrize(("assistant", "profile"), ROUNDS, ids=lambda value: value)
async def test_golden(assistant, profile, read):
    these = read(assistant, profile)
    results = [await run_case(case, these.bench) for case in these.cases]

    assert {result.name: result.failure for result in results if result.failure is not None} == {}
    assert len(these.cases) == len(these.recorded)


@pytest.mark.parametrize("assistant", ASSISTANTS)
async def test_no_case_passes_when_nothing_is_understood(assistant, read):
    these = read(assistant, NEWEST)
    silent = {key: tuple(() for _ in turns) for key, turns in these.recorded.items()}
    deaf = replace(these.bench, recorded=silent)
    results = [await run_case(case, deaf) for case in these.cases[::SAMPLED] if "payloads" not in case.file]

    assert [result.name for result in results if result.failure is None] == []


def test_every_behaviour_has_cases_for_more_than_one_assistant():
    files = Counter(name.partition("/")[2].removesuffix(".yml") for name in FILES if "-" not in name.partition("/")[0])
    single = {name for name in BEHAVIOURS if files[name] < 2}

    # A correction is confirmed in one of the assistants alone.
    assert single == {"pending_correction"}
