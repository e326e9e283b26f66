"""The child's side of a worker: reads requests from stdin, answers on stdout, ends when its parent does.

```
parent ── start{niceness, options} ──▶ build(options) ──▶ ready{...} or error
parent ── request{id, op, ...} ──────▶ handler(frame) ──▶ reply{id, ...}* end{id, end: true, error?}
parent ── cancel{id} ────────────────▶ the handler is closed after its current reply
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
from collections.abc import Callable, Generator, Mapping
from typing import Any, TypeAlias

from models.frames import Frame, FrameDecoder, encode_frame

Handler: TypeAlias = Callable[[Frame], Generator[Frame, None, None]]
Builder: TypeAlias = Callable[[Mapping[str, Any]], tuple[Handler, Mapping[str, Any]]]

_READ_BYTES = 1 << 16


def serve(build: Builder) -> None:
    """Run this process as a worker until its parent goes away.

    Args:
        build: takes the options, loads the model and returns the handler of requests, with what to say in the
            ready frame. A handler is a generator of replies; what it or `build` raises goes to the parent.
    """
    # Ctrl-C reaches the whole process group; the parent decides when workers end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pipe = _Pipe()
    start = pipe.take()
    with contextlib.suppress(OSError):
        os.nice(int(start.header.get("niceness", 0)))
    try:
        handler, ready = build(start.header["options"])
    except Exception as error:
        traceback.print_exc()
        pipe.send(Frame({"error": f"{type(error).__name__}: {error}"}))
        sys.exit(1)
    pipe.send(Frame({"ready": True, **ready}))
    while True:
        _answer(pipe, handler, pipe.take())


def _answer(pipe: _Pipe, handler: Handler, request: Frame) -> None:
    """Carry out one request: each reply goes out as it is made, then an end frame."""
    number = request.header["id"]
    error: str | None = None
    try:
        with contextlib.closing(handler(request)) as replies:
            while not pipe.is_cancelled(number) and (reply := next(replies, None)) is not None:
                pipe.send(Frame({**reply.header, "id": number}, reply.payload))
    except Exception as problem:
        # The plugin boundary: whatever a model raises is an answer, and the next request gets its chance.
        traceback.print_exc()
        error = f"{type(problem).__name__}: {problem}"
    pipe.send(Frame({"id": number, "end": True} | ({"error": error} if error else {})))


class _Pipe:
    """Frames in from stdin by a thread, frames out to what was stdout."""

    def __init__(self) -> None:
        # Libraries print, and that must not land between frames: stdout becomes stderr for all others.
        self._output = os.dup(1)
        os.dup2(2, 1)
        self._requests: queue.SimpleQueue[Frame] = queue.SimpleQueue()
        self._cancelled: set[int] = set()
        threading.Thread(target=self._read, name="requests", daemon=True).start()

    def take(self) -> Frame:
        """Wait for the next request."""
        return self._requests.get()

    def is_cancelled(self, number: int) -> bool:
        return number in self._cancelled

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
                        self._cancelled.add(int(frame.header["id"]))
                    else:
                        self._requests.put(frame)
        except Exception:
            traceback.print_exc()
        finally:
            # The parent is gone or talks nonsense. Do not wait for the main thread, which may compute on.
            os._exit(0)
