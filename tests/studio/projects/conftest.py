"""A workspace of its own with a small project, and git that nobody's settings reach."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from studio.projects.environments import Environments
from studio.projects.git import Person
from studio.projects.history import History
from studio.projects.workspace import Project, Workspace

ANA = Person("Ana", "ana@example.org")


@pytest.fixture(autouse=True)
def _nobody_elses_git(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "projects")


@pytest.fixture
def project(workspace: Workspace) -> Project:
    """A project from a template, under git."""
    made = workspace.create("Hair", template="appointments")
    History(made).begin(ANA)
    return made


@pytest.fixture
def history(project: Project) -> History:
    return History(project)


@pytest.fixture
def environments(project: Project, tmp_path: Path) -> Environments:
    return Environments(tmp_path / "data", project)


def git(folder: Path, *arguments: str) -> str:
    """Run the machine's own git, as somebody who edits by hand would."""
    named = ["-c", "user.name=Bo", "-c", "user.email=bo@example.org", "-c", "init.defaultBranch=main"]
    return subprocess.run(
        ["git", "-C", str(folder), *named, *arguments], check=True, capture_output=True, text=True
    ).stdout


def edit(folder: Path, path: str, change: Callable[[str], str]) -> None:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(change(file.read_text(encoding="utf-8") if file.exists() else ""), encoding="utf-8")


def name_the_flow(folder: Path, name: str) -> None:
    """Give the first flow of the project another name."""
    edit(folder, "data/flows.yml", lambda text: text.replace(text.split("name: ")[1].split("\n")[0], name))


def whole(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder but git's own."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
