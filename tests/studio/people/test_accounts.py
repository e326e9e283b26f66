"""Who may come in, and what is remembered of it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from studio.people.accounts import LINK_S, SESSION_S, Accounts
from studio.people.attempts import FREE
from studio.people.errors import (
    LastAdmin,
    LinkSpent,
    NameTaken,
    NotAllowed,
    PasswordTooWeak,
    PeopleError,
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


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def accounts(tmp_path: Path, clock: Clock) -> AsyncIterator[Accounts]:
    store = PeopleStore(tmp_path / "data" / "people.sqlite")
    await store.open()
    yield Accounts(store, clock=clock)
    await store.close()


async def with_admin(accounts: Accounts) -> str:
    link = await accounts.first_link()
    assert link is not None
    return (await accounts.redeem(link, PASSWORD, "Ada")).token


async def test_the_first_link_makes_an_admin_once(accounts: Accounts) -> None:
    assert not await accounts.any_exist()
    session = await with_admin(accounts)
    person = await accounts.of_session(session)
    assert person is not None
    assert (person.name, person.role) == ("Ada", "admin")
    assert await accounts.first_link() is None
    assert await accounts.any_exist()


async def test_a_link_works_once_and_not_for_ever(accounts: Accounts, clock: Clock) -> None:
    first = await accounts.first_link()
    assert first is not None
    await accounts.redeem(first, PASSWORD, "Ada")
    with pytest.raises(LinkSpent):
        await accounts.redeem(first, "another password here")
    _, second = await accounts.invite(LOCAL, "Bob", "viewer")
    clock.now_s += LINK_S + 1
    with pytest.raises(LinkSpent):
        await accounts.redeem(second, PASSWORD)


async def test_a_weak_password_leaves_the_link_whole(accounts: Accounts) -> None:
    link = await accounts.first_link()
    assert link is not None
    for weak in ("short", "aaaaaaaaaaaa", "password123", "x" * 300):
        with pytest.raises(PasswordTooWeak):
            await accounts.redeem(link, weak)
    assert (await accounts.redeem(link, PASSWORD)).person.role == "admin"


async def test_a_new_link_ends_the_older_one(accounts: Accounts) -> None:
    await with_admin(accounts)
    person, older = await accounts.invite(LOCAL, "Bob", "designer")
    newer = await accounts.new_link(LOCAL, person.id)
    with pytest.raises(LinkSpent):
        await accounts.redeem(older, PASSWORD)
    assert (await accounts.redeem(newer, PASSWORD)).person.name == "Bob"


async def test_signing_in_and_out(accounts: Accounts, clock: Clock) -> None:
    await with_admin(accounts)
    session = await accounts.sign_in("  ADA ", PASSWORD, "127.0.0.1")
    assert (await accounts.of_session(session.token)) is not None
    await accounts.sign_out(session.token)
    assert (await accounts.of_session(session.token)) is None
    later = await accounts.sign_in("Ada", PASSWORD, "127.0.0.1")
    clock.now_s += SESSION_S / 2
    assert (await accounts.of_session(later.token)) is not None
    clock.now_s += SESSION_S * 0.9
    assert (await accounts.of_session(later.token)) is not None, "a session that is used lives on"
    clock.now_s += SESSION_S + 1
    assert (await accounts.of_session(later.token)) is None


async def test_guessing_becomes_slow_for_known_and_unknown_names_alike(accounts: Accounts, clock: Clock) -> None:
    await with_admin(accounts)
    for name, address in (("Ada", "10.0.0.1"), ("Nobody", "10.0.0.2")):
        for _ in range(FREE):
            with pytest.raises(SignInRefused):
                await accounts.sign_in(name, "wrong guess", address)
        with pytest.raises(TooManyAttempts):
            await accounts.sign_in(name, PASSWORD, address)
    clock.now_s += 3
    assert (await accounts.sign_in("Ada", PASSWORD, "10.0.0.9")).person.name == "Ada"


async def test_the_last_admin_stays(accounts: Accounts) -> None:
    await with_admin(accounts)
    (ada,) = await accounts.people()
    with pytest.raises(LastAdmin):
        await accounts.change(ada, ada.id, role="viewer", is_active=None)
    with pytest.raises(LastAdmin):
        await accounts.change(ada, ada.id, is_active=False)
    bob, _ = await accounts.invite(ada, "Bob", "admin")
    with pytest.raises(LastAdmin):
        await accounts.remove(bob, ada.id)
    with pytest.raises(NotAllowed):
        await accounts.remove(ada, ada.id)


async def test_who_is_shut_out_is_out_at_once(accounts: Accounts) -> None:
    await with_admin(accounts)
    (ada,) = await accounts.people()
    bob, link = await accounts.invite(ada, "Bob", "designer")
    session = await accounts.redeem(link, PASSWORD)
    await accounts.change(ada, bob.id, is_active=False)
    assert await accounts.of_session(session.token) is None
    with pytest.raises(SignInRefused):
        await accounts.sign_in("Bob", PASSWORD, "127.0.0.1")
    await accounts.remove(ada, bob.id)
    with pytest.raises(PersonUnknown):
        await accounts.person(bob.id)


async def test_names_that_look_the_same_are_the_same(accounts: Accounts) -> None:
    await with_admin(accounts)
    await accounts.invite(LOCAL, "Zoë Ångström", "viewer")
    with pytest.raises(NameTaken):
        await accounts.invite(LOCAL, "zoë  ångström ", "admin")
    for bad in ("", "   ", "a\u0000b", "x" * 101, "You"):
        with pytest.raises(PeopleError):
            await accounts.invite(LOCAL, bad, "viewer")


async def test_tokens_of_programs(accounts: Accounts, clock: Clock) -> None:
    token, text = await accounts.new_token(LOCAL, "nightly push", "designer", 30)
    person = await accounts.of_token(text)
    assert person is not None
    assert person.may("edit")
    assert not person.may("publish")
    assert await accounts.of_session(text) is None, "a token is no session"
    clock.now_s += 31 * 86_400
    assert await accounts.of_token(text) is None
    await accounts.end_token(LOCAL, token.id)
    assert await accounts.tokens() == ()


async def test_no_secret_is_in_the_file_or_the_audit_log(accounts: Accounts, tmp_path: Path) -> None:
    session = await with_admin(accounts)
    _, text = await accounts.new_token(LOCAL, "push", "viewer", None)
    rows = await accounts.audited()
    assert [row["action"] for row in rows] == ["token made", "password set"]
    content = b"".join(path.read_bytes() for path in (tmp_path / "data").iterdir())
    for secret in (session, text, PASSWORD):
        assert secret.encode() not in content
        assert secret not in json.dumps([dict(row) for row in rows])
    assert (tmp_path / "data" / "people.sqlite").stat().st_mode & 0o077 == 0
