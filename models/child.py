"""A worker's process: started, spoken to in frames, listened to, ended.

Knows pipes and processes, not requests: `models.worker` decides what is sent when.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog

from models.errors import FrameInvalid, ModelUnavailable
from models.frames import Frame, FrameDecoder, encode_frame
from models.processes import start_process

_READ_BYTES = 1 << 16
# Lines of the child's stderr that go into the error when it dies.
_LAST_LINES = 8
_LINE_LIMIT_CHARACTERS = 2000
# What computes must not keep the event loop waiting, on which the frames of all calls depend: a loop of 5 ms work every
# 20 ms beside two busy processes woke up to 98 ms late without this, up to 12 ms with it (decision 20).
WORKER_NICENESS = 5
_MOST_NICENESS = 19
# A child that was told to go (its stdin is closed) goes at once; this is for one stuck in native code.
_CLOSE_LIMIT_S = 2.0

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class WorkerSpec:
    """How to run one worker program.

    `module` runs as `python -m module`; `options` reach the program as JSON and are its whole configuration.
    `niceness` (0 to 14) lowers its share of the processor further below the event loop's than every worker's is
    (`WORKER_NICENESS`). `reply_limit_s` is the longest silence in the middle of a request before the child counts as
    hung. `processes` of them share the work; each takes up to `batch_limit` requests that go together at once.
    """

    name: str
    module: str
    options: Mapping[str, Any] = field(default_factory=dict)
    niceness: int = 0
    start_limit_s: float = 60.0
    reply_limit_s: float = 30.0
    first_backoff_s: float = 0.25
    longest_backoff_s: float = 10.0
    processes: int = 1
    batch_limit: int = 1


class Child:
    """One running worker process that has said it is ready. Build it with `start`."""

    def __init__(self, spec: WorkerSpec, process: asyncio.subprocess.Process, on_death: Callable[[], None]) -> None:
        self._spec = spec
        self._process = process
        self._on_death = on_death
        self._frames: asyncio.Queue[Frame | None] = asyncio.Queue()
        self._last_lines: deque[str] = deque(maxlen=_LAST_LINES)
        self._has_died = False
        self._readers = [asyncio.create_task(self._read_frames()), asyncio.create_task(self._read_errors())]
        self.ready: Mapping[str, Any] = {}

    @classmethod
    async def start(cls, spec: WorkerSpec, on_death: Callable[[], None]) -> Child:
        """Start the process and wait until its model is loaded. Raises `ModelUnavailable`."""
        try:
            process = await _create_process(spec.module)
        except OSError as error:
            raise ModelUnavailable(spec.name, f"its process cannot be started: {error}") from error
        child = cls(spec, process, on_death)
        try:
            niceness = min(WORKER_NICENESS + spec.niceness, _MOST_NICENESS)
            start = {"op": "start", "niceness": niceness, "options": dict(spec.options)}
            await child.send(Frame(start), spec.start_limit_s)
            frame = await child.next_frame(spec.start_limit_s)
            if "error" in frame.header:
                raise ModelUnavailable(spec.name, f"did not start: {frame.header['error']}")
        except BaseException:
            await child.close()
            raise
        child.ready = frame.header
        return child

    @property
    def has_died(self) -> bool:
        return self._has_died

    @property
    def pid(self) -> int:
        return self._process.pid

    async def send(self, frame: Frame, limit_s: float) -> None:
        """Write `frame` to the child; see `send_bytes`. Raises `FrameInvalid` too; nothing was sent then."""
        await self.send_bytes(encode_frame(frame), limit_s)

    async def send_bytes(self, data: bytes, limit_s: float) -> None:
        """Write encoded frames to the child. A child that is gone shows itself in `next_frame`.

        Raises:
            ModelUnavailable: the child has not read them within `limit_s`.
        """
        stdin = self._process.stdin
        assert stdin is not None
        stdin.write(data)
        try:
            async with asyncio.timeout(limit_s):
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    await stdin.drain()
        except TimeoutError:
            raise ModelUnavailable(self._spec.name, f"reads nothing for {limit_s:g} s") from None

    def send_soon(self, frame: Frame) -> None:
        """Write a small `frame` without waiting, for code that must not await."""
        stdin = self._process.stdin
        if stdin is not None and not stdin.is_closing():
            stdin.write(encode_frame(frame))

    async def next_frame(self, limit_s: float) -> Frame:
        """Return the child's next frame. Raises `ModelUnavailable` on its death or `limit_s` of silence."""
        try:
            async with asyncio.timeout(limit_s):
                frame = await self._frames.get()
        except TimeoutError:
            raise ModelUnavailable(self._spec.name, f"no answer within {limit_s:g} s") from None
        if frame is None:
            self._frames.put_nowait(None)
            raise ModelUnavailable(self._spec.name, await self._describe_death())
        return frame

    async def close(self) -> None:
        """End the process: by closing its stdin, then by force."""
        stdin = self._process.stdin
        if stdin is not None:
            stdin.close()
        try:
            async with asyncio.timeout(_CLOSE_LIMIT_S):
                await self._process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
        await asyncio.gather(*self._readers, return_exceptions=True)

    async def _read_frames(self) -> None:
        stdout = self._process.stdout
        assert stdout is not None
        decoder = FrameDecoder()
        try:
            while data := await stdout.read(_READ_BYTES):
                for frame in decoder.feed(data):
                    self._frames.put_nowait(frame)
        except FrameInvalid as error:
            self._last_lines.append(str(error))
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
        finally:
            self._has_died = True
            self._frames.put_nowait(None)
            self._on_death()

    async def _read_errors(self) -> None:
        """Log what the child writes to stderr, and read on whatever comes, so that it never blocks."""
        stderr = self._process.stderr
        assert stderr is not None
        rest = ""
        while data := await stderr.read(_READ_BYTES):
            *lines, rest = (rest + data.decode(errors="replace")).split("\n")
            # A child that floods its stderr must not make this process log all of it.
            for line in lines[-_LAST_LINES:]:
                self._note(line)
            rest = rest[-_LINE_LIMIT_CHARACTERS:]
        self._note(rest)

    def _note(self, line: str) -> None:
        line = line.strip()[:_LINE_LIMIT_CHARACTERS]
        if line:
            self._last_lines.append(line)
            _log.debug("worker wrote", worker=self._spec.name, line=line)

    async def _describe_death(self) -> str:
        code = await self._process.wait()
        await asyncio.gather(self._readers[1], return_exceptions=True)
        how = f"signal {-code}" if code < 0 else f"exit status {code}"
        said = ": " + " | ".join(self._last_lines) if self._last_lines else ""
        return f"its process ended ({how}){said}"


async def _create_process(module: str) -> asyncio.subprocess.Process:
    # -P: not the working folder first on the path, since an assistant's folder may well hold a `models` of its own.
    return await start_process(sys.executable, "-P", "-m", module, environment=_child_environment())


def _child_environment() -> dict[str, str]:
    """Return this process's environment, with our packages importable whatever the working folder is."""
    root = str(Path(__file__).resolve().parent.parent)
    path = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{path}" if path else root}
