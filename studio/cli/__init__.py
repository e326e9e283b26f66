"""The `vivavoce` command: one file a verb, each importing what it needs only when it runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from studio.cli.application import app
from studio.errors import is_expected

__all__ = ["app", "main"]

_BROKEN_PIPE = 141  # what a shell reports for a program that SIGPIPE ended
_INTERRUPTED = 130  # the same for SIGINT


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; always ends in SystemExit.

    An error that a person can mend is told as its message, without a traceback, with exit code 1.
    """
    # Before numpy is imported. Products of small matrices are made on the event loop, and a second thread for them
    # waits for a processor that recognition has: P95 41 ms with two threads on two busy cores, 7 ms with one.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        app(args=None if arguments is None else list(arguments), prog_name="vivavoce")
    except BrokenPipeError:
        sys.stderr.close()  # or the interpreter complains about the same pipe while it shuts down
        raise SystemExit(_BROKEN_PIPE) from None
    except KeyboardInterrupt:
        raise SystemExit(_INTERRUPTED) from None
    except Exception as error:
        if not is_expected(error):
            raise
        print(f"vivavoce: {error}", file=sys.stderr)
        raise SystemExit(1) from None
