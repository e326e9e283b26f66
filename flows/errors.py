"""The error tree of `flows`.

FlowsError
├── AssistantInvalid   the assistant's files do not load; carries every finding
└── PredicateInvalid   one predicate does not parse; says where in it
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing that is wrong with an assistant's files. `line` and `column` count from 1."""

    file: str
    line: int
    column: int
    code: str
    message: str
    suggestion: str = ""
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        hint = f" ({self.suggestion})" if self.suggestion else ""
        return f"{self.file}:{self.line}:{self.column}: {self.severity} [{self.code}] {self.message}{hint}"


class FlowsError(Exception):
    """Root of what this package raises."""

    code = "flows-error"
    fault = "internal"


class AssistantInvalid(FlowsError):
    """The assistant's files do not load. `findings` has everything that is wrong, not just the first."""

    code = "assistant-invalid"
    fault = "configuration"

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        count = sum(1 for finding in findings if finding.severity == "error")
        lines = "\n".join(str(finding) for finding in self.findings)
        super().__init__(f"{count} error(s) in the assistant:\n{lines}")


class PredicateInvalid(FlowsError):
    """A predicate does not parse. `position` counts characters of the predicate from 0."""

    code = "predicate-invalid"
    fault = "configuration"

    def __init__(self, message: str, position: int, suggestion: str = "") -> None:
        self.message, self.position, self.suggestion = message, position, suggestion
        super().__init__(f"at character {position + 1}: {message}")
