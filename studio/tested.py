"""What each project's tests came through when they were last run: kept in a small file, and told with what has changed.

The steps and ways of a flow are named as the engine names them (`engine_id` of a step), since tests know no canvas.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from studio.authoring.shapes import TestsOfFlow
from studio.errors import StudioError
from studio.projects.errors import WritingFailed
from studio.projects.writing import write_file
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
class CoverageRun:
    """One run. `files`: the hashes of all files when it began; `flows`: the flows' etags then; `report`: its result."""

    at: float
    by: str
    files: Mapping[str, str]
    flows: Mapping[str, str]
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


class LastTests:
    """Keeps one file for each project."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _file(self, project: str) -> Path:
        return self._folder / f"{project}.json"

    def read(self, project: str) -> CoverageRun | None:
        """Return the last run; None where there was none or its file is broken."""
        try:
            told = json.loads(self._file(project).read_text(encoding="utf-8"))
            found = CoverageRun(
                float(told["at"]), str(told["by"]), dict(told["files"]), dict(told["flows"]), told["report"]
            )
            outlined(found)
            coverage_told(found, {})
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None
        return found

    def write(self, project: str, tested: CoverageRun) -> None:
        """Keep a run. Failing to is no reason to fail the run: it is forgotten with the server then."""
        with suppress(WritingFailed):
            write_file(self._file(project), json.dumps(asdict(tested), ensure_ascii=False).encode())

    def forget(self, project: str) -> None:
        """Forget a project that is deleted."""
        with suppress(OSError):
            self._file(project).unlink(missing_ok=True)
