"""Server-sent events: they end with the server and with a person's account, and there are only so many."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from studio.api import streaming
from studio.api.authentication import COOKIE
from studio.people.accounts import SESSION_S
from studio.people.records import LOCAL
from tests.studio.api.conftest import Server
from tests.studio.api.streams import Stream
from tests.studio.api.studio_client import Studio, studio_over

AT = "/api/projects/bank"
PASSWORD = "a lamp on the table"


@pytest.fixture
async def studio(server: Server, tmp_path: Path) -> AsyncIterator[Studio]:
    async with studio_over(server, tmp_path) as studio:
        yield studio


async def test_a_page_that_leaves_is_forgotten(server: Server, studio: Studio) -> None:
    stream = Stream(server, f"{AT}/events?client=page-1")
    assert (await stream.start())["status"] == 200
    assert (await stream.news())["type"] == "hello"
    await studio.http.post(f"{AT}/presence", json={"client": "page-1", "flow": None})
    assert (await stream.news())["type"] == "presence"
    assert studio.bench.hub.count("bank") == 1
    await stream.leave()
    assert studio.bench.hub.count("bank") == 0
    assert studio.bench.people_at("bank") == []


async def test_a_server_that_stops_ends_its_streams(server: Server, studio: Studio) -> None:
    stream = Stream(server, f"{AT}/events")
    await stream.start()
    await stream.news()
    studio.bench.end_streams()
    await stream.over()
    late = Stream(server, f"{AT}/events")
    await late.over()


async def test_who_may_not_read_any_more_hears_nothing_more(server: Server, studio: Studio) -> None:
    accounts = studio.opened.accounts
    assert accounts is not None
    token, text = await accounts.new_token(LOCAL, "reader", "viewer", None)
    link = await accounts.first_link()
    assert link is not None
    await accounts.redeem(link, PASSWORD, "Ada")
    (ada,) = await accounts.people()
    bob, link = await accounts.invite(ada, "Bob", "admin")
    session = await accounts.redeem(link, PASSWORD)
    _, of_bob = await accounts.new_token(bob, "pull", "viewer", None)
    by_token = Stream(server, f"{AT}/events", authorization=f"Bearer {text}")
    by_session = Stream(server, f"{AT}/events", cookie=f"{COOKIE}={session.token}")
    by_his = Stream(server, f"{AT}/events", authorization=f"Bearer {of_bob}")
    for stream in (by_token, by_session, by_his):
        assert (await stream.start())["status"] == 200
        await stream.news()
    await accounts.change(ada, bob.id, role="viewer", is_active=None)
    await by_his.over()
    studio.bench.hub.tell("bank", {"type": "history"})
    assert (await by_session.news())["type"] == "history", "a viewer may go on reading"
    await accounts.change(ada, bob.id, is_active=False)
    await by_session.over()
    await accounts.end_token(LOCAL, token.id)
    await by_token.over()
    assert studio.bench.hub.count("bank") == 0


async def test_the_first_account_ends_what_strangers_hear(server: Server, studio: Studio) -> None:
    accounts = studio.opened.accounts
    assert accounts is not None
    stream = Stream(server, f"{AT}/events")
    assert (await stream.start())["status"] == 200
    await stream.news()
    link = await accounts.first_link()
    assert link is not None
    await accounts.redeem(link, PASSWORD, "Ada")
    await stream.over()


async def test_a_session_that_expires_is_heard_out_no_longer(
    server: Server, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "ASK_EVERY_S", 0.05)
    accounts = studio.opened.accounts
    assert accounts is not None
    link = await accounts.first_link()
    assert link is not None
    session = await accounts.redeem(link, PASSWORD, "Ada")
    stream = Stream(server, f"{AT}/events", cookie=f"{COOKIE}={session.token}")
    assert (await stream.start())["status"] == 200
    await stream.news()
    monkeypatch.setattr(accounts, "_clock", lambda: time.time() + SESSION_S + 1)
    await stream.over()


async def test_only_so_many_listen(server: Server, studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "MOST_STREAMS", 2)
    streams = [Stream(server, f"{AT}/events") for _ in range(2)]
    for stream in streams:
        assert (await stream.start())["status"] == 200
    refused = await studio.http.get(f"{AT}/events")
    assert (refused.status_code, refused.json()["code"]) == (503, "too-many-streams")
    for stream in streams:
        await stream.leave()
    again = Stream(server, f"{AT}/events")
    assert (await again.start())["status"] == 200
    await again.leave()


async def test_nobody_shuts_out_the_others_by_opening_pages(
    server: Server, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "MOST_OF_ONE", 2)
    accounts = studio.opened.accounts
    assert accounts is not None
    _, greedy = await accounts.new_token(LOCAL, "greedy", "viewer", None)
    streams = [Stream(server, f"{AT}/events", authorization=f"Bearer {greedy}") for _ in range(2)]
    for stream in streams:
        assert (await stream.start())["status"] == 200
    refused = await studio.http.get(f"{AT}/events", headers={"Authorization": f"Bearer {greedy}"})
    assert (refused.status_code, refused.json()["code"]) == (503, "too-many-streams")
    other = Stream(server, f"{AT}/events")
    assert (await other.start())["status"] == 200
    for stream in (*streams, other):
        await stream.leave()
    assert not studio.bench.streams
