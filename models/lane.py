"""One process of a worker: started, fed from the requests that wait, restarted with growing pauses when it dies."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog

from models.child import Child, WorkerSpec
from models.errors import FrameInvalid, ModelUnavailable
from models.frames import Frame, encode_frame
from models.pending import Pending, PendingRequests

# A child that lived this long is taken as healthy: its death starts the pauses from the beginning.
_HEALTHY_AFTER_S = 30.0

_log = structlog.get_logger(__name__)


class Lane:
    """Keeps one child running and busy."""

    def __init__(self, number: int, spec: WorkerSpec, requests: PendingRequests) -> None:
        self.child: Child | None = None
        self._number = number
        self._spec = spec
        self._requests = requests
        # Whether the child died of a request that had already killed the one before: no sign of a bad process.
        self._is_request_to_blame = False

    async def supervise(self, started: asyncio.Future[None]) -> None:
        """Keep a child running until cancelled; `started` learns how the first start went, and ends it if badly."""
        loop = asyncio.get_running_loop()
        failures = 0
        while True:
            began_s = loop.time()
            self._is_request_to_blame = False
            try:
                await self._run_child(started)
            except ModelUnavailable as problem:
                if not started.done():
                    started.set_exception(problem)
                    return
                if loop.time() - began_s > _HEALTHY_AFTER_S:
                    failures = 0
                elif not self._is_request_to_blame:
                    failures += 1
                _log.warning("worker lost", worker=self._spec.name, reason=problem.reason, failures=failures)
                if failures > 1:
                    self._requests.refuse(problem)
                    await asyncio.sleep(self._backoff_s(failures))

    def _backoff_s(self, failures: int) -> float:
        return min(self._spec.longest_backoff_s, self._spec.first_backoff_s * 2.0 ** (failures - 2))

    async def _run_child(self, started: asyncio.Future[None]) -> None:
        """Start a child and feed it until it dies. Raises `ModelUnavailable`, always."""
        self.child = child = await Child.start(self._spec, self._requests.changed.set)
        self._requests.open(self._number)
        try:
            if not started.done():
                started.set_result(None)
            await self._feed(child)
        finally:
            self.child = None
            self._requests.close(self._number)
            await child.close()

    async def _feed(self, child: Child) -> None:
        while True:
            self._requests.changed.clear()
            if taken := self._requests.take(self._number):
                await self._carry_out(child, taken)
                self._requests.finish(self._number)
            elif child.has_died:
                await child.next_frame(self._spec.reply_limit_s)
            else:
                await self._requests.changed.wait()

    async def _carry_out(self, child: Child, taken: Sequence[Pending]) -> None:
        """Have the child do one request, or several as one; each ends with a frame or an error of its own."""
        open_ones = {}
        data = []
        for pending in taken:
            try:
                data.append(encode_frame(pending.frame))
            except FrameInvalid as problem:
                pending.put(ModelUnavailable(self._spec.name, str(problem)))
            else:
                open_ones[pending.number] = pending
                pending.tell_child = child.send_soon
        if len(data) > 1:
            data.insert(0, encode_frame(Frame({"op": "batch", "count": len(data)})))
        try:
            await child.send_bytes(b"".join(data), self._spec.reply_limit_s)
            while open_ones:
                self._pass_on(await child.next_frame(self._spec.reply_limit_s), open_ones)
        except ModelUnavailable as problem:
            self._is_request_to_blame = any(each.is_retried for each in open_ones.values())
            for pending in open_ones.values():
                self._requests.settle(pending, problem)
            raise
        except asyncio.CancelledError:
            for pending in open_ones.values():
                pending.put(ModelUnavailable(self._spec.name, "closed"))
            raise
        finally:
            for pending in taken:
                pending.tell_child = None

    def _pass_on(self, frame: Frame, open_ones: dict[int, Pending]) -> None:
        pending = open_ones.get(frame.header.get("id", 0))
        if pending is None:
            return
        error = frame.header.get("error")
        pending.put(ModelUnavailable(self._spec.name, str(error)) if error else frame)
        if frame.header.get("end"):
            del open_ones[pending.number]
            pending.tell_child = None
