"""A project's folder on disk: which files are in it, and writing them so that a crash leaves the old or the new one.

A file is written beside its place, flushed to the disk, given the mode and owner of the old one, renamed over it, and
the folder flushed. Links that lead out of the folder are not followed, nor any path that would.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from flows.source import MAX_FILE_CHARACTERS
from studio.authoring.errors import AuthoringError, FileRefused, ProjectGone, SaveFailed
from studio.projects.paths import fold, left_out_because, problem_of_path

SUFFIXES: Final = frozenset(
    {".yml", ".yaml", ".md", ".markdown", ".txt", ".jinja2", ".j2", ".json", ".jsonl", ".csv", ".html", ".htm"}
)
"""What is text and may be written here. Code is not: who may change flows may not therefore run programs."""
MAX_FILE_BYTES: Final = 4 * MAX_FILE_CHARACTERS
MAX_FILES: Final = 20_000
MAX_DEPTH: Final = 20
MAX_NAME: Final = 200
POSITIONS: Final = ".studio/positions.json"
COMMENTS: Final = ".studio/comments.json"
OURS: Final = frozenset({POSITIONS, COMMENTS})
"""What the studio itself keeps in an assistant's folder."""
_LEFT_OUT: Final = frozenset({"__pycache__", "node_modules", "models", "results"})
_FORBIDDEN: Final = frozenset('<>:"|?*\\')
_REASONS: Final = {
    errno.ENOSPC: "The disk is full. Free some space and save again",
    errno.EDQUOT: "Your share of the disk is used up. Free some space and save again",
    errno.EFBIG: "This server may not write so much into a file. Raise its limit or make the file smaller; save again",
    errno.EROFS: "The folder can only be read. Move the project to a disk that can be written",
    errno.EACCES: "This server may not write here. Give it write permission for the project's folder",
    errno.EPERM: "This server may not write here. Give it write permission for the project's folder",
    errno.ENAMETOOLONG: "The name is too long for this disk. Choose a shorter one",
    errno.EIO: "The disk reports a fault. Check the disk before you go on",
}


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells that a file has been changed underneath."""

    modified_ns: int
    size_bytes: int
    inode: int


@dataclass(frozen=True, slots=True)
class Found:
    """One file of the folder."""

    path: str
    stamp: Stamp


def is_text(path: str) -> bool:
    """Whether a path may be edited here."""
    return PurePosixPath(path).suffix.lower() in SUFFIXES


def checked_path(path: str) -> str:
    """Return a path of a project's file in its one form.

    Raises:
        FileRefused: it leads out of the folder, names a hidden or special file, or is no text.
    """
    parts = path.split("/")
    is_strange = any(letter in _FORBIDDEN or letter < " " or "\ud800" <= letter <= "\udfff" for letter in path)
    if not path or is_strange or any(part in ("", ".", "..") or part != part.strip() for part in parts):
        raise FileRefused(f"'{path[:80]}' is no path of a file in this project. Write it like data/flows.yml.")
    if path not in OURS and any(part.startswith(".") or part in _LEFT_OUT for part in parts):
        raise FileRefused(f"'{path[:80]}' belongs to other programs. Choose another name.")
    if len(parts) > MAX_DEPTH or any(len(part.encode()) > MAX_NAME for part in parts):
        raise FileRefused("The path is too long. Choose a shorter one.")
    if not is_text(path):
        known = ", ".join(sorted(SUFFIXES))
        raise FileRefused(f"'{parts[-1]}' is no kind of file that is edited here. These are: {known}.")
    return path


def scan(root: Path) -> list[Found]:
    """Return the files of a folder, those of other programs left out.

    Raises:
        ProjectGone: the folder is not there any more, or cannot be read.
    """
    if not root.is_dir():
        raise ProjectGone("The project's folder is not there any more. Put it back, or open another project.")
    found: list[Found] = []
    try:
        for one in _walk(root, "", 0):
            found.append(one)
            if len(found) >= MAX_FILES:
                break
    except PermissionError:
        raise ProjectGone("The project's folder cannot be read. Give this server permission to read it.") from None
    positions = _found(root / POSITIONS, POSITIONS)
    return sorted([*found, *([positions] if positions else [])], key=lambda one: one.path)


def _walk(folder: Path, prefix: str, depth: int) -> Iterator[Found]:
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda one: one.name):
            if entry.name.startswith(".") or entry.name in _LEFT_OUT or _is_odd(entry.name):
                continue
            path = f"{prefix}{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                if depth < MAX_DEPTH:
                    yield from _walk(folder / entry.name, f"{path}/", depth + 1)
            elif (one := _found(Path(entry.path), path)) is not None:
                yield one


def _is_odd(name: str) -> bool:
    return any("\ud800" <= letter <= "\udfff" for letter in name)


def _found(path: Path, name: str) -> Found | None:
    with contextlib.suppress(OSError):
        status = path.lstat()
        if stat.S_ISREG(status.st_mode):
            return Found(name, Stamp(status.st_mtime_ns, status.st_size, status.st_ino))
    return None


def read_text(root: Path, path: str) -> str | None:
    """Return a file's text exactly, byte order mark and line ends included; None where there is none, or no text.

    Raises:
        FileRefused: a link leads to it from another place.
    """
    try:
        with _inside(root, path).open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError:
        return None
    if len(data) > MAX_FILE_BYTES or b"\0" in data[:4096]:
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _inside(root: Path, path: str) -> Path:
    """Return where a path is, refusing what a link leads out of the folder."""
    place = root.joinpath(*path.split("/"))
    try:
        above = place.parent.resolve()
        if not above.is_relative_to(root.resolve()) or place.is_symlink():
            raise FileRefused(f"{path} is a link to another place. Edit the file that it leads to.")
    except (OSError, RuntimeError):
        raise FileRefused(f"{path} cannot be reached. Check the links in the project's folder.") from None
    return place


def write_text(root: Path, path: str, text: str) -> None:
    """Write a file whole or not at all.

    Raises:
        FileRefused, ProjectGone, SaveFailed: nothing has changed on the disk.
    """
    if len(text) > MAX_FILE_CHARACTERS:
        raise FileRefused(f"{path} would be longer than {MAX_FILE_CHARACTERS} characters. Split it.")
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError:
        raise FileRefused(f"{path} would have half of a character in it. Type it again.") from None
    if not root.is_dir():
        raise ProjectGone("The project's folder is not there any more. Put it back; what you typed is still here.")
    place = _inside(root, checked_path(path))
    try:
        if not place.exists():
            _require_publishable(root, path)
        place.parent.mkdir(parents=True, exist_ok=True)
        replace_file(place, data)
    except OSError as error:
        raise _failed(path, error) from error


def _require_publishable(root: Path, path: str) -> None:
    """Refuse a new file that would run in the draft and be no part of what is published. Raises FileRefused."""
    problem = problem_of_path(path) or left_out_because(path)
    if problem is not None:
        raise FileRefused(f"'{path[:80]}' cannot be a file of a project ({problem}). Choose another name.")
    folder = root
    for part in path.split("/"):
        names = [each.name for each in folder.iterdir()] if folder.is_dir() else []
        spelled = next((name for name in names if name != part and fold(name) == fold(part)), None)
        if spelled is not None and part not in names:
            told = f"there is '{spelled}' already, which is the same name on some systems"
            raise FileRefused(f"'{path[:80]}' cannot be made: {told}. Choose another name.")
        folder /= part


def replace_file(place: Path, data: bytes) -> None:
    """Put a file in its place, whole or not at all, with the mode and owner of the one that it replaces.

    Raises:
        OSError: what was there still is.
    """
    old = place.stat() if place.exists() else None
    beside = place.with_name(f".vivavoce-{secrets.token_hex(8)}.tmp")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            if old is not None:
                _keep_owner(file.fileno(), old)
            os.fsync(file.fileno())
        beside.replace(place)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
    flush_folder(place.parent)


def _keep_owner(handle: int, old: os.stat_result) -> None:
    if (old.st_uid, old.st_gid) != (os.geteuid(), os.getegid()):
        with contextlib.suppress(OSError):  # only root may give files away; the group alone may still be kept
            os.fchown(handle, old.st_uid, old.st_gid)
    os.fchmod(handle, stat.S_IMODE(old.st_mode))


def flush_folder(folder: Path) -> None:
    """Make sure that names in a folder are on the disk; where the file system cannot, its renames are as safe."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def remove(root: Path, path: str) -> None:
    """Delete a file; one that is gone already is no fault.

    Raises:
        FileRefused, SaveFailed: it is still there.
    """
    place = _inside(root, checked_path(path))
    try:
        place.unlink(missing_ok=True)
        flush_folder(place.parent)
    except OSError as error:
        raise _failed(path, error) from error


def _failed(path: str, error: OSError) -> AuthoringError:
    reason = _REASONS.get(error.errno or 0)
    if reason is None and isinstance(error, FileNotFoundError | NotADirectoryError):
        return ProjectGone(f"The folder of {path} is not there any more. Put it back; what you typed is still here.")
    told = reason or f"The disk refused ({error.strerror or error})"
    return SaveFailed(f"{path} could not be saved, and is as it was before. {told}.")
