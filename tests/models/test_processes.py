"""A process whose start is cancelled is gone, with its group and its pipes, wherever the cancellation fell."""

from __future__ import annotations

import asyncio
import gc
import sys
import warnings
from pathlib import Path

import pytest

from models.processes import start_process

MOST_STEPS = 12
SLEEPER = "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(600)"


@pytest.mark.parametrize("is_group", [False, True])
async def test_a_start_that_is_cancelled_leaves_nothing_behind(is_group: bool, tmp_path: Path) -> None:
    gc.collect()
    n_cancelled = 0
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", ResourceWarning)
        for steps in range(MOST_STEPS):
            starting = asyncio.create_task(
                start_process(sys.executable, "-c", SLEEPER, str(tmp_path / str(steps)), is_group=is_group)
            )
            for _ in range(steps):
                await asyncio.sleep(0)
            starting.cancel()
            try:
                process = await starting
            except asyncio.CancelledError:
                n_cancelled += 1
            else:
                process.kill()
                await process.communicate()
        del starting
        gc.collect()
    assert n_cancelled > 2
    assert [str(each.message) for each in told if issubclass(each.category, ResourceWarning)] == []
    assert not _still_running(tmp_path)


def _still_running(folder: Path) -> list[str]:
    """Return which of those that noted their number run on; one that was killed before that left its file empty."""
    pids = [path.read_text() for path in folder.iterdir()]
    return [pid for pid in pids if pid and Path(f"/proc/{pid}").exists()]


async def test_a_program_that_cannot_be_started_says_so() -> None:
    with pytest.raises(OSError, match="no-such-program"):
        await start_process("no-such-program")


async def test_its_input_and_both_outputs_are_pipes() -> None:
    script = "import sys; sys.stderr.write('heard'); print(input().upper())"
    process = await start_process(sys.executable, "-c", script)
    assert await process.communicate(b"hello\n") == (b"HELLO\n", b"heard")
