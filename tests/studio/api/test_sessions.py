"""Sessions in browsers: they last as long as they are used, and end at once where somebody is shut out."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest
from starlette.types import Message

from studio.api.authentication import COOKIE
from studio.people.accounts import SESSION_S, Accounts
from studio.people.door import Door
from studio.people.store import PeopleStore
from studio.people.tokens import TOUCH_EVERY_S
from tests.studio.api.conftest import Server

PASSWORD = "a lamp on the table"


@dataclass
class Clock:
    now_s: float = 1_000_000.0

    def __call__(self) -> float:
        return self.now_s


class Counted(PeopleStore):
    """Counts how often it is asked who somebody is."""

    asked = 0

    async def rows(self, table, **where):  # type: ignore[no-untyped-def]
        self.asked += where.get("kind") in ("session", "token")
        return await super().rows(table, **where)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Counted]:
    made = Counted(tmp_path / "people.sqlite")
    await made.open()
    yield made
    await made.close()


@pytest.fixture
async def accounts(server: Server, store: Counted, clock: Clock) -> Accounts:
    made = Accounts(store, clock=clock)
    link = await made.first_link()
    assert link is not None
    await made.redeem(link, PASSWORD, "Ada")
    server.app.state.services = replace(server.app.state.services, door=Door(lambda: made))
    return made


async def sign_in(client: httpx.AsyncClient) -> str:
    answer = await client.post("/api/session", json={"name": "Ada", "password": PASSWORD})
    assert answer.status_code == 200
    return answer.cookies[COOKIE]


async def test_the_cookie_lasts_as_long_as_the_session_that_is_used(
    client: httpx.AsyncClient, accounts: Accounts, clock: Clock
) -> None:
    token = await sign_in(client)
    again = await client.get("/api/people")
    assert "set-cookie" not in again.headers, "not with every answer"
    clock.now_s += TOUCH_EVERY_S + 1
    for path in ("/api/people", "/api/projects", "/api/me"):  # also where the answer is an error
        answer = await client.get(path)
        assert answer.status_code == (503 if path == "/api/projects" else 200)
        assert f"{COOKIE}={token}" in answer.headers["set-cookie"]
        assert f"Max-Age={int(SESSION_S)}" in answer.headers["set-cookie"]
        assert "HttpOnly" in answer.headers["set-cookie"]
        clock.now_s += TOUCH_EVERY_S + 1
    out = await client.delete("/api/session")
    assert "Max-Age=0" in out.headers["set-cookie"]
    assert out.headers.get_list("set-cookie")[1:] == []


async def test_who_signs_in_again_leaves_no_session_behind(client: httpx.AsyncClient, accounts: Accounts) -> None:
    first = await sign_in(client)
    second = await sign_in(client)
    assert first != second
    assert await accounts.of_session(first) is None
    assert await accounts.of_session(second) is not None


async def test_a_session_that_somebody_else_has_chosen_is_none(client: httpx.AsyncClient, accounts: Accounts) -> None:
    client.cookies.set(COOKIE, "vvs_chosen-by-another-page")
    token = await sign_in(client)
    assert token != "vvs_chosen-by-another-page"
    assert await accounts.of_session("vvs_chosen-by-another-page") is None


async def test_who_asks_is_found_out_once_for_an_edit(
    client: httpx.AsyncClient, accounts: Accounts, store: Counted
) -> None:
    await sign_in(client)
    store.asked = 0
    await client.post("/api/projects/bank/edit", json={"commands": []})
    assert store.asked == 1


async def test_who_is_shut_out_while_they_upload_changes_nothing(server: Server, accounts: Accounts) -> None:
    (ada,) = await accounts.people()
    bob, link = await accounts.invite(ada, "Bob", "designer")
    session = await accounts.redeem(link, PASSWORD)
    body = json.dumps({"commands": [{"op": "delete_flow", "flow": "transfer_money"}]}).encode()
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/projects/bank/edit",
        "raw_path": b"/api/projects/bank/edit",
        "query_string": b"",
        "headers": [(b"host", b"127.0.0.1"), (b"cookie", f"{COOKIE}={session.token}".encode())],
        "client": ("127.0.0.1", 9),
        "server": ("127.0.0.1", 80),
        "scheme": "http",
        "http_version": "1.1",
        "root_path": "",
    }
    sent: list[Message] = []
    parts = [body[:10], body[10:]]

    async def receive() -> Message:
        if len(parts) == 1:
            await accounts.change(ada, bob.id, is_active=False)
        return {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts)}

    async def send(message: Message) -> None:
        sent.append(message)

    await server.app(scope, receive, send)
    assert sent[0]["status"] == 401
