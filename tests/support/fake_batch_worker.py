"""A worker program whose handler takes batches: each reply says which requests were carried out together."""

from __future__ import annotations

import os
import time
from collections.abc import Generator, Mapping, Sequence
from typing import Any

from models.frames import Frame
from models.workers.serving import Answer, BatchHandler, serve_batches


def build(options: Mapping[str, Any]) -> tuple[BatchHandler, Mapping[str, Any]]:
    """Takes no options."""

    def handle(requests: Sequence[Frame]) -> Generator[Answer | None, None, None]:
        labels = [request.header["label"] for request in requests]
        time.sleep(max(request.header.get("sleep_s", 0) for request in requests))
        yield None
        if any(request.header["op"] == "die" for request in requests):
            os._exit(3)
        for index, request in enumerate(requests):
            match request.header["op"]:
                case "fail":
                    yield index, ValueError("this one cannot be done")
                case _:
                    yield index, Frame({"together": labels, "pid": os.getpid()}, request.payload)

    return handle, {}


if __name__ == "__main__":
    serve_batches(build)
