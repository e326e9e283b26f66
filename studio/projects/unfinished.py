"""What a switch of branches or a merge still has to do in git once its files are written, kept for after a crash.

    .studio/local/unfinished.json   the files as they will be, and the references that follow

If a crash comes after the files were changed, what follows is done at the next look; if before, it is forgotten.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from studio.errors import StudioError
from studio.projects.contents import hash_of
from studio.projects.errors import ProjectBusy
from studio.projects.locks import locked
from studio.projects.paths import STUDIO
from studio.projects.repository import Repository
from studio.projects.writing import Change, apply_changes, finish_pending, write_file

_NOTE: Final = f"{STUDIO}/local/unfinished.json"


def carry_out(
    repository: Repository,
    changes: Sequence[Change],
    *,
    head: str | None = None,
    moves: Sequence[tuple[str, str, str]] = (),
) -> None:
    """Change files, then move references (name, new, old) or make another branch the current one: all or none."""
    note = {
        "files": {change.path: None if change.content is None else hash_of(change.content) for change in changes},
        "head": head,
        "moves": [list(move) for move in moves],
    }
    with locked(repository.git_folder):
        write_file(repository.folder / _NOTE, json.dumps(note).encode())
        try:
            apply_changes(repository.folder, changes)
            _follow(repository, note)
        except StudioError:
            _forget(repository.folder)
            raise
        _forget(repository.folder)


def finish(repository: Repository) -> None:
    """Do what a crash has left undone; where somebody is just at it, they do it."""
    if (repository.folder / _NOTE).is_file():
        with suppress(ProjectBusy), locked(repository.git_folder, wait_s=0):
            _finish(repository)


def _finish(repository: Repository) -> None:
    file = repository.folder / _NOTE
    finish_pending(repository.folder)
    try:
        note = json.loads(file.read_bytes())
        is_written = all(_hash(repository.folder / path) == wanted for path, wanted in note["files"].items())
    except (ValueError, KeyError, OSError):
        is_written = False
    if is_written:
        with suppress(StudioError):  # somebody has moved the reference since: that counts
            _follow(repository, note)
    _forget(repository.folder)


def _follow(repository: Repository, note: Mapping[str, Any]) -> None:
    for reference, new, old in note["moves"]:
        repository.move(reference, new, old, why="in the studio")
    if note["head"] is not None:
        repository.point_head_at(note["head"])
    head = repository.head()
    if head is not None:
        repository.show_as_committed(head)


def _hash(path: Path) -> str | None:
    return hash_of(path.read_bytes()) if path.is_file() else None


def _forget(folder: Path) -> None:
    with suppress(OSError):
        (folder / _NOTE).unlink(missing_ok=True)
        (folder / _NOTE).parent.rmdir()
        (folder / STUDIO).rmdir()
