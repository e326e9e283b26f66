"""From samples of a server under so many calls to figures: loop lag, frames late, processor and memory a call. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.bench.gap_figures import ranks, shown

LAG = "vivavoce_event_loop_lag_seconds"
FRAMES = "vivavoce_frame_lateness_seconds"
LAG_P99_MS = 10.0
"""The most that the loop may be late in 99 % of its beats: half a frame (design, section 6)."""
LATE_S = 0.06
LATE_SHARE = 0.001
"""So many frames may leave more than 60 ms late. Our own choice: one click in 20 s of a call."""
_BUCKET = re.compile(r'^(\w+)_bucket\{le="([^"]+)"\} (\S+)$', re.MULTILINE)

Buckets = Mapping[float, float]
"""How many observations there were up to each bound, in seconds."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The server's processes at one moment: the sum of what they computed and hold."""

    at_s: float
    cpu_s: float
    memory_mb: float


@dataclass(frozen=True, slots=True)
class Step:
    """So many calls, held for a while. `lag` and `frames` are what was observed meanwhile."""

    calls: int
    lag: Buckets
    frames: Buckets
    samples: Sequence[Sample]
    gaps_ms: Sequence[int]
    failures: Sequence[str]


def buckets(page: str, name: str) -> Buckets:
    """Read one histogram without labels from a page of metrics; empty if it is not there."""
    return {float(bound): float(count) for found, bound, count in _BUCKET.findall(page) if found == name}


def since(before: Buckets, after: Buckets) -> Buckets:
    """Return what was observed between two readings."""
    return {bound: count - before.get(bound, 0.0) for bound, count in after.items()}


def quantile(seen: Buckets, share: float) -> float | None:
    """Return the value in seconds that this share of the observations did not exceed, straight between two bounds; the
    last finite bound for what lies beyond. None without any."""
    bounds = sorted(seen)
    if not bounds or not seen[bounds[-1]]:
        return None
    wanted, low, below = share * seen[bounds[-1]], 0.0, 0.0
    for bound in bounds:
        if seen[bound] >= wanted:
            if bound == float("inf"):
                return low
            return low + (bound - low) * (wanted - below) / max(seen[bound] - below, 1e-9)
        low, below = bound, seen[bound]
    return low


def describe_step(step: Step) -> dict[str, Any]:
    """Fold one step into its figures; `over` says which limits it broke."""
    lag_ms = {f"p{rank}_ms": in_ms(quantile(step.lag, rank / 100)) for rank in (50, 99)}
    sent = step.frames.get(float("inf"), 0.0)
    late = sent - step.frames.get(LATE_S, sent)
    share = late / sent if sent else None
    over = [
        *(["loop lag"] if lag_ms["p99_ms"] is None or lag_ms["p99_ms"] > LAG_P99_MS else []),
        *(["late frames"] if share is None or share > LATE_SHARE else []),
        *(["failed calls"] if step.failures else []),
    ]
    return {
        "calls": step.calls,
        "loop_lag": lag_ms,
        "sent": int(sent),
        "late": int(late),
        "late_share": None if share is None else round(share, 5),
        "server_cores": cores_used(step.samples),
        "memory_mb": round(max(sample.memory_mb for sample in step.samples), 1) if step.samples else None,
        "gap": ranks(step.gaps_ms),
        "failures": list(step.failures),
        "over": over,
    }


def in_ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 2)


def cores_used(samples: Sequence[Sample]) -> float | None:
    """Return how many cores the server kept busy."""
    if len(samples) < 2 or samples[-1].at_s <= samples[0].at_s:
        return None
    return round((samples[-1].cpu_s - samples[0].cpu_s) / (samples[-1].at_s - samples[0].at_s), 3)


def slope(points: Sequence[tuple[float, float]]) -> float | None:
    """Return the rise a unit of the best straight line through these points; None where there is no line."""
    if len({x for x, _ in points}) < 2:
        return None
    xs, ys = np.array(points).T
    return float(np.polyfit(xs, ys, 1)[0])


def summarise(steps: Sequence[Step], cores: int) -> dict[str, Any]:
    """Say how many calls the machine carries: the most before the first step that breaks a limit."""
    described = [describe_step(step) for step in steps]
    within = 0
    for each in described:
        if each["over"]:
            break
        within = each["calls"]
    memory = [(each["calls"], each["memory_mb"]) for each in described if each["memory_mb"] is not None]
    busy = [(each["calls"], each["server_cores"]) for each in described if each["server_cores"] is not None]
    return {
        "steps": described,
        "calls_within": within,
        "calls_per_core": round(within / cores, 2),
        "is_limit_found": any(each["over"] for each in described),
        "memory_per_call_mb": rounded(slope(memory), 1),
        "cores_per_call": rounded(slope(busy), 3),
    }


def describe_soak(step: Step) -> dict[str, Any]:
    """Say whether memory grew while the same number of calls went on, the first tenth left out: it fills caches."""
    settled = step.samples[len(step.samples) // 10 :]
    growth = slope([(sample.at_s / 3600, sample.memory_mb) for sample in settled])
    seconds = settled[-1].at_s - settled[0].at_s if settled else 0.0
    return {**describe_step(step), "seconds": round(seconds), "growth_mb_per_hour": rounded(growth, 1)}


def rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def as_text(result: Mapping[str, Any]) -> str:
    """Lay the result out for a person."""
    machine = result["machine"]
    lines = [
        f"Density, {result['seconds']} s a step, {machine['date']}",
        f"{machine['processor']}, {machine['cores']} cores, load {machine['load_before']} to {machine['load_after']}",
        "",
        f"{'calls':>5}{'lag P50':>9}{'lag P99':>9}{'late':>7}{'sent':>8}{'cores':>7}{'MB':>8}{'gap P50':>9}{'P95':>7}",
    ]
    for step in [*result["steps"], *([result["soak"]] if result.get("soak") else [])]:
        lag, gap = step["loop_lag"], step["gap"]
        lines.append(
            f"{step['calls']:>5}{cell(lag['p50_ms']):>9}{cell(lag['p99_ms']):>9}{step['late']:>7}{step['sent']:>8}"
            f"{cell(step['server_cores']):>7}{cell(step['memory_mb']):>8}{shown(gap['p50_ms']):>9}{shown(gap['p95_ms']):>7}"
            + (f"   over: {', '.join(step['over'])}" if step["over"] else "")
        )
        lines += [f"      call failed: {failure}" for failure in step["failures"]]
    found = "" if result["is_limit_found"] else ", and no limit was met: raise --calls-to"
    lines += [
        "",
        f"{result['calls_within']} calls within the limits, {result['calls_per_core']} a core{found}; "
        f"a call takes {cell(result['cores_per_call'])} of a core and {cell(result['memory_per_call_mb'])} MB",
    ]
    if soak := result.get("soak"):
        lines.append(
            f"over {soak['seconds']} s of {soak['calls']} calls memory grew {cell(soak['growth_mb_per_hour'])} MB/h"
        )
    return "\n".join(lines)


def cell(value: float | None) -> str:
    return "-" if value is None else str(value)
