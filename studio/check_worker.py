"""The process that checks large assistants: `python -m studio.ended_by_parent studio.check_worker CHECKS FLOWS`.

It is asked over two connections, so that an edit never waits for the check of a whole assistant: a thread answers what
is wrong with single flows, beside the main thread, which loads and checks folders. Who asks is `studio.check_process`.
"""

from __future__ import annotations

import gc
import itertools
import os
import sys
import threading
import traceback
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any, Final

from flows.folder import Remembered
from flows.model import Assistant
from models.child import WORKER_NICENESS
from studio.assistants import examined
from studio.authoring.quick_checks import flow_findings

SWITCH_S: Final = 0.001
"""So soon the thread that an edit waits for takes its turn; Python's own 5 ms add up over one answer."""
MOST_REMEMBERED: Final = 4
"""Folders whose files are kept as they were read, the last ones: it takes some 50 MB for a thousand flows."""
TIDY_EVERY: Final = 50
"""Checks between two walks over everything by the garbage collector: what a check leaves goes without one."""


def main() -> None:
    """Serve until the other ends of the connections are closed."""
    checks, flows = (Connection(int(number)) for number in sys.argv[1:3])
    os.nice(WORKER_NICENESS)
    sys.setswitchinterval(SWITCH_S)
    gc.disable()
    kept: dict[int, Assistant] = {}
    threading.Thread(target=_serve_flows, args=(flows, kept), name="flows", daemon=True).start()
    _serve_checks(checks, kept)


def _serve_checks(asked: Connection[Any, Any], kept: dict[int, Assistant]) -> None:
    remembered: OrderedDict[str, Remembered] = OrderedDict()
    with _ending_with(asked):
        for number in itertools.count(1):
            folder, released = asked.recv()
            for old in released:
                kept.pop(old, None)
            remembered.setdefault(str(folder), Remembered())
            remembered.move_to_end(str(folder))
            while len(remembered) > MOST_REMEMBERED:
                remembered.popitem(last=False)
            assistant, findings = examined(folder, remembered[str(folder)])
            if assistant is not None:
                kept[number] = assistant
            asked.send((None if assistant is None else number, findings))
            if number % TIDY_EVERY == 0:
                gc.collect()


def _serve_flows(asked: Connection[Any, Any], kept: dict[int, Assistant]) -> None:
    try:
        with _ending_with(asked):
            while True:
                number, texts = asked.recv()
                assistant = kept.get(number)
                asked.send([flow_findings(text, assistant) for text in texts])
    except BaseException:
        traceback.print_exc()
        os._exit(1)  # whoever asks sees the end of the connection, and does without


@contextmanager
def _ending_with(asked: Connection[Any, Any]) -> Iterator[None]:
    try:
        yield
    except (EOFError, BrokenPipeError, ConnectionResetError):
        asked.close()


if __name__ == "__main__":
    main()
