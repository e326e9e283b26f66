"""Tells the pages that are open on a project what happens to it. One process; a page that falls behind starts anew."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Final, TypeAlias

News: TypeAlias = Mapping[str, Any]
"""`{"type": …, …}`: edited, files_changed, findings, presence, comments, job, history, published."""
MOST_WAITING: Final = 256
"""News that a slow page may have waiting; then it is told to load everything again."""
LOST: Final[News] = {"type": "lost"}


class Hub:
    """Who listens to which project."""

    def __init__(self) -> None:
        self._listening: dict[str, set[asyncio.Queue[News]]] = defaultdict(set)

    def tell(self, project: str, news: News) -> None:
        """Tell everybody who listens to the project. Never blocks."""
        for queue in self._listening.get(project, ()):
            if queue.full():
                with suppress(asyncio.QueueEmpty):
                    while True:
                        queue.get_nowait()
                queue.put_nowait(LOST)
            queue.put_nowait(news)

    @contextmanager
    def joined(self, project: str) -> Iterator[asyncio.Queue[News]]:
        """Give a queue that gets the project's news from now on."""
        queue: asyncio.Queue[News] = asyncio.Queue(MOST_WAITING)
        self._listening[project].add(queue)
        try:
            yield queue
        finally:
            self._listening[project].discard(queue)
            if not self._listening[project]:
                del self._listening[project]

    def count(self, project: str) -> int:
        """Return how many listen."""
        return len(self._listening.get(project, ()))
