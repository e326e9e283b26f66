"""Notices that files of an assistant's folder were changed, by looking at their sizes and times.

Looking is enough here, and works where notifications of the system do not: folders that a container or a network
shares. An assistant has some tens of files; a look at 200 takes 1 ms, in a thread, twice a second. Where a look
takes longer, they become rarer, so that it never costs more than a twentieth of a core.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Final, TypeAlias

SUFFIXES: Final = (
    ".yml",
    ".yaml",
    ".py",
    ".jinja2",
    ".j2",
    ".md",
    ".markdown",
    ".txt",
    ".html",
    ".htm",
    ".json",
    ".jsonl",
)
"""Files that an assistant is made of, its documents with them; whatever else lies in its folder is not looked at."""
LOOK_EVERY_S: Final = 0.5
MOST_FILES: Final = 20_000
"""A folder with more is no assistant's; the rest of it is left out."""
_SHARE: Final = 20
_SKIPPED: Final = frozenset({"__pycache__", "node_modules"})

Stamps: TypeAlias = Mapping[str, tuple[int, int, int]]
"""Of each file: time of change in ns, size, and number, which tells a file that was put in its place."""


class FolderWatch:
    """Watches one folder. What it is compared with is how it was when this was made."""

    def __init__(self, folder: Path, *, every_s: float = LOOK_EVERY_S) -> None:
        self._folder = folder
        self._every_s = every_s
        self._known = stamps(folder)

    async def changes(self) -> AsyncIterator[None]:
        """Yield whenever files were changed and then left alone for a while: editors write several, and twice."""
        while True:
            seen = await self._look()
            if seen == self._known:
                continue
            while (again := await self._look()) != seen:
                seen = again
            self._known = seen
            yield

    async def _look(self) -> Stamps:
        await asyncio.sleep(self._every_s)
        began_s = time.monotonic()
        seen = await asyncio.to_thread(stamps, self._folder)
        took_s = time.monotonic() - began_s
        if took_s * _SHARE > self._every_s:
            await asyncio.sleep(took_s * _SHARE - self._every_s)
        return seen


def stamps(folder: Path) -> Stamps:
    """Look at every file of the folder that counts."""
    found: dict[str, tuple[int, int, int]] = {}
    for entry in _files(folder):
        try:
            status = entry.stat()
        except OSError:
            continue  # gone in between
        found[entry.path] = (status.st_mtime_ns, status.st_size, status.st_ino)
        if len(found) >= MOST_FILES:
            break
    return found


def _files(folder: Path) -> Iterator[os.DirEntry[str]]:
    waiting = [str(folder)]
    while waiting:
        try:
            entries = list(os.scandir(waiting.pop()))
        except OSError:
            continue
        for entry in entries:
            if entry.name.startswith(".") or entry.name in _SKIPPED:
                continue
            if entry.is_dir(follow_symlinks=False):
                waiting.append(entry.path)
            elif entry.name.endswith(SUFFIXES):
                yield entry
