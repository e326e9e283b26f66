"""What a project consists of: its files, their hashes, and one name for all of it."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from studio.projects.errors import FilesChanged, told
from studio.projects.paths import STUDIO, clashes, left_out_because, problem_of_path

MOST_FILES: Final = 20_000
MOST_FILE_BYTES: Final = 20 * 1024 * 1024
MOST_BYTES: Final = 200 * 1024 * 1024
"""Our own choices, far above real assistants: the largest public ones have some hundreds of files and a few MB."""
VERSION_DIGITS: Final = 16
_MOST_READINGS: Final = 10

Manifest: TypeAlias = Mapping[str, str]
"""Of each file its SHA-256, as hexadecimal digits."""


@dataclass(frozen=True, slots=True, order=True)
class LeftOut:
    """A file or folder that is not part of the project, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of a project, and what of its folder is left out."""

    files: tuple[str, ...]
    left_out: tuple[LeftOut, ...]


def list_files(folder: Path) -> Listing:
    """Look through a folder, without following links. Files that vanish meanwhile are not there."""
    files: list[str] = []
    left_out: list[LeftOut] = []
    for path, entry in _walk(folder, ""):
        reason = _reason(path, entry)
        if reason is None and len(files) >= MOST_FILES:
            reason = f"more than {MOST_FILES} files"
        if reason is None:
            files.append(path)
        else:
            left_out.append(LeftOut(path, reason))
    files.sort()
    for first, second in list(clashes(files)):
        doubled = second if second in files else first
        if doubled in files:
            files.remove(doubled)
            left_out.append(LeftOut(doubled, f"the same name as {first if doubled == second else second}"))
    return Listing(tuple(files), tuple(sorted(left_out)))


def read_files(folder: Path) -> dict[str, bytes]:
    """Read every file of a project at one moment: if something was written meanwhile, everything is read again.

    Raises:
        FilesChanged: somebody writes there all the time.
        WritingFailed: a file cannot be read.
    """
    with told(folder):
        for _ in range(_MOST_READINGS):
            before = _stamps(folder, list_files(folder).files)
            try:
                found = {path: (folder / path).read_bytes() for path in before}
            except FileNotFoundError:
                continue
            if _stamps(folder, list_files(folder).files) == before:
                return found
    raise FilesChanged("The project's files are being changed all the time. Try again when that has ended.")


def _stamps(folder: Path, files: tuple[str, ...]) -> dict[str, tuple[int, int, int]]:
    found = {}
    for path in files:
        with suppress(FileNotFoundError):
            status = (folder / path).stat()
            found[path] = (status.st_mtime_ns, status.st_size, status.st_ino)
    return found


def manifest_of(folder: Path) -> dict[str, str]:
    """Hash every file of a project."""
    return manifest_of_files(folder, list_files(folder).files)


def manifest_of_files(folder: Path, files: tuple[str, ...]) -> dict[str, str]:
    """Hash some files; what vanishes meanwhile is left out."""
    found = {}
    for path in files:
        try:
            found[path] = hash_of((folder / path).read_bytes())
        except FileNotFoundError:
            continue
    return found


def hashes_of(files: Mapping[str, bytes]) -> dict[str, str]:
    """Hash files that are in memory."""
    return {path: hash_of(content) for path, content in files.items()}


def hash_of(content: bytes) -> str:
    """Return the SHA-256 of a file's content as hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def version_of(manifest: Manifest) -> str:
    """Name a whole by its content. What only the studio shows (`.studio/`) does not count."""
    digest = hashlib.sha256()
    for path, content in sorted(manifest.items()):
        if not is_of_studio(path):
            digest.update(f"{path}\0{content}\n".encode())
    return digest.hexdigest()[:VERSION_DIGITS]


def is_of_studio(path: str) -> bool:
    """Say whether a file is the studio's own: positions, comments, colours."""
    return path.startswith(f"{STUDIO}/")


def _walk(folder: Path, prefix: str) -> Iterator[tuple[str, os.DirEntry[str]]]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        path = prefix + entry.name
        if not entry.is_dir(follow_symlinks=False):
            yield path, entry
        elif left_out_because(f"{path}/x") is not None or problem_of_path(path) is not None:
            if path != ".git":  # of a folder under git nobody wonders why its history is not a file of it
                yield path, entry
        else:
            yield from _walk(Path(entry.path), f"{path}/")


def _reason(path: str, entry: os.DirEntry[str]) -> str | None:
    problem = problem_of_path(path)
    if problem is not None:
        return problem
    if entry.is_dir(follow_symlinks=False):
        return left_out_because(f"{path}/x") or "hidden"
    reason = left_out_because(path)
    if reason is not None:
        return reason
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError:
        return "it cannot be read"
    if not stat.S_ISREG(status.st_mode):
        return "a link" if stat.S_ISLNK(status.st_mode) else "not a file"
    return f"larger than {MOST_FILE_BYTES // 1024 // 1024} MB" if status.st_size > MOST_FILE_BYTES else None
