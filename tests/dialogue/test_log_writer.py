"""What cannot be written never holds up what can."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from dialogue.errors import DialogueError, StoreUnavailable
from dialogue.events import DialogueEvent
from dialogue.log_writer import LogWriter
from dialogue.store import SqliteEventStore
from flows.commands import Json
from flows.events import FlowStarted, SlotSet

DEEP: list[Json] = []
for _ in range(100_000):
    DEEP = [DEEP]


class Faults(list[DialogueError]):
    """What was reported."""

    @property
    def codes(self) -> list[str]:
        return [fault.code for fault in self]


class FullStore:
    """A store that refuses its first appends as a full disk does."""

    def __init__(self, store: SqliteEventStore, refusals: int) -> None:
        self._store = store
        self._refusals = refusals

    async def append(self, conversation_id: str, events: Sequence[DialogueEvent]) -> None:
        self._refusals -= 1
        if self._refusals >= 0:
            raise StoreUnavailable("the disk is full")
        await self._store.append(conversation_id, events)

    async def load(self, conversation_id: str) -> Sequence[DialogueEvent]:
        return await self._store.load(conversation_id)

    async def last_written(self, conversation_id: str) -> float | None:
        return await self._store.last_written(conversation_id)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteEventStore]:
    opened = SqliteEventStore(tmp_path / "events.db")
    await opened.open()
    yield opened
    await opened.close()


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), object(), DEEP], ids=["nan", "inf", "object", "deep"])
async def test_one_bad_event_is_left_out_and_told_of(store: SqliteEventStore, bad: Json) -> None:
    faults = Faults()
    writer = LogWriter("a", store, faults.append)
    for event in (FlowStarted("x"), SlotSet("s", bad), SlotSet("t", 1)):
        writer.add(event)
    await writer.flush()
    assert faults.codes == ["event-invalid"]
    writer.add(FlowStarted("y"))
    await writer.flush()
    assert await store.load("a") == (FlowStarted("x"), SlotSet("t", 1), FlowStarted("y"))
    assert faults.codes == ["event-invalid"]


async def test_a_full_disk_loses_nothing_beside_a_bad_event(store: SqliteEventStore) -> None:
    faults = Faults()
    writer = LogWriter("a", FullStore(store, refusals=1), faults.append)
    for event in (FlowStarted("x"), SlotSet("s", float("nan")), SlotSet("t", 1)):
        writer.add(event)
    await writer.flush()
    assert faults.codes == ["store-unavailable"]
    await writer.flush()
    assert await store.load("a") == (FlowStarted("x"), SlotSet("t", 1))
    assert faults.codes == ["store-unavailable", "event-invalid"]
