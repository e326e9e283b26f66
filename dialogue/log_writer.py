"""Writes the events of one conversation to its store, and keeps what could not be written until it can."""

from __future__ import annotations

from collections.abc import Callable

from dialogue.errors import DialogueError, StoreUnavailable
from dialogue.events import DialogueEvent
from dialogue.ports import EventStore


class LogWriter:
    """Events in order, each written once. `report` is told when the store fails; nobody else notices."""

    def __init__(self, conversation_id: str, store: EventStore, report: Callable[[DialogueError], None]) -> None:
        self._conversation_id = conversation_id
        self._store = store
        self._report = report
        self._unsaved: list[DialogueEvent] = []

    def add(self, event: DialogueEvent) -> None:
        """Take an event that is to be written."""
        self._unsaved.append(event)

    async def flush(self) -> None:
        """Write what is not yet stored. Where that fails it is kept, and written with the next batch."""
        batch = tuple(self._unsaved)
        if not batch:
            return
        try:
            await self._store.append(self._conversation_id, batch)
        except DialogueError as problem:
            self._report(problem)
        except Exception as problem:  # the plugin boundary: the caller is answered without a log
            self._report(StoreUnavailable(f"cannot write the event log: {problem}"))
        else:
            del self._unsaved[: len(batch)]
