"""The folder of projects: made, brought in, taken out, deleted; never half of one."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path

import pytest

from studio.assistants import find_problems
from studio.projects import workspace as module
from studio.projects import writing
from studio.projects.archives import packed, unpacked
from studio.projects.errors import (
    ImportRefused,
    ProjectNameInvalid,
    ProjectTaken,
    ProjectUnknown,
    TemplateUnknown,
    WritingFailed,
)
from studio.projects.templates import templates
from studio.projects.workspace import Workspace, name_of
from tests.studio.projects.conftest import whole

EXAMPLES = Path(__file__).parents[3] / "examples"
TEMPLATES = [template.id for template in templates()]


def everything(workspace: Workspace) -> set[str]:
    return {path.name for path in workspace.root.iterdir()} if workspace.root.exists() else set()


def test_there_are_templates() -> None:
    assert TEMPLATES == ["empty", "appointments", "faq", "order-status"]


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_template_is_a_sound_assistant(workspace: Workspace, template: str) -> None:
    project = workspace.create("Zoë's “Laden” 你好: #1", template=template)
    assert find_problems(project.folder) == ()
    from studio.assistants import load

    assistant = load(project.folder)
    assert (assistant.id, assistant.name) == (project.id, "Zoë's “Laden” 你好: #1")
    assert {"config.yml", "domain.yml", "voice.yml"} <= set(whole(project.folder))
    assert [path for path in whole(project.folder) if path.startswith("e2e_tests/")]


def test_projects_are_listed_and_found(workspace: Workspace) -> None:
    assert workspace.projects() == ()
    hair = workspace.create("Hair")
    other = workspace.create("Hair")
    assert [(one.id, one.is_own) for one in workspace.projects()] == [("hair", True), ("hair-2", True)]
    assert workspace.get("hair-2") == other != hair
    for unknown in ("nothing", "../hair", "", ".bin", "hair/data", "hair\\data"):
        with pytest.raises(ProjectUnknown):
            workspace.get(unknown)


def test_names_and_ids(workspace: Workspace) -> None:
    assert workspace.create("   Čekárna   u lékaře ").id == "cekarna-u-lekare"
    assert workspace.create("你好").id.startswith("assistant-")
    for name in ("", "  ", "\x00\n", "x" * 200):
        with pytest.raises(ProjectNameInvalid):
            workspace.create(name)
    for project_id in ("a/b", "..", "-x", "x" * 65, "ü", "", "a b"):
        with pytest.raises(ProjectNameInvalid):
            workspace.create("X", project_id=project_id)
    with pytest.raises(ProjectTaken):
        workspace.create("X", project_id="CEKARNA-u-lekare")
    with pytest.raises(TemplateUnknown, match="appointments"):
        workspace.create("X", template="../bank")


def test_the_served_assistant_is_edited_in_place(workspace: Workspace, tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / "campsite", tmp_path / "campsite")
    workspace.create("Campsite")
    both = Workspace(workspace.root, served=tmp_path / "campsite")
    served, own = both.projects()
    assert (served.id, served.folder, served.is_own) == ("campsite-served", tmp_path / "campsite", False)
    assert (own.id, own.is_own) == ("campsite", True)
    assert both.get(served.id) == served
    assert served.key != own.key
    with pytest.raises(ProjectTaken, match="stop the server"):
        both.delete(served.id)
    inner = Workspace(workspace.root, served=own.folder)
    assert [(one.id, one.is_own) for one in inner.projects()] == [("campsite", True)]


@pytest.mark.parametrize("name", ["bank", "campsite", "clinic", "restaurant", "telecom"])
def test_out_and_in_again(workspace: Workspace, name: str) -> None:
    imported = workspace.import_folder(EXAMPLES / name)
    zipped = workspace.export(imported.project.id)
    assert zipped == workspace.export(imported.project.id)
    again = workspace.import_zip(zipped, name="again")
    assert whole(again.project.folder) == whole(imported.project.folder)
    assert again.left_out == ()
    before = {path: content for path, content in whole(EXAMPLES / name).items() if "__pycache__" not in path}
    assert {path for path in before if not path.endswith(".sqlite")} == set(whole(again.project.folder))


def test_a_folder_as_other_tools_leave_it(workspace: Workspace, tmp_path: Path) -> None:
    source = tmp_path / "rasa-bot"
    shutil.copytree(EXAMPLES / "campsite", source)
    for path in (
        ".rasa/cache/cache.db",
        "models/20240101.tar.gz",
        ".git/config",
        "actions/__pycache__/a.pyc",
        ".env",
        "tests/x.py",
    ):
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        (source / path).write_bytes(b"x")
    (source / "passwd").symlink_to("/etc/passwd")
    (source / "out").symlink_to("/etc")
    os.mkfifo(source / "pipe")
    imported = workspace.import_folder(source)
    found = set(whole(imported.project.folder))
    assert found == {*(path for path in whole(EXAMPLES / "campsite") if "__pycache__" not in path), "tests/x.py"}
    told = {one.path: one.reason for one in imported.left_out}
    assert told == {
        ".rasa": "hidden", "models/20240101.tar.gz": "a trained model", ".env": "hidden", "passwd": "a link",
        "actions/__pycache__": "made by another program", "out": "a link", "pipe": "not a file",
    }  # fmt: skip


def test_a_zip_with_a_folder_around_it(workspace: Workspace) -> None:
    files = {f"bot-main/{path}": content for path, content in whole(EXAMPLES / "campsite").items()}
    more = {
        "bot-main/.studio/positions.json": b"{}",
        "__MACOSX/bot-main/._config.yml": b"x",
        "bot-main/.rasa/x": b"x",
        "notes.txt": b"x",
    }
    imported = workspace.import_zip(packed({**files, **more}.items()))
    assert imported.project.id == "bot-main"
    assert ".studio/positions.json" in whole(imported.project.folder)
    assert {one.path for one in imported.left_out} >= {
        "notes.txt",
        "bot-main/.rasa/x",
        "__MACOSX/bot-main/._config.yml",
    }


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"readme.md": b""}, "no config.yml"),
        ({"a/config.yml": b"", "b/config.yml": b""}, "several assistants"),
        ({}, "no config.yml"),
    ],
)
def test_a_zip_that_is_no_assistant(workspace: Workspace, files: dict[str, bytes], why: str) -> None:
    with pytest.raises(ImportRefused, match=why):
        workspace.import_zip(packed(files.items()))
    assert everything(workspace) == set()


def test_an_assistant_with_faults_comes_in_to_be_mended(workspace: Workspace) -> None:
    imported = workspace.import_zip(
        packed({"config.yml": b"language: [", "data/flows.yml": b"\xff\xfe"}.items()), name="X"
    )
    assert find_problems(imported.project.folder)


def test_the_workspace_is_not_imported_into_itself(workspace: Workspace, tmp_path: Path) -> None:
    workspace.create("X")
    for folder in (workspace.root, tmp_path, tmp_path / "nothing"):
        with pytest.raises(ImportRefused):
            workspace.import_folder(folder)


def test_the_bin(workspace: Workspace) -> None:
    before = whole(workspace.create("Hair").folder)
    place = workspace.delete("hair")
    assert whole(place) == before
    assert workspace.projects() == ()
    workspace.create("Hair")
    assert workspace.delete("hair") != place


class Crash(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("name", ["write_files", "put_folder"])
def test_a_crash_leaves_no_half_of_a_project(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    def crash(*_: object) -> None:
        raise Crash

    monkeypatch.setattr(module, name, crash)
    monkeypatch.setattr(writing, "remove_folder", lambda _: None)  # nor is anything tidied up
    with pytest.raises(Crash):
        workspace.create("Hair")
    monkeypatch.undo()
    assert workspace.projects() == ()
    assert workspace.create("Hair").id == "hair"
    (left,) = everything(workspace) - {"hair"}
    os.utime(workspace.root / left, (0, 0))
    workspace.tidy()
    assert everything(workspace) == {"hair"}


def test_a_full_disk_makes_nothing(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WritingFailed, match="full"):
        workspace.create("Hair")
    assert everything(workspace) == set()


def test_two_make_the_same_at_once(workspace: Workspace) -> None:
    results: list[str] = []

    def make() -> None:
        try:
            results.append(workspace.create("Hair", project_id="hair").id)
        except ProjectTaken:
            results.append("taken")

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["hair", "taken", "taken", "taken"]
    assert everything(workspace) == {"hair"}


def test_what_is_exported_has_nothing_of_this_copy(workspace: Workspace) -> None:
    project = workspace.create("Hair")
    for path in (".studio/remote.json", ".studio/positions.json", ".git/config"):
        (project.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (project.folder / path).write_text("{}")
    files = unpacked(workspace.export("hair"), keeps=frozenset({".studio", ".git"})).files
    assert {path for path in files if path.startswith(".")} == {".studio/positions.json"}


def test_what_a_project_is_called(workspace: Workspace, tmp_path: Path) -> None:
    folder = workspace.create("Zoë's “Laden”").folder
    assert name_of(folder) == "Zoë's “Laden”"
    (folder / "voice.yml").write_bytes(b"\xff")
    assert name_of(folder) == "zoe-s-laden"
    (folder / "config.yml").write_text("[")
    assert name_of(folder) == "zoe-s-laden"
    assert name_of(tmp_path / "nothing") == "nothing"
