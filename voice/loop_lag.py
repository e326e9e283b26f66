"""Names the code that keeps the event loop from running: the one thread that all calls of a process share.

A beat runs on the loop every 20 ms, as often as frames are due, and notes how late it was; every 100 ms while no call
is running. A thread watches the beats: while one is overdue it looks again and again at what the loop's thread is
executing. More than 50 ms are a stall. Once the loop runs again, `loop-stalled` is logged with the length of the stall,
how much of it the thread spent computing (the rest it waited: for a file, a lock, or the processor), and the innermost
frames of our own packages that were seen most often.

    loop thread    beat──20──beat──20──beat────────stalled────────beat (logs)
    watcher thread   look      look      look  look! look! look!

Where none of ours was running, the innermost frame is named, whose ever it is. When the loop was only waiting for its
turn, what other threads of the process were doing is named (`beside …`), since one of them may have kept the
interpreter; when there is none, the process did not get the processor.

Native code that keeps the interpreter's lock keeps the watcher from looking as well; it is then named by the first
look after it, or not at all, and the length is logged all the same.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Final

import structlog

BEAT_MS: Final = 20.0
"""A frame is due as often."""
CALM_BEAT_MS: Final = 100.0
"""While nothing is urgent. Waking an idle process costs more than the beat: 50 a second took 0.8 % of a core on a busy
machine (load 8), 10 take a quarter of that."""
STALL_MS: Final = 50.0
"""A beat so much overdue is a stall: two frames are late, and playback has run out where it is 40 ms ahead."""
LOOK_MS: Final = 20.0
"""When a beat is so much overdue the watcher begins to look, so that a stall of 60 ms has been seen once or twice."""
LOG_EVERY_S: Final = 1.0
"""One line a second at most; what was left out is counted in the next."""
KEPT_BEATS: Final = 3_000
"""The lags that percentiles are of: a minute of a call, five without one."""
NAMED_FRAMES: Final = 4
"""So many of our innermost frames tell where a stall is."""
LOOKS: Final = 50
"""At most so many looks at one stall: a second. A longer one has been named by then."""
_WAITING: Final = frozenset({"threading", "queue", "selectors", "concurrent.futures.thread", "socket", "subprocess"})
"""A thread whose innermost frame is in one of these waits, and keeps nobody from running."""
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
        """When the loop last ran, by the monotonic clock; written by the loop, read by the watcher."""
        self._beat_cpu_s: float | None = None
        self._seen: Counter[str] = Counter()
        """How often each function was seen during the present stall."""
        self._frames: dict[str, tuple[str, ...]] = {}
        """Where it was the last time, by function."""
        self._looks = 0
        self._stopped = threading.Event()
        self._loop_thread = 0
        self._clock: int | None = None
        self._handle: asyncio.TimerHandle | None = None
        self._logged_s = 0.0
        self._left_out = 0
        self._log = structlog.get_logger()

    @contextmanager
    def watching(self) -> Iterator[LoopMonitor]:
        """Watch the running loop until the end of the block, which is to be entered and left on the loop's thread."""
        loop = asyncio.get_running_loop()
        self._loop_thread = threading.get_ident()
        self._clock = _cpu_clock(self._loop_thread)
        self._stopped.clear()
        self._beat_s, self._beat_cpu_s = time.monotonic(), self._cpu_s()
        self._plan(loop)
        watcher = threading.Thread(target=self._watch, name="loop watcher", daemon=True)
        watcher.start()
        try:
            yield self
        finally:
            self._stopped.set()
            if self._handle is not None:
                self._handle.cancel()
            watcher.join(timeout=1.0)

    def percentile_ms(self, share: float) -> float:
        """Return how late the loop was at most in this share of the latest beats; 0 before any."""
        lags = sorted(self._lags_ms)
        return lags[min(len(lags) - 1, int(share * len(lags)))] if lags else 0.0

    @property
    def p99_ms(self) -> float:
        """The 99th percentile of the latest lags."""
        return self.percentile_ms(0.99)

    # --- on the loop's thread ----------------------------------------------------------------------------------

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
        if self._looks:
            self._seen, self._frames, self._looks = Counter(), {}, 0
        self._beat_s, self._beat_cpu_s = now_s, cpu_s
        if not self._stopped.is_set():
            self._plan(loop)

    def _plan(self, loop: asyncio.AbstractEventLoop) -> None:
        self._beat_ms = BEAT_MS if self._is_urgent() else CALM_BEAT_MS
        self._handle = loop.call_later(self._beat_ms / 1000, self._beat, loop)

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

    # --- on the watcher's thread -------------------------------------------------------------------------------

    def _watch(self) -> None:
        while not self._stopped.is_set():
            overdue_ms = (time.monotonic() - self._beat_s) * 1000 - self._beat_ms
            if overdue_ms >= LOOK_MS and self._looks < LOOKS:
                self._look()
            # Asleep until the present beat would be overdue; a plain sleep costs a third of a wait for the event.
            time.sleep(max(LOOK_MS - overdue_ms, LOOK_MS / 2) / 1000)

    def _look(self) -> None:
        self._looks += 1
        frames = sys._current_frames()  # there is no other way to see into a thread
        named = innermost_frames(frames.pop(self._loop_thread, None), self._packages)
        if not named:
            frames.pop(threading.get_ident(), None)
            named = frames_beside(frames.values(), self._packages)
        if named:
            function = named[0].rpartition(":")[0]
            self._frames[function] = named
            self._seen[function] += 1


def innermost_frames(frame: FrameType | None, packages: tuple[str, ...] = OUR_PACKAGES) -> tuple[str, ...]:
    """Return the innermost frames that run code of these packages, innermost first, as `module:function:line`.

    What stands around the loop (the program that runs it) is left out. Without any of ours, the innermost frame there
    is; nothing for a loop that waits for events.
    """
    innermost, named = frame, list[str]()
    while frame is not None and len(named) < NAMED_FRAMES:
        module = _module(frame)
        if frame.f_code.co_name == "_run_once" and module.startswith("asyncio"):
            break
        if module.partition(".")[0] in packages and module != __name__:
            named.append(_named(frame))
        frame = frame.f_back
    if named or innermost is None or _module(innermost) in {"selectors", "asyncio.base_events", __name__}:
        return tuple(named)
    return (_named(innermost),)


def frames_beside(frames: Iterable[FrameType], packages: tuple[str, ...] = OUR_PACKAGES) -> tuple[str, ...]:
    """Return what threads at these frames are doing, each with `beside` before it; those that wait are left out."""
    running = (innermost_frames(frame, packages)[:1] for frame in frames if _module(frame) not in _WAITING)
    return tuple(f"beside {frame}" for named in running for frame in named)


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", ""))


def _named(frame: FrameType) -> str:
    return f"{_module(frame)}:{frame.f_code.co_name}:{frame.f_lineno}"


def _cpu_clock(thread: int) -> int | None:
    """Return the clock of what a thread computes; None where the system has none."""
    try:
        return time.pthread_getcpuclockid(thread)
    except (AttributeError, OSError):
        return None
