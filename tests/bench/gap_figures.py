"""From measured turns to figures: percentiles of the gap by kind of question, its parts, and what went wrong. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.bench.conversations import KINDS, Line
from voice.caller.report import CallReport, TurnReport

RANKS = (50, 95, 99)


@dataclass(frozen=True, slots=True)
class Measured:
    """One turn of the benchmark: what was to be said and what came of it."""

    line: Line
    turn: TurnReport


@dataclass(frozen=True, slots=True)
class Run:
    """All turns and calls of one measurement against one server."""

    turns: Sequence[Measured]
    reports: Sequence[CallReport]
    refused: Sequence[str] = ()
    """Why calls did not come about."""


def summarise(run: Run) -> dict[str, Any]:
    """Fold a measurement into percentiles for each kind of question, and for all turns together.

    `off_script` counts the turns whose answer lacks the expected response: they were misheard or misunderstood, or
    came after one that was. Their gaps are gaps all the same and stay in.
    """
    reports = run.reports
    received = sum(report.received for report in reports)
    late = sum(report.late_received for report in reports)
    return {
        **{kind: figures([each for each in run.turns if each.line.kind == kind]) for kind in KINDS},
        "all": figures(run.turns),
        "greeting": ranks([report.greeting_gap_ms for report in reports if report.greeting_gap_ms is not None]),
        "calls": len(reports),
        "failed_calls": len(run.refused) + sum(1 for report in reports if report.failure is not None),
        "failures": dict(
            Counter([*run.refused, *(report.failure for report in reports if report.failure is not None)])
        ),
        "caller_late_frames": sum(report.late_frames for report in reports),
        "late_received": late,
        "received": received,
        "read_late": sum(report.read_late for report in reports),
        "server_sent": sum(report.server_sent or 0 for report in reports),
        "server_late": sum(report.server_late or 0 for report in reports),
        "late_share": round(late / received, 5) if received else None,
        "faults": dict(Counter(fault for report in reports for fault in report.faults)),
    }


def figures(measured: Sequence[Measured]) -> dict[str, Any]:
    """Return percentiles of the gap, medians of its parts, and how many turns they stand for."""
    gaps = [each.turn.gap for each in measured if each.turn.gap is not None]
    names = list(dict.fromkeys(name for gap in gaps for name in gap.parts))
    known = [gap.was_ready for gap in gaps if gap.was_ready is not None]
    accounted = [abs(gap.unaccounted_ms) for gap in gaps if gap.parts]
    return {
        **ranks([gap.gap_ms for gap in gaps]),
        "parts": {name: percentile([gap.parts.get(name, 0) for gap in gaps], 50) for name in names},
        "unaccounted": max(accounted, default=None),
        "unanswered": len(measured) - len(gaps),
        "off_script": sum(1 for each in measured if each.line.answer not in each.turn.responses),
        "ready": {"n": len(known), "share": round(sum(known) / len(known), 3) if known else None},
    }


def ranks(values: Sequence[float]) -> dict[str, int | None]:
    """Return `n`, `p50_ms`, `p95_ms` and `p99_ms`."""
    return {"n": len(values), **{f"p{rank}_ms": percentile(values, rank) for rank in RANKS}}


def percentile(values: Sequence[float], rank: float) -> int | None:
    return round(float(np.percentile(values, rank))) if values else None


def ratios(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, float | None]:
    """Return our median gap as a part of theirs, by kind of question and for all turns."""

    def ratio(kind: str) -> float | None:
        mine, other = ours[kind]["p50_ms"], theirs[kind]["p50_ms"]
        return round(mine / other, 3) if mine is not None and other else None

    return {kind: ratio(kind) for kind in (*KINDS, "all")}


def as_text(result: Mapping[str, Any]) -> str:
    """Lay the result out for a person."""
    machine = result["machine"]
    lines = [
        f"Gap in ms, {result['calls']} calls, {result['at_once']} at once, {result['line']} line, {machine['date']}",
        f"{machine['processor']}, {machine['cores']} cores, load {machine['load_before']} to {machine['load_after']}",
        ", ".join(f"{name} {found}" for name, found in machine["versions"].items()),
        "",
        *rows(result),
    ]
    baseline = result.get("baseline")
    if baseline and "error" in baseline:
        lines += ["", f"baseline: {baseline['error']}"]
    elif baseline:
        ratio = ", ".join(f"{kind} {value}" for kind, value in baseline["ratio"].items() if value is not None)
        lines += ["", f"{baseline['name']}, an instant reply in place of a model:", *rows(baseline)]
        lines += ["", f"our median as a part of theirs: {ratio}"]
    return "\n".join(lines)


def rows(result: Mapping[str, Any]) -> list[str]:
    """Lay one server's figures out as a table, and below it what went wrong."""
    lines = [f"{'question':<11}{'n':>5}{'P50':>7}{'P95':>7}{'P99':>7}{'ready':>8}   parts (P50)"]
    for kind in (*KINDS, "all"):
        found = result[kind]
        parts = ", ".join(f"{name} {value}" for name, value in found["parts"].items())
        share = found["ready"]["share"]
        ready = f"{share:.0%}" if share is not None else "-"
        lines.append(f"{kind:<11}{found['n']:>5}{cells(found)}{ready:>8}   {parts}".rstrip())
    lines.append(f"{'greeting':<11}{result['greeting']['n']:>5}{cells(result['greeting'])}   after the connection")
    lines.append(
        f"frames more than 60 ms late: {result['late_received']} of {result['received']} came late, "
        f"{result['server_late']} left the server late, {result['read_late']} were read late here"
    )
    whole = result["all"]
    if whole["unaccounted"] is not None:
        lines.append(f"parts add up to the gap within {whole['unaccounted']} ms")
    if whole["unanswered"] or (whole["off_script"] and "name" not in result):
        lines.append(f"{whole['unanswered']} turns unanswered, {whole['off_script']} off the script")
    if result["failed_calls"] or result["caller_late_frames"]:
        lines.append(f"{result['failed_calls']} calls failed; {result['caller_late_frames']} caller frames left late")
    lines += [f"fault, {count} times: {fault}" for fault, count in result["faults"].items()]
    lines += [f"call failed, {count} times: {failure}" for failure, count in result["failures"].items()]
    return lines


def cells(found: Mapping[str, Any]) -> str:
    return "".join(f"{shown(found[f'p{rank}_ms']):>7}" for rank in RANKS)


def shown(value: int | None) -> str:
    return "-" if value is None else str(value)
