"""The loop monitor names the code that stalls the loop. Real time, but nothing here depends on how long it takes."""

from __future__ import annotations

import asyncio
import sys
import threading
import time

import pytest
import structlog

from voice.loop_lag import LoopMonitor, Stall, frames_beside, innermost_frames


def stall_the_loop(duration_s: float) -> None:
    """Compute, so that nothing else runs on this thread."""
    end_s = time.monotonic() + duration_s
    while time.monotonic() < end_s:
        sum(range(100))


async def stalled(monitor: LoopMonitor, duration_s: float) -> None:
    """Beat, stall, beat."""
    with monitor.watching():
        seen = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.call_later(0.05, stall_the_loop, duration_s)
        loop.call_later(0.05 + duration_s + 0.05, seen.set)
        await seen.wait()


def test_a_stall_is_reported_with_the_function_that_stalled() -> None:
    stalls: list[Stall] = []
    lags_s: list[float] = []
    monitor = LoopMonitor(report=stalls.append, observe=lags_s.append, packages=("tests",))

    asyncio.run(stalled(monitor, 0.08))

    ours = [stall for stall in stalls if stall.frames[:1] and "test_loop_lag:stall_the_loop:" in stall.frames[0]]
    assert ours
    assert ours[0].lag_ms > 50
    assert ours[0].cpu_ms is None or ours[0].cpu_ms > 0
    assert monitor.stalls == len(stalls)
    assert monitor.p99_ms == pytest.approx(max(lags_s) * 1000)


def test_a_wait_is_told_from_a_computation() -> None:
    stalls: list[Stall] = []
    monitor = LoopMonitor(report=stalls.append, packages=("tests",))

    async def run() -> None:
        with monitor.watching():
            await asyncio.sleep(0.03)
            time.sleep(0.3)  # noqa: ASYNC251  # what no code on the loop may do
            await asyncio.sleep(0.03)

    asyncio.run(run())
    longest = max(stalls, key=lambda stall: stall.lag_ms)
    assert longest.lag_ms > 200
    if longest.cpu_ms is not None:
        assert longest.cpu_ms < longest.lag_ms / 2


def test_the_log_names_it_and_lines_are_few() -> None:
    monitor = LoopMonitor(packages=("tests",))

    async def run() -> None:
        with monitor.watching():
            for _ in range(4):
                await asyncio.sleep(0.03)
                stall_the_loop(0.08)
            await asyncio.sleep(0.03)

    with structlog.testing.capture_logs() as lines:
        asyncio.run(run())
    told = [line for line in lines if line["event"] == "loop-stalled"]
    assert 1 <= len(told) < monitor.stalls
    assert "stall_the_loop" in told[0]["frames"]


def test_it_stops_with_its_block_and_leaves_no_thread() -> None:
    monitor = LoopMonitor(report=lambda _: None)

    async def run() -> list[str]:
        with monitor.watching():
            return [thread.name for thread in threading.enumerate()]

    assert "loop watcher" in asyncio.run(run())
    assert "loop watcher" not in [thread.name for thread in threading.enumerate()]


def test_it_can_be_started_again() -> None:
    monitor = LoopMonitor(report=lambda _: None, packages=("tests",))
    asyncio.run(stalled(monitor, 0.08))
    before = monitor.stalls
    asyncio.run(stalled(monitor, 0.08))
    assert monitor.stalls > before >= 1


def test_other_threads_are_named_unless_they_wait() -> None:
    waits = threading.Event()
    spun, ends = [0], [False]

    def spin() -> None:
        while not ends[0]:
            spun[0] += 1

    def wait() -> None:
        waits.wait()

    threads = [threading.Thread(target=spin), threading.Thread(target=wait)]
    for thread in threads:
        thread.start()
    seen = sys._current_frames()
    while not spun[0] or seen[threads[1].ident or 0].f_code is not threading.Condition.wait.__code__:
        seen = sys._current_frames()
    named = frames_beside([seen[thread.ident or 0] for thread in threads], ("tests",))
    ends[0] = True
    waits.set()
    for thread in threads:
        thread.join()
    assert len(named) == 1
    assert named[0].startswith("beside tests.voice.test_loop_lag:spin:")


def test_without_calls_it_beats_less_often() -> None:
    lags_s: list[float] = []
    monitor = LoopMonitor(report=lambda _: None, observe=lags_s.append, is_urgent=lambda: False)

    async def run() -> None:
        with monitor.watching():
            await asyncio.sleep(0.35)

    asyncio.run(run())
    assert 1 <= len(lags_s) <= 3


def test_percentiles_of_nothing_are_nothing() -> None:
    assert LoopMonitor().p99_ms == 0.0


def test_only_our_frames_are_named() -> None:
    assert innermost_frames(None) == ()
    named = innermost_frames(sys._getframe(), ("tests",))
    assert named[0].startswith("tests.voice.test_loop_lag:test_only_our_frames_are_named:")
    assert all(name.startswith("tests.") for name in named)


def test_what_stands_around_the_loop_is_not_blamed() -> None:
    async def run() -> tuple[str, ...]:
        return innermost_frames(sys._getframe(), ("nobody",))

    assert asyncio.run(run())[0].startswith("tests.voice.test_loop_lag:run:"), "nothing of ours: the innermost there is"

    async def around() -> tuple[str, ...]:
        loop = asyncio.get_running_loop()
        done: asyncio.Future[tuple[str, ...]] = loop.create_future()
        loop.call_soon(lambda: done.set_result(innermost_frames(sys._getframe(1), ("tests",))))
        return await done

    assert [name.rpartition(":")[0] for name in asyncio.run(around())] == ["asyncio.events:_run"]
