"""Coverage as files have it: the JSON that the studio draws, and the tables that people read. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from dialogue.testing.coverage import Coverage, FlowCoverage, coverage_of
from dialogue.testing.results import CaseResult
from flows.model import Assistant

HEAD = ("Flow Name", "Coverage", "Num Steps", "Missing Steps", "Line Numbers")
Row = tuple[str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class CoverageReport:
    """Coverage by all tests, by those that passed, and by those that failed."""

    whole: Coverage
    passed: Coverage
    failed: Coverage
    cases: tuple[CaseResult, ...]


def report_of(cases: Sequence[CaseResult], assistant: Assistant) -> CoverageReport:
    """Measure the coverage of cases that were run with `measures_coverage`."""

    def measured(some: Iterable[CaseResult]) -> Coverage:
        return coverage_of((case.trace for case in some if case.trace is not None), assistant)

    return CoverageReport(
        measured(cases),
        measured(case for case in cases if case.passed),
        measured(case for case in cases if not case.passed),
        tuple(cases),
    )


def table(coverage: Coverage) -> list[Row]:
    """Return a row for each flow, and one for all of them: as in `HEAD`."""
    rows = [_row(flow) for flow in coverage.flows]
    missing = sum(len(flow.missing) for flow in coverage.flows)
    return [*rows, ("Total", _percent(coverage.share), str(coverage.n_steps), str(missing) if missing else "", "")]


def table_csv(coverage: Coverage) -> str:
    """Return the table as CSV."""
    return _csv(HEAD, table(coverage))


def commands_csv(coverage: Coverage) -> str:
    """Return how often each command was proposed, as CSV."""
    return _csv(("Command", "Count"), [(name, str(count)) for name, count in coverage.commands.items()])


def to_json(report: CoverageReport) -> dict[str, Any]:
    """Return the report for programs: flows with their steps and links, commands, and what each case touched."""
    passed = {flow.id: flow for flow in report.passed.flows}
    return {
        "coverage": round(report.whole.share, 4),
        "coverage_of_passed": round(report.passed.share, 4),
        "coverage_of_failed": round(report.failed.share, 4),
        "flows": {flow.id: _flow(flow, passed[flow.id]) for flow in report.whole.flows},
        "commands": dict(report.whole.commands),
        "commands_of_passed": dict(report.passed.commands),
        "commands_of_failed": dict(report.failed.commands),
        "cases": [
            {
                "file": case.file,
                "name": case.name,
                "passed": case.passed,
                "flows": list(case.trace.flows) if case.trace is not None else [],
            }
            for case in report.cases
        ],
    }


def _flow(flow: FlowCoverage, passed: FlowCoverage) -> dict[str, Any]:
    by_passed = {step.id: step.count for step in passed.steps}
    return {
        "name": flow.name,
        "file": flow.file,
        "line": flow.line,
        "coverage": round(flow.share, 4),
        "steps": {
            step.id: {
                "line": step.line,
                "count": step.count,
                "passed": by_passed[step.id],
                "failed": step.count - by_passed[step.id],
            }
            for step in flow.steps
        },
        "edges": {f"{source} -> {target}": count for (source, target), count in flow.edges.items()},
    }


def _row(flow: FlowCoverage) -> Row:
    missing = flow.missing
    ids, lines = ", ".join(step.id for step in missing), ", ".join(str(step.line) for step in missing)
    return (flow.id, _percent(flow.share), str(len(flow.steps)), ids, lines)


def _percent(share: float) -> str:
    """Return a share in percent; 100 only where nothing is missing."""
    return f"{int(share * 10_000) / 100:.2f}%"


def _csv(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue()
