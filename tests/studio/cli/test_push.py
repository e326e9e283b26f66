"""`vivavoce push`: what it prints, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from studio.projects.workspace import Project
from tests.studio.cli.conftest import Vivavoce
from tests.studio.cli.test_pull import NAME, URL, there
from tests.studio.projects.conftest import edit

__all__ = ["there"]


@pytest.fixture
def copy(vivavoce: Vivavoce, there: Project, tmp_path: Path) -> Path:
    vivavoce("pull", URL, tmp_path / "copy")
    return tmp_path / "copy"


def test_changes_are_sent(vivavoce: Vivavoce, there: Project, copy: Path) -> None:
    edit(copy, "data/flows.yml", lambda text: text.replace(NAME, "name: another day"))
    ran = vivavoce("push", URL, copy)
    assert (ran.code, ran.out.splitlines()) == (0, ["sent     data/flows.yml", f"{URL} has your changes."])
    assert "name: another day" in (there.folder / "data" / "flows.yml").read_text()
    assert vivavoce("push", URL, copy).out.strip() == f"Nothing was changed since {URL}."


def test_conflicts(vivavoce: Vivavoce, there: Project, copy: Path) -> None:
    edit(there.folder, "data/flows.yml", lambda text: text.replace(NAME, "name: another day"))
    edit(copy, "data/flows.yml", lambda text: text.replace(NAME, "name: some other day"))
    ran = vivavoce("push", URL, copy)
    assert (ran.code, "conflict data/flows.yml" in ran.out, "Pull" in ran.out) == (3, True, True)
    told = json.loads(vivavoce("push", URL, copy, "--json").out)
    assert (told["conflicts"], told["version"]) == (["data/flows.yml"], None)


def test_errors_stay_here_unless_allowed(vivavoce: Vivavoce, there: Project, copy: Path) -> None:
    edit(copy, "data/flows.yml", lambda text: text.replace("collect: service", "collect: servise"))
    ran = vivavoce("push", URL, copy)
    assert (ran.code, "data/flows.yml:" in ran.err, "--allow-errors" in ran.err) == (1, True, True)
    assert vivavoce("push", URL, copy, "--allow-errors").code == 0


def test_a_new_project(vivavoce: Vivavoce, there: Project, tmp_path: Path) -> None:
    vivavoce("init", tmp_path / "new", "--template", "faq")
    url = "http://studio.example/studio/questions"
    ran = vivavoce("push", url, tmp_path / "new")
    assert (ran.code, "no project 'questions'" in ran.err) == (1, True)
    assert vivavoce("push", url, tmp_path / "new", "--create").code == 0
    assert (there.folder.parent / "questions" / "docs" / "membership.md").is_file()
