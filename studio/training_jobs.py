"""Trainings that the studio starts: one at a time for each project, each in a process of its own, with a log to follow.

A training is `vivavoce train DIR --json` as anybody may type it: it takes a core for some seconds to minutes, which no
call must feel, and may die without taking the server along. It ends with the server, also with one that was killed.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from models.processes import start_process
from studio.errors import StudioError

JobState: TypeAlias = Literal["running", "done", "failed", "stopped"]
MOST_JOBS: Final = 50
"""Jobs remembered; the oldest that are over are forgotten first."""
MOST_LINES: Final = 5_000
_CUT: Final = f"The log is longer than {MOST_LINES} lines: the rest is left out."
MOST_RESULT_BYTES: Final = 4 * 1024 * 1024
"""Of what a training prints as its result; one of a hundred flows has some kilobytes."""
_DRAIN_S: Final = 2.0
"""How long the end of a training's output is waited for once the training itself is over."""
LONGEST_S: Final = 3_600.0
_STOP_GRACE_S: Final = 3.0
_LOOK_EVERY_S: Final = 0.2
_TELL_EVERY_S: Final = 0.25
"""A log may grow by a hundred lines a second; who follows it is told so often that there are more."""
NICENESS: Final = 10
"""Below the calls that this machine holds; our own choice."""


class JobUnknown(StudioError):
    code = "job-unknown"
    fault = "client"
    http_status = 404


class AlreadyTraining(StudioError):
    """This project is being trained: one at a time, since each would undo the other's artefact."""

    code = "already-training"
    fault = "client"
    http_status = 409


@dataclass(frozen=True, slots=True)
class Work:
    """One kind of job: what stands before the folder on its command line, and how it is spoken of."""

    verb: tuple[str, ...] = ("train",)
    name: str = "training"
    busy: str = "is being trained already"
    done: str = "Trained."
    refusal: type[StudioError] = AlreadyTraining


TRAINING: Final = Work()


