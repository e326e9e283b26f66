"""Several files changed as one: crashes at every step, a full disk, other hands in the folder, two threads."""

from __future__ import annotations

import errno
import os
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.projects import writing
from studio.projects.contents import hash_of
from studio.projects.errors import FilesChanged, ImportRefused, ProjectBusy, WritingFailed
from studio.projects.history import changes_between
from studio.projects.locks import locked
from studio.projects.writing import Change, apply_changes, finish_pending, write_file
from tests.studio.projects.conftest import whole

BEFORE = {"a.yml": b"1\n", "data/b.yml": b"2\n", "docs/c.md": b"3\n"}
AFTER = {"a.yml": b"one\n", "data/b/c.yml": b"new\n", "docs": b"a file now\n"}


class Crash(BaseException):
    """The process is gone: nothing after it runs."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "project"
    fill(made, BEFORE)
    return made


def fill(folder: Path, files: dict[str, bytes]) -> None:
    folder.mkdir()
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)


def changes() -> list[Change]:
    return changes_between(BEFORE, {**dict.fromkeys(BEFORE), **AFTER})


def test_all_of_it(folder: Path) -> None:
    apply_changes(folder, changes())
    assert whole(folder) == AFTER
    assert not (folder / ".studio").exists()


@pytest.mark.parametrize("step", range(30))
def test_a_crash_at_every_step(folder: Path, monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    """Before the journal stands nothing has happened; afterwards everything does, at the next look."""
    steps = iter(range(1_000))
    has_crashed = False
    for owner, name in (
        (writing, "_write_flushed"), (writing, "_delete"), (writing, "_put"), (writing, "flush_folder"),
        (writing, "_forget"), (Path, "replace"), (Path, "unlink"), (Path, "rmdir"),
    ):  # fmt: skip
        real = getattr(owner, name)

        def instead(*arguments: object, real=real, **named: object) -> object:
            nonlocal has_crashed
            if has_crashed or next(steps) == step:
                has_crashed = True
                raise Crash
            return real(*arguments, **named)

        monkeypatch.setattr(owner, name, instead)
    with suppress(Crash):
        apply_changes(folder, changes())
    monkeypatch.undo()
    finish_pending(folder)
    assert whole(folder) in (BEFORE, AFTER)
    assert not (folder / ".studio" / "pending").exists()


@pytest.mark.parametrize("after", range(6))
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO])
def test_a_disk_that_refuses(folder: Path, monkeypatch: pytest.MonkeyPatch, after: int, number: int) -> None:
    real, steps = os.fsync, iter(range(1_000))

    def refusing(opened: int) -> None:
        if next(steps) == after:
            raise OSError(number, os.strerror(number))
        real(opened)

    monkeypatch.setattr(os, "fsync", refusing)
    expected = "disk .* is full" if number in (errno.ENOSPC, errno.EDQUOT) else "Nothing was changed"
    if after < 4:  # three new contents and the journal are flushed
        with pytest.raises(WritingFailed, match=expected):
            apply_changes(folder, changes())
        assert whole(folder) == BEFORE
    else:  # names of folders: what cannot be flushed is not known to be lost
        apply_changes(folder, changes())
        assert whole(folder) == AFTER


def test_a_file_changed_underneath(folder: Path) -> None:
    (folder / "a.yml").write_bytes(b"by hand\n")
    with pytest.raises(FilesChanged, match=r"a\.yml") as refused:
        apply_changes(folder, changes())
    assert refused.value.paths == ("a.yml",)
    assert whole(folder) == {**BEFORE, "a.yml": b"by hand\n"}


def test_a_file_changed_by_hand_after_a_crash_stays(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> None:
        raise Crash

    monkeypatch.setattr(writing, "_delete", crash)
    with pytest.raises(Crash):
        apply_changes(folder, changes())
    monkeypatch.undo()
    (folder / "a.yml").write_bytes(b"by hand\n")
    finish_pending(folder)
    assert whole(folder) == {**AFTER, "a.yml": b"by hand\n", "a.yml.theirs": b"one\n"}


def test_a_journal_that_cannot_be_read(folder: Path) -> None:
    (folder / ".studio" / "pending").mkdir(parents=True)
    (folder / ".studio" / "pending" / "journal.json").write_bytes(b"{")
    with pytest.raises(WritingFailed, match="Delete the folder"):
        finish_pending(folder)


def test_nothing_is_written_behind_a_link(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (folder / "out").symlink_to(tmp_path / "elsewhere")
    for path in ("out/x.yml", "../x.yml", "/etc/x", "a/../../x"):
        with pytest.raises(ImportRefused):
            apply_changes(folder, [Change(path, b"x", None)])
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_link_is_replaced_and_not_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").write_bytes(b"mine")
    (folder / "link.yml").symlink_to(tmp_path / "outside")
    apply_changes(folder, [Change("link.yml", b"x", None)])
    assert (tmp_path / "outside").read_bytes() == b"mine"


def test_modes_are_kept(folder: Path) -> None:
    (folder / "a.yml").chmod(0o755)
    apply_changes(folder, [Change("a.yml", b"x", hash_of(b"1\n"))])
    assert (folder / "a.yml").stat().st_mode & 0o777 == 0o755


def test_two_at_once(folder: Path) -> None:
    """Both began from the same; one wins, the other is told, and nothing is mixed."""
    results: list[str] = []

    def write(text: bytes) -> None:
        try:
            apply_changes(folder, [Change("a.yml", text, hash_of(b"1\n")), Change("docs/c.md", text, hash_of(b"3\n"))])
            results.append("written")
        except FilesChanged:
            results.append("told")

    threads = [threading.Thread(target=write, args=(f"{number}".encode(),)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["told", "told", "told", "written"]
    assert (folder / "a.yml").read_bytes() == (folder / "docs" / "c.md").read_bytes()


def test_a_lock_is_held_by_one(tmp_path: Path) -> None:
    with locked(tmp_path / "x.lock"), pytest.raises(ProjectBusy), locked(tmp_path / "x.lock", wait_s=0):
        pass
    with locked(tmp_path / "x.lock", wait_s=0):
        pass


def test_finishing_leaves_alone_who_is_at_it(folder: Path) -> None:
    (folder / ".studio" / "pending").mkdir(parents=True)
    with locked(folder):
        assert finish_pending(folder) == ()
    assert (folder / ".studio" / "pending").is_dir()
    finish_pending(folder)
    assert not (folder / ".studio").exists()


def test_one_file_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "data" / "x.json"
    write_file(file, b"old")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WritingFailed, match="full"):
        write_file(file, b"new")
    monkeypatch.undo()
    assert file.read_bytes() == b"old"
    assert list(file.parent.iterdir()) == [file]


FILES = st.dictionaries(
    st.sampled_from(["a", "b", "c/d", "c/e", "c/f/g", "h/i"]), st.sampled_from([b"", b"1", b"2"]), max_size=6
)


@settings(max_examples=60)
@given(FILES, FILES)
def test_from_any_state_to_any(
    tmp_path_factory: pytest.TempPathFactory, before: dict[str, bytes], after: dict[str, bytes]
) -> None:
    folder = tmp_path_factory.mktemp("any") / "project"
    fill(folder, before)
    apply_changes(folder, changes_between(before, {**dict.fromkeys(before), **after}))
    assert whole(folder) == after
