"""`vivavoce pull`: what it prints, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from studio.projects.remote import Remote
from studio.projects.workspace import Project, Workspace
from tests.studio.cli.conftest import Vivavoce
from tests.studio.projects.conftest import edit
from tests.studio.projects.studio_double import studio

URL = "http://studio.example/studio/hair"
NAME = "name: move an appointment"


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A studio with one project, which the command line reaches without a socket."""
    workspace = Workspace(tmp_path / "projects")
    transport, make = httpx.MockTransport(studio(workspace, token="t0k3n")), Remote.__init__

    def connected(self: Remote, *arguments: object, **named: object) -> None:
        make(self, *arguments, **{**named, "transport": transport})  # type: ignore[arg-type]

    monkeypatch.setattr(Remote, "__init__", connected)
    monkeypatch.setenv("VIVAVOCE_TOKEN", "t0k3n")
    return workspace.create("Hair", template="appointments")


def test_a_copy(vivavoce: Vivavoce, there: Project, tmp_path: Path) -> None:
    ran = vivavoce("pull", URL, tmp_path / "copy")
    assert ran.code == 0
    assert "taken    data/flows.yml" in ran.out
    assert "without encryption" in ran.err
    assert vivavoce("pull", URL, tmp_path / "copy").out.strip() == f"{tmp_path / 'copy'} has everything that {URL} has."


def test_json_and_conflicts(vivavoce: Vivavoce, there: Project, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    vivavoce("pull", "http://studio.example", copy, "--project", "hair")
    edit(there.folder, "data/flows.yml", lambda text: text.replace(NAME, "name: another day"))
    edit(copy, "data/flows.yml", lambda text: text.replace(NAME, "name: some other day"))
    ran = vivavoce("pull", URL, copy, "--json")
    told = json.loads(ran.out)
    assert (ran.code, told["conflicts"], told["url"]) == (3, ["data/flows.yml"], URL)
    assert (copy / "data" / "flows.yml.theirs").is_file()
    ran = vivavoce("pull", URL, copy)
    assert (ran.code, "not solved" in ran.err) == (1, True)


def test_who_may_not(vivavoce: Vivavoce, there: Project, tmp_path: Path) -> None:
    ran = vivavoce("pull", URL, tmp_path / "copy", "--token", "wrong")
    assert (ran.code, "--token" in ran.err) == (1, True)
    assert not (tmp_path / "copy").exists()


def test_what_is_no_address(vivavoce: Vivavoce, tmp_path: Path) -> None:
    ran = vivavoce("pull", "ftp://x", tmp_path / "copy")
    assert (ran.code, "no address of a studio" in ran.err) == (1, True)
