"""The child's side of a worker: reads requests from stdin, answers on stdout, ends when its parent does.

```
parent ── start{niceness, options} ──▶ build(options) ──▶ ready{...} or error
parent ── request{id, op, ...} ──────▶ handler(frame) ──▶ reply{id, ...}* end{id, end: true, error?}
parent ── batch{count} request × count ▶ all of them together, each with its replies and its end
parent ── cancel{id} ────────────────▶ the handler is closed at its next yield (a batch: once all are cancelled)
parent closes stdin (or dies) ───────▶ the process ends at once, even in the middle of native code
```
A thread reads stdin, so that the last two work while the main thread computes.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Generator, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

from models.frames import Frame, FrameDecoder, encode_frame

Handler: TypeAlias = Callable[[Frame], Generator[Frame | None, None, None]]
"""Yields replies, and None wherever it may be stopped."""
Builder: TypeAlias = Callable[[Mapping[str, Any]], tuple[Handler, Mapping[str, Any]]]
Answer: TypeAlias = tuple[int, Frame | Exception]
"""A reply to the request at this index of a batch, or what went wrong with it alone."""
BatchHandler: TypeAlias = Callable[[Sequence[Frame]], Generator[Answer | None, None, None]]
BatchBuilder: TypeAlias = Callable[[Mapping[str, Any]], tuple[BatchHandler, Mapping[str, Any]]]

_READ_BYTES = 1 << 16
# Cancelled numbers remembered: one that came after its request's end stays.
_CANCELLED_KEPT = 4096


def serve(build: Builder) -> None:
    """Run this process as a worker until its parent goes away.

    Args:
        build: takes the options, loads the model and returns the handler of requests, with what to say in the
            ready frame. A handler is a generator of replies; what it or `build` raises goes to the parent.
    """

    def build_batches(options: Mapping[str, Any]) -> tuple[BatchHandler, Mapping[str, Any]]:
        handler, ready = build(options)
        return partial(_one_by_one, handler), ready

    serve_batches(build_batches)


def serve_batches(build: BatchBuilder) -> None:
    """Run this process as a worker whose handler takes all requests of a batch together."""
    # Ctrl-C reaches the whole process group; the parent decides when workers end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pipe = _Pipe()
    (start,) = pipe.take()
    _stand_back(int(start.header.get("niceness", 0)))
    try:
        handler, ready = build(start.header["options"])
    except Exception as error:
        traceback.print_exc()
        pipe.send(Frame({"error": f"{type(error).__name__}: {error}"}))
        sys.exit(1)
    pipe.send(Frame({"ready": True, **ready}))
    while True:
        _answer(pipe, handler, pipe.take())


def _stand_back(niceness: int) -> None:
    """Let the parent's event loop have the processor first: a smaller share, and no turn out of turn when work comes.

    Both hold for the threads that the model starts later, not for the one that reads requests.
    """
    with contextlib.suppress(OSError):
        os.nice(niceness)
    if hasattr(os, "SCHED_BATCH"):  # Linux: it does not interrupt others on waking (sched(7))
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def _one_by_one(handler: Handler, requests: Sequence[Frame]) -> Generator[Answer | None, None, None]:
    for index, request in enumerate(requests):
        try:
            for reply in handler(request):
                yield None if reply is None else (index, reply)
        except Exception as problem:
            yield index, problem


def _answer(pipe: _Pipe, handler: BatchHandler, requests: Sequence[Frame]) -> None:
    """Carry out a batch: each reply goes out as it is made, then an end frame for each request."""
    numbers = [request.header["id"] for request in requests]
    problems: dict[int, Exception] = {}
    try:
        with contextlib.closing(handler(requests)) as answers:
            while not pipe.are_cancelled(numbers):
                try:
                    answer = next(answers)
                except StopIteration:
                    break
                if answer is None:
                    continue
                index, reply = answer
                if isinstance(reply, Exception):
                    problems[index] = reply
                else:
                    pipe.send(Frame({**reply.header, "id": numbers[index]}, reply.payload))
    except Exception as problem:
        # The plugin boundary: whatever a model raises is an answer, and the next request gets its chance.
        problems = dict.fromkeys(range(len(numbers)), problem) | problems
    for index, number in enumerate(numbers):
        end: dict[str, Any] = {"id": number, "end": True}
        if index in problems:
            traceback.print_exception(problems[index])
            end["error"] = f"{type(problems[index]).__name__}: {problems[index]}"
        pipe.send(Frame(end))
    pipe.forget(numbers)


class _Pipe:
    """Frames in from stdin by a thread, frames out to what was stdout."""

    def __init__(self) -> None:
        # Libraries print, and that must not land between frames: stdout becomes stderr for all others.
        self._output = os.dup(1)
        os.dup2(2, 1)
        self._requests: queue.SimpleQueue[Frame] = queue.SimpleQueue()
        self._cancelled: set[int] = set()
        threading.Thread(target=self._read, name="requests", daemon=True).start()

    def take(self) -> list[Frame]:
        """Wait for the next request, or for all of a batch."""
        first = self._requests.get()
        if first.header.get("op") != "batch":
            return [first]
        return [self._requests.get() for _ in range(int(first.header["count"]))]

    def are_cancelled(self, numbers: Sequence[int]) -> bool:
        return self._cancelled.issuperset(numbers)

    def forget(self, numbers: Sequence[int]) -> None:
        """These requests have ended."""
        self._cancelled.difference_update(numbers)

    def send(self, frame: Frame) -> None:
        """Write `frame` whole."""
        view = memoryview(encode_frame(frame))
        while view:
            view = view[os.write(self._output, view) :]

    def _read(self) -> None:
        decoder = FrameDecoder()
        try:
            while data := os.read(0, _READ_BYTES):
                for frame in decoder.feed(data):
                    if frame.header.get("op") == "cancel":
                        if len(self._cancelled) >= _CANCELLED_KEPT:
                            self._cancelled.clear()  # a result too many is dropped by the parent
                        self._cancelled.add(int(frame.header["id"]))
                    else:
                        self._requests.put(frame)
        except Exception:
            traceback.print_exc()
        finally:
            # The parent is gone or talks nonsense. Do not wait for the main thread, which may compute on.
            os._exit(0)
