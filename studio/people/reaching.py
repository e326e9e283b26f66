"""The file of accounts reached from outside its server: only one that is there and ours is touched."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Final

from studio.people import store as tables
from studio.people.accounts import LINK_S, Accounts
from studio.people.errors import PeopleUnavailable
from studio.people.records import OUTSIDE, Person
from studio.people.store import BUSY_TIMEOUT_MS, PeopleStore

_WHERE: Final = "If the server keeps its data elsewhere, name that folder: VIVAVOCE_DATA_DIR=FOLDER."


async def make_link(file: Path, name: str | None) -> tuple[Person, str, float]:
    """Make a one-time link for somebody, or for the first admin; return whose it is, its token and when it ends.

    Raises:
        PeopleUnavailable: there is no file, it is another program's, or it may not be written.
        PersonUnknown, PersonInactive: with who there is.
    """
    await asyncio.to_thread(_require_ours, file)
    store = PeopleStore(file)
    await store.open()
    try:
        person, token = await Accounts(store).link_by_name(OUTSIDE, name)
    finally:
        await store.close()
    return person, token, time.time() + LINK_S


def _require_ours(file: Path) -> None:
    """Look without writing: opening a file for use makes tables in it, and another program's is not ours to change."""
    if not file.exists():
        raise PeopleUnavailable(f"There are no accounts at {file}: the first `vivavoce serve` makes the file. {_WHERE}")
    try:
        address = f"{file.resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=BUSY_TIMEOUT_MS / 1000)) as connection:
            rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    except (sqlite3.Error, OSError) as problem:
        told = f"{file} cannot be read as a file of accounts: {problem}."
        raise PeopleUnavailable(f"{told} Run this as the user who runs the server. {_WHERE}") from problem
    missing = {tables.people.name, tables.keys.name, tables.audit.name} - {name for (name,) in rows}
    if missing:
        raise PeopleUnavailable(f"{file} is no file of accounts: it has no table {min(missing)!r}. {_WHERE}")
