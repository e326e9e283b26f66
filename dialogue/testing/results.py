"""What came of a run of tests, in the JSON shape of `vivavoce test`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dialogue.testing.commands_file import Turns


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a case failed. `step` counts user steps from 1; 0 is the session's start, before any."""

    step: int
    user: str | None
    line: int
    expected: str
    actual: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CaseResult:
    """`commands`: what understanding proposed for each user step that was run, for a commands file."""

    file: str
    name: str
    turns: int
    failure: Failure | None
    commands: Turns = ()
    key: str = ""
    """The case's name in a commands file."""

    @property
    def passed(self) -> bool:
        return self.failure is None


@dataclass(frozen=True, slots=True)
class SuiteResult:
    cases: tuple[CaseResult, ...]
    model: str
    seconds: float

    @property
    def passed(self) -> int:
        """The number of cases that passed."""
        return sum(case.passed for case in self.cases)

    @property
    def failed(self) -> int:
        """The number of cases that failed."""
        return len(self.cases) - self.passed

    def to_json(self) -> dict[str, Any]:
        """Return the result as `vivavoce test --json` prints it."""
        return {
            "passed": self.passed,
            "failed": self.failed,
            "cases": [_case(case) for case in self.cases],
            "model": self.model,
            "seconds": round(self.seconds, 3),
        }


def _case(case: CaseResult) -> dict[str, Any]:
    failure = case.failure
    return {
        "file": case.file,
        "name": case.name,
        "passed": case.passed,
        "turns": case.turns,
        "failure": None
        if failure is None
        else {
            "step": failure.step,
            "user": failure.user,
            "line": failure.line,
            "expected": failure.expected,
            "actual": list(failure.actual),
        },
    }
