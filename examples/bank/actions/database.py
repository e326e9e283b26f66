"""The bank's database: one small SQLite file in which every caller has rows of their own.

The file is named by the environment variable BANK_DATABASE, or lies in the user's data folder. Sums are
integer cents. Every change is one `BEGIN IMMEDIATE` transaction, so two calls that change things at once wait
for each other instead of overwriting.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from platformdirs import user_data_path

BUSY_TIMEOUT_S = 5.0
SCHEMA_VERSION = 1
SCHEMA = """
CREATE TABLE customer (
    id TEXT PRIMARY KEY, opened_on TEXT NOT NULL, transfer_limit_cents INTEGER NOT NULL
);
CREATE TABLE account (
    customer TEXT NOT NULL REFERENCES customer (id) ON DELETE CASCADE,
    name TEXT NOT NULL, balance_cents INTEGER NOT NULL CHECK (balance_cents >= 0),
    PRIMARY KEY (customer, name)
);
CREATE TABLE contact (
    customer TEXT NOT NULL REFERENCES customer (id) ON DELETE CASCADE,
    name TEXT NOT NULL COLLATE NOCASE, account_number TEXT NOT NULL,
    PRIMARY KEY (customer, name)
);
CREATE TABLE card (
    customer TEXT NOT NULL REFERENCES customer (id) ON DELETE CASCADE,
    kind TEXT NOT NULL, state TEXT NOT NULL, last_digits TEXT NOT NULL,
    reason TEXT, is_replaced INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (customer, kind)
);
CREATE TABLE posting (
    id INTEGER PRIMARY KEY,
    customer TEXT NOT NULL REFERENCES customer (id) ON DELETE CASCADE,
    day TEXT NOT NULL, party TEXT NOT NULL, amount_cents INTEGER NOT NULL
);
CREATE INDEX posting_by_day ON posting (customer, day);
CREATE TABLE transfer (
    customer TEXT NOT NULL REFERENCES customer (id) ON DELETE CASCADE,
    reference TEXT NOT NULL, recipient TEXT NOT NULL, amount_cents INTEGER NOT NULL,
    PRIMARY KEY (customer, reference)
);
"""


def database_path() -> Path:
    """Return where the file is: BANK_DATABASE, or bank.sqlite in the user's data folder."""
    named = os.environ.get("BANK_DATABASE")
    return Path(named) if named else user_data_path("vivavoce") / "bank.sqlite"


@contextmanager
def opened() -> Iterator[sqlite3.Connection]:
    """Open the database, made on first use, and close it again. Reads need no more than this."""
    path = database_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
    try:
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA foreign_keys = ON")
        _prepare(connection)
        yield connection
    finally:
        connection.close()


@contextmanager
def changing(connection: sqlite3.Connection) -> Iterator[None]:
    """Carry out everything inside as one transaction: all of it, or nothing when an exception leaves."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _prepare(connection: sqlite3.Connection) -> None:
    if _version(connection) == SCHEMA_VERSION:
        return
    connection.execute("PRAGMA journal_mode = WAL")
    with changing(connection):
        if _version(connection) == SCHEMA_VERSION:  # another call was quicker
            return
        for statement in SCHEMA.split(";"):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
