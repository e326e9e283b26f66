"""One at a time: a lock on a project across threads and processes, which a crash lets go of."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from studio.projects.errors import ProjectBusy, told

WAIT_S: Final = 20.0
"""So long somebody waits for another's publishing or pushing, which takes seconds; our own choice."""
_LOOK_EVERY_S: Final = 0.05


@contextmanager
def locked(place: Path, *, wait_s: float = WAIT_S) -> Iterator[None]:
    """Hold the lock of a folder, or of a file that is made for it.

    Raises:
        ProjectBusy: somebody else held it all the time.
    """
    with told(place.parent):
        if place.is_dir():
            opened = os.open(place, os.O_RDONLY | os.O_CLOEXEC)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            opened = os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _take(opened, wait_s)
        yield
    finally:
        os.close(opened)


def _take(opened: int, wait_s: float) -> None:
    give_up_at_s = time.monotonic() + wait_s
    while True:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= give_up_at_s:
                raise ProjectBusy(
                    "Another process is publishing or writing this project. Try again in a moment."
                ) from None
            time.sleep(_LOOK_EVERY_S)
        else:
            return
