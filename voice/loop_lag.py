"""Names the code that keeps the event loop from running: the one thread that all calls of a process share.

A beat runs on the loop every 30 ms while calls run, and every 100 ms while none does, and notes how late it was. Each
beat winds an alarm (`voice.loop_watch`): if the next one is overdue it goes off, again and again, and it is looked at
what the loop's thread is executing. More than 50 ms are a stall. Once the loop runs again, `loop-stalled` is logged
with the length of the stall, how much of it the thread spent computing (the rest it waited: for a file, a lock, or the
processor), and the innermost frames of our own packages that were seen most often.

    loop     beat──30──beat──30──beat────────stalled────────beat (logs)
    alarm    wound     wound     wound     look! look! look! wound

Where none of ours was running, the innermost frame is named, whose ever it is. When the loop was only waiting for its
turn, what other threads of the process were doing is named (`beside …`), since one of them may have kept the
interpreter; when there is none, the process did not get the processor.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Final

import structlog

from voice.loop_watch import Watch, frames_beside, innermost_frames, start_watch

BEAT_MS: Final = 30.0
"""A stall of 80 ms is always seen, one of 50 ms if a beat is due as it begins. Waking costs more than the beat does:
50 a second took 0.4 to 0.5 % of a core (load 3 to 4, four calls' worth of timers beside it). Our own measurement."""
CALM_BEAT_MS: Final = 100.0
"""While nothing is urgent."""
STALL_MS: Final = 50.0
"""A beat so much overdue is a stall: two frames are late, and playback has run out where it is 40 ms ahead."""
LOG_EVERY_S: Final = 1.0
"""One line a second at most; what was left out is counted in the next."""
KEPT_BEATS: Final = 3_000
"""The lags that percentiles are of: a minute and a half of a call, five minutes without one."""
OUR_PACKAGES: Final = ("flows", "dialogue", "voice", "models", "studio")


@dataclass(frozen=True, slots=True)
class Stall:
    """The loop did not run for `lag_ms` longer than it should have.

    `cpu_ms` is what its thread computed meanwhile, None where the system does not tell. `frames` are those that were
    seen most often, innermost first, as `module:function:line`; of other threads, with `beside` before each, if the
    loop was only seen waiting; empty if these were as well.
    """

    lag_ms: float
    cpu_ms: float | None
    frames: tuple[str, ...]


class LoopMonitor:
    """Watches the loop that it is started on. One a process; `watching` starts it and stops it."""

    def __init__(
        self,
        *,
        observe: Callable[[float], None] | None = None,
        report: Callable[[Stall], None] | None = None,
        packages: tuple[str, ...] = OUR_PACKAGES,
        is_urgent: Callable[[], bool] = lambda: True,
    ) -> None:
        """`observe` is told every lag in seconds, on the loop; `report` every stall (by default, the log).

        `is_urgent`: whether calls are running, so that the beat is to be that of their frames.
        """
        self.stalls = 0
        self._observe = observe
        self._report = report or self._log_stall
        self._packages = packages
        self._is_urgent = is_urgent
        self._beat_ms = BEAT_MS
        """From the last beat to the next."""
        self._lags_ms: deque[float] = deque(maxlen=KEPT_BEATS)
        self._beat_s = 0.0
        """When the loop last ran, by the monotonic clock."""
        self._beat_cpu_s: float | None = None
        self._seen: Counter[str] = Counter()
        """How often each function was seen during the present stall."""
        self._frames: dict[str, tuple[str, ...]] = {}
        """Where it was the last time, by function."""
        self._watch: Watch | None = None
        self._clock: int | None = None
        self._handle: asyncio.TimerHandle | None = None
        self._logged_s = 0.0
        self._left_out = 0
        self._log = structlog.get_logger()

    @contextmanager
    def watching(self) -> Iterator[LoopMonitor]:
        """Watch the running loop until the end of the block, which is to be entered and left on the loop's thread."""
        loop = asyncio.get_running_loop()
        self._clock = _cpu_clock(threading.get_ident())
        self._beat_s, self._beat_cpu_s = time.monotonic(), self._cpu_s()
        self._watch = start_watch(self._look)
        self._plan(loop)
        try:
            yield self
        finally:
            watch, self._watch = self._watch, None
            if self._handle is not None:
                self._handle.cancel()
            watch.stop()

    def percentile_ms(self, share: float) -> float:
        """Return how late the loop was at most in this share of the latest beats; 0 before any."""
        lags = sorted(self._lags_ms)
        return lags[min(len(lags) - 1, int(share * len(lags)))] if lags else 0.0

    @property
    def p99_ms(self) -> float:
        """The 99th percentile of the latest lags."""
        return self.percentile_ms(0.99)

    def _beat(self, loop: asyncio.AbstractEventLoop) -> None:
        now_s, cpu_s = time.monotonic(), self._cpu_s()
        lag_ms = max(0.0, (now_s - self._beat_s) * 1000 - self._beat_ms)
        self._lags_ms.append(lag_ms)
        if self._observe is not None:
            self._observe(lag_ms / 1000)
        if lag_ms > STALL_MS:
            self.stalls += 1
            used_ms = None if cpu_s is None or self._beat_cpu_s is None else (cpu_s - self._beat_cpu_s) * 1000
            most = self._seen.most_common(1)
            self._report(Stall(lag_ms, used_ms, self._frames.get(most[0][0], ()) if most else ()))
        if self._seen:
            self._seen, self._frames = Counter(), {}
        self._beat_s, self._beat_cpu_s = now_s, cpu_s
        self._plan(loop)

    def _plan(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._watch is None:
            return  # over
        self._beat_ms = BEAT_MS if self._is_urgent() else CALM_BEAT_MS
        self._handle = loop.call_later(self._beat_ms / 1000, self._beat, loop)
        self._watch.wind(self._beat_ms)

    def _cpu_s(self) -> float | None:
        return None if self._clock is None else time.clock_gettime(self._clock)

    def _log_stall(self, stall: Stall) -> None:
        now_s = time.monotonic()
        if now_s - self._logged_s < LOG_EVERY_S:
            self._left_out += 1
            return
        self._logged_s, left_out, self._left_out = now_s, self._left_out, 0
        self._log.warning(
            "loop-stalled",
            lag_ms=round(stall.lag_ms),
            cpu_ms=None if stall.cpu_ms is None else round(stall.cpu_ms),
            frames=" < ".join(stall.frames) or "none: the process was not run, or native code kept the interpreter",
            left_out=left_out,
        )

    # --- when the alarm goes off -------------------------------------------------------------------------------

    def _look(self, frame: FrameType | None, others: Callable[[], list[FrameType]]) -> None:
        named = innermost_frames(frame, self._packages) or frames_beside(others(), self._packages)
        if named:
            function = named[0].rpartition(":")[0]
            self._frames[function] = named
            self._seen[function] += 1


def _cpu_clock(thread: int) -> int | None:
    """Return the clock of what a thread computes; None where the system has none."""
    try:
        return time.pthread_getcpuclockid(thread)
    except (AttributeError, OSError):
        return None
