"""Programs' tokens: each has a role of its own, and lasts no longer than its maker's right to make tokens.

Whoever is switched off, deleted or demoted takes along the tokens they made, and what those have made in turn: else a
token that somebody made for themselves would be a way back in. One made on this machine without an account has no maker
who could go; it stays until an admin ends it.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from sqlalchemy import RowMapping

from studio.people import secrets
from studio.people import store as tables
from studio.people.errors import PeopleUnavailable, PersonUnknown
from studio.people.records import LOCAL_ID, Person, Token
from studio.people.roles import Role, may
from studio.people.store import PeopleStore

PROGRAM: Final = "token:"
"""Begins the id under which a program is known; the id of its token follows."""
TOUCH_EVERY_S: Final = 300.0
"""So often at most is written that a session or a token is in use."""
_DAY_S: Final = 86_400.0


class Tokens:
    """The tokens of one server."""

    def __init__(self, store: PeopleStore, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock

    async def of(self, text: str) -> Person | None:
        """Return the program that a token belongs to, as a person with the token's role; None for one that is over."""
        rows = await self._store.rows(tables.keys, digest=secrets.digest(text), kind="token")
        if not rows or not await self._holds(rows[0]):
            return None
        now_s = self._clock()
        if now_s - (rows[0]["used_at"] or 0) > TOUCH_EVERY_S:
            with suppress(PeopleUnavailable):  # a full disk is no reason to shut programs out
                await self._store.change(tables.keys, {"digest": rows[0]["digest"]}, {"used_at": now_s})
        return _program(rows[0])

    async def known_as(self, program_id: str) -> Person | None:
        """Return a program by the id that `of` gave it; None once its token is over."""
        rows = await self._store.rows(tables.keys, kind="token", id=program_id.removeprefix(PROGRAM))
        return _program(rows[0]) if rows and await self._holds(rows[0]) else None

    async def new(self, by: Person, name: str, role: Role, days: int | None) -> tuple[Token, str]:
        """Make a token; return it with its text, which is told this once."""
        text, now_s = secrets.new_token("vv"), self._clock()
        expires_at = None if days is None else now_s + days * _DAY_S
        token = Token(uuid.uuid4().hex, name, role, now_s, expires_at, None, _maker_name(by))
        values = {"digest": secrets.digest(text), "kind": "token", "id": token.id, "person_id": by.id, "name": name}
        await self._store.add(tables.keys, {**values, "role": role, "created_at": now_s, "expires_at": expires_at})
        return token, text

    async def all(self) -> tuple[Token, ...]:
        """Return the tokens, without their texts."""
        rows = await self._store.rows(tables.keys, kind="token")
        names = {row["id"]: row["name"] for row in await self._store.rows(tables.people)}
        names |= {PROGRAM + row["id"]: row["name"] for row in rows}
        return tuple(_token(row, names.get(row["person_id"])) for row in rows)

    async def end(self, token_id: str) -> None:
        """Take a token out of use, and those made with it. Raises PersonUnknown."""
        if not await self._store.remove(tables.keys, kind="token", id=token_id):
            raise PersonUnknown("There is no such token (any more).")
        await self.end_of(PROGRAM + token_id)

    async def end_of(self, maker_id: str) -> None:
        """End what somebody, or a program, has made."""
        waiting = [maker_id]
        while waiting:
            maker = waiting.pop()
            waiting += [
                PROGRAM + row["id"] for row in await self._store.rows(tables.keys, kind="token", person_id=maker)
            ]
            await self._store.remove(tables.keys, kind="token", person_id=maker)

    async def _holds(self, row: RowMapping) -> bool:
        """Tell whether a token is in use, and whoever made it may still make one."""
        while True:
            if row["expires_at"] is not None and row["expires_at"] < self._clock():
                return False
            maker = row["person_id"]
            if maker is None or maker == LOCAL_ID:
                return True
            is_program = maker.startswith(PROGRAM)
            rows = (
                await self._store.rows(tables.keys, kind="token", id=maker.removeprefix(PROGRAM))
                if is_program
                else await self._store.rows(tables.people, id=maker, is_active=True)
            )
            if not rows or not may(rows[0]["role"], "administer"):
                return False
            if not is_program:
                return True
            row = rows[0]


def _program(row: RowMapping) -> Person:
    return Person(PROGRAM + row["id"], row["name"], row["role"])


def _maker_name(by: Person) -> str | None:
    return None if by.id == LOCAL_ID else by.name


def _token(row: RowMapping, made_by: str | None) -> Token:
    return Token(row["id"], row["name"], row["role"], row["created_at"], row["expires_at"], row["used_at"], made_by)
