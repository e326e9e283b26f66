"""The gap between a caller's last audible sample and the first of the reply, for closed and open questions.

    python -m tests.bench.gap [URL] [--turns N] [--json]

Without a URL it serves the bank example itself. One conversation warms the server up and is left out.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tests.bench.conversations import CONVERSATIONS, Line
from tests.bench.machine import describe_machine, load_average
from tests.support.recordings import speak, with_silence
from tests.support.server import serve_assistant
from voice.caller.client import place_call
from voice.caller.report import CallReport, TurnReport
from voice.caller.wav import Utterance

DEFAULT_TURNS = 40
SEED = 2
"""Silence around the utterances varies, the same way in every run."""
BEFORE_MS, AFTER_MS = (100, 600), (200, 900)


@dataclass(frozen=True, slots=True)
class Measured:
    """One turn of the benchmark: what was to be said and what came of it."""

    line: Line
    turn: TurnReport


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.gap", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("url", nargs="?", help="a running server with the bank example; without it one is started")
    parser.add_argument("--turns", type=int, default=DEFAULT_TURNS, help="measure at least so many turns")
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args(arguments)
    texts = sorted({line.text for conversation in CONVERSATIONS for line in conversation})
    recordings = {utterance.name: utterance for utterance in speak(texts)}
    before = load_average()
    with server(given.url) as url:
        measured, reports = asyncio.run(measure(url, recordings, given.turns))
    result = summarise(measured, reports)
    result["machine"] = describe_machine() | {"load_before": before, "load_after": load_average()}
    print(json.dumps(result, indent=2) if given.json else as_text(result))
    return 0 if result["closed"]["n"] and result["open"]["n"] else 1


@contextmanager
def server(url: str | None) -> Iterator[str]:
    if url is not None:
        yield url
        return
    with tempfile.TemporaryDirectory() as folder, serve_assistant(Path(folder)) as served:
        yield served.url


async def measure(url: str, recordings: dict[str, Utterance], turns: int) -> tuple[list[Measured], list[CallReport]]:
    """Hold one conversation after another until enough turns are measured; the first one only warms up."""
    varied = random.Random(SEED)
    measured: list[Measured] = []
    reports: list[CallReport] = []
    for number, conversation in enumerate(itertools.cycle(CONVERSATIONS)):
        if number > 0 and len(measured) >= turns:
            break
        spoken = [
            with_silence(recordings[line.text], varied.randint(*BEFORE_MS), varied.randint(*AFTER_MS))
            for line in conversation
        ]
        report = (await place_call(url, spoken)).report
        note(number, report)
        if number > 0:
            reports.append(report)
            measured += [Measured(line, turn) for line, turn in zip(conversation, report.turns, strict=True)]
    return measured, reports


def note(number: int, report: CallReport) -> None:
    """Tell a person that something is going on."""
    gaps = ", ".join(str(turn.gap.gap_ms) if turn.gap else "-" for turn in report.turns)
    name = f"call {number}" if number else "warm-up"
    print(f"{name}: {gaps} ms ({report.failure or report.ended})", file=sys.stderr, flush=True)


def summarise(measured: Sequence[Measured], reports: Sequence[CallReport]) -> dict[str, Any]:
    """Fold turns into percentiles for each kind of question.

    `off_script` counts the turns whose answer lacks the expected response: they were misheard or misunderstood, or
    came after one that was. Their gaps are gaps all the same and stay in.
    """
    return {
        "closed": figures([each for each in measured if each.line.kind == "closed"]),
        "open": figures([each for each in measured if each.line.kind == "open"]),
        "calls": len(reports),
        "failed_calls": sum(1 for report in reports if report.failure is not None),
        "late_frames": sum(report.late_frames for report in reports),
    }


def figures(measured: Sequence[Measured]) -> dict[str, Any]:
    """Return percentiles of the gap, medians of its parts, and how many turns they stand for."""
    gaps = [each.turn.gap for each in measured if each.turn.gap is not None]
    milliseconds = [gap.gap_ms for gap in gaps]
    names = list(dict.fromkeys(name for gap in gaps for name in gap.parts))
    return {
        "n": len(gaps),
        "p50_ms": percentile(milliseconds, 50),
        "p95_ms": percentile(milliseconds, 95),
        "p99_ms": percentile(milliseconds, 99),
        "parts_p50_ms": {name: percentile([gap.parts.get(name, 0) for gap in gaps], 50) for name in names},
        "worst_unaccounted_ms": max((abs(gap.unaccounted_ms) for gap in gaps), default=0),
        "unanswered": len(measured) - len(gaps),
        "off_script": sum(1 for each in measured if each.line.answer not in each.turn.responses),
    }


def percentile(values: Sequence[float], rank: float) -> int | None:
    return round(float(np.percentile(values, rank))) if values else None


def as_text(result: dict[str, Any]) -> str:
    """Lay the result out for a person."""
    machine = result["machine"]
    lines = [
        f"Gap in ms, {result['calls']} calls, {machine['date']}",
        f"{machine['processor']}, {machine['cores']} cores, load {machine['load_before']} to {machine['load_after']}",
        ", ".join(f"{name} {found}" for name, found in machine["versions"].items()),
        "",
        f"{'question':<10}{'n':>5}{'P50':>8}{'P95':>8}{'P99':>8}   parts (P50)",
    ]
    for kind in ("closed", "open"):
        found = result[kind]
        parts = ", ".join(f"{name} {value}" for name, value in found["parts_p50_ms"].items())
        ranks = "".join(
            f"{found[name] if found[name] is not None else '-':>8}" for name in ("p50_ms", "p95_ms", "p99_ms")
        )
        lines.append(f"{kind:<10}{found['n']:>5}{ranks}   {parts}")
    for kind in ("closed", "open"):
        if result[kind]["unanswered"] or result[kind]["off_script"]:
            lines.append(
                f"{kind}: {result[kind]['unanswered']} unanswered, {result[kind]['off_script']} off the script"
            )
    if result["failed_calls"] or result["late_frames"]:
        lines.append(f"{result['failed_calls']} calls failed; {result['late_frames']} caller frames left late")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
