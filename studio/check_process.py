"""Has large assistants checked in a process of its own, kept warm: no call feels it, and edits go on beside it.

A check of 1,000 flows computes for a second. In the server's process every frame of every call would share the
interpreter with it. What was loaded stays there as well, and is asked about the flows of an edit.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from multiprocessing import Pipe
from pathlib import Path
from typing import Any, Final

import structlog

import studio
from flows.errors import Finding
from studio.assistants import examined
from studio.authoring.quick_checks import FlowText, Loaded
from studio.errors import StudioError
from studio.watching import stamps

LARGE_BYTES: Final = 100_000
"""Folders with less are checked where they are: it takes less than what the way to another process would add."""
_FLOWS_LIMIT_S: Final = 2.0
"""An edit is answered without what only the other assistant's files tell, rather than later than this."""
_CHECK_LIMIT_S: Final = 120.0
"""A check that takes longer is taken for one that never ends: the others' assistants wait for it."""
_END_LIMIT_S: Final = 5.0
log = structlog.get_logger(__name__)


class ChecksEnded(StudioError):
    """The server stops: nothing is checked any more."""

    code = "checks-ended"


class CheckStuck(StudioError):
    """An assistant whose check does not end; its process is ended, and it is not tried where calls would feel it."""

    code = "check-stuck"


class CheckProcess:
    """The process, started with the first large folder, and again where it died. Its methods block: use threads."""

    def __init__(self) -> None:
        self._starting = threading.Lock()
        self._running: _Running | None = None
        self._is_closed = False

    def examined(self, folder: Path) -> tuple[Loaded | None, tuple[Finding, ...]]:
        """Return what `studio.assistants.examined` does; a large assistant stays where it was loaded.

        Raises:
            ChecksEnded: this was closed.
            CheckStuck: it takes too long.
        """
        if sum(size for _, size, _ in stamps(folder).values()) < LARGE_BYTES:
            return examined(folder)
        for _ in range(2):  # the process may have been ended, by a system short of memory above all
            try:
                return self._process().examined(folder)
            except (OSError, EOFError) as problem:
                if self._is_closed:
                    raise ChecksEnded("The server stops.") from problem
                log.warning("the process that checks assistants has ended", reason=repr(problem))
        return examined(folder)

    def close(self) -> None:
        """End the process; whoever waits for it gets ChecksEnded."""
        with self._starting:
            self._is_closed = True
            running, self._running = self._running, None
        if running is not None:
            running.end()

    @property
    def pid(self) -> int | None:
        """The process's number; None before there is one."""
        return None if self._running is None else self._running.pid

    def _process(self) -> _Running:
        with self._starting:
            if self._is_closed:
                raise ChecksEnded("The server stops.")
            if self._running is None or self._running.has_ended:
                if self._running is not None:
                    self._running.end()
                self._running = _Running()
            return self._running


class _Running:
    """One such process. Each connection is used by one thread at a time."""

    def __init__(self) -> None:
        with ExitStack() as stack:
            self._checks, checks = Pipe()
            self._flows, flows = Pipe()
            for theirs in (checks, flows):
                stack.callback(theirs.close)
            numbers = (checks.fileno(), flows.fileno())
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "studio.ended_by_parent", "studio.check_worker", *map(str, numbers)],
                stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, pass_fds=numbers, start_new_session=True,
                env=_environment(),
            )  # fmt: skip
        self._one_check, self._one_flow = threading.Lock(), threading.Lock()
        self._n_asked = self._n_answered = 0
        self._released: list[int] = []

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_checking(self) -> bool:
        return self._one_check.locked()

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def examined(self, folder: Path) -> tuple[Loaded | None, tuple[Finding, ...]]:
        """Raises EOFError and OSError: the process has ended. Raises CheckStuck."""
        with self._one_check:
            released = [self._released.pop() for _ in range(len(self._released))]
            self._checks.send((folder, released))
            if not self._checks.poll(_CHECK_LIMIT_S):
                self._process.kill()
                self._process.wait()
                log.error("an assistant's check does not end", folder=str(folder))
                raise CheckStuck(f"The check of {folder.name} took more than {_CHECK_LIMIT_S:.0f} s, and was ended.")
            number, findings = self._checks.recv()
        if number is None:
            return None, findings
        loaded = AssistantThere(self, number)
        weakref.finalize(loaded, self._released.append, number).atexit = False
        return loaded, findings

    def found(self, number: int, flows: Sequence[FlowText]) -> list[tuple[Finding, ...]] | None:
        """Ask about flows; None where no answer comes."""
        until_s = time.monotonic() + _FLOWS_LIMIT_S
        if self._one_flow.acquire(timeout=_FLOWS_LIMIT_S):
            try:
                with suppress(OSError, EOFError):
                    return self._answered(number, flows, until_s)
            finally:
                self._one_flow.release()
        log.warning("the process that checks assistants does not answer", pid=self.pid)
        return None

    def _answered(self, number: int, flows: Sequence[FlowText], until_s: float) -> list[tuple[Finding, ...]]:
        """Raises TimeoutError, an OSError as well. It is asked one thing at a time, and so is there to take it."""
        while self._n_answered < self._n_asked:
            self._next_answer(until_s)  # to what nobody has waited for
        self._n_asked += 1
        self._flows.send((number, flows))
        return self._next_answer(until_s)

    def _next_answer(self, until_s: float) -> list[tuple[Finding, ...]]:
        if not self._flows.poll(max(0.0, until_s - time.monotonic())):
            raise TimeoutError
        found = self._flows.recv()
        self._n_answered += 1
        return list(found)

    def end(self) -> None:
        """End the process. What waits for it sees the end of its connection."""
        if self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()
        try:
            self._process.wait(_END_LIMIT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        with self._one_check, self._one_flow:
            self._checks.close()
            self._flows.close()


class AssistantThere:
    """An assistant that the process has loaded and keeps as long as this lives."""

    def __init__(self, running: _Running, number: int) -> None:
        self.running, self.number = running, number

    def found(self, flows: Sequence[FlowText]) -> list[tuple[Finding, ...]] | None:
        """See `studio.authoring.quick_checks.Elsewhere`."""
        return self.running.found(self.number, flows)


def _environment() -> Mapping[str, Any]:
    """Return this process's environment, with our packages importable whatever the working folder is."""
    root = str(Path(studio.__file__).resolve().parents[1])
    path = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{path}" if path else root}


__all__ = ["AssistantThere", "CheckProcess", "CheckStuck", "ChecksEnded"]