@dataclass(slots=True)
class Job:
    """One training. `lines` is its log; `result` what `vivavoce train --json` printed."""

    id: str
    project: str
    by: str
    began_at: float
    state: JobState = "running"
    ended_at: float | None = None
    lines: list[str] = field(default_factory=list)
    result: Mapping[str, Any] | None = None
    message: str = ""
    last_line: str = ""
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def to_json(self, since: int = 0) -> dict[str, Any]:
        """Return the job, its log from a line on."""
        return {
            "id": self.id,
            "project": self.project,
            "by": self.by,
            "began_at": self.began_at,
            "ended_at": self.ended_at,
            "state": self.state,
            "message": self.message,
            "result": self.result,
            "n_lines": len(self.lines),
            "lines": self.lines[since:],
        }

    def _tell(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()

    def say(self, line: str) -> None:
        """Add a line to the log, as far as there is room."""
        self.last_line = line[:2_000]
        if len(self.lines) < MOST_LINES:
            self.lines.append(self.last_line if len(self.lines) < MOST_LINES - 1 else _CUT)
            self._tell()

    def end(self, state: JobState, message: str, now: float) -> None:
        """Close the job."""
        self.state, self.message, self.ended_at = state, message, now
        self._tell()


class TrainingJobs:
    """The trainings of one server."""

    def __init__(
        self,
        *,
        command: Sequence[str] = (sys.executable, "-m", "studio.ended_by_parent", "studio.cli"),
        work: Work = TRAINING,
        clock: Callable[[], float] = time.time,
        told: Callable[[Job], None] = lambda _: None,
        grew: Callable[[Job], None] = lambda _: None,
    ) -> None:
        """`told` hears of each job that began or ended, `grew` that there is more in the log of one."""
        self._work = work
        self._command = tuple(command)
        self._clock = clock
        self._told = told
        self._grew = grew
        self._jobs: dict[str, Job] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    @property
    def _stopped(self) -> str:
        return f"The {self._work.name} was stopped."

    def start(self, project: str, folder: Path, by: str, done: Callable[[], Awaitable[None]]) -> Job:
        """Begin a training; `done` runs once it went well. Raises AlreadyTraining."""
        self.require_free(project)
        job = Job(uuid.uuid4().hex, project, by, self._clock())
        self._jobs[job.id] = job
        self._forget()
        running = self._run(job, folder, done)
        self._tasks[job.id] = asyncio.get_running_loop().create_task(running, name=f"{self._work.name} {project}")
        self._told(job)
        return job

    def require_free(self, project: str) -> None:
        """Refuse a project that is being trained. Raises AlreadyTraining."""
        for job in self._jobs.values():
            if job.project == project and job.state == "running":
                raise self._work.refusal(f"{project} {self._work.busy}, by {job.by}. Wait for it or stop it.")

    def job(self, project: str, job_id: str) -> Job:
        """Return a job of a project. Raises JobUnknown."""
        job = self._jobs.get(job_id)
        if job is None or job.project != project:
            raise JobUnknown(f"There is no such {self._work.name} (any more).")
        return job

    def of(self, project: str) -> tuple[Job, ...]:
        """Return the jobs of a project, the latest first."""
        return tuple(reversed([job for job in self._jobs.values() if job.project == project]))

    async def stop(self, job: Job) -> None:
        """Stop a job that runs."""
        task = self._tasks.get(job.id)
        if task is not None and not task.done():
            task.cancel()
            await asyncio.wait((task,))
        if job.state == "running":  # it was cancelled before it ran at all
            self._tasks.pop(job.id, None)
            job.end("stopped", self._stopped, self._clock())
            self._told(job)

    async def close(self) -> None:
        """Stop everything."""
        await asyncio.gather(*(self.stop(job) for job in list(self._jobs.values())))

    async def _run(self, job: Job, folder: Path, done: Callable[[], Awaitable[None]]) -> None:
        try:
            async with asyncio.timeout(LONGEST_S):
                await self._train(job, folder)
            if job.state == "done":
                await done()
        except asyncio.CancelledError:
            job.end("stopped", self._stopped, self._clock())
        except TimeoutError:
            job.end("failed", f"The {self._work.name} took more than {LONGEST_S / 60:.0f} minutes.", self._clock())
        except Exception as problem:  # whatever it is, the job says so and the server goes on
            job.end("failed", f"The {self._work.name} could not be run: {problem}", self._clock())
        finally:
            self._tasks.pop(job.id, None)
            self._told(job)

    async def _train(self, job: Job, folder: Path) -> None:
        process = await start_process(*self._command, *self._work.verb, str(folder), "--json", is_group=True)
        holding = process.stdin  # never written to: it closes with this server, by which the training knows
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS)
        assert process.stdout is not None
        assert process.stderr is not None
        reading = asyncio.create_task(_result(process.stdout))
        following = asyncio.create_task(_follow(process.stderr, job))
        telling = asyncio.create_task(self._tell_growth(job))
        try:
            code = await _exit(process)
            await asyncio.wait((reading, following), timeout=_DRAIN_S)  # a child of it may keep them open
        finally:
            await _end(process)
            await asyncio.wait((reading, following), timeout=_DRAIN_S)
            for task in (reading, following, telling):
                task.cancel()
            if holding is not None:
                holding.close()
            found = await asyncio.gather(reading, following, telling, return_exceptions=True)
        self._close(job, found[0] if isinstance(found[0], bytes) else b"", code)

    async def _tell_growth(self, job: Job) -> None:
        n_told = 0
        while True:
            changed = job.changed
            if len(job.lines) == n_told:
                await changed.wait()
            n_told = len(job.lines)
            self._grew(job)
            await asyncio.sleep(_TELL_EVERY_S)

    def _close(self, job: Job, printed: bytes, code: int) -> None:
        with contextlib.suppress(ValueError):
            result = json.loads(printed)
            job.result = result if isinstance(result, dict) else None
        if code == 0:
            job.end("done", self._work.done, self._clock())
        elif job.result is not None:
            failed = [part["name"] for part in job.result.get("parts", ()) if part.get("state") == "failed"]
            job.end("failed", f"Not everything could be made: {', '.join(failed) or 'see the log'}.", self._clock())
        else:
            job.end("failed", job.last_line or f"It ended with exit code {code}.", self._clock())

    def _forget(self) -> None:
        over = [job.id for job in self._jobs.values() if job.state != "running"]
        for job_id in over[: max(0, len(self._jobs) - MOST_JOBS)]:
            del self._jobs[job_id]


async def _follow(output: asyncio.StreamReader, job: Job) -> None:
    while True:
        try:
            line = await output.readline()
        except ValueError:  # longer than anything that is a line
            continue
        if not line:
            return
        job.say(line.decode(errors="replace").rstrip())


async def _result(output: asyncio.StreamReader) -> bytes:
    """Read all of it, so that the process never waits, and return it unless it is too long to be a result."""
    found = bytearray()
    while part := await output.read(1 << 16):
        if len(found) <= MOST_RESULT_BYTES:
            found += part
    return bytes(found) if len(found) <= MOST_RESULT_BYTES else b""


async def _end(process: asyncio.subprocess.Process) -> None:
    """Take the process down with all it has started; what it left running when it ended as well."""
    if process.returncode is not None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        return
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_STOP_GRACE_S):
            await _exit(process)
            return
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await _exit(process)


async def _exit(process: asyncio.subprocess.Process) -> int:
    """Wait for the process alone; its own `wait` also waits for whoever else holds its output."""
    while process.returncode is None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LOOK_EVERY_S):
                await process.wait()
    return process.returncode
