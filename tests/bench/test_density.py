"""The density benchmark's figures, from readings as they come."""

from __future__ import annotations

import os

import pytest

from studio.telemetry import Telemetry
from tests.bench.density import parse
from tests.bench.density_figures import (
    FRAMES,
    LAG,
    Sample,
    Step,
    as_text,
    buckets,
    describe_soak,
    describe_step,
    quantile,
    since,
    slope,
    summarise,
)
from tests.bench.process_memory import tree_cpu_s, tree_memory_mb
from voice.transports.pacing import BOUNDS_MS, Pacing

INF = float("inf")


def step(calls: int, *, lag_over: int = 0, late: int = 0, failures: tuple[str, ...] = ()) -> Step:
    lag = {0.005: 800.0, 0.01: 1000.0 - lag_over, 0.02: 1000.0, INF: 1000.0}
    frames = {0.02: 5000.0 - late, 0.06: 5000.0 - late, INF: 5000.0}
    samples = [Sample(at_s, at_s * 0.2 * calls, 500 + 30 * calls) for at_s in (0.0, 10.0, 20.0)]
    return Step(calls, lag, frames, samples, [400, 500, 600], failures)


def test_what_the_server_shows_is_read() -> None:
    telemetry, pacing = Telemetry(), Pacing()
    telemetry.watch_frames(lambda: pacing)
    before = buckets(telemetry.render(), FRAMES)
    for late_ms in (0.5, 3.0, 70.0):
        pacing.note(late_ms)
    telemetry.observe_loop_lag(0.004)
    found = since(before, buckets(telemetry.render(), FRAMES))
    assert set(found) == {*(bound / 1000 for bound in BOUNDS_MS), INF}
    assert (found[0.001], found[0.06], found[INF]) == (1, 2, 3)
    assert buckets(telemetry.render(), LAG)[INF] == 1
    assert buckets("", LAG) == {}


def test_quantiles_lie_between_their_bounds() -> None:
    seen = {0.01: 50.0, 0.02: 100.0, INF: 100.0}
    assert quantile(seen, 0.5) == pytest.approx(0.01)
    assert quantile(seen, 0.75) == pytest.approx(0.015)
    assert quantile({0.01: 1.0, INF: 100.0}, 0.99) == 0.01, "beyond the last bound: at least that"
    assert quantile({}, 0.5) is None
    assert quantile({0.01: 0.0, INF: 0.0}, 0.5) is None


@pytest.mark.parametrize(
    ("given", "over"),
    [
        ({}, []),
        ({"lag_over": 11}, ["loop lag"]),
        ({"late": 5}, []),
        ({"late": 6}, ["late frames"]),
        ({"failures": ("refused",)}, ["failed calls"]),
    ],
)
def test_limits(given: dict, over: list[str]) -> None:
    assert describe_step(step(2, **given))["over"] == over


def test_a_server_that_tells_nothing_is_within_no_limit() -> None:
    silent = Step(1, {}, {}, [], [], [])
    assert describe_step(silent)["over"] == ["loop lag", "late frames"]


def test_the_most_before_the_first_break_counts() -> None:
    found = summarise([step(1), step(2), step(3, late=50), step(4)], 2)
    assert (found["calls_within"], found["calls_per_core"], found["is_limit_found"]) == (2, 1.0, True)
    assert found["memory_per_call_mb"] == pytest.approx(30)
    assert found["cores_per_call"] == pytest.approx(0.2)
    nothing = summarise([step(1, lag_over=100)], 2)
    assert (nothing["calls_within"], nothing["memory_per_call_mb"]) == (0, None)


def test_growth_is_a_line_through_the_soak() -> None:
    samples = [Sample(at_s * 36.0, 0.0, 400 + at_s) for at_s in range(101)]
    soak = describe_soak(Step(4, {}, {}, samples, [], []))
    assert soak["growth_mb_per_hour"] == pytest.approx(100)
    assert slope([(1, 2)]) is None


def test_it_reads_well() -> None:
    machine = {"date": "today", "processor": "p", "cores": 2, "load_before": [0.1], "load_after": [0.2]}
    soak = describe_soak(step(1))
    found = summarise([step(1), step(2, late=50, failures=("no line",))], 2)
    text = as_text({**found, "machine": machine, "seconds": 30, "soak": soak})
    assert "over: late frames, failed calls" in text
    assert "call failed: no line" in text
    assert "1 calls within the limits, 0.5 a core" in text
    assert "MB/h" in text


def test_options_are_checked(capsys: pytest.CaptureFixture[str]) -> None:
    assert parse(["--calls-from", "3", "--calls-to", "3"]).calls_from == 3
    for wrong in (["--calls-from", "5", "--calls-to", "4"], ["--calls-to", "1000"], ["--calls-from", "0"]):
        with pytest.raises(SystemExit):
            parse(wrong)
    assert "--calls-to" in capsys.readouterr().err


def test_processes_are_seen_with_what_they_hold() -> None:
    assert tree_memory_mb(os.getpid()) > 10
    assert tree_cpu_s(os.getpid()) > 0
    assert tree_memory_mb(2**22 + 1) == 0.0
