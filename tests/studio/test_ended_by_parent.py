"""A server that is killed leaves no training behind, nor what the training has started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

LIMIT_S = 60.0
TRAINING = """
    import os, subprocess, sys, time
    print(os.getpid(), file=sys.stderr, flush=True)
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    print(child.pid, file=sys.stderr, flush=True)
    time.sleep(600)
"""
SERVER = """
    import asyncio, sys
    from pathlib import Path
    from studio.training_jobs import TrainingJobs

    async def serve() -> None:
        jobs = TrainingJobs(command=(sys.executable, "-m", "studio.ended_by_parent", "a_training"))
        job = jobs.start("bank", Path.cwd(), "Ada", lambda: asyncio.sleep(0))
        while len(job.lines) < 2:
            await job.changed.wait()
        print(*job.lines, flush=True)
        await asyncio.sleep(600)

    asyncio.run(serve())
"""


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")  # what was left to nobody waits there, dead, where no init collects it
    return not (status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z")


def gone(pids: list[int]) -> bool:
    until_s = time.monotonic() + LIMIT_S
    while any(is_running(pid) for pid in pids):
        if time.monotonic() > until_s:
            return False
        time.sleep(0.05)
    return True


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_training_ends_with_the_server_that_was_killed(tmp_path: Path, number: signal.Signals) -> None:
    (tmp_path / "a_training.py").write_text(textwrap.dedent(TRAINING))
    path = os.pathsep.join([str(Path(__file__).parents[2]), str(tmp_path)])
    server = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(SERVER)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": path},
    )
    pids: list[int] = []
    try:
        assert server.stdout is not None
        pids = [int(word) for word in server.stdout.readline().split()]
        assert len(pids) == 2
        assert all(is_running(pid) for pid in pids)
        server.send_signal(number)
        server.wait(LIMIT_S)
        assert gone(pids), "the training, or what it has started, goes on without its server"
    finally:
        for pid in (server.pid, *pids):
            if is_running(pid):
                os.kill(pid, signal.SIGKILL)
        server.wait()
        if server.stdout is not None:
            server.stdout.close()
