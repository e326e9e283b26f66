"""Writes the events of one conversation to its store, and keeps what could not be written until it can."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dialogue.errors import DialogueError, EventInvalid, StoreUnavailable
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
        """Write what is not yet stored. Where that fails it is kept, and written with the next batch.

        An event that can never be written is left out alone, so that it does not hold up all that come after it.
        """
        try:
            await self._write(tuple(self._unsaved))
        except EventInvalid:
            await self._write_each()

    async def _write_each(self) -> None:
        for event in tuple(self._unsaved):
            try:
                is_written = await self._write((event,))
            except EventInvalid as problem:
                del self._unsaved[:1]
                self._report(problem)
            else:
                if not is_written:
                    return

    async def _write(self, batch: Sequence[DialogueEvent]) -> bool:
        """Write the first events that are not yet stored; say whether it went well. Raises EventInvalid."""
        if not batch:
            return True
        try:
            await self._store.append(self._conversation_id, batch)
        except EventInvalid:
            raise
        except DialogueError as problem:
            self._report(problem)
            return False
        except Exception as problem:  # the plugin boundary: the caller is answered without a log
            self._report(StoreUnavailable(f"cannot write the event log: {problem}"))
            return False
        del self._unsaved[: len(batch)]
        return True
