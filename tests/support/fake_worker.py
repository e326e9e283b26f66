"""A worker program that follows a script: what each request asks for is what it does."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any

from models.frames import Frame
from models.workers.serving import Handler, serve


def build(options: Mapping[str, Any]) -> tuple[Handler, Mapping[str, Any]]:
    """`fail_file`: start fails once it exists. `log_file`: one line for each request begun."""
    fail_file = options.get("fail_file")
    if options.get("fail") or (fail_file and Path(fail_file).exists()):
        raise RuntimeError("no such weights")
    if options.get("hang"):
        time.sleep(3600)
    print("printed at the start, where frames go")

    def handle(request: Frame) -> Generator[Frame | None, None, None]:
        if "log_file" in options:
            with Path(options["log_file"]).open("a") as log:
                log.write(f"{request.header.get('label', request.header['op'])}\n")
        yield from _OPERATIONS[request.header["op"]](request)

    return handle, {"niceness": os.nice(0)}


def _echo(request: Frame) -> Generator[Frame, None, None]:
    time.sleep(request.header.get("sleep_s", 0))
    yield Frame({"said": request.header.get("label")}, request.payload)


def _count(request: Frame) -> Generator[Frame, None, None]:
    for number in range(request.header["to"]):
        time.sleep(request.header.get("sleep_s", 0))
        yield Frame({"number": number})


def _die(request: Frame) -> Generator[Frame, None, None]:
    print("about to die", file=sys.stderr, flush=True)
    os._exit(3)
    yield


def _steps(request: Frame) -> Generator[Frame | None, None, None]:
    """Work in steps between which it may be stopped, and say how many were done."""
    for number in range(request.header["to"]):
        time.sleep(request.header.get("sleep_s", 0))
        Path(request.header["step_file"]).write_text(str(number + 1))
        yield None
    yield Frame({"said": "done"})


def _die_first(request: Frame) -> Generator[Frame, None, None]:
    """End the process, unless the file tells that this has happened already."""
    file = Path(request.header["died_file"])
    if not file.exists():
        file.touch()
        os._exit(3)
    yield Frame({"said": request.header.get("label")})


def _fail(request: Frame) -> Generator[Frame, None, None]:
    yield Frame({"number": 0})
    raise ValueError("this text cannot be spoken")


def _chatter(request: Frame) -> Generator[Frame, None, None]:
    """Write far more than a pipe holds to stdout and stderr, with and without line ends."""
    os.write(2, b"x" * 300_000)
    os.write(1, b"noise\n" * 50_000)
    yield Frame({"said": "done"})


def _hang(request: Frame) -> Generator[Frame, None, None]:
    time.sleep(3600)
    yield Frame({})


def _nothing(request: Frame) -> Generator[Frame, None, None]:
    return
    yield


_OPERATIONS: Mapping[str, Handler] = {
    "echo": _echo,
    "count": _count,
    "steps": _steps,
    "die": _die,
    "die_first": _die_first,
    "fail": _fail,
    "chatter": _chatter,
    "hang": _hang,
    "nothing": _nothing,
}

if __name__ == "__main__":
    serve(build)
