"""Starting a process, so that none is lost whose creation was cancelled."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping

_LINE_LIMIT_BYTES = 1 << 20


async def start_process(*command: str, environment: Mapping[str, str] | None = None, is_group: bool = False) -> Process:
    """Start `command` with pipes for its input and both outputs; `is_group`: it leads a process group of its own.

    Cancelled while it starts, it is killed and waited for, with its group: asyncio 3.11 leaves such a process and its
    pipes open otherwise.

    Raises:
        OSError: it cannot be started.
    """
    creating = asyncio.create_task(
        asyncio.create_subprocess_exec(
            *command,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env=environment,
            start_new_session=is_group,
            limit=_LINE_LIMIT_BYTES,
        )
    )
    try:
        return await asyncio.shield(creating)
    except asyncio.CancelledError:
        with contextlib.suppress(OSError):
            await _undo(await creating, is_group)
        raise


async def _undo(process: Process, is_group: bool) -> None:
    with contextlib.suppress(ProcessLookupError):
        if is_group:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    await process.communicate()
