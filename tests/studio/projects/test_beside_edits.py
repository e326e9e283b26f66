"""Checking what is published or pushed holds nobody's edit, and what is published is what was checked."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from studio.projects import environments as publishing
from studio.projects import exchange as exchanging
from studio.projects.contents import read_files
from studio.projects.packages import write_push
from studio.running_assistants import PUBLISHED
from tests.studio.api.conftest import OFFER, Server
from tests.studio.api.conftest import server as server
from tests.studio.api.studio_client import Studio, studio_over

FLOWS = "data/flows.yml"
LONGEST_S = 60.0


@pytest.fixture
async def studio(server: Server, tmp_path: Path) -> AsyncIterator[Studio]:
    async with studio_over(server, tmp_path) as opened:
        made = await opened.http.post("/api/projects", json={"name": "Shop", "template": "order-status"})
        assert made.status_code == 201, made.text
        yield opened


class SlowCheck:
    """A check of the whole assistant that takes until it is let go on."""

    def __init__(self, real: Callable[[Path], Any]) -> None:
        self.real = real
        self.has_begun = threading.Event()
        self.may_end = threading.Event()
        self.seen: list[bytes] = []

    def __call__(self, folder: Path) -> Any:
        self.seen.append((folder / "domain.yml").read_bytes() if (folder / "domain.yml").exists() else b"")
        self.has_begun.set()
        assert self.may_end.wait(LONGEST_S)
        return self.real(folder)


def greeting(text: str) -> dict[str, Any]:
    put = {"op": "put", "section": "responses", "name": "utter_greeting", "value": [{"text": text}]}
    return {"commands": [put]}


async def test_an_edit_answers_while_a_publication_is_checked(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    at = "/api/projects/shop"
    assert (await studio.http.post(f"{at}/edit", json=greeting("As published."))).status_code == 200
    folder = (await studio.bench.project("shop")).folder
    before = read_files(folder)
    slow = SlowCheck(publishing.find_problems)
    monkeypatch.setattr(publishing, "find_problems", slow)
    wanted = {"environment": "production", "message": "One"}
    publication = asyncio.create_task(studio.http.post(f"{at}/publish", json=wanted))
    assert await asyncio.to_thread(slow.has_begun.wait, LONGEST_S)

    edited = await asyncio.wait_for(studio.http.post(f"{at}/edit", json=greeting("Edited meanwhile.")), LONGEST_S)
    assert edited.status_code == 200, edited.text
    assert not publication.done()
    slow.may_end.set()
    made = (await publication).json()

    place, _ = await studio.bench.folder_of("shop", "production")
    assert read_files(place) == {path: one for path, one in before.items() if not path.startswith(".studio/")}
    assert b"Edited meanwhile." in b"".join(read_files(folder).values())
    status = (await studio.http.get(f"{at}/history")).json()["status"]
    assert len(status["changes"]) == 1
    assert status["head"] == made["commit"]


async def test_who_publishes_later_is_put_later(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """A check that takes longer must not bring an older text over a newer one, nor over a rollback."""
    at = "/api/projects/shop"
    wanted = {"environment": "production", "message": "One"}
    assert (await studio.http.post(f"{at}/edit", json=greeting("First."))).status_code == 200
    slow = SlowCheck(publishing.find_problems)
    monkeypatch.setattr(publishing, "find_problems", slow)
    first = asyncio.create_task(studio.http.post(f"{at}/publish", json=wanted))
    assert await asyncio.to_thread(slow.has_begun.wait, LONGEST_S)
    monkeypatch.setattr(publishing, "find_problems", slow.real)
    assert (await studio.http.post(f"{at}/edit", json=greeting("Second."))).status_code == 200
    second = asyncio.create_task(studio.http.post(f"{at}/publish", json={**wanted, "message": "Two"}))
    done, _ = await asyncio.wait([second], timeout=1.0)
    assert not done
    slow.may_end.set()
    assert (await first).status_code == (await second).status_code == 201
    place, _ = await studio.bench.folder_of("shop", "production")
    assert b"Second." in b"".join(read_files(place).values())


async def test_what_was_edited_while_a_push_was_checked_is_checked_with_it(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = "/api/projects/shop"
    folder = (await studio.bench.project("shop")).folder
    base = read_files(folder)
    content = write_push({**base, "docs/new.md": b"# Pushed\n"}, base)
    slow = SlowCheck(lambda _: [])
    monkeypatch.setattr(exchanging.read_incoming, "__kwdefaults__", {**_defaults(), "check": slow})
    pushing = asyncio.create_task(studio.http.post(f"{at}/push", content=content))
    assert await asyncio.to_thread(slow.has_begun.wait, LONGEST_S)
    edited = await asyncio.wait_for(studio.http.post(f"{at}/edit", json=greeting("Edited meanwhile.")), LONGEST_S)
    assert edited.status_code == 200, edited.text
    assert not pushing.done()
    slow.may_end.set()
    pushed = await pushing
    assert pushed.status_code == 200, pushed.text

    now = read_files(folder)
    assert now["docs/new.md"] == b"# Pushed\n"
    assert b"Edited meanwhile." in b"".join(now.values())
    assert len(slow.seen) == 2
    assert slow.seen[0] != slow.seen[1]


def _defaults() -> dict[str, Any]:
    found = exchanging.read_incoming.__kwdefaults__
    assert found is not None
    return dict(found)


async def test_a_trained_set_is_listed_tried_and_published(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    at = "/api/projects/shop"
    outline = (await studio.http.get(f"{at}/outline")).json()
    flow = next(one["id"] for one in outline["flows"] if not one["is_default"])
    first = (await studio.http.get(f"{at}/history")).json()["commits"][0]["id"]
    named = {"op": "set_field", "flow": flow, "path": ["description"], "value": "Edited."}
    assert (await studio.http.post(f"{at}/edit", json={"commands": [named]})).status_code == 200
    monkeypatch.setattr(studio.bench.jobs, "_command", ("true",))
    with studio.bench.hub.joined("shop") as news:
        assert (await studio.http.post(f"{at}/train", json={"flows": {flow: first}})).status_code == 202
        while (told := await news.get()).get("job", {"state": "running"})["state"] == "running":
            pass
    assert told["job"]["state"] == "done"
    (kept,) = (await studio.http.get(f"{at}/trained")).json()
    assert (kept["flows"], kept["by"] != "") == ({flow: first}, True)

    tried, is_draft = await studio.bench.folder_of("shop", f"trained:{kept['version']}")
    assert not is_draft
    assert b"Edited." not in b"".join(read_files(tried).values())
    wanted = {"environment": "production", "message": "The set", "version": kept["version"]}
    made = await studio.http.post(f"{at}/publish", json=wanted)
    assert made.status_code == 201, made.text
    assert made.json()["flows"] == {flow: first}
    assert (await studio.bench.folder_of("shop", "production"))[0] == tried
    unknown = await studio.http.post(f"{at}/publish", json={**wanted, "version": "f" * 16})
    assert (unknown.status_code, "Train it again" in unknown.json()["message"]) == (404, True)


class Running:
    """Stands for what runs assistants: remembers which folders it was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[Path, bool]] = []

    async def dialogue(self, folder: Path, *, is_draft: bool) -> None:
        self.asked.append((folder, is_draft))

    def folders(self) -> tuple[Path, ...]:
        return ()


async def test_a_call_names_the_version_that_was_found_for_it(server: Server, studio: Studio) -> None:
    """What is found once is not looked for again when the call begins: another version may have been published."""
    at, running = "/api/projects/shop", Running()
    server.app.state.services = replace(server.app.state.services, running=lambda: running)
    made = (await studio.http.post(f"{at}/publish", json={"environment": "production", "message": "One"})).json()
    assert (await studio.http.post(f"{at}/branches", json={"name": "idea"})).status_code == 201
    for environment in ("production", "branch:idea", "draft"):
        offer = {"content": OFFER, "headers": {"Content-Type": "application/sdp", "Origin": "http://127.0.0.1:8080"}}
        answer = await studio.http.post(f"/rtc/offer?project=shop&environment={environment}", **offer)
        assert answer.status_code in (201, 429, 503), answer.text
    told = [about.get(PUBLISHED) for about in server.gateway.about]
    assert told == [made["version"], made["version"], None]
    assert [is_draft for _, is_draft in running.asked] == [False, False, True]
    assert await studio.bench.folder_of_version("shop", str(told[0])) == running.asked[0][0]
