"""The append-only event log: in memory for tests and tools, in SQLite (WAL) for a server.

A conversation's events are numbered from 0 without gaps; the pair (conversation, number) is the primary key, so
two writers can never both believe they wrote event 7. A batch is one transaction: it is there whole or not at all.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, Text, event, func, insert, select
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import IntegrityError, OperationalError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from dialogue.errors import EventInvalid, StoreUnavailable
from dialogue.events import DialogueEvent
from dialogue.serialization import event_from_json, event_to_json

BUSY_TIMEOUT_MS = 2_000
"""How long SQLite itself waits for another writer before it says "locked"."""
ATTEMPTS = 4
"""Tries of one batch: `BUSY_TIMEOUT_MS` each, with a pause that doubles from `FIRST_PAUSE_S`."""
FIRST_PAUSE_S = 0.05

_metadata = MetaData()
_events = Table(
    "conversation_events",
    _metadata,
    Column("conversation_id", String(255), primary_key=True),
    Column("sequence", Integer, primary_key=True),
    Column("recorded_at_ms", Integer, nullable=False),
    Column("type", String(64), nullable=False),
    Column("body", Text, nullable=False),
)


class MemoryEventStore:
    """An event log that lives as long as the process."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._logs: dict[str, list[DialogueEvent]] = {}
        self._written: dict[str, float] = {}

    async def append(self, conversation_id: str, events: Sequence[DialogueEvent]) -> None:
        """Append events to the conversation's log."""
        self._logs.setdefault(conversation_id, []).extend(events)
        if events:
            self._written[conversation_id] = self._clock()

    async def load(self, conversation_id: str) -> Sequence[DialogueEvent]:
        """Return the conversation's events in order; none for an unknown conversation."""
        return tuple(self._logs.get(conversation_id, ()))

    async def last_written(self, conversation_id: str) -> float | None:
        """Return when the conversation's log was last appended to; None for an unknown conversation."""
        return self._written.get(conversation_id)


class SqliteEventStore:
    """An event log in one SQLite file. Call `open` before use and `close` after.

    Raises StoreUnavailable from every method when the file cannot be read or written.
    """

    def __init__(self, file: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._file = file
        self._clock = clock
        self._engine: AsyncEngine | None = None

    async def open(self) -> None:
        """Create the file and its table when they are not there yet."""
        engine = create_async_engine(f"sqlite+aiosqlite:///{self._file}")
        event.listen(engine.sync_engine, "connect", _prepare_connection)
        event.listen(engine.sync_engine, "begin", _begin_as_writer)
        try:
            await asyncio.to_thread(self._file.parent.mkdir, parents=True, exist_ok=True)
            async with engine.begin() as connection:
                await connection.run_sync(_metadata.create_all)
        except (OSError, SQLAlchemyError) as problem:
            await engine.dispose()
            raise StoreUnavailable(f"cannot open the event log {self._file}: {problem}") from problem
        self._engine = engine

    async def close(self) -> None:
        """Let go of the file."""
        if self._engine is not None:
            await self._engine.dispose()
            self._engine = None

    async def append(self, conversation_id: str, events: Sequence[DialogueEvent]) -> None:
        """Append events in one transaction; waits for other writers, then tries again a few times."""
        if not events:
            return
        try:
            bodies = [event_to_json(item) for item in events]
            rows = [(body["type"], json.dumps(body, allow_nan=False)) for body in bodies]
        except (TypeError, ValueError, RecursionError) as problem:
            raise EventInvalid(f"an event does not fit into JSON: {problem}") from problem
        pause_s = FIRST_PAUSE_S
        for attempt in range(1, ATTEMPTS + 1):
            try:
                await self._insert(conversation_id, rows)
            except (OperationalError, IntegrityError) as problem:
                if attempt == ATTEMPTS or not _is_passing(problem):
                    raise StoreUnavailable(f"cannot write the event log {self._file}: {problem}") from problem
                await asyncio.sleep(pause_s)
                pause_s *= 2
            except SQLAlchemyError as problem:
                raise StoreUnavailable(f"cannot write the event log {self._file}: {problem}") from problem
            else:
                return

    async def load(self, conversation_id: str) -> Sequence[DialogueEvent]:
        """Return the conversation's events in order; none for an unknown conversation."""
        query = select(_events.c.body).where(_events.c.conversation_id == conversation_id).order_by(_events.c.sequence)
        try:
            async with self._reading() as connection:
                bodies = (await connection.execute(query)).scalars().all()
        except SQLAlchemyError as problem:
            raise StoreUnavailable(f"cannot read the event log {self._file}: {problem}") from problem
        return tuple(event_from_json(json.loads(body)) for body in bodies)

    async def last_written(self, conversation_id: str) -> float | None:
        """Return when the conversation's log was last appended to; None for an unknown conversation."""
        query = select(func.max(_events.c.recorded_at_ms)).where(_events.c.conversation_id == conversation_id)
        try:
            async with self._reading() as connection:
                at_ms = (await connection.execute(query)).scalar_one()
        except SQLAlchemyError as problem:
            raise StoreUnavailable(f"cannot read the event log {self._file}: {problem}") from problem
        return None if at_ms is None else at_ms / 1000

    async def conversation_ids(self) -> Sequence[str]:
        """Return the ids of all conversations, in the order in which they were last written."""
        query = select(_events.c.conversation_id).group_by(_events.c.conversation_id)
        query = query.order_by(func.max(_events.c.recorded_at_ms))
        try:
            async with self._reading() as connection:
                return tuple((await connection.execute(query)).scalars().all())
        except SQLAlchemyError as problem:
            raise StoreUnavailable(f"cannot read the event log {self._file}: {problem}") from problem

    async def _insert(self, conversation_id: str, rows: Sequence[tuple[str, str]]) -> None:
        now_ms = int(self._clock() * 1000)
        last = select(func.max(_events.c.sequence)).where(_events.c.conversation_id == conversation_id)
        async with self._opened().begin() as connection:
            highest = (await connection.execute(last)).scalar_one()
            first = 0 if highest is None else highest + 1
            values = [
                {
                    "conversation_id": conversation_id,
                    "sequence": first + offset,
                    "recorded_at_ms": now_ms,
                    "type": kind,
                    "body": body,
                }
                for offset, (kind, body) in enumerate(rows)
            ]
            await connection.execute(insert(_events), values)

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[AsyncConnection]:
        """Yield a connection outside any transaction: a reader must not take the writers' lock."""
        async with self._opened().connect() as connection:
            yield await connection.execution_options(only_reads=True)

    def _opened(self) -> AsyncEngine:
        if self._engine is None:
            raise StoreUnavailable(f"the event log {self._file} is not open: call open() first")
        return self._engine


def _prepare_connection(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode=WAL")
    # WAL with NORMAL keeps the file consistent through a crash; only the last commits may be lost on power cut.
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.close()
    # The driver's own BEGIN comes too late: it lets two readers both find "7" free before either writes.
    connection.isolation_level = None


def _begin_as_writer(connection: Connection) -> None:
    if not connection.get_execution_options().get("only_reads"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _is_passing(problem: Exception) -> bool:
    text = str(problem).lower()
    return isinstance(problem, IntegrityError) or "locked" in text or "busy" in text
