"""The loop monitor names the code that stalls the loop. Real time, but nothing here depends on how long it takes."""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest
import structlog

from voice.loop_lag import LoopMonitor, Stall
from voice.loop_watch import frames_beside, innermost_frames

T = TypeVar("T")


def stall_the_loop(duration_s: float) -> None:
    """Compute, so that nothing else runs on this thread."""
    end_s = time.monotonic() + duration_s
    while time.monotonic() < end_s:
        sum(range(100))


def run_anywhere(main: Callable[[], Coroutine[Any, Any, T]], *, on_main_thread: bool) -> T:
    """Run a loop on the main thread, where an alarm watches it, or on another, where a thread does."""
    if on_main_thread:
        return asyncio.run(main())
    with ThreadPoolExecutor(1) as other:
        return other.submit(lambda: asyncio.run(main())).result()


everywhere = pytest.mark.parametrize("on_main_thread", [True, False])


async def stalled(monitor: LoopMonitor, duration_s: float) -> None:
    """Beat, stall, beat."""
    with monitor.watching():
        seen = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.call_later(0.05, stall_the_loop, duration_s)
        loop.call_later(0.05 + duration_s + 0.05, seen.set)
        await seen.wait()


@everywhere
def test_a_stall_is_reported_with_the_function_that_stalled(on_main_thread: bool) -> None:
    stalls: list[Stall] = []
    lags_s: list[float] = []
    monitor = LoopMonitor(report=stalls.append, observe=lags_s.append, packages=("tests",))

    run_anywhere(lambda: stalled(monitor, 0.08), on_main_thread=on_main_thread)

    ours = [stall for stall in stalls if stall.frames[:1] and "test_loop_lag:stall_the_loop:" in stall.frames[0]]
    assert ours
    assert ours[0].lag_ms > 50
    assert ours[0].cpu_ms is None or ours[0].cpu_ms > 0
    assert monitor.stalls == len(stalls)
    assert monitor.p99_ms == pytest.approx(max(lags_s) * 1000)


@everywhere
def test_a_wait_is_told_from_a_computation(on_main_thread: bool) -> None:
    stalls: list[Stall] = []
    monitor = LoopMonitor(report=stalls.append, packages=("tests",))

    async def run() -> None:
        with monitor.watching():
            await asyncio.sleep(0.03)
            time.sleep(0.3)  # noqa: ASYNC251  # what no code on the loop may do
            await asyncio.sleep(0.03)

    run_anywhere(run, on_main_thread=on_main_thread)
    ours = [stall for stall in stalls if stall.frames and "test_loop_lag:run:" in stall.frames[0]]  # not the machine's
    assert ours, "a wait is interrupted, to look, and goes on"
    longest = max(ours, key=lambda stall: stall.lag_ms)
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
    assert any("stall_the_loop" in line["frames"] for line in told)


def test_it_stops_with_its_block_and_leaves_nothing() -> None:
    async def run() -> list[str]:
        with LoopMonitor(report=lambda _: None).watching():
            return [thread.name for thread in threading.enumerate()]

    assert "loop watcher" not in run_anywhere(run, on_main_thread=True)
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) is signal.SIG_DFL
    assert "loop watcher" in run_anywhere(run, on_main_thread=False)
    assert "loop watcher" not in [thread.name for thread in threading.enumerate()]


def test_a_timer_that_is_somebody_else_s_is_left_alone() -> None:
    went_off: list[int] = []
    before = signal.signal(signal.SIGALRM, lambda *_: went_off.append(1))
    try:
        monitor = LoopMonitor(report=lambda _: None, packages=("tests",))
        asyncio.run(stalled(monitor, 0.08))
        assert monitor.stalls
        assert not went_off
    finally:
        signal.signal(signal.SIGALRM, before)


def test_two_can_watch_one_process() -> None:
    """Such as a test's server and its caller: the second finds the timer taken."""
    first, second = (LoopMonitor(report=lambda _: None) for _ in range(2))

    async def run() -> None:
        with first.watching(), second.watching():
            await asyncio.sleep(0.03)
            stall_the_loop(0.08)
            await asyncio.sleep(0.03)

    asyncio.run(run())
    assert first.stalls
    assert second.stalls


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
    beats: dict[bool, list[float]] = {True: [], False: []}

    async def run() -> None:
        for is_urgent, lags_s in beats.items():
            monitor = LoopMonitor(report=lambda _: None, observe=lags_s.append, is_urgent=lambda: is_urgent)  # noqa: B023
            with monitor.watching():
                await asyncio.sleep(0.5)

    asyncio.run(run())
    assert 1 <= len(beats[False]) < len(beats[True])


def test_percentiles_of_nothing_are_nothing() -> None:
    assert LoopMonitor().p99_ms == 0.0


def test_only_our_frames_are_named() -> None:
    assert innermost_frames(None, ("tests",)) == ()
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
