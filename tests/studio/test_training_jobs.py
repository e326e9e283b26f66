"""Trainings in processes of their own: followed, stopped, one at a time, and harmless when they die."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from studio.training_jobs import MOST_LINES, MOST_RESULT_BYTES, AlreadyTraining, Job, JobUnknown, TrainingJobs

GOOD = """
import json, sys
print("sentences 0.1 s", file=sys.stderr, flush=True)
print("speech 0.2 s", file=sys.stderr, flush=True)
print(json.dumps({"assistant": sys.argv[2], "parts": []}))
"""
BAD = """
import json, sys
print("intents failed: no memory", file=sys.stderr, flush=True)
print(json.dumps({"parts": [{"name": "intents", "state": "failed"}]}))
sys.exit(1)
"""
DEAD = "import os, sys; print('begun', file=sys.stderr, flush=True); os.kill(os.getpid(), 9)"
LONG = "import sys, time; print('begun', file=sys.stderr, flush=True); time.sleep(600)"
N_LINES = 400

Start = Callable[[str], TrainingJobs]


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    made: list[TrainingJobs] = []

    def begin(script: str) -> TrainingJobs:
        made.append(TrainingJobs(command=(sys.executable, "-c", script)))
        return made[-1]

    yield begin
    for jobs in made:
        await jobs.close()


async def over(job: Job) -> Job:
    async with asyncio.timeout(30):
        while job.state == "running":
            await job.changed.wait()
    return job


async def nothing() -> None:
    """What a project does when its training went well: here, nothing."""


async def test_a_training_is_followed_to_its_end(start: Start, tmp_path: Path) -> None:
    done: list[str] = []

    async def note() -> None:
        done.append("noted")

    jobs = start(GOOD)
    job = await over(jobs.start("bank", tmp_path, "Ada", note))
    assert job.state == "done", job.message
    assert job.lines == ["sentences 0.1 s", "speech 0.2 s"]
    assert job.result == {"assistant": str(tmp_path), "parts": []}
    await asyncio.sleep(0)
    assert done == ["noted"]
    assert job.to_json(1)["lines"] == ["speech 0.2 s"]


async def test_who_follows_is_told_that_there_is_more_but_not_of_each_line(tmp_path: Path) -> None:
    grown: list[int] = []
    is_whole = asyncio.Event()

    def grew(job: Job) -> None:
        grown.append(len(job.lines))
        if len(job.lines) == N_LINES:
            is_whole.set()

    script = f"import sys; [print(n, file=sys.stderr) for n in range({N_LINES})]; sys.stderr.flush(); input()"
    jobs = TrainingJobs(command=(sys.executable, "-c", script), grew=grew)
    jobs.start("bank", tmp_path, "Ada", nothing)
    async with asyncio.timeout(30):
        await is_whole.wait()
    assert len(grown) < N_LINES / 4
    assert grown == sorted(set(grown))
    await jobs.close()


async def test_what_fails_says_which_part(start: Start, tmp_path: Path) -> None:
    job = await over(start(BAD).start("bank", tmp_path, "Ada", nothing))
    assert (job.state, job.message) == ("failed", "Not everything could be made: intents.")


async def test_a_training_that_dies_takes_nothing_along(start: Start, tmp_path: Path) -> None:
    jobs = start(DEAD)
    job = await over(jobs.start("bank", tmp_path, "Ada", nothing))
    assert (job.state, job.message) == ("failed", "begun")
    assert jobs.of("bank") == (job,)


async def test_one_at_a_time_and_it_can_be_stopped(start: Start, tmp_path: Path) -> None:
    jobs = start(LONG)
    job = jobs.start("bank", tmp_path, "Ada", nothing)
    with pytest.raises(AlreadyTraining, match="by Ada"):
        jobs.start("bank", tmp_path, "Bob", nothing)
    other = jobs.start("clinic", tmp_path, "Bob", nothing)
    await jobs.stop(job)
    assert job.state == "stopped"
    assert other.state == "running"
    await jobs.stop(other)
    again = jobs.start("bank", tmp_path, "Bob", nothing)
    assert again.state == "running"


async def test_a_job_belongs_to_its_project(start: Start, tmp_path: Path) -> None:
    jobs = start(GOOD)
    job = await over(jobs.start("bank", tmp_path, "Ada", nothing))
    assert jobs.job("bank", job.id) is job
    with pytest.raises(JobUnknown):
        jobs.job("clinic", job.id)


async def test_the_command_that_trains_is_there(tmp_path: Path) -> None:
    jobs = TrainingJobs()
    job = await over(jobs.start("bank", tmp_path / "nowhere", "Ada", nothing))
    assert job.state == "failed"
    assert "nowhere" in " ".join((job.message, *job.lines))


async def test_a_flood_of_output_is_cut(start: Start, tmp_path: Path) -> None:
    flood = (
        "import sys\n"
        f"for n in range({MOST_LINES + 2_000}): print('line', n, file=sys.stderr)\n"
        f"sys.stdout.write('x' * {MOST_RESULT_BYTES * 3})\n"
        "print('the reason', file=sys.stderr)\n"
        "sys.exit(3)\n"
    )
    job = await over(start(flood).start("bank", tmp_path, "Ada", nothing))
    assert (job.state, job.message) == ("failed", "the reason"), "what was said last is the reason, log or no log"
    assert len(job.lines) == MOST_LINES
    assert "left out" in job.lines[-1]
    assert job.result is None


async def test_what_a_training_leaves_running_holds_nothing_up(start: Start, tmp_path: Path) -> None:
    leaving = (
        "import subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print(child.pid, file=sys.stderr, flush=True)\n"
    )
    job = await over(start(leaving).start("bank", tmp_path, "Ada", nothing))
    assert job.state == "done"
    for _ in range(200):
        if not _is_alive(job.lines[0]):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("its child goes on")


def _is_alive(pid: str) -> bool:
    state = Path(f"/proc/{pid}/stat")
    return state.exists() and not state.read_text().split(") ")[1].startswith("Z")
