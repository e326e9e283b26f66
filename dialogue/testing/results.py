"""What came of a run of tests, in the JSON shape of `vivavoce test`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from dialogue.testing.case import Case
from dialogue.testing.commands_file import Turns
from dialogue.testing.coverage import Trace


@dataclass(frozen=True, slots=True)
class TurnCommands:
    """What understanding proposed in a turn, what clean-up left of it (command lines), and who decided."""

    proposed: tuple[str, ...] = ()
    cleaned: tuple[str, ...] = ()
    stage: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a case failed. `step` counts user steps from 1; 0 is the session's start, before any.

    `line` is that of the expectation in the case's file, `actual` what happened in the turn, `conversation` what was
    said up to its end, and `diff` how an expected text differs from the most similar one that was said.
    """

    step: int
    user: str | None
    line: int
    expected: str
    actual: tuple[str, ...]
    diff: tuple[str, ...] = ()
    conversation: tuple[str, ...] = ()
    commands: TurnCommands = TurnCommands()


@dataclass(frozen=True, slots=True)
class CaseResult:
    """How one case went.

    `commands` are what understanding proposed for each user step that was run, for a commands file; `key` is the
    case's name there. `skipped` are assertions that nobody checked. `trace` is there when coverage is measured.
    """

    file: str
    name: str
    turns: int
    failure: Failure | None
    commands: Turns = ()
    key: str = ""
    seconds: float = 0.0
    line: int = 0
    skipped: tuple[str, ...] = ()
    trace: Trace | None = None
    case: Case | None = None

    @property
    def passed(self) -> bool:
        return self.failure is None


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """How a run went. `warnings`: what is probably not meant in the tests or the recording."""

    cases: tuple[CaseResult, ...]
    model: str
    seconds: float
    warnings: tuple[str, ...] = ()

    @property
    def passed(self) -> int:
        """The number of cases that passed."""
        return sum(case.passed for case in self.cases)

    @property
    def failed(self) -> int:
        """The number of cases that failed."""
        return len(self.cases) - self.passed

    @property
    def skipped(self) -> int:
        """The number of assertions that were skipped."""
        return sum(len(case.skipped) for case in self.cases)

    def with_warnings(self, warnings: tuple[str, ...]) -> SuiteResult:
        """Return the result with warnings of before the run."""
        return replace(self, warnings=(*warnings, *self.warnings))

    def recorded(self) -> dict[str, Turns]:
        """Return what was understood, by case, for a commands file; keys that two files share name the file."""
        found: dict[str, Turns] = {}
        for case in self.cases:
            key = case.key if case.key not in found else f"{case.file}::{case.name}"
            found[key] = case.commands
        return found

    def to_json(self) -> dict[str, Any]:
        """Return the result as `vivavoce test --json` prints it."""
        return {
            "passed": self.passed,
            "failed": self.failed,
            "skipped": self.skipped,
            "cases": [_case(case) for case in self.cases],
            "warnings": list(self.warnings),
            "model": self.model,
            "seconds": round(self.seconds, 3),
        }


def _case(case: CaseResult) -> dict[str, Any]:
    return {
        "file": case.file,
        "name": case.name,
        "line": case.line,
        "passed": case.passed,
        "turns": case.turns,
        "seconds": round(case.seconds, 4),
        "skipped": list(case.skipped),
        "failure": None if case.failure is None else _failure(case.failure),
    }


def _failure(failure: Failure) -> dict[str, Any]:
    commands = failure.commands
    return {
        "step": failure.step,
        "user": failure.user,
        "line": failure.line,
        "expected": failure.expected,
        "actual": list(failure.actual),
        "diff": list(failure.diff),
        "conversation": list(failure.conversation),
        "commands": {
            "proposed": list(commands.proposed),
            "cleaned": list(commands.cleaned),
            "stage": commands.stage,
        },
    }
