"""Tells the pages that are open on projects what happens to them. One process; a page that falls behind starts anew.

Each news of a project has a mark: the hub's own name and a number that goes up by one. Whoever hears several streams,
or one after another, knows by it what it has heard already and whether anything is missing.
"""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

News: TypeAlias = Mapping[str, Any]
"""`{"type": …, …}`: edited, files_changed, findings, presence, comments, job, log, tests, history, published."""
MOST_WAITING: Final = 256
"""News that a slow page may have waiting; then it is told to load everything again."""
LOST: Final[News] = {"type": "lost"}


def _queue() -> asyncio.Queue[News]:
    return asyncio.Queue(MOST_WAITING)


@dataclass(eq=False, slots=True)
class Listening:
    """What one stream has waiting. `stream`: its name, where it is shared by the pages of a browser."""

    stream: str | None = None
    waiting: asyncio.Queue[News] = field(default_factory=_queue)

    def put(self, news: News) -> None:
        """Let the stream have some news; never blocks."""
        if self.waiting.full():
            with suppress(asyncio.QueueEmpty):
                while True:
                    self.waiting.get_nowait()
            self.waiting.put_nowait(LOST)
        self.waiting.put_nowait(news)


class Hub:
    """Who listens to which project."""

    def __init__(self) -> None:
        self._listening: dict[str, set[Listening]] = defaultdict(set)
        self._name = uuid.uuid4().hex[:12]
        self._told: Counter[str] = Counter()

    def tell(self, project: str, news: News) -> None:
        """Tell everybody who listens to the project. Never blocks."""
        self._told[project] += 1
        marked = {**news, "project": project, "mark": self.mark(project)}
        for listening in self._listening.get(project, ()):
            listening.put(news if listening.stream is None else marked)

    def mark(self, project: str) -> str:
        """Return the mark of what the project's pages were told last."""
        return f"{self._name}.{self._told[project]}"

    @contextmanager
    def joined(self, project: str) -> Iterator[asyncio.Queue[News]]:
        """Give a queue that gets the project's news from now on."""
        with self._joined((project,), Listening()) as listening:
            yield listening.waiting

    @contextmanager
    def joined_together(self, projects: Sequence[str], stream: str) -> Iterator[asyncio.Queue[News]]:
        """Give a queue that gets the news of several projects from now on, each with its project and its mark."""
        with self._joined(projects, Listening(stream)) as listening:
            yield listening.waiting

    @contextmanager
    def _joined(self, projects: Sequence[str], listening: Listening) -> Iterator[Listening]:
        for project in projects:
            self._listening[project].add(listening)
        try:
            yield listening
        finally:
            for project in projects:
                self._listening[project].discard(listening)
                if not self._listening[project]:
                    del self._listening[project]

    def count(self, project: str) -> int:
        """Return how many listen."""
        return len(self._listening.get(project, ()))

    def has_stream(self, project: str, stream: str) -> bool:
        """Return whether a shared stream of this name is open on the project."""
        return any(listening.stream == stream for listening in self._listening.get(project, ()))
