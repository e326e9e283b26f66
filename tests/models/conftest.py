"""Workers that run a fake program of `tests/support`, and end with their test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from models.worker import Worker, WorkerSpec
from tests.support.waiting import StartWorker


@pytest.fixture
async def start_worker() -> AsyncIterator[StartWorker]:
    """Give `start(options, program=…, **spec)`, which starts a worker."""
    workers: list[Worker] = []

    async def start(options: dict[str, Any] | None = None, program: str = "fake_worker", **spec: Any) -> Worker:
        worker = Worker(WorkerSpec("fake", f"tests.support.{program}", options or {}, **spec))
        workers.append(worker)
        await worker.start()
        return worker

    yield start
    for worker in workers:
        await worker.close()
