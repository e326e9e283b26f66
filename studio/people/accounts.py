"""Accounts: who may come in, by password, one-time link, session or token; and every change in the audit log.

Without accounts, whoever works on this machine is let in as an admin; the first account ends that. Beyond loopback a
first start makes a one-time link for the first admin, which the server's own output tells.
"""

from __future__ import annotations

import asyncio
import itertools
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping

from studio.people import secrets
from studio.people import store as tables
from studio.people.attempts import Attempts
from studio.people.errors import (
    FirstIsAdmin,
    LastAdmin,
    LinkSpent,
    NotAllowed,
    PeopleError,
    PeopleUnavailable,
    PersonInactive,
    PersonUnknown,
    SignInRefused,
    TooManyAttempts,
)
from studio.people.records import LOCAL, OUTSIDE, AuditEntry, Person, Token
from studio.people.roles import ROLES, Role
from studio.people.store import PeopleStore
from studio.people.tokens import PROGRAM, TOUCH_EVERY_S, Tokens

SESSION_S = 14 * 24 * 3600.0
"""A session ends after two weeks without a request."""
LINK_S = 7 * 24 * 3600.0
MOST_NAME = 100
AUDIT_PAGE = 200
MOST_HASHED = 2
"""Passwords that are hashed at once: each takes a core for 50 ms and 64 MB. Our own choice."""


@dataclass(frozen=True, slots=True)
class Session:
    """A person who is signed in; `token` goes into the cookie."""

    token: str
    person: Person


