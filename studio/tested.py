"""What each project's tests came through when they were last run: kept in a small file, and told with what has changed.

The steps and ways of a flow are named as the engine names them (`engine_id` of a step), since tests know no canvas.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from studio.authoring.shapes import TestsOfFlow
from studio.errors import StudioError
from studio.project_notes import Note, ProjectNotes, noted
from studio.training_jobs import Job, TrainingJobs, Work

_OF_STUDIO: Final = ".studio/"


class TestsRunning(StudioError):
    """This project's tests are running: once at a time is enough."""

    __test__ = False
    code = "tests-running"
    fault = "client"
    http_status = 409


TESTS: Final = Work((), "run of the tests", "is being tested already", "The tests have run.", TestsRunning)
COMMAND: Final = (sys.executable, "-m", "studio.ended_by_parent", "studio.project_tests")


def jobs_of_tests(told: Callable[[Job], None]) -> TrainingJobs:
    """Return what runs tests as trainings are run: one at a time for each project, each in a process of its own."""
    return TrainingJobs(command=COMMAND, work=TESTS, told=told)


@dataclass(frozen=True, slots=True)
class CoverageRun(Note):
    """One run, noted as the project was when it began; `report`: its result."""

    report: Mapping[str, Any]


def outlined(tested: CoverageRun | None) -> dict[str, TestsOfFlow]:
    """Return what the outline says of each flow's tests. Pure."""
    if tested is None:
        return {}
    return {
        flow: TestsOfFlow(
            cases=_cases(tested, flow),
            covered_steps=sum(1 for step in told["steps"].values() if step["count"] > 0),
            etag=tested.flows.get(flow, ""),
        )
        for flow, told in tested.report["flows"].items()
    }


def coverage_told(tested: CoverageRun | None, files: Mapping[str, str]) -> dict[str, Any]:
    """Return what the page draws; `files` are the hashes as they are now. Pure."""
    if tested is None:
        return {"at": None, "by": None, "is_current": False, "flows": {}, "passed": 0, "failed": [], "not_run": []}
    report = tested.report
    return {
        "at": tested.at,
        "by": tested.by,
        "is_current": _counted(files) == _counted(tested.files),
        "flows": {
            flow: {
                "etag": tested.flows.get(flow, ""),
                "cases": _cases(tested, flow),
                "steps": {step: row["count"] for step, row in told["steps"].items()},
                "edges": dict(told["edges"]),
            }
            for flow, told in report["flows"].items()
        },
        "passed": sum(1 for case in report["cases"] if case["passed"]),
        "failed": [{"file": case["file"], "name": case["name"]} for case in report["cases"] if not case["passed"]],
        "not_run": list(report["not_run"]),
    }


def _cases(tested: CoverageRun, flow: str) -> int:
    return sum(1 for case in tested.report["cases"] if flow in case["flows"])


def _counted(files: Mapping[str, str]) -> dict[str, str]:
    """Leave out what only the studio shows: where a step stands and what was said of it changes no test."""
    return {path: content for path, content in files.items() if not path.startswith(_OF_STUDIO)}


def _read(told: Mapping[str, Any]) -> CoverageRun:
    """Return a run that all of the page can be told. Raises where something of it is missing."""
    found = CoverageRun(*noted(told), told["report"])
    outlined(found)
    coverage_told(found, {})
    return found


class LastTests(ProjectNotes[CoverageRun]):
    """The last run of each project's tests."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, _read)
