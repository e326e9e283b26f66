"""Error bars, samples and tables of the understanding benchmark. Pure, and the same in every run."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from dialogue.testing.understanding.results import CaseResult, UnderstandingResult
from dialogue.testing.understanding.scores import Count, added, percentile

RESAMPLES = 2_000
Z_95 = 1.96
_Item = TypeVar("_Item")


def wilson(passed: int, total: int) -> tuple[float, float]:
    """Return the 95 % interval of a rate (Wilson 1927), which is honest also at 0 and 1 and for few cases."""
    if not total:
        return 0.0, 1.0
    rate, z2 = passed / total, Z_95**2
    centre = (rate + z2 / (2 * total)) / (1 + z2 / total)
    half = Z_95 / (1 + z2 / total) * math.sqrt(rate * (1 - rate) / total + z2 / (4 * total**2))
    return max(0.0, centre - half), min(1.0, centre + half)


def bootstrap_f1(counts: Sequence[Count]) -> tuple[float, float]:
    """Return the 95 % interval of F1 by drawing cases anew: the turns of one case hang together.

    Args:
        counts: of each case.
    """
    if not counts:
        return 0.0, 1.0
    table = np.array([[count.hits, count.extra, count.missed] for count in counts])
    drawn = np.random.default_rng(0).integers(0, len(counts), (RESAMPLES, len(counts)))
    hits, extra, missed = table[drawn].sum(axis=1).T
    f1 = 2 * hits / np.maximum(1, 2 * hits + extra + missed)
    low, high = np.quantile(f1, (0.025, 0.975))
    return float(low), float(high)


def spaced(items: Sequence[_Item], most: int) -> list[_Item]:
    """Return at most so many items, evenly spaced over all of them."""
    if len(items) <= most:
        return list(items)
    return [items[round(place * (len(items) - 1) / max(1, most - 1))] for place in range(most)]


def spaced_cases(cases: Sequence[_Item], sizes: Sequence[int], most: int) -> list[_Item]:
    """Return evenly spaced cases that have about so many turns together, at least one case."""
    total = sum(sizes)
    return list(cases) if total <= most else spaced(cases, max(1, round(len(cases) * most / total)))


def summary(result: UnderstandingResult) -> dict[str, Any]:
    """Return aggregate figures of a run: nothing of what was said."""
    score = result.score
    low, high = bootstrap_f1([_count(case) for case in result.cases])
    latencies = [step.took_ms for step in result.steps]
    asked = [step.understood for step in result.steps if step.is_asked_of_model]
    return {
        "cases": len(result.cases),
        "turns": score.turns,
        "faults": sum(bool(case.fault) for case in result.cases),
        "off_script": sum(bool(step.context) for step in result.steps),
        "accuracy": round(score.accuracy, 4),
        "accuracy_95": _rounded(wilson(score.exact, score.turns)),
        "f1": round(score.micro.f1, 4),
        "f1_95": _rounded((low, high)),
        "precision": round(score.micro.precision, 4),
        "recall": round(score.micro.recall, 4),
        "cleaned_f1": round(added(step.compared.cleaned_lenient for step in result.steps).micro.f1, 4),
        "median_ms": round(percentile(latencies, 50), 2),
        "p95_ms": round(percentile(latencies, 95), 2),
        "median_cpu_ms": round(percentile([step.cpu_ms for step in result.steps], 50), 2),
        "stages": {name: _stage(told) for name, told in result.stages().items()},
        "tokens": {
            "asked": len(asked),
            "prompt": percentile([one.prompt_tokens for one in asked], 50),
            "cached": percentile([one.cached_tokens for one in asked], 50),
            "completion": percentile([one.completion_tokens for one in asked], 50),
        },
    }


def passes(passed: int, total: int) -> dict[str, Any]:
    """Return a pass rate with its interval."""
    rate = round(passed / total, 4) if total else 0.0
    return {"cases": total, "passed": passed, "rate": rate, "rate_95": _rounded(wilson(passed, total))}


def markdown(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the table for docs/benchmarks.md."""
    lines = [
        "| suite | stage | cases | turns | exact | F1 (95 %) | e2e (95 %) | median (CPU) | P95 | decided by | tokens |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        e2e = row.get("e2e")
        passed = "" if e2e is None else f"{e2e['rate']:.2f} ({_range(e2e['rate_95'])}), {e2e['cases']} cases"
        tokens = row["tokens"]
        told = (
            "" if not tokens["asked"] else f"{tokens['prompt']}, {tokens['cached']} cached, {tokens['completion']} out"
        )
        cells = [
            row["suite"],
            row["stage"],
            str(row["cases"]),
            str(row["turns"]),
            f"{row['accuracy']:.2f}",
            f"{row['f1']:.3f} ({_range(row['f1_95'])})",
            passed,
            f"{row['median_ms']:.1f} ms ({row['median_cpu_ms']:.1f})",
            f"{row['p95_ms']:.1f} ms",
            "; ".join(_decided(name, stage) for name, stage in row["stages"].items()),
            told,
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def _count(case: CaseResult) -> Count:
    return added(step.compared.lenient for step in case.steps).micro


def _stage(told: Mapping[str, Any]) -> dict[str, Any]:
    latency = told["latency_ms"]
    kept = {name: told[name] for name in ("steps", "share", "accuracy", "f1")}
    return {**kept, "p50_ms": latency["p50"], "p95_ms": latency["p95"]}


def _decided(name: str, stage: Mapping[str, Any]) -> str:
    return f"{name} {stage['share']:.0%}, {stage['accuracy']:.2f} right, {stage['p50_ms']:.1f} ms"


def _range(interval: Sequence[float]) -> str:
    return f"{interval[0]:.2f} to {interval[1]:.2f}"


def _rounded(interval: tuple[float, float]) -> list[float]:
    return [round(value, 4) for value in interval]
