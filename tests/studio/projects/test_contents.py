"""What a project consists of."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.projects import contents
from studio.projects.contents import list_files, manifest_of, read_files, version_of
from studio.projects.errors import FilesChanged


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path in ("config.yml", "data/flows.yml", ".studio/positions.json"):
        (tmp_path / "bot" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "bot" / path).write_text(path)
    return tmp_path / "bot"


def test_a_version_is_its_content(folder: Path) -> None:
    before = version_of(manifest_of(folder))
    (folder / ".studio" / "positions.json").write_text("moved")
    assert version_of(manifest_of(folder)) == before
    (folder / "config.yml").write_text("changed")
    assert version_of(manifest_of(folder)) != before


def test_large_files_are_left_out_and_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "MOST_FILE_BYTES", 12)
    assert [one.path for one in list_files(folder).left_out] == [".studio/positions.json", "data/flows.yml"]


def test_names_that_differ_in_case_alone(folder: Path) -> None:
    (folder / "CONFIG.yml").write_text("x")
    listing = list_files(folder)
    assert "CONFIG.yml" in listing.files or "config.yml" in listing.files
    assert next(one.reason for one in listing.left_out).startswith("the same name as")


def test_an_edit_of_two_files_is_not_read_halfway(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever writes one file while another is read makes it all be read again."""
    real, calls = Path.read_bytes, iter(range(1_000))

    def reading(path: Path) -> bytes:
        if next(calls) == 1:
            (folder / "config.yml").write_text("new config")
            (folder / "data" / "flows.yml").write_text("new flows")
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", reading)
    found = read_files(folder)
    assert (found["config.yml"], found["data/flows.yml"]) == (b"new config", b"new flows")


def test_a_folder_that_is_never_calm(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, calls = Path.read_bytes, iter(range(1_000))

    def reading(path: Path) -> bytes:
        (folder / "config.yml").write_text("x" * next(calls))
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", reading)
    with pytest.raises(FilesChanged, match="all the time"):
        read_files(folder)
