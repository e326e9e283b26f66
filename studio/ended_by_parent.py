"""Runs a module and ends it with whoever started it: `python -m studio.ended_by_parent MODULE [ARGUMENT]…`.

The parent holds the other end of our standard input and never writes. When it ends, however it ends, the system closes
that end, and this process goes down with all that it has started in its own group. So a server that was killed leaves
no training behind that takes a core from the next one's calls.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading
import time
from typing import Final

GRACE_S: Final = 3.0
"""What has been started may end by itself for so long, as when a training is stopped."""


def end_with_parent() -> None:
    """Watch standard input from now on, in a thread of its own."""
    threading.Thread(target=_watch, name="parent", daemon=True).start()


def _watch() -> None:
    try:
        while os.read(sys.__stdin__.fileno() if sys.__stdin__ else 0, 1):
            pass
    except OSError:
        pass
    is_leader = os.getpgrp() == os.getpid()
    for number in (signal.SIGTERM, signal.SIGKILL):
        if is_leader:
            os.killpg(os.getpgrp(), number)
        else:  # the group is our parent's: others of its are in it
            os.kill(os.getpid(), number)
        time.sleep(GRACE_S)


def main() -> None:
    """Take the module and its arguments from the command line."""
    module, sys.argv = sys.argv[1], sys.argv[1:]
    end_with_parent()
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
