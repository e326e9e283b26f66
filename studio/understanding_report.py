"""What a run of dialogue-understanding tests looks like in the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from dialogue.testing.understanding.results import CaseResult, StepResult, UnderstandingResult, difference, lines_of

PROMPT_LINES = 60
"""Lines of a prompt that a failed turn shows, from its end: the beginning is the same for every turn."""
_LABEL = 12


def case_lines(case: CaseResult) -> list[str]:
    """Return the lines that tell of one case: one line where it passed, its failed turns otherwise."""
    lines = [f"{'passed' if case.passed else 'FAILED'}  {case.file}::{case.name}"]
    if case.fault:
        lines.append(f"  the rest of the case could not be run: {case.fault}")
    for step in case.steps:
        if not step.passed:
            lines += _step_lines(case, step)
        elif step.context:
            lines += _context_lines(case, step)
    return lines


def summary_lines(result: UnderstandingResult) -> list[str]:
    """Return the tables behind the cases."""
    told = result.to_json()
    lines = ["", *_table(["command", "precision", "recall", "f1", "tp", "fp", "fn"], _command_rows(told))]
    lines += ["", *_table(["stage", "turns", "share", "exact", "f1", "p50", "p95", "p99 ms"], _stage_rows(told))]
    if told["tokens"]["prompt"]["n"]:
        rows = [
            [name, *(f"{spread[key]:.0f}" for key in ("p50", "p95", "max"))] for name, spread in told["tokens"].items()
        ]
        lines += ["", *_table(["tokens", "p50", "p95", "max"], rows)]
    if told["failed_tests"]:
        lines += ["", "Failed tests:", *(f"  {name}" for name in told["failed_tests"])]
    lines += ["", *_totals(told)]
    return lines


def _totals(told: dict[str, Any]) -> Iterator[str]:
    yield (
        f"{told['passed']} of {told['steps']} turns as expected: accuracy {told['accuracy']:.3f}, "
        f"command F1 {told['micro']['f1']:.3f} (macro {told['macro']['f1']:.3f}); "
        f"after clean-up {told['cleaned']['accuracy']:.3f}, {told['cleaned']['micro']['f1']:.3f}; "
        f"strictly {told['strict']['accuracy']:.3f}, {told['strict']['micro']['f1']:.3f}"
    )
    latency = told["latency_ms"]
    yield (
        f"stage {told['stage']}, model {told['model']}; a turn {latency['p50']:.1f} ms at the median, "
        f"P95 {latency['p95']:.1f}, P99 {latency['p99']:.1f}; {told['seconds']:.1f} s in all"
    )
    if not told["steps"]:
        yield "No turn was scored: each `user` step needs `commands: [...]`."


def _step_lines(case: CaseResult, step: StepResult) -> list[str]:
    lines = [f"  {case.file}:{step.line}, user step {step.number}: {_one_line(step.user)}"]
    lines += [f"    {line}" for line in difference(step)]
    understood = step.understood
    lines.append(
        f"    {'decided by':<{_LABEL}}{understood.stage}, confidence {understood.confidence:.2f}, {step.took_ms:.1f} ms"
    )
    if step.compared.cleaned_lenient.is_exact:
        lines.append(f"    {'cleaned up':<{_LABEL}}the same: {'; '.join(lines_of(step.cleaned)) or 'nothing'}")
    if understood.completion is not None:
        lines.append(f"    {'completion':<{_LABEL}}{_one_line(understood.completion)}")
    if understood.prompt is not None:
        shown = understood.prompt.splitlines()[-PROMPT_LINES:]
        lines += [
            f"    {'prompt':<{_LABEL}}{shown[0] if shown else ''}",
            *(f"    {'':<{_LABEL}}{line}" for line in shown[1:]),
        ]
    return lines + (_context_lines(case, step) if step.context else [])


def _context_lines(case: CaseResult, step: StepResult) -> list[str]:
    where = f"{case.file}:{step.line}, user step {step.number}"
    return [f"  {where}: the expected commands do not lead where the file says, {step.context}"]


def _command_rows(told: dict[str, Any]) -> list[list[str]]:
    rows = [_count_row(kind, count) for kind, count in told["commands"].items()]
    macro = [f"{told['macro'][name]:.3f}" for name in ("precision", "recall", "f1")]
    return [*rows, _count_row("all (micro)", told["micro"]), ["kinds (macro)", *macro, "", "", ""]]


def _count_row(name: str, count: dict[str, Any]) -> list[str]:
    rates = [f"{count[rate]:.3f}" for rate in ("precision", "recall", "f1")]
    return [name, *rates, *(str(count[key]) for key in ("tp", "fp", "fn"))]


def _stage_rows(told: dict[str, Any]) -> list[list[str]]:
    return [
        [
            name,
            str(stage["steps"]),
            f"{stage['share']:.1%}",
            f"{stage['accuracy']:.3f}",
            f"{stage['f1']:.3f}",
            *(f"{stage['latency_ms'][key]:.1f}" for key in ("p50", "p95", "p99")),
        ]
        for name, stage in told["stages"].items()
    ]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    return [
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in (head, *rows)
    ]


def _one_line(text: str) -> str:
    return " ⏎ ".join(text.splitlines())
