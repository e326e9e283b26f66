"""Every route has a right in the table, and every role meets what the table says."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from studio.api.permissions import OPEN, RIGHTS
from studio.people.accounts import Accounts
from studio.people.door import Door
from studio.people.records import LOCAL
from studio.people.roles import ROLES, Role, may
from studio.people.store import PeopleStore
from tests.studio.api.conftest import Server

PASSWORD = "a lamp on the table"


def routes_of(app: FastAPI) -> list[tuple[str, str]]:
    contexts = list(iter_route_contexts(app.router.routes))
    return sorted((method, str(each.path)) for each in contexts for method in each.methods or ())


@pytest.fixture
async def accounts(tmp_path: Path) -> AsyncIterator[Accounts]:
    store = PeopleStore(tmp_path / "people.sqlite")
    await store.open()
    yield Accounts(store)
    await store.close()


@pytest.fixture
def guarded(server: Server, accounts: Accounts) -> Server:
    server.app.state.services = replace(server.app.state.services, door=Door(lambda: accounts))
    return server


def test_every_route_is_in_the_table_and_no_other(server: Server) -> None:
    assert not [f"{method} {path}" for method, path in routes_of(server.app) if f"{method} {path}" not in RIGHTS]
    known = {f"{method} {path}" for method, path in routes_of(server.app)}
    assert not sorted(entry for entry in RIGHTS if entry not in known)


async def test_without_accounts_this_machine_is_let_in(guarded: Server, client: httpx.AsyncClient) -> None:
    told = (await client.get("/api/me")).json()
    assert told["person"]["role"] == "admin"
    assert not told["has_accounts"]
    assert (await client.get("/api/assistant")).status_code == 200


async def test_beyond_this_machine_nobody_is(guarded: Server, client: httpx.AsyncClient, accounts: Accounts) -> None:
    guarded.app.state.services = replace(guarded.app.state.services, door=Door(lambda: accounts, is_public=True))
    assert (await client.get("/api/assistant")).status_code == 401
    assert (await client.get("/healthz")).status_code == 200
    assert (await client.get("/api/me")).json()["person"] is None


@pytest.mark.parametrize("role", ROLES)
async def test_each_role_meets_the_table(
    guarded: Server, client: httpx.AsyncClient, accounts: Accounts, role: Role
) -> None:
    _, token = await accounts.new_token(LOCAL, "walk", role, None)
    await _first_admin(accounts)
    for method, path in routes_of(guarded.app):
        right = RIGHTS[f"{method} {path}"]
        address = path.replace("{path:path}", "x").replace("{", "").replace("}", "")
        if path.endswith("/events"):
            continue  # never ends when it is allowed
        stranger = await client.request(method, address)
        known = await client.request(method, address, headers={"Authorization": f"Bearer {token}"})
        if right == OPEN:
            assert stranger.json() is not None if stranger.content else True
            assert stranger.status_code != 403
            continue
        assert stranger.status_code == 401, (method, path)
        if may(role, right):
            assert known.status_code not in (401, 403), (method, path, known.text)
        else:
            assert known.status_code == 403, (method, path)
            assert known.json()["code"] == "not-allowed"


async def test_a_session_is_a_cookie_that_scripts_do_not_see(
    guarded: Server, client: httpx.AsyncClient, accounts: Accounts
) -> None:
    await _first_admin(accounts)
    assert (await client.get("/api/people")).status_code == 401
    wrong = await client.post("/api/session", json={"name": "Ada", "password": "wrong guess"})
    assert wrong.status_code == 401
    right = await client.post("/api/session", json={"name": "Ada", "password": PASSWORD})
    assert "httponly" in right.headers["set-cookie"].lower()
    assert "samesite=strict" in right.headers["set-cookie"].lower()
    assert [each["name"] for each in (await client.get("/api/people")).json()] == ["Ada"]
    assert (await client.delete("/api/session")).status_code == 204
    assert (await client.get("/api/people")).status_code == 401


async def test_a_page_from_elsewhere_cannot_act(guarded: Server, client: httpx.AsyncClient) -> None:
    body = {"name": "Eve", "role": "admin"}
    foreign = await client.post("/api/people", json=body, headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 403
    assert foreign.json()["code"] == "foreign-origin"
    own = await client.post("/api/people", json=body, headers={"Origin": "http://127.0.0.1:8080"})
    assert own.status_code == 201
    assert own.json()["link"].startswith("/studio/welcome#vvl_")


async def _first_admin(accounts: Accounts) -> None:
    link = await accounts.first_link()
    if link is not None:
        await accounts.redeem(link, PASSWORD, "Ada")
