"""Work of a network that can be ended before its end: in a thread beside the one that listens for cancellations."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from typing import Any, TypeVar

LOOK_MS = 4
"""So often it is looked whether a request was cancelled: a tenth of the shortest word."""

T = TypeVar("T")


class StoppableSession:
    """An onnxruntime session whose run can be ended from another thread."""

    def __init__(self, session: Any, new_options: Callable[[], Any]) -> None:
        self._session = session
        self._new_options = new_options
        self._options = new_options()

    def arm(self) -> None:
        """Get ready to run again."""
        self._options = self._new_options()

    def stop(self) -> None:
        """End the run that goes on, if any: it raises."""
        self._options.terminate = True

    def run(self, names: Any, inputs: Any) -> Any:
        return self._session.run(names, inputs, self._options)


def aside(work: Callable[[], T], session: StoppableSession) -> Generator[T | None, None, None]:
    """Do `work` in a thread and yield its result; None meanwhile. Closing this ends the work."""
    results: list[T | BaseException] = []
    done = threading.Event()

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:
            results.append(error)
        finally:
            done.set()

    session.arm()
    thread = threading.Thread(target=run, name="synthesis")
    thread.start()
    try:
        while not done.wait(LOOK_MS / 1000):
            yield None
    finally:
        if not done.is_set():
            session.stop()
        thread.join()
    for result in results:
        if isinstance(result, BaseException):
            raise result
        yield result
