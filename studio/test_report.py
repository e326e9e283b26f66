"""The outcome of end-to-end tests in the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from dialogue.testing.coverage import Coverage
from dialogue.testing.coverage_report import HEAD, CoverageReport, table
from dialogue.testing.results import CaseResult, Failure, SuiteResult

MAX_LINES = 60
"""Of what happened in one turn; a turn with more is one that went round in circles."""
MISSING_WIDTH = 60
_LABEL = 12


def case_lines(case: CaseResult) -> list[str]:
    """Return what is told of one case: a line when it passed, the whole story when it failed."""
    lines = [f"{'passed' if case.passed else 'FAILED'}  {case.file}::{case.name}"]
    lines += [f"        skipped   {skipped}" for skipped in case.skipped]
    if case.failure is not None:
        lines += [f"        {line}" if line else "" for line in _failure_lines(case, case.failure)]
    return lines


def summary(result: SuiteResult) -> str:
    """Return the last line of a run."""
    if not result.cases:
        return "No tests were found."
    skipped = f", {result.skipped} assertions skipped" if result.skipped else ""
    pace = f", {len(result.cases) / result.seconds:.0f} cases/s" if result.seconds >= 1 else ""
    counts = f"{result.passed} passed, {result.failed} failed{skipped}"
    return f"{counts}, in {result.seconds:.1f} s{pace} ({result.model})."


def coverage_lines(report: CoverageReport, folder: str) -> list[str]:
    """Return the tables of a coverage report."""
    lines: list[str] = []
    for title, coverage, count in (
        ("passed", report.passed, sum(case.passed for case in report.cases)),
        ("failed", report.failed, sum(not case.passed for case in report.cases)),
    ):
        if count:
            lines += ["", f"Coverage by the {count} tests that {title}", *_table(coverage)]
    told = ", ".join(f"{name} {count}" for name, count in report.whole.commands.items())
    return [*lines, "", f"Commands: {told or 'none'}", f"Coverage {report.whole.share:.1%}, written to {folder}"]


def _failure_lines(case: CaseResult, failure: Failure) -> list[str]:
    where = f"user step {failure.step}" if failure.step else "the session's start"
    user = f": {failure.user}" if failure.user else ""
    lines = [f"{case.file}:{failure.line}, {where}{_one_line(user)}"]
    lines += _labelled("expected", [failure.expected])
    lines += _labelled("happened", failure.actual[:MAX_LINES] or ["nothing"])
    if len(failure.actual) > MAX_LINES:
        lines += _labelled("", [f"… and {len(failure.actual) - MAX_LINES} more"])
    lines += _labelled("difference", failure.diff)
    if failure.step and failure.commands.stage:
        commands = failure.commands
        proposed, cleaned = "; ".join(commands.proposed) or "none", "; ".join(commands.cleaned) or "none"
        lines += _labelled("commands", [f"{proposed}   (by {commands.stage})"])
        if commands.cleaned != commands.proposed:
            lines += _labelled("cleaned up", [cleaned])
    lines += _labelled("so far", failure.conversation[-MAX_LINES:])
    return [*lines, ""]


def _labelled(label: str, lines: Sequence[str]) -> list[str]:
    told: list[str] = []
    for line in lines:
        for part in line.splitlines() or [""]:
            told.append(f"{'' if told else label:<{_LABEL}}{part}".rstrip())
    return told


def _one_line(text: str) -> str:
    return " ⏎ ".join(text.splitlines())


def _table(coverage: Coverage) -> list[str]:
    rows = [HEAD, *((a, b, c, _cut(d), _cut(e)) for a, b, c, d, e in table(coverage))]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return [lines[0], "  ".join("-" * width for width in widths), *lines[1:]]


def _cut(text: str) -> str:
    return text if len(text) <= MISSING_WIDTH else f"{text[: MISSING_WIDTH - 1]}…"
