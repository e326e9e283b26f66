"""Waiting for what another process does, and the shape of what starts one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from models.worker import Worker

StartWorker: TypeAlias = Callable[..., Awaitable[Worker]]
LIMIT_S = 60
"""No worker of a test takes so long."""


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something is so that another process does. Raises TimeoutError."""
    async with asyncio.timeout(LIMIT_S):
        while not condition():  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.005)
