"""What each project was like when it was last trained well, so that the page can say what has changed since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio.project_notes import Note, ProjectNotes, noted
from studio.projects.contents import is_of_studio
from studio.projects.three_way import changed_paths


@dataclass(frozen=True, slots=True)
class LastTraining(Note):
    """When a project was last trained well, and what it was like."""


def changed_since(last: LastTraining | None, files: Mapping[str, str], flows: Mapping[str, str]) -> dict[str, Any]:
    """Say what is otherwise than at the last training. What only the studio shows was no part of it. Pure."""
    if last is None:
        return {"trained_at": None, "by": None, "files": {}, "flows": {}, "is_current": False}
    trained, now = ({path: one for path, one in each.items() if not is_of_studio(path)} for each in (last.files, files))
    changes = {"files": changed_paths(trained, now), "flows": changed_paths(last.flows, flows)}
    return {"trained_at": last.at, "by": last.by, **changes, "is_current": not changes["files"]}


class LastTrainings(ProjectNotes[LastTraining]):
    """The last training of each project."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, lambda told: LastTraining(*noted(told)))
