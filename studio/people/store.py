"""Accounts, sessions, links, tokens and the audit log in one SQLite file.

Nothing here decides; `studio.people.accounts` does. All methods raise PeopleUnavailable where the file cannot be used.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    Integer,
    MetaData,
    RowMapping,
    String,
    Table,
    Text,
    delete,
    event,
    insert,
    select,
    update,
)
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from studio.people.errors import NameTaken, PeopleUnavailable
from studio.people.records import AuditEntry

BUSY_TIMEOUT_MS = 5_000
_metadata = MetaData()
people = Table(
    "people",
    _metadata,
    Column("id", String(64), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("name_key", String(200), nullable=False, unique=True),
    Column("role", String(20), nullable=False),
    Column("password", Text),
    Column("is_active", Boolean, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("seen_at", Float),
)
keys = Table(
    "keys",
    _metadata,
    Column("digest", String(64), primary_key=True),
    Column("kind", String(10), nullable=False),  # session, link or token
    Column("id", String(64), nullable=False),
    Column("person_id", String(64)),  # whose session or link; who made the token
    Column("name", String(200), nullable=False),
    Column("role", String(20)),
    Column("created_at", Float, nullable=False),
    Column("expires_at", Float),
    Column("used_at", Float),
)
audit = Table(
    "audit",
    _metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("at", Float, nullable=False),
    Column("person_id", String(64), nullable=False),
    Column("person_name", String(200), nullable=False),
    Column("action", String(100), nullable=False),
    Column("project", String(200)),
    Column("detail", Text, nullable=False),
)


class PeopleStore:
    """The file. `open` before use, `close` after."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._engine: AsyncEngine | None = None

    async def open(self) -> None:
        """Create the file and its tables when they are not there yet; only its owner may read it."""
        engine = create_async_engine(f"sqlite+aiosqlite:///{self._file}")
        event.listen(engine.sync_engine, "connect", _prepare)
        try:
            await asyncio.to_thread(self._make_private)
            async with engine.begin() as connection:
                await connection.run_sync(_metadata.create_all)
        except (OSError, SQLAlchemyError) as problem:
            await engine.dispose()
            raise PeopleUnavailable(f"The accounts in {self._file} cannot be opened: {problem}") from problem
        self._engine = engine

    def _make_private(self) -> None:
        """Make the file before SQLite does, whose log beside it gets the mode that the file has then."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.touch(mode=0o600)
        for path in (self._file, *(self._file.with_name(self._file.name + end) for end in ("-wal", "-shm"))):
            if path.exists():
                path.chmod(0o600)

    async def close(self) -> None:
        if self._engine is not None:
            await self._engine.dispose()
            self._engine = None

    @asynccontextmanager
    async def _using(self) -> AsyncIterator[AsyncConnection]:
        if self._engine is None:
            raise PeopleUnavailable(f"The accounts in {self._file} are not open.")
        try:
            async with self._engine.begin() as connection:
                yield connection
        except IntegrityError as problem:
            raise NameTaken("Somebody has that name already. Choose another one.") from problem
        except SQLAlchemyError as problem:
            raise PeopleUnavailable(f"The accounts in {self._file} cannot be used: {problem}") from problem

    async def rows(self, table: Table, **where: Any) -> Sequence[RowMapping]:
        """Return the rows in which the columns have the values, oldest first."""
        query = select(table)
        for name, value in where.items():
            query = query.where(table.c[name] == value)
        order = table.c["number"] if "number" in table.c else table.c["created_at"]
        async with self._using() as connection:
            return (await connection.execute(query.order_by(order))).mappings().all()

    async def add(self, table: Table, values: Mapping[str, Any]) -> None:
        """Insert a row. Raises NameTaken for a name that is there."""
        async with self._using() as connection:
            await connection.execute(insert(table).values(dict(values)))

    async def change(self, table: Table, where: Mapping[str, Any], values: Mapping[str, Any]) -> int:
        """Change rows; return how many."""
        statement = update(table).values(dict(values))
        for name, value in where.items():
            statement = statement.where(table.c[name] == value)
        async with self._using() as connection:
            return (await connection.execute(statement)).rowcount

    async def remove(self, table: Table, **where: Any) -> int:
        """Delete rows; return how many. Of two who take the same row only one gets it."""
        statement = delete(table)
        for name, value in where.items():
            statement = statement.where(table.c[name] == value)
        async with self._using() as connection:
            return (await connection.execute(statement)).rowcount

    async def take_link(self, digest: str, person_id: str, values: Mapping[str, Any]) -> bool:
        """Spend a one-time link, change its person and end their other links and their sessions: all or nothing.

        Returns whether the link was still there, and the person active. Raises NameTaken.
        """
        spent = delete(keys).where(keys.c.digest == digest, keys.c.kind == "link")
        ended = delete(keys).where(keys.c.person_id == person_id, keys.c.kind.in_(("link", "session")))
        async with self._using() as connection:
            if (await connection.execute(spent)).rowcount != 1:
                return False
            changed = update(people).where(people.c.id == person_id, people.c.is_active).values(dict(values))
            if (await connection.execute(changed)).rowcount != 1:
                return False
            await connection.execute(ended)
        return True

    async def note(self, entry: AuditEntry) -> None:
        """Append to the audit log."""
        values = {
            "at": entry.at,
            "person_id": entry.person_id,
            "person_name": entry.person_name,
            "action": entry.action,
            "project": entry.project,
            "detail": json.dumps(dict(entry.detail), ensure_ascii=False, default=str),
        }
        await self.add(audit, values)

    async def audited(self, *, before: int | None, limit: int, project: str | None) -> Sequence[RowMapping]:
        """Return entries of the audit log, the latest first, only those numbered below `before`."""
        query = select(audit).order_by(audit.c.number.desc()).limit(limit)
        if before is not None:
            query = query.where(audit.c.number < before)
        if project is not None:
            query = query.where(audit.c.project == project)
        async with self._using() as connection:
            return (await connection.execute(query)).mappings().all()


def _prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    cursor.close()
