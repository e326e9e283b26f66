"""What came of a spoken turn, a case and a run, beside what a typed run tells of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from dialogue.testing.results import CaseResult, SuiteResult
from voice.synthetic_callers.measured import MeasuredStep
from voice.synthetic_callers.words import Comparison, error_rate

TurnKind = Literal["speech", "payload", "silence"]


@dataclass(frozen=True, slots=True)
class SpokenTurn:
    """One step of the caller. `said` is what was to be said, `heard` what the server took it for; `compared` is None
    where nothing was spoken. `manner` says voice, speed, noise and codec. `notes` are drops and faults of the turn."""

    number: int
    kind: TurnKind
    line: int
    said: str
    heard: str = ""
    compared: Comparison | None = None
    manner: Mapping[str, object] = field(default_factory=dict)
    measured: MeasuredStep = field(default_factory=MeasuredStep)
    notes: tuple[str, ...] = ()
    is_over_reply: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the turn as `vivavoce test --voice --json` prints it."""
        compared = self.compared
        return {
            "step": self.number,
            "kind": self.kind,
            "line": self.line,
            "said": self.said,
            "heard": self.heard,
            "difference": compared.difference if compared is not None and not compared.is_same else None,
            "words": compared.words if compared else 0,
            "word_errors": compared.errors if compared else 0,
            **self.manner,
            "gap_ms": self.measured.gap_ms,
            "parts": dict(self.measured.parts),
            "unaccounted_ms": self.measured.unaccounted_ms,
            "barge_in": self.is_over_reply,
            "stopped_after_ms": self.measured.stopped_after_ms,
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class SpokenCase:
    """How one case went. `attempts` is 2 when its first call was lost by the transport. `late_frames`: of the caller,
    which left late because the machine was busy. `kept` is where its recording is."""

    result: CaseResult
    turns: tuple[SpokenTurn, ...] = ()
    attempts: int = 1
    late_frames: int = 0
    kept: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return what stands beside the case's typed result."""
        return {
            "spoken": [turn.to_json() for turn in self.turns],
            "attempts": self.attempts,
            "late_frames": self.late_frames,
            "kept": self.kept,
        }


@dataclass(frozen=True, slots=True)
class SpokenResult:
    """How a run went, in the order of the cases."""

    suite: SuiteResult
    cases: tuple[SpokenCase, ...]
    seed: int

    @property
    def heard(self) -> dict[str, Any]:
        """How well the callers were heard, over the run: words, errors, and their rate (None where none was said)."""
        compared = [turn.compared for case in self.cases for turn in case.turns if turn.compared is not None]
        rate = error_rate(compared)
        return {
            "words": sum(one.words for one in compared),
            "errors": sum(one.errors for one in compared),
            "word_error_rate": None if rate is None else round(rate, 4),
        }

    def to_json(self) -> dict[str, Any]:
        """Return the result in the shape of typed tests, with what was spoken beside it."""
        told = self.suite.to_json()
        cases = [{**typed, **spoken.to_json()} for typed, spoken in zip(told["cases"], self.cases, strict=True)]
        return {**told, "cases": cases, "heard": self.heard, "seed": self.seed}
