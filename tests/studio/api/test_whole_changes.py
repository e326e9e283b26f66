"""Changes of the whole folder beside edits; deleting while others are at it; and what the disk does to both."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from studio import workbench as workbenches
from studio.people.errors import PeopleUnavailable
from studio.projects.history import History
from tests.studio.api.conftest import Server
from tests.studio.api.studio_client import Studio, studio_over

AT = "/api/projects/bank"


@pytest.fixture
async def studio(server: Server, tmp_path: Path) -> AsyncIterator[Studio]:
    async with studio_over(server, tmp_path) as studio:
        yield studio


def describing(text: str) -> dict[str, Any]:
    command = {"op": "set_field", "flow": "transfer_money", "path": ["description"], "value": text}
    return {"commands": [command]}


async def shop(studio: Studio) -> str:
    made = await studio.http.post("/api/projects", json={"name": "Shop", "template": "faq"})
    project: str = made.json()["id"]
    return project


@pytest.mark.parametrize("change", ["commit", "restore", "publish", "switch", "merge"])
async def test_no_edit_falls_into_a_change_of_the_whole(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    """An edit that comes while the folder is changed as a whole waits for it, and finds what it left."""
    project = await shop(studio)
    at = f"/api/projects/{project}"
    document = await studio.bench.document(project)
    seen: list[bool] = []

    def noting(*_: Any, **__: Any) -> Any:
        seen.append(document.is_held)
        raise RuntimeError("far enough")

    monkeypatch.setattr(f"studio.api.{_PARTS[change]}", noting)
    answer = await studio.http.post(f"{at}/{_PATHS[change]}", **_BODIES[change])
    assert answer.status_code == 500, answer.text
    assert seen == [True]
    assert not document.is_held


_PARTS = {
    "commit": "versions._committed",
    "restore": "versions.History.restore",
    "publish": "versions.Environments.put",
    "switch": "versions.Branches.switch",
    "merge": "versions.Branches.merge",
}
_PATHS = {"switch": "branches/switch", "merge": "branches/merge"} | {
    name: name for name in ("commit", "restore", "publish")
}
_BODIES: dict[str, dict[str, Any]] = {
    "commit": {"json": {"message": "x"}},
    "restore": {"json": {"commit": "main"}},
    "publish": {"json": {"environment": "staging", "message": "x"}},
    "switch": {"json": {"name": "other"}},
    "merge": {"json": {"name": "other"}},
}


async def test_an_edit_after_a_restore_is_made_on_what_was_restored(studio: Studio) -> None:
    project = await shop(studio)
    at = f"/api/projects/{project}"
    flow = next(one for one in (await studio.http.get(f"{at}/outline")).json()["flows"] if not one["is_default"])
    first = (await studio.http.get(f"{at}/history")).json()["commits"][0]["id"]
    command = {"op": "set_field", "flow": flow["id"], "path": ["description"], "value": "Another."}
    assert (await studio.http.post(f"{at}/edit", json={"commands": [command]})).status_code == 200
    restored = await studio.http.post(f"{at}/restore", json={"commit": first})
    assert restored.status_code == 200, restored.text
    assert (await studio.http.get(f"{at}/flows/{flow['id']}")).json()["description"] == flow["description"]


async def test_a_deleted_project_leaves_nothing_behind(
    server: Server, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = await shop(studio)
    at = f"/api/projects/{project}"
    monkeypatch.setattr(studio.bench.jobs, "_command", (sys.executable, "-c", "import time; time.sleep(600)"))
    job = (await studio.http.post(f"{at}/train", json={})).json()
    assert job["state"] == "running"
    await studio.http.post(f"{at}/presence", json={"client": "page", "flow": None})
    kept = studio.data / "trained" / "shop.json"
    kept.parent.mkdir(exist_ok=True)
    kept.write_text("{}")
    assert (await studio.http.delete(at)).status_code == 204
    assert not [one for one in studio.bench.jobs.of(project) if one.state == "running"]
    assert not kept.exists()
    assert not [task for task in asyncio.all_tasks() if task.get_name() == f"watch {project}"]
    assert (await studio.http.get(f"{at}/outline")).status_code == 404
    assert await shop(studio) == project
    assert (await studio.http.get(f"{at}/changes")).json()["trained_at"] is None


async def test_a_page_that_asks_while_its_project_is_deleted_opens_nothing(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = await shop(studio)
    await studio.bench.document(project)
    asked: list[asyncio.Task[Any]] = []
    real: Callable[[str], Path] = studio.bench.workspace.delete
    loop = asyncio.get_running_loop()

    def slow(project_id: str) -> Path:
        asking = asyncio.run_coroutine_threadsafe(_ask(), loop)
        asking.result(10)
        return real(project_id)

    async def _ask() -> None:
        asked.append(asyncio.ensure_future(studio.http.get(f"/api/projects/{project}/outline")))
        for _ in range(50):
            await asyncio.sleep(0)

    monkeypatch.setattr(studio.bench.workspace, "delete", slow)
    assert (await studio.http.delete(f"/api/projects/{project}")).status_code == 204
    assert (await asked[0]).status_code == 404
    assert not [task for task in asyncio.all_tasks() if task.get_name() == f"watch {project}"]


async def test_an_edit_that_was_saved_is_told_as_saved_when_the_audit_log_is_full(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: Any) -> None:
        raise PeopleUnavailable("database or disk is full")

    accounts = studio.opened.accounts
    assert accounts is not None
    monkeypatch.setattr(accounts, "note", full)
    answer = await studio.http.post(f"{AT}/edit", json=describing("Ada's words."))
    assert answer.status_code == 200, answer.text


async def test_a_folder_that_vanishes_is_told_and_not_a_mistake_of_ours(studio: Studio) -> None:
    await studio.http.get(f"{AT}/outline")
    shutil.rmtree(studio.served)
    gets = ("", "/outline", "/findings", "/history", "/branches", "/environments", "/changes", "/comments", "/export")
    more = ("/archive", "/content/slots", "/flows/transfer_money", "/search?q=x", "/history/draft/diff", "/jobs")
    for rest in (*gets, *more):
        answer = await studio.http.get(f"{AT}{rest}")
        assert answer.status_code != 500, (rest, answer.text)
    bodies: dict[str, Any] = {
        "/edit": describing("x"),
        "/commit": {"message": "x"},
        "/restore": {"commit": "main"},
        "/publish": {"environment": "staging", "message": "x"},
        "/comments": {"flow": "transfer_money", "text": "x"},
        "/branches": {"name": "x"},
    }
    for rest, body in bodies.items():
        answer = await studio.http.post(f"{AT}{rest}", json=body)
        assert 400 <= answer.status_code != 500, (rest, answer.text)
    assert (await studio.http.get("/api/projects")).status_code == 200


async def test_documents_that_nobody_looks_at_are_let_go(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbenches, "MOST_OPEN", 2)
    monkeypatch.setattr(workbenches, "UNUSED_S", 0.0)
    made = [(await studio.http.post("/api/projects", json={"name": f"Shop {n}"})).json()["id"] for n in range(4)]
    with studio.bench.hub.joined(made[0]):
        for project in made:
            assert (await studio.http.get(f"/api/projects/{project}/outline")).status_code == 200
        watched = {task.get_name() for task in asyncio.all_tasks() if task.get_name().startswith("watch ")}
        assert watched == {f"watch {made[0]}", f"watch {made[3]}"}
    assert (await studio.http.get(f"/api/projects/{made[1]}/outline")).status_code == 200


def test_a_folder_that_cannot_be_read_hides_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from studio.projects.workspace import Workspace

    workspace = Workspace(tmp_path)
    workspace.create("Shop")
    (tmp_path / "locked").mkdir()
    real = Path.is_file

    def refusing(path: Path) -> bool:
        if path.parent.name == "locked":
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(Path, "is_file", refusing)
    assert [project.id for project in workspace.projects()] == ["shop"]
    assert History(workspace.get("shop")).status().kind in ("own", "none", "missing", "outer")
