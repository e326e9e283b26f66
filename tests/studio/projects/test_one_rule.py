"""What the studio writes by an edit and what a project consists of follow the same rules."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from studio.authoring.commands import Base, WriteFile
from studio.authoring.errors import FileRefused
from studio.authoring.files import write_text
from studio.authoring.project import OpenProject
from studio.authoring.shapes import Conflict, Edited
from studio.last_trainings import LastTraining, changed_since
from studio.projects.contents import list_files
from studio.projects.workspace import Project
from studio.projects.writing import write_file

DOMAIN = "domain.yml"


@pytest.mark.parametrize("path", ["data/aux.yml", "data/con.yml", "venv/x.yml", "data/a:b.yml", "data/x.yml."])
def test_what_publishing_would_leave_out_is_not_made(tmp_path: Path, path: str) -> None:
    with pytest.raises(FileRefused):
        write_text(tmp_path, path, "flows: {}\n")
    assert list(tmp_path.rglob("*.yml*")) == []


@pytest.mark.parametrize("path", ["data/Flows.yml", "Data/more.yml", "data/flows.YML"])
def test_one_name_in_two_spellings_is_not_made(tmp_path: Path, path: str) -> None:
    write_text(tmp_path, "data/flows.yml", "flows: {}\n")
    with pytest.raises(FileRefused, match="same name on some systems"):
        write_text(tmp_path, path, "flows: {}\n")
    write_text(tmp_path, "data/flows.yml", "flows: {}  # again\n")
    assert list_files(tmp_path).files == ("data/flows.yml",)


def test_a_file_of_that_name_that_is_there_can_be_edited(tmp_path: Path) -> None:
    (tmp_path / "aux.yml").write_text("a: 1\n")
    write_text(tmp_path, "aux.yml", "a: 2\n")
    assert (tmp_path / "aux.yml").read_text() == "a: 2\n"


def test_files_get_the_processs_mask_whoever_writes_beside(tmp_path: Path) -> None:
    """The mask belongs to the process: looking at it by setting it would open every file of another thread."""
    mask = os.umask(0o027)
    changed: list[int] = []
    try:

        def write(number: int) -> None:
            for turn in range(20):
                write_text(tmp_path, f"data/{number}-{turn}.yml", "a: 1\n")
                write_file(tmp_path / f"{number}-{turn}.json", b"{}")

        real = os.umask

        def told(value: int) -> int:
            changed.append(value)
            return real(value)

        os.umask = told  # type: ignore[assignment]
        threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        os.umask = real  # type: ignore[assignment]
        os.umask(mask)
    assert changed == []
    assert {path.stat().st_mode & 0o777 for path in tmp_path.rglob("*") if path.is_file()} == {0o640}


async def test_two_people_who_make_one_slot_are_told(project: Project) -> None:
    """Both in the YAML pane, each from what they saw: the second is shown both, and nothing is there twice."""
    opened = await OpenProject.open(project.folder)
    try:
        seen = await opened.read_file(DOMAIN)
        base = Base(files={DOMAIN: seen.etag})
        head, section, rest = seen.text.partition("slots:\n")

        def adding(kind: str, *, is_first: bool) -> WriteFile:
            slot = f"  colour:\n    type: {kind}\n"
            if is_first:
                return WriteFile(op="write_file", path=DOMAIN, text=head + section + slot + rest)
            second = _after_first(rest)
            return WriteFile(op="write_file", path=DOMAIN, text=head + section + rest[:second] + slot + rest[second:])

        first = await opened.edit([adding("text", is_first=True)], base)
        assert isinstance(first, Edited)
        for is_first in (True, False):
            second = await opened.edit([adding("bool", is_first=is_first)], base)
            assert isinstance(second, Conflict)
            assert second.conflicts
            assert (project.folder / DOMAIN).read_text().count("  colour:") == 1
    finally:
        await opened.close()


def _after_first(rest: str) -> int:
    """Return where the second entry of a section begins."""
    lines = rest.split("\n")
    starts = [index for index, line in enumerate(lines) if line[:2] == "  " and line[2:3] not in (" ", "#", "")]
    return len("\n".join(lines[: starts[1]])) + 1


def test_dragging_a_step_makes_no_training_old() -> None:
    trained = {DOMAIN: "1", ".studio/positions.json": "2"}  # as it was kept by earlier versions
    now = {DOMAIN: "1", ".studio/positions.json": "3", ".studio/comments.json": "4"}
    assert changed_since(LastTraining(1.0, "Ana", trained, {}), now, {})["is_current"] is True
    told = changed_since(LastTraining(1.0, "Ana", trained, {"a": "1", "b": "1"}), {"x": "1"}, {"b": "2", "c": "1"})
    assert told["files"] == {DOMAIN: "removed", "x": "added"}
    assert told["flows"] == {"a": "removed", "b": "changed", "c": "added"}
