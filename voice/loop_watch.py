"""Looks at what the loop's thread executes while its beat is overdue, at next to no cost while it is not.

On the main thread an interval timer of the system is wound at each beat; it goes off only when the next beat is
overdue, as a signal, whose handler gets the frame that it interrupted. That costs one system call a beat, and no
thread: one that wakes 30 times a second to look at a clock took most of 0.8 to 1 % of a core while calls ran, since
each time it has to take the interpreter from the loop. Code that keeps the interpreter's lock is named once it returns.

Elsewhere, or where the timer is somebody else's (a test runner's time limit), a thread looks at the clock.
"""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable
from types import FrameType
from typing import Final, Protocol, TypeAlias

LOOK_MS: Final = 20.0
"""When a beat is so much overdue the looking begins, so that a stall of 60 ms has been seen a few times."""
LOOK_AGAIN_MS: Final = 10.0
LOOKS: Final = 50
"""At most so many looks at one stall, half a second. A longer one has been named by then."""
NAMED_FRAMES: Final = 4
"""So many of our innermost frames tell where a stall is."""
_WAITING: Final = frozenset({"threading", "queue", "selectors", "concurrent.futures.thread", "socket", "subprocess"})
"""A thread whose innermost frame is in one of these waits, and keeps nobody from running."""
_WAITING_FUNCTIONS: Final = frozenset({"asyncio.unix_events:_do_waitpid", "aiosqlite.core:_connection_worker_thread"})
"""These wait in native code: for a process's end, for the next query."""
_OWN: Final = frozenset({__name__, "voice.loop_lag"})

Look: TypeAlias = Callable[[FrameType | None, Callable[[], list[FrameType]]], None]
"""Is shown what the loop's thread executes; the second gives the frames of all other threads."""


class Watch(Protocol):
    def wind(self, beat_ms: float) -> None:
        """The loop runs, and its next beat is due in `beat_ms`."""
        ...

    def stop(self) -> None:
        """Look no more; on the thread that started it."""
        ...


def start_watch(look: Look) -> Watch:
    """Start to watch the thread that calls this."""
    if threading.current_thread() is threading.main_thread() and _is_timer_free():
        return AlarmWatch(look)
    return ThreadWatch(look)


class AlarmWatch:
    """By the system's interval timer, which interrupts the main thread."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._looks = 0
        self._thread = threading.get_ident()
        self._previous = signal.signal(signal.SIGALRM, self._alarm)
        # System calls of native code start again after the signal, as Python's own do (PEP 475).
        signal.siginterrupt(signal.SIGALRM, False)

    def wind(self, beat_ms: float) -> None:
        """Put the alarm off until the next beat is overdue."""
        self._looks = 0
        signal.setitimer(signal.ITIMER_REAL, (beat_ms + LOOK_MS) / 1000, LOOK_AGAIN_MS / 1000)

    def stop(self) -> None:
        """Give the timer and the signal back."""
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, self._previous)

    def _alarm(self, _signal: int, frame: FrameType | None) -> None:
        self._looks += 1
        if self._looks >= LOOKS:
            signal.setitimer(signal.ITIMER_REAL, 0)
        self._look(frame, self._others)

    def _others(self) -> list[FrameType]:
        return _frames_but({self._thread})


class ThreadWatch:
    """By a thread that wakes when the beat would be overdue.

    Native code that keeps the interpreter's lock keeps it from looking as well; it is then named by the first look
    after it, or not at all.
    """

    def __init__(self, look: Look) -> None:
        self._look = look
        self._looks = 0
        self._watched = threading.get_ident()
        self._due_s = time.monotonic() + 1.0
        """When the next beat is due; written by the loop, read by the thread."""
        self._is_stopped = False
        self._thread = threading.Thread(target=self._run, name="loop watcher", daemon=True)
        self._thread.start()

    def wind(self, beat_ms: float) -> None:
        """Take note of when the next beat is due."""
        self._looks = 0
        self._due_s = time.monotonic() + beat_ms / 1000

    def stop(self) -> None:
        """End the thread."""
        self._is_stopped = True
        self._thread.join(timeout=1.0)

    def _run(self) -> None:
        while not self._is_stopped:
            overdue_ms = (time.monotonic() - self._due_s) * 1000
            if overdue_ms >= LOOK_MS and self._looks < LOOKS:
                self._looks += 1
                self._look(sys._current_frames().get(self._watched), self._others)
            # Asleep until the present beat would be overdue; a plain sleep costs a third of a wait for an event.
            time.sleep(min(max(LOOK_MS - overdue_ms, LOOK_AGAIN_MS), 5 * LOOK_MS) / 1000)

    def _others(self) -> list[FrameType]:
        return _frames_but({self._watched, threading.get_ident()})


def _frames_but(threads: set[int]) -> list[FrameType]:
    frames = sys._current_frames()  # there is no other way to see into a thread
    return [frame for thread, frame in frames.items() if thread not in threads]


def _is_timer_free() -> bool:
    """Tell whether nobody in this process uses the interval timer or its signal."""
    if not hasattr(signal, "setitimer"):
        return False
    return signal.getsignal(signal.SIGALRM) is signal.SIG_DFL and signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def innermost_frames(frame: FrameType | None, packages: tuple[str, ...]) -> tuple[str, ...]:
    """Return the innermost frames that run code of these packages, innermost first, as `module:function:line`.

    What stands around the loop (the program that runs it) is left out. Without any of ours, the innermost frame there
    is; nothing for a loop that waits for events.
    """
    innermost, named = frame, list[str]()
    while frame is not None and len(named) < NAMED_FRAMES:
        module = _module(frame)
        if frame.f_code.co_name == "_run_once" and module.startswith("asyncio"):
            break
        if module.partition(".")[0] in packages and module not in _OWN:
            named.append(_named(frame))
        frame = frame.f_back
    if named or innermost is None or _module(innermost) in {"selectors", "asyncio.base_events", *_OWN}:
        return tuple(named)
    return (_named(innermost),)


def frames_beside(frames: Iterable[FrameType], packages: tuple[str, ...]) -> tuple[str, ...]:
    """Return what threads at these frames are doing, each with `beside` before it; those that wait are left out."""
    running = (innermost_frames(frame, packages)[:1] for frame in frames if not _waits(frame))
    return tuple(f"beside {frame}" for named in running for frame in named)


def _waits(frame: FrameType) -> bool:
    module = _module(frame)
    return module in _WAITING or f"{module}:{frame.f_code.co_name}" in _WAITING_FUNCTIONS


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", ""))


def _named(frame: FrameType) -> str:
    return f"{_module(frame)}:{frame.f_code.co_name}:{frame.f_lineno}"
