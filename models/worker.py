"""The client of a worker: its processes, and the requests that wait for them in order of priority.

A worker serves every call of the server, so its long-lived tasks belong to it and not to a call's TaskGroup:
`start` makes them, `close` ends them.

```
request/stream ──▶ waiting (models.scheduling) ──▶ in flight (one request or batch a process) ──▶ replies
                     │ cancelled: never sent          │ cancelled: child told, replies dropped
                     │ replaced: RequestDropped       │ an urgent one waits: RequestDropped, child told
                     ▼ restarts fail:                 ▼ child dies: tried once more where its terms say so,
                       ModelUnavailable                 else ModelUnavailable; restart at once, then after pauses
```
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Mapping
from typing import Any

from models.child import WorkerSpec
from models.errors import ModelError, ModelUnavailable
from models.frames import Frame
from models.lane import Lane
from models.pending import PLAIN, PendingRequests, RequestDropped, Terms
from voice.ports import Priority

__all__ = ["RequestDropped", "Terms", "Worker", "WorkerSpec"]


class Worker:
    """The processes of one model and the queue in front of them."""

    def __init__(self, spec: WorkerSpec) -> None:
        self._spec = spec
        self._requests = PendingRequests(spec.name, spec.batch_limit, time.monotonic)
        self._lanes = [Lane(number, spec, self._requests) for number in range(spec.processes)]
        self._tasks: list[asyncio.Task[None]] = []
        self._starting: asyncio.Future[None] | None = None

    @property
    def name(self) -> str:
        return self._spec.name

    @property
    def is_available(self) -> bool:
        """Tell whether a request would be taken now."""
        return self._requests.is_open

    @property
    def pid(self) -> int | None:
        """The process id of the first child that runs."""
        return next((lane.child.pid for lane in self._lanes if lane.child is not None), None)

    @property
    def ready(self) -> Mapping[str, Any]:
        """What the first child that runs said when its model was loaded."""
        return next((lane.child.ready for lane in self._lanes if lane.child is not None), {})

    @property
    def waiting_count(self) -> int:
        """How many requests wait, those in flight not counted."""
        return self._requests.waiting_count

    async def start(self) -> None:
        """Start every child and wait for its model. Raises `ModelUnavailable`; may be called again then."""
        if self._starting is None or (self._starting.done() and all(task.done() for task in self._tasks)):
            self._starting = asyncio.ensure_future(self._start())
            # Whoever waited may have been cancelled; the outcome then is nobody's to retrieve.
            self._starting.add_done_callback(lambda future: future.cancelled() or future.exception())
        starting = self._starting
        await asyncio.wait([starting])  # which, unlike awaiting it, does not cancel it for others
        if starting.cancelled():
            raise ModelUnavailable(self.name, "closed")
        starting.result()

    async def _start(self) -> None:
        loop = asyncio.get_running_loop()
        started = [loop.create_future() for _ in self._lanes]
        self._tasks = [
            asyncio.create_task(lane.supervise(future), name=f"worker {self.name}")
            for lane, future in zip(self._lanes, started, strict=True)
        ]
        results = await asyncio.gather(*started, return_exceptions=True)
        problem = next((result for result in results if isinstance(result, ModelUnavailable)), None)
        if problem is not None:
            await self._end_tasks()
            self._requests.refuse(problem)
            raise problem

    async def close(self) -> None:
        """End the children; requests that wait get `ModelUnavailable`. May be called twice."""
        if self._starting is not None:
            self._starting.cancel()
        await self._end_tasks()
        self._requests.refuse(ModelUnavailable(self.name, "closed"))

    async def _end_tasks(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def request(
        self,
        header: Mapping[str, Any],
        payload: bytes = b"",
        *,
        priority: Priority = Priority.FINAL,
        terms: Terms = PLAIN,
    ) -> Frame:
        """Return the only reply to a request. Raises `ModelUnavailable`, and `RequestDropped` where the terms allow."""
        async with contextlib.aclosing(self._replies(header, payload, priority, terms)) as replies:
            answer = None
            # To its end, which is where the child reports an error and is free again.
            async for reply in replies:
                answer = reply
        if answer is None:
            raise ModelUnavailable(self.name, "ended the request without a reply")
        return answer

    def stream(
        self, header: Mapping[str, Any], payload: bytes = b"", *, priority: Priority = Priority.FINAL
    ) -> AsyncGenerator[Frame, None]:
        """Yield the replies to a request as they are made. Raises `ModelUnavailable`.

        Whoever stops before the end closes the iterator (`contextlib.aclosing`): the child then stops too.
        """
        return self._replies(header, payload, priority, PLAIN)

    async def _replies(
        self, header: Mapping[str, Any], payload: bytes, priority: Priority, terms: Terms
    ) -> AsyncGenerator[Frame, None]:
        pending = self._requests.add(header, payload, priority, terms)
        try:
            while True:
                reply = await pending.replies.get()
                if isinstance(reply, ModelError):
                    raise reply
                if reply.header.get("end"):
                    return
                yield reply
        finally:
            self._requests.abandon(pending)
