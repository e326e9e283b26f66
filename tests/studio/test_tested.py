"""What tests came through: run in a process of its own, kept, and told with what has changed since."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from studio.authoring import shapes
from studio.people.records import Person
from studio.project_tests import run_project_tests
from studio.projects.workspace import Workspace
from studio.settings import Settings
from studio.tested import TESTS, CoverageRun, LastTests, TestsRunning, coverage_told, outlined
from studio.training_jobs import Job, TrainingJobs
from studio.workbench import Workbench

ANNA = Person("anna", "Anna", "designer")
REPORT = {
    "flows": {
        "greet": {
            "steps": {"ask": {"count": 3}, "say": {"count": 0}},
            "edges": {"START -> ask": 3, "ask -> say": 0, "say -> END": 0},
        }
    },
    "cases": [
        {"file": "e2e_tests/a.yml", "name": "one", "passed": True, "flows": ["greet"]},
        {"file": "e2e_tests/a.yml", "name": "two", "passed": False, "flows": ["greet"]},
        {"file": "e2e_tests/a.yml", "name": "three", "passed": True, "flows": []},
    ],
    "not_run": [{"file": "e2e_tests/b.yml", "name": "four"}],
}
TESTED = CoverageRun(12.0, "Anna", {"config.yml": "1", ".studio/positions.json": "2"}, {"greet": "etag"}, REPORT)


def test_the_outline_is_told_of_cases_and_steps() -> None:
    assert outlined(TESTED) == {"greet": shapes.TestsOfFlow(cases=2, covered_steps=1, etag="etag")}
    assert outlined(None) == {}


def test_the_page_is_told_what_to_draw() -> None:
    told = coverage_told(TESTED, dict(TESTED.files))

    assert told["flows"]["greet"]["steps"] == {"ask": 3, "say": 0}
    assert told["flows"]["greet"]["edges"]["START -> ask"] == 3
    assert (told["passed"], [case["name"] for case in told["failed"]]) == (2, ["two"])
    assert told["not_run"] == [{"file": "e2e_tests/b.yml", "name": "four"}]
    assert told["is_current"]


@pytest.mark.parametrize(
    ("files", "is_current"),
    [
        ({"config.yml": "1"}, True),  # where steps stand changes no test
        ({"config.yml": "other", ".studio/positions.json": "2"}, False),
        ({"config.yml": "1", "domain.yml": "new"}, False),
        ({}, False),
    ],
)
def test_it_is_told_whether_anything_has_changed(files: dict[str, str], is_current: bool) -> None:
    assert coverage_told(TESTED, files)["is_current"] is is_current


def test_a_run_is_kept_and_forgotten(tmp_path: Path) -> None:
    kept = LastTests(tmp_path / "tested")
    assert kept.read("shop") is None
    kept.write("shop", TESTED)
    assert LastTests(tmp_path / "tested").read("shop") == TESTED
    kept.forget("shop")
    assert kept.read("shop") is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"at": 1}',
        json.dumps({"at": 1, "by": "a", "files": {}, "flows": {}, "report": {"flows": 3}}),
    ],
)
def test_a_broken_file_counts_as_never_run(tmp_path: Path, text: str) -> None:
    (tmp_path / "shop.json").write_text(text)
    assert LastTests(tmp_path).read("shop") is None


def shop(folder: Path) -> Path:
    """A small assistant with a flow of two steps, one test that is recorded and one that is not."""
    files = {
        "config.yml": "language: en\nassistant_id: shop\n",
        "domain.yml": "responses:\n  utter_hello:\n    - text: Hello!\n  utter_bye:\n    - text: Bye!\n",
        "data/flows.yml": "flows:\n  greet:\n    description: Greet the caller.\n    steps:\n"
        "      - id: hello\n        action: utter_hello\n  part:\n    description: Say goodbye.\n    steps:\n"
        "      - id: bye\n        action: utter_bye\n",
        "e2e_tests/greet.yml": "test_cases:\n  - test_case: greets\n    steps:\n      - user: hi\n      - bot: Hello!\n"
        "  - test_case: not recorded\n    steps:\n      - user: hi\n      - bot: Hello!\n",
        "e2e_tests/commands.yml": 'greets:\n  - "start flow greet"\n',
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


async def test_recorded_tests_are_run_and_the_others_named(tmp_path: Path) -> None:
    said: list[str] = []

    told = await run_project_tests(shop(tmp_path), Settings(data_dir=tmp_path / "data"), say=said.append)

    assert said == ["[0/1]", "[1/1] passed e2e_tests/greet.yml::greets"]
    assert told["flows"]["greet"]["steps"]["hello"]["count"] == 1
    assert told["flows"]["part"]["steps"]["bye"]["count"] == 0
    assert told["flows"]["greet"]["edges"] == {"START -> hello": 1, "hello -> END": 1}
    assert told["not_run"] == [{"file": "e2e_tests/greet.yml", "name": "not recorded"}]


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Workbench]:
    folder = shop(tmp_path / "shop")
    made = Workbench(Workspace(tmp_path / "projects", served=folder), tmp_path / "data", lambda: None)
    yield made
    await made.close()


async def ran(bench: Workbench) -> Job:
    """Run the tests until what they told is kept, which the pages are told of."""
    with bench.hub.joined("shop") as listening:
        job = await bench.run_tests("shop", ANNA)
        with pytest.raises(TestsRunning, match="is being tested already, by Anna"):
            await bench.run_tests("shop", ANNA)
        news: dict[str, Any] = {}
        while news.get("type") != "tests" or news["state"] == "running":
            news = dict(await listening.get())
    return job


@pytest.mark.slow
async def test_a_project_learns_what_its_tests_cover(bench: Workbench, tmp_path: Path) -> None:
    assert (await bench.coverage("shop", ANNA))["at"] is None
    job = await ran(bench)

    assert (job.state, job.message) == ("done", "The tests have run.")
    lines = {flow.id: flow for flow in (await (await bench.document("shop")).outline()).flows}
    assert lines["greet"].tests == shapes.TestsOfFlow(cases=1, covered_steps=1, etag=lines["greet"].etag)
    assert lines["part"].tests == shapes.TestsOfFlow(cases=0, covered_steps=0, etag=lines["part"].etag)
    assert (await bench.coverage("shop", ANNA))["is_current"]
    (tmp_path / "shop" / "domain.yml").write_text("version: '3.1'\n")
    assert not (await bench.coverage("shop", ANNA))["is_current"]


@pytest.mark.slow
async def test_what_is_known_is_there_after_a_restart(bench: Workbench, tmp_path: Path) -> None:
    await ran(bench)
    again = Workbench(Workspace(tmp_path / "projects", served=tmp_path / "shop"), tmp_path / "data", lambda: None)
    try:
        lines = {flow.id: flow for flow in (await (await again.document("shop")).outline()).flows}
        assert lines["greet"].tests is not None
        assert lines["greet"].tests.cases == 1
    finally:
        await again.close()


@pytest.mark.slow
async def test_tests_that_cannot_be_read_say_why(bench: Workbench, tmp_path: Path) -> None:
    (tmp_path / "shop" / "e2e_tests" / "greet.yml").write_text("test_cases: [")
    job = await ran(bench)

    assert job.state == "failed"
    assert "greet.yml" in job.message
    assert (await bench.coverage("shop", ANNA))["at"] is None


async def test_a_run_that_prints_no_report_is_no_result(tmp_path: Path) -> None:
    over = asyncio.Event()
    jobs = TrainingJobs(command=(sys.executable, "-c", "print('nonsense')"), work=TESTS, told=lambda _: over.set())

    async def done() -> None:
        outlined(CoverageRun(0.0, "", {}, {}, job.result or {}))

    job = jobs.start("shop", tmp_path, "Anna", done)
    over.clear()  # it was told that it began
    await over.wait()

    assert job.state == "failed"
    assert "run of the tests could not be run" in job.message
    await jobs.close()