class Accounts:
    """The people of one server."""

    def __init__(self, store: PeopleStore, *, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._clock = clock
        self._attempts = Attempts()
        self._count: int | None = None
        self._hashing = asyncio.Semaphore(MOST_HASHED)
        self._changing = asyncio.Lock()
        self._tokens = Tokens(store, clock)
        self.revision = 0
        """Counts whenever somebody may have lost a right: what was found out before does not hold any more."""
        self.lost_rights = asyncio.Event()
        """Set at the same moment, and then another one: whoever waits asks again."""

    async def any_exist(self) -> bool:
        """Whether there is an account that can sign in: one with a password. Somebody invited cannot yet."""
        if self._count is None:
            rows = await self._store.rows(tables.people, is_active=True)
            self._count = sum(row["password"] is not None for row in rows)
        return self._count > 0

    async def people(self) -> tuple[Person, ...]:
        """Return everybody, the oldest account first."""
        return tuple(_person(row) for row in await self._store.rows(tables.people))

    async def person(self, person_id: str) -> Person:
        """Return one. Raises PersonUnknown."""
        rows = await self._store.rows(tables.people, id=person_id)
        if not rows:
            raise PersonUnknown("There is no such person (any more).")
        return _person(rows[0])

    async def invite(self, by: Person, name: str, role: Role) -> tuple[Person, str]:
        """Make an account without a password; return it with the token of its one-time link.

        Raises:
            NameTaken.
            FirstIsAdmin: nobody who is an admin can sign in yet, and this would be the first account that can.
            NotAllowed: `by` is no admin any more.
        """
        async with self._changing:
            await self._require_admin(by)
            if role != "admin" and not any(each.has_password for each in await self._admins()):
                raise FirstIsAdmin(
                    "The first account is an admin's. Make your own as admin, open its link, then go on."
                )
            person = await self._new(name, role)
        await self.note(by, "person invited", detail={"name": person.name, "role": role})
        return person, await self._new_link(person)

    async def first_link(self) -> str | None:
        """Return the token of a link for the first admin; None where there are accounts that can sign in.

        Links of earlier starts end: each was told in a log.
        """
        if await self.any_exist():
            return None
        return await self._new_link(await self._first_admin())

    async def link_by_name(self, by: Person, name: str | None) -> tuple[Person, str]:
        """Make a one-time link for somebody by their name; without one, for the first admin.

        Raises:
            PersonUnknown: nobody has that name, or a name is needed since people can sign in; who there is is told.
            PersonInactive.
        """
        people = await self.people()
        if name is not None:
            found = next((each for each in people if _key(each.name) == _key(name)), None)
            if found is None:
                raise PersonUnknown(f"Nobody here is called {name[:MOST_NAME]!r}. {_told_who(people)}")
        elif await self.any_exist():
            raise PersonUnknown(f"Say whose link it is to be. {_told_who(people)}")
        else:
            found = await self._first_admin()
        return found, await self.new_link(by, found.id)

    async def new_link(self, by: Person, person_id: str) -> str:
        """Make a new one-time link for somebody who has none or has forgotten their password; older ones end.

        Raises:
            NotAllowed: `by` is no admin any more.
            PersonUnknown, PersonInactive.
        """
        async with self._changing:
            await self._require_admin(by)
            person = await self.person(person_id)
            if not person.is_active:
                raise PersonInactive(f"{person.name} may not sign in. Activate the account first, then make the link.")
            link = await self._new_link(person)
        await self.note(by, "link made", detail={"name": person.name})
        return link

    async def redeem(self, link: str, password: str, name: str | None = None) -> Session:
        """Take a one-time link: set the password (and the name), and sign in. The person's other links end.

        Raises:
            LinkSpent, PasswordTooWeak, NameTaken: nothing has changed, and a link that was good still is.
        """
        digest = secrets.digest(link)
        rows = await self._store.rows(tables.keys, digest=digest, kind="link")
        if not rows or (rows[0]["expires_at"] or 0) < self._clock():
            raise LinkSpent("This link was used already or has expired. Ask an admin for a new one.")
        async with self._hashing:
            kept = await asyncio.to_thread(secrets.hash_password, password)
        person = await self.person(rows[0]["person_id"])
        values: dict[str, Any] = {"password": kept}
        if name is not None and name.strip():
            values |= _named(name)
        if not await self._store.take_link(digest, person.id, values):
            raise LinkSpent("This link was used just now. Ask an admin for a new one.")
        self._count = None
        self._rights_lost()
        person = await self.person(person.id)
        await self.note(person, "password set")
        return await self._new_session(person)

    async def sign_in(self, name: str, password: str, address: str) -> Session:
        """Sign in by name and password. Raises SignInRefused, TooManyAttempts."""
        now_s, keys = self._clock(), (f"name:{_key(name)}", f"address:{address}")
        wait_s = max(self._attempts.wait_s(key, now_s) for key in keys)
        if wait_s > 0:
            raise TooManyAttempts(f"That was wrong too often. Try again in {wait_s:.0f} seconds.")
        for key in keys:
            self._attempts.begun(key, now_s)
        rows = await self._store.rows(tables.people, name_key=_key(name), is_active=True)
        kept = rows[0]["password"] if rows else None
        async with self._hashing:
            is_right = await asyncio.to_thread(secrets.is_password, kept, password)
        if not is_right:
            raise SignInRefused("Name and password do not belong together.")
        self._attempts.succeeded(keys[0])
        self._attempts.was_right(keys[1])
        person = _person(rows[0])
        await self.note(person, "signed in")
        return await self._new_session(person)

    async def sign_out(self, token: str) -> None:
        """End a session."""
        if await self._store.remove(tables.keys, digest=secrets.digest(token), kind="session"):
            self._rights_lost()

    async def of_session(
        self, token: str, *, is_use: bool = True, when_extended: Callable[[], None] = lambda: None
    ) -> Person | None:
        """Return who a cookie belongs to; None for one that is unknown or over.

        Args:
            is_use: Lets the session last longer, which is written now and then.
            when_extended: Called when it was, so that the cookie can last longer as well.
        """
        rows = await self._store.rows(tables.keys, digest=secrets.digest(token), kind="session")
        now_s = self._clock()
        if not rows or (rows[0]["expires_at"] or 0) < now_s:
            return None
        if is_use and now_s - (rows[0]["used_at"] or 0) > TOUCH_EVERY_S:
            values = {"used_at": now_s, "expires_at": now_s + SESSION_S}
            with suppress(PeopleUnavailable):  # a full disk is no reason to shut people out
                await self._store.change(tables.keys, {"digest": rows[0]["digest"]}, values)
                await self._store.change(tables.people, {"id": rows[0]["person_id"]}, {"seen_at": now_s})
                when_extended()
        people = await self._store.rows(tables.people, id=rows[0]["person_id"], is_active=True)
        return _person(people[0]) if people else None

    async def of_token(self, token: str) -> Person | None:
        """Return the program that a bearer token belongs to, as a person with the token's role."""
        return await self._tokens.of(token)

    async def change(
        self, by: Person, person_id: str, *, name: str | None = None, role: Role | None = None, is_active: bool | None
    ) -> Person:
        """Change an account. Whoever loses their place is signed out, and their tokens end.

        Raises:
            LastAdmin, NameTaken, PersonUnknown.
            NotAllowed: `by` is no admin any more.
        """
        values: dict[str, Any] = {} if name is None else _named(name)
        values |= {} if role is None else {"role": role}
        values |= {} if is_active is None else {"is_active": is_active}
        async with self._changing:  # of two admins who demote each other one stays
            await self._require_admin(by)
            person = await self.person(person_id)
            await self._keep_an_admin(person, role or person.role, person.is_active if is_active is None else is_active)
            if values:
                await self._store.change(tables.people, {"id": person_id}, values)
                self._count = None
            if is_active is not None:  # also who comes back begins anew
                await self._end_keys(person_id)
            elif role not in (None, "admin"):
                await self._tokens.end_of(person_id)
            self._rights_lost()
        told = {key: value for key, value in values.items() if key != "name_key"}
        await self.note(by, "person changed", detail={"name": person.name, **told})
        return await self.person(person_id)

    async def remove(self, by: Person, person_id: str) -> None:
        """Delete an account; what they did stays in the audit log. Raises LastAdmin, NotAllowed, PersonUnknown."""
        if person_id == by.id:
            raise NotAllowed("You cannot delete your own account. Ask another admin.")
        async with self._changing:
            await self._require_admin(by)
            person = await self.person(person_id)
            if person.has_password or await self.any_exist():
                await self._keep_an_admin(person, person.role, False)
            await self._end_keys(person_id)
            await self._store.remove(tables.people, id=person_id)
            self._count = None
            self._rights_lost()
        await self.note(by, "person deleted", detail={"name": person.name})

    async def new_token(self, by: Person, name: str, role: Role, days: int | None) -> tuple[Token, str]:
        """Make a token for a program; its text is told this once. Raises NotAllowed."""
        async with self._changing:
            await self._require_admin(by)
            token, text = await self._tokens.new(by, _clean(name), role, days)
        await self.note(by, "token made", detail={"name": token.name, "role": role})
        return token, text

    async def tokens(self) -> tuple[Token, ...]:
        """Return the programs' tokens, without their texts."""
        return await self._tokens.all()

    async def end_token(self, by: Person, token_id: str) -> None:
        """Take a token out of use, and what was made with it. Raises NotAllowed, PersonUnknown."""
        async with self._changing:
            await self._require_admin(by)
            await self._tokens.end(token_id)
            self._rights_lost()
        await self.note(by, "token ended", detail={"id": token_id})

    async def note(
        self, by: Person, action: str, project: str | None = None, detail: Mapping[str, Any] | None = None
    ) -> None:
        """Write into the audit log."""
        await self._store.note(AuditEntry(self._clock(), by.id, by.name, action, project, detail or {}))

    async def audited(self, before: int | None = None, project: str | None = None) -> Sequence[RowMapping]:
        """Return a page of the audit log, the latest first; the next one with the last number as `before`."""
        return await self._store.audited(before=before, limit=AUDIT_PAGE, project=project)

    def _rights_lost(self) -> None:
        self.revision += 1
        self.lost_rights.set()
        self.lost_rights = asyncio.Event()

    async def _require_admin(self, by: Person) -> None:
        """Refuse whoever has lost the right since their request was let in. Called within `_changing`."""
        if by.id in (LOCAL.id, OUTSIDE.id):
            return
        if by.id.startswith(PROGRAM):
            now = await self._tokens.known_as(by.id)
        else:
            rows = await self._store.rows(tables.people, id=by.id, is_active=True)
            now = _person(rows[0]) if rows else None
        if now is None or not now.may("administer"):
            raise NotAllowed("You are no admin any more. Load the page again.")

    async def _end_keys(self, person_id: str) -> None:
        await self._tokens.end_of(person_id)
        await self._store.remove(tables.keys, person_id=person_id)

    async def _keep_an_admin(self, person: Person, role: Role, is_active: bool) -> None:
        if person.role != "admin" or (role == "admin" and is_active):
            return
        if not any(each.id != person.id and each.has_password for each in await self._admins()):
            raise LastAdmin(f"{person.name} is the only admin who can sign in. Make somebody else an admin first.")

    async def _admins(self) -> list[Person]:
        return [each for each in await self.people() if each.role == "admin" and each.is_active]

    async def _first_admin(self) -> Person:
        admins = await self._admins()
        return admins[0] if admins else await self._new(await self._free_name("Admin"), "admin")

    async def _free_name(self, name: str) -> str:
        taken = {_key(each.name) for each in await self.people()}
        numbered = (name if number == 1 else f"{name} {number}" for number in itertools.count(1))
        return next(one for one in numbered if _key(one) not in taken)

    async def _new(self, name: str, role: Role) -> Person:
        if role not in ROLES:
            raise PeopleError(f"There is no role {role!r}; there are {', '.join(ROLES)}.")
        values = {"id": uuid.uuid4().hex, **_named(name), "role": role, "is_active": True, "created_at": self._clock()}
        await self._store.add(tables.people, values)
        self._count = None
        return await self.person(values["id"])

    async def _new_link(self, person: Person) -> str:
        """Make a link; the person's older ones end."""
        await self._store.remove(tables.keys, kind="link", person_id=person.id)
        return await self._new_key("link", "vvl", person, LINK_S)

    async def _new_session(self, person: Person) -> Session:
        await self._store.change(tables.people, {"id": person.id}, {"seen_at": self._clock()})
        return Session(await self._new_key("session", "vvs", person, SESSION_S), person)

    async def _new_key(self, kind: str, prefix: str, person: Person, lasts_s: float) -> str:
        text, now_s = secrets.new_token(prefix), self._clock()
        values = {"digest": secrets.digest(text), "kind": kind, "id": uuid.uuid4().hex, "person_id": person.id}
        times = {"created_at": now_s, "expires_at": now_s + lasts_s, "used_at": now_s}
        await self._store.add(tables.keys, {**values, **times, "name": person.name})
        return text


def _clean(name: str) -> str:
    text = " ".join(name.split())
    if not text or len(text) > MOST_NAME or not text.isprintable():
        raise PeopleError(f"A name has 1 to {MOST_NAME} characters that can be seen.")
    return text


def _key(name: str) -> str:
    """Two names that look the same are the same name."""
    return " ".join(name.split()).casefold()


def _named(name: str) -> dict[str, Any]:
    text = _clean(name)
    if _key(text) == _key(LOCAL.name):
        raise PeopleError(f"{text!r} is what the studio calls whoever looks at it. Choose another name.")
    return {"name": text, "name_key": _key(text)}


def _person(row: RowMapping) -> Person:
    has_password = row["password"] is not None
    return Person(
        row["id"], row["name"], row["role"], bool(row["is_active"]), has_password, row["created_at"], row["seen_at"]
    )


def _told_who(people: Sequence[Person]) -> str:
    named = [f"{each.name} ({each.role}{'' if each.is_active else ', inactive'})" for each in people[:20]]
    more = f" and {len(people) - len(named)} more" if len(people) > len(named) else ""
    return f"There are: {', '.join(named)}{more}." if named else "There are no accounts yet."
