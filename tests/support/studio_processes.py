"""Studio servers of tests, each a process of its own: forked from one that has read the code already.

To start Python and read the studio's code takes longer than most tests of a page. A fork has it at once, and with it
nothing that another server did: the process that is forked only imports.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeAlias

import httpx

Main: TypeAlias = Callable[[Sequence[str]], None]
"""The `main` of a server's module, which takes the arguments of its command line."""
READY_S: Final = 60.0
STOP_S: Final = 60.0

_FORKS: Final = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["pytest", __name__, "tests.support.studio_server", "tests.support.trying_server"])


class StudioProcess:
    """A server's process, started anew at each `start`; what it says goes into one file."""

    def __init__(self, main: Main, port: int, served: Path, data: Path, *more: str) -> None:
        self.log = data.with_suffix(".log")
        self._main = main
        self._asked = f"http://127.0.0.1:{port}/api/projects/{served.name}/outline"
        self._arguments = ("--port", str(port), "--served", str(served), "--data", str(data), *more)
        self._process: Any = None  # of multiprocessing, whose types tell less than they might

    @property
    def pid(self) -> int:
        return int(self._process.pid)

    def start(self) -> None:
        """Start it and wait until it answers. Raises AssertionError with its log."""
        self._process = _FORKS.Process(target=_run, args=(self._main, self._arguments, self.log))
        self._process.start()
        deadline = time.monotonic() + READY_S
        while not self._answers():
            assert self._process.is_alive(), f"the server ended:\n{self._said()}"
            assert time.monotonic() < deadline, f"the server did not come up:\n{self._said()}"
            time.sleep(0.02)

    def stop(self) -> None:
        """Ask it to end, and wait until it has."""
        if self._process is not None:
            self._process.terminate()
            self._ended()

    def kill(self) -> None:
        """End it at once, as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._ended()

    def _ended(self) -> None:
        process, self._process = self._process, None
        process.join(STOP_S)
        has_ended = process.exitcode is not None
        if not has_ended:  # else the run of the tests waits for it at its end, for ever
            process.kill()
            process.join()
        process.close()
        assert has_ended, f"the server did not end:\n{self._said()}"

    def _answers(self) -> bool:
        try:
            return httpx.get(self._asked, timeout=20).is_success
        except httpx.TransportError:
            return False

    def _said(self) -> str:
        return self.log.read_text(errors="replace")[-3000:] if self.log.exists() else ""


@contextmanager
def running(process: StudioProcess) -> Iterator[StudioProcess]:
    """Start a server, and stop it after the block."""
    try:
        process.start()
        yield process
    finally:
        process.stop()


def _run(main: Main, arguments: Sequence[str], log: Path) -> None:
    """What a fork does: its output is its log, as that of a program would be."""
    with log.open("ab", buffering=0) as into:
        for stream in (1, 2):
            os.dup2(into.fileno(), stream)
    main(arguments)
