"""The assistants that run beside the one that is served: drafts of other projects, and versions that were published.

Each is prepared when somebody calls it. A draft follows its files; a published version never changes, and whoever is
talking to it stays with it when another one is published. What nobody talks to any more is let go, the longest unused
first.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from weakref import WeakValueDictionary

from studio.errors import ServiceNotReady
from studio.parts import PartBoard, reasons
from studio.reloading import Prepare, Reloading, load_named
from studio.versions import Dialogue, Version
from studio.watching import FolderWatch

PROJECT: Final = "project"
ENVIRONMENT: Final = "environment"
"""What a client says of the call it wants, beside its time zone."""
PUBLISHED: Final = "published_version"
"""What the server adds where that is no draft: the version that was found, so that the call runs that very one."""
MOST_OPEN: Final = 6
"""Assistants kept ready beside the served one. Models are shared; each costs its flows, its index and its actions."""


@dataclass(slots=True, eq=False)
class _Running:
    place: Path
    dialogue: Dialogue
    watching: asyncio.Task[None] | None = None

    async def close(self) -> None:
        await self.look_away()
        await self.dialogue.close()

    async def look_away(self) -> None:
        """Follow the files no more."""
        if self.watching is not None:
            self.watching.cancel()
            with suppress(asyncio.CancelledError):
                await self.watching


class RunningAssistants:
    """Runs assistants by their folder."""

    def __init__(
        self, served: Dialogue, prepare: Prepare, begin: Callable[[Version], Dialogue], *, most_open: int = MOST_OPEN
    ) -> None:
        """`served` is what runs without being asked for; `begin` makes a dialogue of a prepared version."""
        self._served = served
        self._prepare = prepare
        self._begin = begin
        self._most_open = most_open
        self._running: dict[Path, _Running] = {}
        self._leaving: list[_Running] = []
        self._opening: WeakValueDictionary[Path, asyncio.Lock] = WeakValueDictionary()  # one lasts while it is used

    async def dialogue(self, folder: Path, *, is_draft: bool) -> Dialogue:
        """Return the dialogue of an assistant's folder, prepared if need be.

        Raises:
            AssistantInvalid: its files cannot run.
            ServiceNotReady: a part of it cannot be started.
        """
        place = await asyncio.to_thread(folder.resolve)
        if place == await asyncio.to_thread(Path(self._served.assistant.folder).resolve):
            return self._served
        while True:
            async with self._alone(place):
                running = self._running.pop(place, None)
                if running is None:
                    running = await self._open(place, is_draft=is_draft)
                self._running[place] = running  # the latest used last
            await self._let_go()
            if self._running.get(place) is running:  # else somebody has let go of it meanwhile
                return running.dialogue

    def folders(self) -> tuple[Path, ...]:
        """Return the folders from which assistants run or are kept ready."""
        return (*self._running, *(running.place for running in self._leaving))

    async def forget(self, folder: Path) -> None:
        """Let go of an assistant whose folder goes away, once nobody talks to it any more."""
        place = await asyncio.to_thread(folder.resolve)
        async with self._alone(place):
            running = self._running.pop(place, None)
        if running is not None:
            await running.look_away()
            self._leaving.append(running)
            await self._let_go()

    async def close(self) -> None:
        """Let go of all."""
        while self._running:
            _, running = self._running.popitem()
            await running.close()
        while self._leaving:
            await self._leaving.pop().close()

    @asynccontextmanager
    async def _alone(self, place: Path) -> AsyncIterator[None]:
        """Open one folder once; who is ready does not wait for what is being prepared."""
        lock = self._opening.setdefault(place, asyncio.Lock())
        async with lock:
            yield

    async def _open(self, place: Path, *, is_draft: bool) -> _Running:
        watch = await asyncio.to_thread(FolderWatch, place) if is_draft else None
        assistant, name = await asyncio.to_thread(load_named, place)
        board = PartBoard()
        async with AsyncExitStack() as opened:
            version = await self._prepare(opened, assistant, name, board)
            if version is None:
                raise ServiceNotReady(" ".join(reasons([part for part in board.parts if not part.is_ready])))
            version = replace(version, held=opened.pop_all())
        dialogue = self._begin(version)
        if watch is None:
            return _Running(place, dialogue)
        reloading = Reloading(dialogue, watch, self._prepare)
        return _Running(place, dialogue, asyncio.create_task(reloading.watch(), name=f"watch {place.name}"))

    async def _let_go(self) -> None:
        unused = [place for place, running in tuple(self._running.items())[:-1] if running.dialogue.is_idle]
        closing = [self._running.pop(place) for place in unused[: max(0, len(self._running) - self._most_open)]]
        closing += [running for running in self._leaving if running.dialogue.is_idle]
        self._leaving = [running for running in self._leaving if running not in closing]
        for running in closing:  # nothing was waited for since they were found idle: nobody has begun to talk
            await running.close()
