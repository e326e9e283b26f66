"""Programs' tokens end with whoever made them, and nobody acts on a right that they have just lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from studio.people.accounts import Accounts, Session
from studio.people.errors import LinkSpent, NotAllowed, PersonInactive, PersonUnknown
from studio.people.records import LOCAL, Person
from studio.people.roles import Role
from studio.people.store import PeopleStore

PASSWORD = "a lamp on the table"


@pytest.fixture
async def accounts(tmp_path: Path) -> AsyncIterator[Accounts]:
    store = PeopleStore(tmp_path / "data" / "people.sqlite")
    await store.open()
    made = Accounts(store)
    link = await made.first_link()
    assert link is not None
    await made.redeem(link, PASSWORD, "Ada")
    yield made
    await store.close()


async def ada(accounts: Accounts) -> Person:
    return (await accounts.people())[0]


async def joined(accounts: Accounts, name: str, role: Role) -> Session:
    _, link = await accounts.invite(await ada(accounts), name, role)
    return await accounts.redeem(link, PASSWORD)


@pytest.mark.parametrize("fate", ["inactive", "demoted", "deleted"])
async def test_tokens_end_with_the_admin_who_made_them(accounts: Accounts, fate: str) -> None:
    bob = (await joined(accounts, "Bob", "admin")).person
    _, of_bob = await accounts.new_token(bob, "push", "designer", None)
    _, of_ada = await accounts.new_token(await ada(accounts), "pull", "viewer", None)
    assert {token.made_by for token in await accounts.tokens()} == {"Ada", "Bob"}
    if fate == "deleted":
        await accounts.remove(await ada(accounts), bob.id)
    elif fate == "demoted":
        await accounts.change(await ada(accounts), bob.id, role="designer", is_active=None)
    else:
        await accounts.change(await ada(accounts), bob.id, is_active=False)
    assert await accounts.of_token(of_bob) is None
    assert await accounts.of_token(of_ada) is not None
    assert [token.name for token in await accounts.tokens()] == ["pull"]
    if fate != "deleted":
        await accounts.change(await ada(accounts), bob.id, role="admin", is_active=True)
        assert await accounts.of_token(of_bob) is None, "who comes back begins anew"


async def test_what_a_token_has_made_ends_with_it(accounts: Accounts) -> None:
    token, text = await accounts.new_token(await ada(accounts), "set-up", "admin", None)
    program = await accounts.of_token(text)
    assert program is not None
    _, child = await accounts.new_token(program, "child", "admin", None)
    grown = await accounts.of_token(child)
    assert grown is not None
    _, grandchild = await accounts.new_token(grown, "grandchild", "viewer", None)
    assert await accounts.of_token(grandchild) is not None
    await accounts.end_token(await ada(accounts), token.id)
    assert [await accounts.of_token(each) for each in (text, child, grandchild)] == [None, None, None]
    assert await accounts.tokens() == ()
    with pytest.raises(NotAllowed):
        await accounts.new_token(grown, "again", "admin", None)


async def test_a_token_from_before_there_were_accounts_stays(tmp_path: Path) -> None:
    store = PeopleStore(tmp_path / "people.sqlite")
    await store.open()
    made = Accounts(store)
    _, text = await made.new_token(LOCAL, "nightly", "viewer", None)
    link = await made.first_link()
    assert link is not None
    await made.redeem(link, PASSWORD, "Ada")
    assert await made.of_token(text) is not None
    assert [token.made_by for token in await made.tokens()] == [None]
    await store.close()


async def test_who_was_let_in_as_admin_and_is_none_any_more_changes_nobody(accounts: Accounts) -> None:
    bob = (await joined(accounts, "Bob", "admin")).person
    eve = (await joined(accounts, "Eve", "admin")).person
    await accounts.change(await ada(accounts), bob.id, role="viewer", is_active=None)
    acts = (
        accounts.change(bob, eve.id, role="viewer", is_active=None),
        accounts.remove(bob, eve.id),
        accounts.invite(bob, "Mallory", "admin"),
        accounts.new_link(bob, eve.id),
        accounts.new_token(bob, "later", "admin", None),
    )
    ended = await asyncio.gather(*acts, return_exceptions=True)
    assert all(isinstance(one, NotAllowed) for one in ended), ended
    assert {person.name: person.role for person in await accounts.people()}["Eve"] == "admin"
    assert await accounts.tokens() == ()


async def test_of_many_who_take_one_link_at_once_one_gets_it(accounts: Accounts) -> None:
    _, link = await accounts.invite(await ada(accounts), "Bob", "admin")
    tries = [accounts.redeem(link, f"{PASSWORD} {number}") for number in range(6)]
    ended = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(one, Session) for one in ended) == 1
    assert sum(isinstance(one, LinkSpent) for one in ended) == 5


async def test_no_link_leads_into_an_account_that_is_switched_off(accounts: Accounts) -> None:
    session = await joined(accounts, "Bob", "designer")
    bob = session.person
    link = await accounts.new_link(await ada(accounts), bob.id)
    both = (
        accounts.redeem(link, PASSWORD),
        accounts.change(await ada(accounts), bob.id, is_active=False),
    )
    await asyncio.gather(*both, return_exceptions=True)
    with pytest.raises(LinkSpent):
        await accounts.redeem(link, PASSWORD)
    with pytest.raises(PersonInactive):
        await accounts.new_link(await ada(accounts), bob.id)
    await accounts.change(await ada(accounts), bob.id, is_active=True)
    assert await accounts.of_session(session.token) is None, "who comes back signs in anew"


async def test_a_link_by_name(accounts: Accounts) -> None:
    bob = (await joined(accounts, "Bob", "viewer")).person
    found, link = await accounts.link_by_name(LOCAL, " bOb")
    assert found.id == bob.id
    assert (await accounts.redeem(link, PASSWORD)).person.id == bob.id
    with pytest.raises(PersonUnknown, match=r"Ada \(admin\), Bob \(viewer\)"):
        await accounts.link_by_name(LOCAL, "Zoë")
    with pytest.raises(PersonUnknown, match="whose"):
        await accounts.link_by_name(LOCAL, None)
