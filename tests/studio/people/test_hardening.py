"""What attackers and operators do to accounts: bursts of guesses, old links, clashing names, no admin, a full disk."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table

from studio.people.accounts import TOUCH_EVERY_S, Accounts
from studio.people.attempts import FREE
from studio.people.errors import (
    FirstIsAdmin,
    LinkSpent,
    NameTaken,
    PeopleUnavailable,
    PersonUnknown,
    SignInRefused,
    TooManyAttempts,
)
from studio.people.records import LOCAL
from studio.people.store import PeopleStore

PASSWORD = "a lamp on the table"


class Clock:
    def __init__(self) -> None:
        self.now_s = 1_000_000.0

    def __call__(self) -> float:
        return self.now_s


class FullDisk(PeopleStore):
    """A store that cannot write any more once `is_full`."""

    is_full = False

    async def add(self, table: Table, values: Mapping[str, Any]) -> None:
        self._check()
        await super().add(table, values)

    async def change(self, table: Table, where: Mapping[str, Any], values: Mapping[str, Any]) -> int:
        self._check()
        return await super().change(table, where, values)

    def _check(self) -> None:
        if self.is_full:
            raise PeopleUnavailable("database or disk is full")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[FullDisk]:
    made = FullDisk(tmp_path / "data" / "people.sqlite")
    await made.open()
    yield made
    await made.close()


@pytest.fixture
def accounts(store: FullDisk, clock: Clock) -> Accounts:
    return Accounts(store, clock=clock)


async def with_admin(accounts: Accounts) -> str:
    link = await accounts.first_link()
    assert link is not None
    return (await accounts.redeem(link, PASSWORD, "Ada")).token


async def test_a_link_from_an_earlier_start_is_over_once_there_is_a_password(accounts: Accounts) -> None:
    printed_yesterday = await accounts.first_link()
    printed_today = await accounts.first_link()
    assert printed_yesterday is not None
    assert printed_today is not None
    await accounts.redeem(printed_today, PASSWORD, "Ada")
    with pytest.raises(LinkSpent):
        await accounts.redeem(printed_yesterday, "somebody else's words", "Ada")


async def test_a_name_that_is_taken_leaves_the_link_whole(accounts: Accounts) -> None:
    await with_admin(accounts)
    (ada,) = await accounts.people()
    _, link = await accounts.invite(ada, "Bob", "designer")
    with pytest.raises(NameTaken):
        await accounts.redeem(link, PASSWORD, "Ada")
    assert (await accounts.redeem(link, PASSWORD, "Robert")).person.name == "Robert"


async def test_whoever_invites_from_this_machine_is_not_shut_out(accounts: Accounts) -> None:
    with pytest.raises(FirstIsAdmin, match="admin"):
        await accounts.invite(LOCAL, "Bob", "viewer")
    _, link = await accounts.invite(LOCAL, "Ada", "admin")
    assert not await accounts.any_exist(), "nobody can sign in yet"
    with pytest.raises(FirstIsAdmin):
        await accounts.invite(LOCAL, "Bob", "viewer")
    await accounts.redeem(link, PASSWORD)
    assert await accounts.any_exist()
    (ada,) = await accounts.people()
    await accounts.invite(ada, "Bob", "viewer")


async def test_a_mistaken_first_invitation_can_be_taken_back(accounts: Accounts) -> None:
    eve, _ = await accounts.invite(LOCAL, "Eve", "admin")
    await accounts.remove(LOCAL, eve.id)
    assert await accounts.people() == ()


async def test_the_first_link_is_for_an_admin_whoever_was_there_before(accounts: Accounts, store: FullDisk) -> None:
    from studio.people import store as tables

    row = {"id": "1", "name": "Admin", "name_key": "admin", "role": "viewer", "is_active": True, "created_at": 1.0}
    await store.add(tables.people, row)
    link = await accounts.first_link()
    assert link is not None
    assert (await accounts.redeem(link, PASSWORD)).person.role == "admin"


async def test_a_burst_of_guesses_gets_no_more_than_the_free_ones(accounts: Accounts) -> None:
    await with_admin(accounts)
    tries = [accounts.sign_in("Ada", f"wrong guess {number}", f"10.0.0.{number}") for number in range(20)]
    ended = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(one, SignInRefused) for one in ended) <= FREE
    assert sum(isinstance(one, TooManyAttempts) for one in ended) >= 20 - FREE


async def test_signing_in_often_is_no_guessing(accounts: Accounts) -> None:
    await with_admin(accounts)
    for _ in range(FREE * 2):
        await accounts.sign_in("Ada", PASSWORD, "10.0.0.1")


async def test_two_admins_cannot_demote_each_other(accounts: Accounts) -> None:
    await with_admin(accounts)
    (ada,) = await accounts.people()
    bob, link = await accounts.invite(ada, "Bob", "admin")
    await accounts.redeem(link, PASSWORD)
    both = (
        accounts.change(ada, bob.id, role="viewer", is_active=None),
        accounts.change(bob, ada.id, role="viewer", is_active=None),
    )
    await asyncio.gather(*both, return_exceptions=True)
    assert any(person.role == "admin" for person in await accounts.people())


async def test_a_full_disk_shuts_nobody_out(accounts: Accounts, store: FullDisk, clock: Clock) -> None:
    session = await with_admin(accounts)
    (ada,) = await accounts.people()
    _, token = await accounts.new_token(ada, "build", "viewer", None)
    clock.now_s += TOUCH_EVERY_S * 2
    store.is_full = True
    assert await accounts.of_session(session) is not None
    assert await accounts.of_token(token) is not None


async def test_only_the_owner_reads_any_of_the_files(store: FullDisk, tmp_path: Path) -> None:
    with pytest.raises(PersonUnknown):
        await Accounts(store).person("nobody")
    files = list((tmp_path / "data").glob("people.sqlite*"))
    assert len(files) > 1, "the log beside it is open"
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
