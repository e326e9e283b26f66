"""A file is saved whole or not at all, and never outside the project."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from studio.authoring import files
from studio.authoring.errors import FileRefused, ProjectGone, SaveFailed
from studio.authoring.files import checked_path, read_text, remove, scan, write_text


def test_text_comes_back_exactly(tmp_path):
    text = "\ufeffa: 1\r\n# é 🎉\r\n  "
    write_text(tmp_path, "data/nested/flows.yml", text)

    assert read_text(tmp_path, "data/nested/flows.yml") == text
    assert [one.path for one in scan(tmp_path)] == ["data/nested/flows.yml"]


def test_mode_is_kept_and_nothing_lies_about(tmp_path):
    place = tmp_path / "domain.yml"
    place.write_text("old")
    place.chmod(0o640)
    write_text(tmp_path, "domain.yml", "new")

    assert place.stat().st_mode & 0o777 == 0o640
    assert sorted(one.name for one in tmp_path.iterdir()) == ["domain.yml"]


@pytest.mark.parametrize("step", ["fsync", "replace", "fchmod"])
@pytest.mark.parametrize("fault", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO, errno.EDQUOT])
def test_a_fault_leaves_the_old_file_whole(tmp_path, monkeypatch, step, fault):
    place = tmp_path / "domain.yml"
    place.write_text("old")

    def fail(*_args, **_kwargs):
        raise OSError(fault, os.strerror(fault))

    monkeypatch.setattr(*((Path, "replace") if step == "replace" else (os, step)), fail)
    with pytest.raises(SaveFailed, match="could not be saved, and is as it was before"):
        write_text(tmp_path, "domain.yml", "new")
    monkeypatch.undo()

    assert place.read_text() == "old"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["domain.yml"]


def test_a_full_disk_says_so(tmp_path, monkeypatch):
    def fail(*_args):
        raise OSError(errno.ENOSPC, "no")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(SaveFailed, match=r"disk is full\. Free some space"):
        write_text(tmp_path, "domain.yml", "new")


@pytest.mark.parametrize(
    "path",
    [
        "",
        "..",
        "../x.yml",
        "data/../../x.yml",
        "/etc/x.yml",
        "data//x.yml",
        "./x.yml",
        ".git/config.yml",
        "data/.x.yml",
        "x.py",
        "x",
        "data/x.sh",
        "C:\\x.yml",
        "a\0.yml",
        "a\n.yml",
        "data/ x.yml",
        "x.yml/",
        "models/x.yml",
        "a" * 300 + ".yml",
        "/".join("a" * 30) + "/x.yml",
        "\ud800.yml",
        "x.yml ",
    ],
)
def test_paths_that_lead_elsewhere_are_refused(tmp_path, path):
    with pytest.raises(FileRefused):
        write_text(tmp_path, path, "x")
    assert sorted(one.name for one in tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "path", ["data/مرحبا.yml", "docs/你好 世界.md", "data/🎉.yml", "data/é.yaml", ".studio/positions.json"]
)
def test_names_of_every_script_are_taken(path):
    assert checked_path(path) == path


def test_links_out_of_the_folder_are_refused(tmp_path):
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (outside / "x.yml").write_text("theirs")
    (root / "data").symlink_to(outside)
    (root / "x.yml").symlink_to(outside / "x.yml")

    for path in ("data/x.yml", "x.yml"):
        with pytest.raises(FileRefused, match="link"):
            write_text(root, path, "mine")
        with pytest.raises(FileRefused, match="link"):
            remove(root, path)
    assert (outside / "x.yml").read_text() == "theirs"
    assert scan(root) == []


def test_a_folder_that_has_vanished(tmp_path):
    with pytest.raises(ProjectGone):
        scan(tmp_path / "gone")
    with pytest.raises(ProjectGone):
        write_text(tmp_path / "gone", "domain.yml", "x")


def test_what_is_no_text_is_not_read(tmp_path):
    (tmp_path / "a.yml").write_bytes(b"\xff\xfe\0")
    (tmp_path / "b.yml").write_bytes(b"a: \xe9")

    assert read_text(tmp_path, "a.yml") is None
    assert read_text(tmp_path, "b.yml") is None
    assert read_text(tmp_path, "c.yml") is None


def test_what_is_too_long_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MAX_FILE_CHARACTERS", 10)
    with pytest.raises(FileRefused, match="Split it"):
        write_text(tmp_path, "a.yml", "x" * 11)
