"""The event log keeps what it is given, in order, whatever else happens."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogue.errors import EventInvalid, StoreUnavailable
from dialogue.events import ConversationEnded, DialogueEvent
from dialogue.store import MemoryEventStore, SqliteEventStore
from flows.events import FlowStarted, SlotSet
from tests.support.log_events import any_event


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteEventStore]:
    opened = SqliteEventStore(tmp_path / "logs" / "events.db")
    await opened.open()
    yield opened
    await opened.close()


@settings(deadline=None, max_examples=15)
@given(st.lists(st.lists(any_event(), max_size=4), max_size=4))
def test_any_batches_come_back_in_order(batches: list[list[DialogueEvent]]) -> None:
    async def check() -> None:
        opened = SqliteEventStore(Path(":memory:"))
        await opened.open()
        try:
            for batch in batches:
                await opened.append("a", batch)
            assert list(await opened.load("a")) == [event for batch in batches for event in batch]
        finally:
            await opened.close()

    asyncio.run(check())


@pytest.mark.parametrize("is_in_memory", [True, False])
async def test_when_a_conversation_was_last_written(tmp_path: Path, is_in_memory: bool) -> None:
    times_s = iter([100.0, 200.0, 300.0])
    if is_in_memory:
        opened: MemoryEventStore | SqliteEventStore = MemoryEventStore(lambda: next(times_s))
    else:
        opened = SqliteEventStore(tmp_path / "events.db", clock=lambda: next(times_s))
        await opened.open()
    assert await opened.last_written("a") is None
    await opened.append("a", [FlowStarted("x")])
    await opened.append("a", [FlowStarted("y")])
    await opened.append("b", [FlowStarted("z")])
    assert await opened.last_written("a") == 200.0
    await opened.append("a", [])
    assert await opened.last_written("a") == 200.0
    if isinstance(opened, SqliteEventStore):
        await opened.close()


async def test_conversations_do_not_mix(store: SqliteEventStore) -> None:
    await store.append("a", [FlowStarted("x")])
    await store.append("b", [FlowStarted("y")])
    await store.append("a", [SlotSet("s", 1)])
    assert await store.load("a") == (FlowStarted("x"), SlotSet("s", 1))
    assert await store.load("b") == (FlowStarted("y"),)
    assert await store.load("nobody") == ()
    assert set(await store.conversation_ids()) == {"a", "b"}


async def test_events_outlive_the_store(tmp_path: Path) -> None:
    file = tmp_path / "events.db"
    first = SqliteEventStore(file)
    await first.open()
    await first.append("a", [SlotSet("s", {"deep": [1, None, "ü"]})])
    await first.close()
    second = SqliteEventStore(file)
    await second.open()
    assert await second.load("a") == (SlotSet("s", {"deep": [1, None, "ü"]}),)
    await second.close()


async def test_many_writers_at_once_lose_nothing(store: SqliteEventStore) -> None:
    async def write(conversation_id: str) -> None:
        for number in range(5):
            await store.append(conversation_id, [SlotSet("n", number), SlotSet("m", number)])

    await asyncio.gather(*(write(str(number)) for number in range(6)), write("0"))
    assert len(await store.load("0")) == 20
    assert [event.value for event in await store.load("1")] == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]  # type: ignore[union-attr]


async def test_a_batch_is_there_whole_or_not_at_all(store: SqliteEventStore) -> None:
    with pytest.raises(EventInvalid):
        await store.append("a", [FlowStarted("x"), SlotSet("s", object())])
    assert await store.load("a") == ()


async def test_a_writer_waits_for_another_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dialogue.store.BUSY_TIMEOUT_MS", 1)
    monkeypatch.setattr("dialogue.store.ATTEMPTS", 12)
    file = tmp_path / "events.db"
    store = SqliteEventStore(file)
    await store.open()
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    writing = asyncio.create_task(store.append("a", [FlowStarted("x")]))
    await asyncio.sleep(0.02)
    assert not writing.done()
    assert await store.load("a") == ()  # a reader does not wait for writers
    other.execute("COMMIT")
    await writing
    other.close()
    assert await store.load("a") == (FlowStarted("x"),)
    await store.close()


async def test_a_writer_that_stays_locked_out_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dialogue.store.BUSY_TIMEOUT_MS", 1)
    monkeypatch.setattr("dialogue.store.FIRST_PAUSE_S", 0.001)
    store = SqliteEventStore(tmp_path / "events.db")
    await store.open()
    other = sqlite3.connect(tmp_path / "events.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="locked"):
        await store.append("a", [FlowStarted("x")])
    other.close()
    await store.close()


async def test_a_place_that_cannot_hold_a_file_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreUnavailable, match="cannot open the event log"):
        await SqliteEventStore(tmp_path / "file" / "events.db").open()
    with pytest.raises(StoreUnavailable, match="not open"):
        await SqliteEventStore(tmp_path / "other.db").load("a")


async def test_the_store_in_memory_does_the_same() -> None:
    store = MemoryEventStore()
    await store.append("a", [FlowStarted("x")])
    await store.append("a", [ConversationEnded("hangup")])
    assert await store.load("a") == (FlowStarted("x"), ConversationEnded("hangup"))
    assert await store.load("b") == ()
