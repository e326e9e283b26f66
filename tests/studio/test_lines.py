"""Lines from pipes and files, however they arrive."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from studio.lines import Lines


async def read_all(lines: Lines) -> list[str]:
    found = []
    while (line := await lines.next()) is not None:
        found.append(line)
    return found


async def test_a_pipe_gives_lines_as_they_come() -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading) as stream:
        lines = Lines(stream)
        first = asyncio.create_task(lines.next())
        await asyncio.sleep(0)
        assert not first.done()
        os.write(writing, b"on")
        os.write(writing, "e\ntwö\nlast".encode())
        os.close(writing)
        assert await first == "one"
        assert await read_all(lines) == ["twö", "last"]
        assert await lines.next() is None


@pytest.mark.parametrize(
    ("content", "expected"),
    [(b"", []), (b"one\n", ["one"]), (b"one\n\ntwo", ["one", "", "two"]), (b"\xff\n", ["�"])],
)
async def test_a_file(tmp_path: Path, content: bytes, expected: list[str]) -> None:
    (tmp_path / "turns.txt").write_bytes(content)
    with (tmp_path / "turns.txt").open() as stream:
        assert await read_all(Lines(stream)) == expected


async def test_waiting_can_be_cancelled() -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading) as stream:
        waiting = asyncio.create_task(Lines(stream).next())
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    os.close(writing)
