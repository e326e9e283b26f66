"""The client of a worker process: requests wait in order of priority, one at a time is in the child.

A worker serves every call of the process, so its long-lived tasks belong to it and not to a call's TaskGroup:
`start` makes them, `close` ends them.

```
request/stream ──▶ waiting (by priority, then by arrival) ──▶ in flight (one) ──▶ replies
                     │ cancelled: never sent                    │ cancelled: child told, replies dropped
                     ▼ restart fails: ModelUnavailable          ▼ child dies: ModelUnavailable
                                                              restart: at once, then after growing pauses
```
Replies queue without bound, since one request's replies are at most one sentence of audio.
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import itertools
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog

from models.child import Child, WorkerSpec
from models.errors import FrameInvalid, ModelUnavailable
from models.frames import Frame
from voice.ports import Priority

__all__ = ["Worker", "WorkerSpec"]

# A child that lived this long is taken as healthy: its death starts the pauses from the beginning.
_HEALTHY_AFTER_S = 30.0

_log = structlog.get_logger(__name__)


@dataclass(order=True, slots=True)
class _Pending:
    """A request and where its replies go. Ordered by priority, then by arrival."""

    priority: int
    number: int
    frame: Frame = field(compare=False)
    replies: asyncio.Queue[Frame | ModelUnavailable] = field(compare=False, default_factory=asyncio.Queue)
    is_cancelled: bool = field(compare=False, default=False)


class Worker:
    """One worker process and the queue in front of it."""

    def __init__(self, spec: WorkerSpec) -> None:
        self._spec = spec
        self._numbers = itertools.count(1)
        self._waiting: list[_Pending] = []
        self._in_flight: _Pending | None = None
        self._child: Child | None = None
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._started: asyncio.Future[None] | None = None
        # Why requests are refused now; None while a child serves or the first restart is under way.
        self._refusal: ModelUnavailable | None = ModelUnavailable(spec.name, "not started")

    @property
    def name(self) -> str:
        return self._spec.name

    @property
    def is_available(self) -> bool:
        """Tell whether a request would be taken now."""
        return self._refusal is None

    @property
    def pid(self) -> int | None:
        """The child's process id while one runs."""
        return None if self._child is None else self._child.pid

    @property
    def ready(self) -> Mapping[str, Any]:
        """What the child said when its model was loaded."""
        return {} if self._child is None else self._child.ready

    @property
    def waiting_count(self) -> int:
        """How many requests wait, the one in flight not counted."""
        return sum(1 for pending in self._waiting if not pending.is_cancelled)

    async def start(self) -> None:
        """Start the child and wait for its model. Raises `ModelUnavailable`; may be called again then."""
        if self._task is None or self._task.done():
            self._started = asyncio.get_running_loop().create_future()
            # Whoever waited may have been cancelled; the outcome then is nobody's to retrieve.
            self._started.add_done_callback(lambda future: future.cancelled() or future.exception())
            self._task = asyncio.create_task(self._supervise(self._started), name=f"worker {self.name}")
        assert self._started is not None
        await asyncio.shield(self._started)

    async def close(self) -> None:
        """End the child; requests that wait get `ModelUnavailable`. May be called twice."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        if self._started is not None and not self._started.done():
            self._started.set_exception(ModelUnavailable(self.name, "closed"))
        self._refuse(ModelUnavailable(self.name, "closed"))

    async def request(
        self, header: Mapping[str, Any], payload: bytes = b"", *, priority: Priority = Priority.FINAL
    ) -> Frame:
        """Return the only reply to a request. Raises `ModelUnavailable`."""
        async with contextlib.aclosing(self._replies(header, payload, priority)) as replies:
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
        return self._replies(header, payload, priority)

    async def _replies(
        self, header: Mapping[str, Any], payload: bytes, priority: Priority
    ) -> AsyncGenerator[Frame, None]:
        if self._refusal is not None:
            raise ModelUnavailable(self.name, self._refusal.reason)
        number = next(self._numbers)
        pending = _Pending(int(priority), number, Frame({**header, "id": number}, payload))
        heapq.heappush(self._waiting, pending)
        self._wake.set()
        try:
            while True:
                reply = await pending.replies.get()
                if isinstance(reply, ModelUnavailable):
                    raise reply
                if reply.header.get("end"):
                    return
                yield reply
        finally:
            self._abandon(pending)

    def _abandon(self, pending: _Pending) -> None:
        """Mark a request as wanted no more. Harmless after its end."""
        pending.is_cancelled = True
        if self._in_flight is pending and self._child is not None:
            self._child.send_soon(Frame({"op": "cancel", "id": pending.number}))

    async def _supervise(self, started: asyncio.Future[None]) -> None:
        """Keep a child running: restart one that died, with growing pauses between attempts that fail."""
        loop = asyncio.get_running_loop()
        failures = 0
        while True:
            began_s = loop.time()
            try:
                await self._run_child(started)
            except ModelUnavailable as problem:
                if not started.done():
                    self._refuse(problem)
                    started.set_exception(problem)
                    return
                failures = 0 if loop.time() - began_s > _HEALTHY_AFTER_S else failures + 1
                _log.warning("worker lost", worker=self.name, reason=problem.reason, failures=failures)
                if failures > 1:
                    self._refuse(problem)
                    await asyncio.sleep(self._backoff_s(failures))

    def _backoff_s(self, failures: int) -> float:
        return min(self._spec.longest_backoff_s, self._spec.first_backoff_s * 2.0 ** (failures - 2))

    async def _run_child(self, started: asyncio.Future[None]) -> None:
        """Start a child and feed it until it dies. Raises `ModelUnavailable`, always."""
        child = await Child.start(self._spec, self._wake.set)
        self._child = child
        self._refusal = None
        try:
            if not started.done():
                started.set_result(None)
            await self._feed(child)
        finally:
            self._child = None
            await child.close()

    async def _feed(self, child: Child) -> None:
        while True:
            self._wake.clear()
            if (pending := self._pop()) is not None:
                await self._carry_out(child, pending)
            elif child.has_died:
                await child.next_frame(self._spec.reply_limit_s)
            else:
                await self._wake.wait()

    def _pop(self) -> _Pending | None:
        """Take the next request that is still wanted."""
        while self._waiting:
            pending = heapq.heappop(self._waiting)
            if not pending.is_cancelled:
                return pending
        return None

    async def _carry_out(self, child: Child, pending: _Pending) -> None:
        self._in_flight = pending
        try:
            await child.send(pending.frame, self._spec.reply_limit_s)
            is_over = False
            while not is_over:
                frame = await child.next_frame(self._spec.reply_limit_s)
                is_over = bool(frame.header.get("end"))
                error = frame.header.get("error")
                pending.replies.put_nowait(ModelUnavailable(self.name, str(error)) if error else frame)
        except FrameInvalid as problem:
            pending.replies.put_nowait(ModelUnavailable(self.name, str(problem)))
        except ModelUnavailable as problem:
            pending.replies.put_nowait(problem)
            raise
        except asyncio.CancelledError:
            pending.replies.put_nowait(ModelUnavailable(self.name, "closed"))
            raise
        finally:
            self._in_flight = None

    def _refuse(self, problem: ModelUnavailable) -> None:
        """Fail everything that waits, and what comes until a child serves again."""
        self._refusal = problem
        waiting, self._waiting = self._waiting, []
        for pending in waiting:
            pending.replies.put_nowait(problem)
