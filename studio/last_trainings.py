"""What each project was like when it was last trained well, so that the page can say what has changed since."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio.projects.contents import is_of_studio
from studio.projects.errors import WritingFailed
from studio.projects.three_way import changed_paths
from studio.projects.writing import write_file


@dataclass(frozen=True, slots=True)
class LastTraining:
    """`files` are the hashes of all files, `flows` the etags of the flows."""

    at: float
    by: str
    files: Mapping[str, str]
    flows: Mapping[str, str]


def changed_since(last: LastTraining | None, files: Mapping[str, str], flows: Mapping[str, str]) -> dict[str, Any]:
    """Say what is otherwise than at the last training. What only the studio shows was no part of it. Pure."""
    if last is None:
        return {"trained_at": None, "by": None, "files": {}, "flows": {}, "is_current": False}
    trained, now = ({path: one for path, one in each.items() if not is_of_studio(path)} for each in (last.files, files))
    changes = {"files": changed_paths(trained, now), "flows": changed_paths(last.flows, flows)}
    return {"trained_at": last.at, "by": last.by, **changes, "is_current": not changes["files"]}


class LastTrainings:
    """Keeps one small file for each project."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, project: str) -> LastTraining | None:
        """Return the last training; None where there was none or its file is broken."""
        try:
            told = json.loads((self._folder / f"{project}.json").read_text(encoding="utf-8"))
            return LastTraining(float(told["at"]), str(told["by"]), dict(told["files"]), dict(told["flows"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def forget(self, project: str) -> None:
        """Forget a project that is deleted: a new one of its name was never trained."""
        with suppress(OSError):
            (self._folder / f"{project}.json").unlink(missing_ok=True)

    def write(self, project: str, last: LastTraining) -> None:
        """Keep a training. Failing to is no reason to fail the training: the page then says less."""
        told = {"at": last.at, "by": last.by, "files": dict(last.files), "flows": dict(last.flows)}
        with suppress(WritingFailed):
            write_file(self._folder / f"{project}.json", json.dumps(told).encode())
