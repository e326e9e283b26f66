"""What came of a run of dialogue-understanding tests, in the JSON shape of `vivavoce understand`. Pure.

Every turn is compared four times: what understanding proposed with what the test says, and both after clean-up, each
strictly and leniently (see `likeness`). A turn passes when the proposed commands are leniently the expected ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from dialogue.testing.understanding.scores import Comparison, Score, added, spread
from dialogue.turn import Understood
from dialogue.understanding.parsing import format_command
from flows.commands import Command


@dataclass(frozen=True, slots=True)
class Compared:
    """One turn's four comparisons."""

    lenient: Comparison
    strict: Comparison
    cleaned_lenient: Comparison
    cleaned_strict: Comparison


@dataclass(frozen=True, slots=True)
class StepResult:
    """How one turn went. `number` counts the caller's turns from 1.

    `context` says where the assistant did not say or do what the file has behind the step, so that later turns stand
    somewhere else than their author thought. `cpu_ms` is processor time of this process alone.
    """

    number: int
    line: int
    user: str
    expected: tuple[Command, ...]
    understood: Understood
    cleaned_expected: tuple[Command, ...]
    cleaned: tuple[Command, ...]
    compared: Compared
    took_ms: float
    cpu_ms: float
    context: str = ""

    @property
    def passed(self) -> bool:
        return self.compared.lenient.is_exact

    @property
    def is_asked_of_model(self) -> bool:
        return self.understood.prompt_tokens > 0


@dataclass(frozen=True, slots=True)
class CaseResult:
    """How the scored turns of one case went. `fault` is what broke the runner, which leaves the rest unscored."""

    file: str
    name: str
    line: int
    steps: tuple[StepResult, ...]
    fault: str = ""

    @property
    def passed(self) -> bool:
        return not self.fault and all(step.passed for step in self.steps)


@dataclass(frozen=True, slots=True)
class UnderstandingResult:
    """How a run went. `warnings`: what is probably not meant in the tests."""

    cases: tuple[CaseResult, ...]
    stage: str
    model: str
    seconds: float
    warnings: tuple[str, ...] = ()
    steps: tuple[StepResult, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "steps", tuple(step for case in self.cases for step in case.steps))

    @property
    def score(self) -> Score:
        """Of the proposed commands, leniently: the figures that count."""
        return added(step.compared.lenient for step in self.steps)

    @property
    def failed(self) -> tuple[CaseResult, ...]:
        return tuple(case for case in self.cases if not case.passed)

    def is_good(self, least_f1: float | None) -> bool:
        """Say whether every turn passed, or the F1 of all commands is as great as wanted; never without any turn."""
        if not self.steps or any(case.fault for case in self.cases):
            return False
        return not self.failed if least_f1 is None else self.score.micro.f1 >= least_f1

    def stages(self) -> dict[str, dict[str, Any]]:
        """Return share, quality and speed of each stage that decided anything, the most frequent first."""
        decided: dict[str, list[StepResult]] = {}
        for step in self.steps:
            decided.setdefault(step.understood.stage, []).append(step)
        told = sorted(decided.items(), key=lambda item: -len(item[1]))
        return {stage: _stage(steps, len(self.steps)) for stage, steps in told}

    def to_json(self) -> dict[str, Any]:
        """Return the result as `vivavoce understand --json` prints it."""
        score = self.score
        asked = [step.understood for step in self.steps if step.is_asked_of_model]
        compared = [step.compared for step in self.steps]
        return {
            **score.to_json(),
            "steps": len(self.steps),
            "passed": score.exact,
            "failed": score.turns - score.exact,
            "commands": {kind: score.by_kind[kind].to_json() for kind in sorted(score.by_kind)},
            "strict": added(one.strict for one in compared).to_json(),
            "cleaned": added(one.cleaned_lenient for one in compared).to_json(),
            "cleaned_strict": added(one.cleaned_strict for one in compared).to_json(),
            "stages": self.stages(),
            "latency_ms": spread([step.took_ms for step in self.steps]),
            "cpu_ms": spread([step.cpu_ms for step in self.steps]),
            "tokens": {
                "prompt": spread([one.prompt_tokens for one in asked], 0),
                "cached": spread([one.cached_tokens for one in asked], 0),
                "completion": spread([one.completion_tokens for one in asked], 0),
            },
            "failed_tests": [f"{case.file}::{case.name}" for case in self.failed],
            "cases": [_case(case) for case in self.cases],
            "warnings": list(self.warnings),
            "stage": self.stage,
            "model": self.model,
            "seconds": round(self.seconds, 3),
        }


def lines_of(commands: Sequence[Command]) -> list[str]:
    """Return commands as lines."""
    return [format_command(command) for command in commands]


def difference(step: StepResult) -> tuple[str, ...]:
    """Return a turn's commands as a diff: what is missing with `-`, what nobody asked for with `+`."""
    compared = step.compared.lenient
    marked = ((" ", compared.met), ("-", compared.missing), ("+", compared.extra))
    return tuple(f"{mark} {line}" for mark, lines in marked for line in lines)


def _stage(steps: Sequence[StepResult], total: int) -> dict[str, Any]:
    score = added(step.compared.lenient for step in steps)
    return {
        "steps": len(steps),
        "share": round(len(steps) / total, 4) if total else 0.0,
        "accuracy": round(score.accuracy, 4),
        "f1": round(score.micro.f1, 4),
        "latency_ms": spread([step.took_ms for step in steps]),
    }


def _case(case: CaseResult) -> dict[str, Any]:
    told = {"file": case.file, "name": case.name, "line": case.line, "passed": case.passed}
    return {**told, "fault": case.fault, "steps": [_step(step) for step in case.steps]}


def _step(step: StepResult) -> dict[str, Any]:
    understood = step.understood
    told: dict[str, Any] = {
        "step": step.number,
        "line": step.line,
        "user": step.user,
        "passed": step.passed,
        "expected": lines_of(step.expected),
        "predicted": lines_of(understood.commands),
        "missing": list(step.compared.lenient.missing),
        "extra": list(step.compared.lenient.extra),
        "cleaned": {"expected": lines_of(step.cleaned_expected), "predicted": lines_of(step.cleaned)},
        "stage": understood.stage,
        "confidence": round(understood.confidence, 3),
        "took_ms": round(step.took_ms, 2),
        "cpu_ms": round(step.cpu_ms, 2),
        "context": step.context,
    }
    if step.is_asked_of_model:
        names = ("prompt_tokens", "cached_tokens", "completion_tokens")
        told["tokens"] = {name.partition("_")[0]: getattr(understood, name) for name in names}
    if not step.passed:
        told |= {"prompt": understood.prompt, "completion": understood.completion}
    return told
