"""Lines from standard input, without a thread that would keep the program from ending while nobody types."""

from __future__ import annotations

import asyncio
import os
from typing import TextIO

_READ_BYTES = 1 << 16


class Lines:
    """Reads a stream line by line: terminals and pipes as they become readable, files at once."""

    def __init__(self, stream: TextIO) -> None:
        self._descriptor = stream.fileno()
        self._waiting = bytearray()
        self._is_at_end = False

    async def next(self) -> str | None:
        """Return the next line without its end; None at the end of input. Bytes that are no UTF-8 are replaced."""
        while b"\n" not in self._waiting and not self._is_at_end:
            await self._until_readable()
            data = os.read(self._descriptor, _READ_BYTES)
            self._waiting += data
            self._is_at_end = not data
        if not self._waiting:
            return None
        line, _, rest = bytes(self._waiting).partition(b"\n")
        self._waiting = bytearray(rest)
        return line.decode("utf-8", errors="replace")

    async def _until_readable(self) -> None:
        loop = asyncio.get_running_loop()
        readable = asyncio.Event()
        try:
            loop.add_reader(self._descriptor, readable.set)
        except PermissionError:
            return  # a regular file cannot be waited for, and need not be
        try:
            await readable.wait()
        finally:
            loop.remove_reader(self._descriptor)
