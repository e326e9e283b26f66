"""Projects over HTTP: made, brought in, taken out, deleted; versions of them; and who did what."""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.studio.api.conftest import Server
from tests.studio.api.studio_client import EXAMPLES, Studio, studio_over

ZIP = {"Content-Type": "application/zip"}


@pytest.fixture
async def studio(server: Server, tmp_path: Path) -> AsyncIterator[Studio]:
    async with studio_over(server, tmp_path) as studio:
        yield studio


async def test_a_project_from_a_template_and_into_the_bin(studio: Studio) -> None:
    templates = (await studio.http.get("/api/templates")).json()
    assert "empty" in {template["id"] for template in templates}
    made = await studio.http.post("/api/projects", json={"name": "Flower shop", "template": templates[-1]["id"]})
    assert made.status_code == 201
    listed = (await studio.http.get("/api/projects")).json()
    assert [(one["id"], one["is_served"]) for one in listed] == [("bank", True), ("flower-shop", False)]
    again = await studio.http.post("/api/projects", json={"name": "Other", "id": "flower-shop"})
    assert again.status_code == 409
    assert (await studio.http.delete("/api/projects/flower-shop")).status_code == 204
    assert (await studio.http.get("/api/projects/flower-shop")).status_code == 404
    refused = await studio.http.delete("/api/projects/bank")
    assert refused.status_code == 409, "the served folder is not ours to move"
    assert studio.served.is_dir()


async def test_a_zip_comes_in_and_goes_out(studio: Studio) -> None:
    exported = await studio.http.get("/api/projects/bank/export")
    assert exported.headers["content-type"] == "application/zip"
    came = await studio.http.post("/api/projects/import?name=Copy", content=exported.content, headers=ZIP)
    assert came.status_code == 201, came.text
    copied = studio.data / "projects" / came.json()["id"]
    for path in sorted((studio.served / "data").rglob("*.yml")):
        assert (copied / path.relative_to(studio.served)).read_bytes() == path.read_bytes()


@pytest.mark.parametrize("name", ["../evil.yml", "/etc/evil.yml", "a/../../evil.yml"])
async def test_a_zip_with_path_tricks_is_refused_whole(studio: Studio, name: str) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("config.yml", "recipe: default.v1\nlanguage: en\n")
        archive.writestr(name, "x: 1\n")
    refused = await studio.http.post("/api/projects/import", content=made.getvalue(), headers=ZIP)
    assert refused.status_code == 422
    assert refused.json()["message"]
    assert not list(studio.data.rglob("evil.yml"))
    assert [one["id"] for one in (await studio.http.get("/api/projects")).json()] == ["bank"]


async def test_a_folder_comes_in_on_this_machine(studio: Studio) -> None:
    came = await studio.http.post("/api/projects/import", json={"folder": str(EXAMPLES / "clinic")})
    assert came.status_code == 201, came.text
    assert came.json()["id"] == "clinic"
    nowhere = await studio.http.post("/api/projects/import", json={"folder": "/nowhere/at/all"})
    assert nowhere.status_code == 422
    other = await studio.http.post("/api/projects/import", content=b"x", headers={"Content-Type": "text/plain"})
    assert other.status_code == 415


async def test_history_publishing_and_going_back(studio: Studio) -> None:
    made = await studio.http.post("/api/projects", json={"name": "Shop", "template": "faq"})
    project = made.json()["id"]
    first = await studio.http.post(f"/api/projects/{project}/commit", json={"message": "As it came"})
    assert first.status_code == 200, first.text
    published = await studio.http.post(
        f"/api/projects/{project}/publish", json={"environment": "production", "message": "Opening day"}
    )
    assert published.status_code == 201, published.text
    flows = next((studio.data / "projects" / project / "data").rglob("*.yml"))
    flows.write_text(flows.read_text() + "\n# a note\n")
    second = await studio.http.post(f"/api/projects/{project}/commit", json={"message": "A note"})
    assert second.json()["commit"] != first.json()["commit"]
    history = (await studio.http.get(f"/api/projects/{project}/history")).json()
    assert next(commit["message"] for commit in history["commits"]) == "A note"
    difference = await studio.http.get(f"/api/projects/{project}/history/{second.json()['commit']}/diff")
    assert "+# a note" in difference.json()["text"]
    await studio.http.post(f"/api/projects/{project}/publish", json={"environment": "production", "message": "Two"})
    back = await studio.http.post(f"/api/projects/{project}/rollback", json={"environment": "production"})
    assert back.json()["version"] == published.json()["version"]
    states = (await studio.http.get(f"/api/projects/{project}/environments")).json()
    assert {state["environment"]: state["current"] is not None for state in states} == {
        "staging": False,
        "production": True,
    }
    folder, is_draft = await studio.bench.folder_of(project, "production")
    assert not is_draft
    assert not any("# a note" in path.read_text() for path in (folder / "data").rglob("*.yml"))


async def test_what_does_not_validate_is_not_published(studio: Studio) -> None:
    project = (await studio.http.post("/api/projects", json={"name": "Shop", "template": "faq"})).json()["id"]
    flows = next((studio.data / "projects" / project / "data").rglob("*.yml"))
    flows.write_text("flows:\n  broken:\n    description: x\n    steps:\n      - collect: nothing_of_the_kind\n")
    refused = await studio.http.post(
        f"/api/projects/{project}/publish", json={"environment": "staging", "message": "no"}
    )
    assert refused.status_code == 422
    states = (await studio.http.get(f"/api/projects/{project}/environments")).json()
    assert all(state["current"] is None for state in states)


async def test_the_audit_log_tells_who_did_what(studio: Studio) -> None:
    await studio.http.post("/api/projects", json={"name": "Shop"})
    rows = (await studio.http.get("/api/audit")).json()
    assert [(row["person_name"], row["action"], row["project"]) for row in rows] == [("You", "project made", "shop")]
