"""Between a project in memory and its folder: saving what changed, and seeing what others changed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from studio.authoring.errors import AuthoringError, NothingThere, ProjectGone
from studio.authoring.files import POSITIONS, Stamp, checked_path, remove, write_text
from studio.authoring.project_files import ProjectFiles
from studio.authoring.shapes import Finding, Shape
from studio.authoring.states import Snapshot


class FileText(Shape):
    path: str
    text: str
    etag: str


def read_file(files: ProjectFiles, path: str) -> FileText:
    """Return one file's text.

    Raises:
        FileRefused, NothingThere: it is no file of the project's that is edited here.
    """
    found = files.files.get(checked_path(path))
    if found is None:
        raise NothingThere(f"There is no file {path} any more. Look at the list of files again.")
    return FileText(path=path, text=found.text, etag=found.etag)


def is_unchanged(root: Path, snapshot: Snapshot) -> bool:
    """Whether every text file that was read is as it was; new files are not looked for.

    Raises:
        ProjectGone: there is no folder any more.
    """
    if not root.is_dir():
        raise ProjectGone("The project's folder is not there any more. Put it back; what you typed is still here.")
    return all(_stamp(root, path) == snapshot.stamps.get(path) for path in snapshot.files.files)


def _stamp(root: Path, path: str) -> Stamp | None:
    try:
        status = (root / path).lstat()
    except OSError:
        return None
    return Stamp(status.st_mtime_ns, status.st_size, status.st_ino)


def save(root: Path, before: Snapshot, after: ProjectFiles, paths: Iterable[str]) -> dict[str, Stamp]:
    """Write what changed; where one file cannot be written, those before it get their old text back.

    Returns:
        The stamps of the folder's files as they are now.

    Raises:
        AuthoringError: nothing has changed.
    """
    done: list[str] = []
    try:
        for path in sorted(paths, key=lambda one: (one == POSITIONS, one)):
            _write(root, path, after.text(path))
            done.append(path)
    except AuthoringError:
        for path in reversed(done):
            with contextlib.suppress(AuthoringError):
                _write(root, path, before.files.text(path))
        raise
    return _stamps_after(root, before.stamps, done)


def _write(root: Path, path: str, text: str | None) -> None:
    if text is None:
        remove(root, path)
    else:
        write_text(root, path, text)


def _stamps_after(root: Path, stamps: Mapping[str, Stamp], paths: Iterable[str]) -> dict[str, Stamp]:
    found = dict(stamps)
    for path in paths:
        stamp = _stamp(root, path)
        if stamp is None:
            found.pop(path, None)
        else:
            found[path] = stamp
    return found


def shifted(findings: Iterable[Finding], old: ProjectFiles, new: ProjectFiles) -> Iterable[Finding]:
    """Yield findings of flows with the lines they have after an edit further up in their file."""
    for one in findings:
        where, now = old.flows.get(one.flow or ""), new.flows.get(one.flow or "")
        if where is None or now is None or where[0] != one.file:
            yield one
            continue
        by = new.yaml(now[0]).first_line(now[1].part) - old.yaml(where[0]).first_line(where[1].part)
        yield one.model_copy(update={"line": one.line + by}) if by else one
