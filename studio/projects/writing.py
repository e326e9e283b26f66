"""Writing so that a crash, a full disk or another program leaves the old or the new, never half of it.

One file goes beside its place and is renamed. Several files of one folder go through a journal:

    .studio/pending/0, 1, …       the new contents, flushed to the disk
    .studio/pending/journal.json  written last: from here on the change will happen, now or at the next start
    rename each into its place, delete what goes, forget the journal

`finish_pending` carries out what a crash has interrupted. A file that was changed by hand in between is left as it is,
and ours stands beside it as `NAME.theirs`.
"""

from __future__ import annotations

import errno
import json
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from studio.authoring.files import flush_folder, replace_file
from studio.projects.contents import hash_of
from studio.projects.errors import FilesChanged, ImportRefused, ProjectBusy, WritingFailed, failure, told
from studio.projects.locks import locked
from studio.projects.paths import STUDIO, problem_of_path

PENDING: Final = f"{STUDIO}/pending"
THEIRS: Final = ".theirs"
_JOURNAL: Final = "journal.json"


@dataclass(frozen=True, slots=True)
class Change:
    """One file's change: `content` None deletes it. `before` is the hash of what it replaces, None for nothing."""

    path: str
    content: bytes | None
    before: str | None


def write_file(path: Path, content: bytes) -> None:
    """Replace one file whole.

    Raises:
        WritingFailed: nothing was changed.
    """
    with told(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, content)


def write_files(folder: Path, files: Iterable[tuple[str, bytes]], *, is_lasting: bool = True) -> None:
    """Write files into a new folder that nobody uses yet; `is_lasting`: flushed to the disk."""
    with told(folder):
        folder.mkdir(parents=True, exist_ok=True)
        made = {folder}
        for path, content in files:
            target = folder / path
            if target.parent not in made:
                target.parent.mkdir(parents=True, exist_ok=True)
                made.add(target.parent)
            if is_lasting:
                _write_flushed(target, content)
            else:
                target.write_bytes(content)
        for parent in made if is_lasting else ():
            flush_folder(parent)


def apply_changes(folder: Path, changes: Sequence[Change]) -> None:
    """Change several files of a folder, all or none.

    Raises:
        FilesChanged: a file is not as `before` says; nothing was changed.
        WritingFailed: nothing was changed.
    """
    wanted = [change for change in changes if change.content is not None or change.before is not None]
    with locked(folder):
        _finish(folder)
        _check(folder, wanted)
        if wanted:
            _write_ahead(folder, wanted)
            _finish(folder)


def _write_ahead(folder: Path, changes: Sequence[Change]) -> None:
    pending = folder / PENDING
    with told(folder):
        try:
            pending.mkdir(parents=True, exist_ok=True)
            for index, change in enumerate(changes):
                if change.content is not None:
                    _write_flushed(pending / str(index), change.content)
            _write_flushed(pending / f"{_JOURNAL}.part", json.dumps(_journal(changes)).encode())
            _check(folder, changes)
            (pending / f"{_JOURNAL}.part").replace(pending / _JOURNAL)
        except BaseException:
            _forget(folder)
            raise
        flush_folder(pending)


def finish_pending(folder: Path) -> tuple[str, ...]:
    """Carry out a change that a crash has interrupted; return the paths that were changed by it.

    Where somebody is just writing there, they do it.

    Raises:
        WritingFailed: it could not be carried out; it waits for the next time.
    """
    if not (folder / PENDING).is_dir():
        return ()
    with suppress(ProjectBusy), locked(folder, wait_s=0):
        return _finish(folder)
    return ()


def _finish(folder: Path) -> tuple[str, ...]:
    pending = folder / PENDING
    if not pending.is_dir():
        return ()
    try:
        journal: list[dict[str, Any]] = json.loads((pending / _JOURNAL).read_bytes())
    except FileNotFoundError:
        _forget(folder)  # the crash came before the point from which the change counts
        return ()
    except ValueError:
        raise WritingFailed(f"{pending / _JOURNAL} cannot be read. Delete the folder {pending}.") from None
    with told(folder):
        for entry in journal:
            if entry["after"] is None:
                _delete(folder, entry)
        for index, entry in enumerate(journal):
            if entry["after"] is not None:
                _put(folder, pending / str(index), entry)
        for parent in {(folder / entry["path"]).parent for entry in journal}:
            if parent.is_dir():
                flush_folder(parent)
        (pending / _JOURNAL).unlink(missing_ok=True)
        _forget(folder)
    return tuple(str(entry["path"]) for entry in journal)


def put_folder(made: Path, place: Path) -> None:
    """Give a folder that is complete its place; an empty folder there is replaced.

    Raises:
        FileExistsError: something is there already.
        WritingFailed: the file system refused.
    """
    flush_folder(made)
    try:
        made.rename(place)
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR):
            raise FileExistsError(str(place)) from None
        raise failure(error, place.parent) from error
    flush_folder(place.parent)


@contextmanager
def folder_in_making(root: Path) -> Iterator[Path]:
    """Give an empty folder beside the final place; what is still there at the end is thrown away."""
    with told(root):
        root.mkdir(parents=True, exist_ok=True)
        made = root / f".making-{secrets.token_hex(6)}"
        made.mkdir()
    try:
        yield made
    finally:
        remove_folder(made)


def remove_folder(folder: Path) -> None:
    """Delete a folder of ours with all that is in it, also where it was made read-only."""
    if not folder.is_dir() or folder.is_symlink():
        return
    for parent, _, _ in os.walk(folder):
        with suppress(OSError):
            Path(parent).chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)


def _write_flushed(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _journal(changes: Sequence[Change]) -> list[Mapping[str, str | None]]:
    return [
        {
            "path": change.path,
            "before": change.before,
            "after": None if change.content is None else hash_of(change.content),
        }
        for change in changes
    ]


def _check(folder: Path, changes: Sequence[Change]) -> None:
    root = folder.resolve()
    for change in changes:
        problem = problem_of_path(change.path)
        if problem is not None:
            raise ImportRefused(f"{change.path[:200]!r} cannot be a file of a project: {problem}.")
        if not (folder / change.path).parent.resolve().is_relative_to(root):
            raise ImportRefused(f"{change.path[:200]!r} lies behind a link that leads out of the folder.")
    moved = [change.path for change in changes if _hash_at(folder / change.path) != change.before]
    if moved:
        named = ", ".join(moved[:5])
        raise FilesChanged(f"Changed underneath in between: {named}. Nothing was written: look, and try again.", moved)


def _hash_at(path: Path) -> str | None:
    try:
        return None if path.is_symlink() else hash_of(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None


def _delete(folder: Path, entry: Mapping[str, Any]) -> None:
    path = folder / entry["path"]
    present = _hash_at(path)
    if present is not None and present == entry["before"]:  # else changed by hand since: that stays
        path.unlink()
    for parent in path.parents:
        if parent == folder or not parent.is_dir() or any(parent.iterdir()):
            break
        parent.rmdir()


def _put(folder: Path, made: Path, entry: Mapping[str, Any]) -> None:
    path = folder / entry["path"]
    if not made.exists():
        return  # was put before the crash
    present = _hash_at(path)
    if present not in (entry["before"], entry["after"]) or path.is_dir():
        path = path.with_name(path.name + THEIRS)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_file():
        with suppress(OSError):
            shutil.copymode(path, made)
    made.replace(path)


def _forget(folder: Path) -> None:
    remove_folder(folder / PENDING)
    with suppress(OSError):
        (folder / STUDIO).rmdir()  # only if there is nothing else in it
