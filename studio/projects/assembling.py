"""A project put together of versions: the draft, with some flows as they were in other commits, or left out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from studio.projects.errors import told
from studio.projects.graphs import with_flow_of
from studio.projects.history import DRAFT, History
from studio.projects.workspace import Project
from studio.projects.writing import folder_in_making, put_folder, remove_folder, write_files


def assemble(project: Project, flows: Mapping[str, str | None], place: Path) -> Path:
    """Write the project into `place` with each named flow as in a commit, or without it (None); return `place`.

    Raises:
        CommitUnknown, CommitRefused, HistoryUnavailable, WritingFailed.
    """
    history = History(project)
    files = dict(history.files(DRAFT))
    states = {commit: history.files(commit) for commit in {*flows.values()} if commit is not None}
    for flow_id, commit in flows.items():
        files = with_flow_of(files, {} if commit is None else states[commit], flow_id)
    with told(place.parent):
        place.parent.mkdir(parents=True, exist_ok=True)
    with folder_in_making(place.parent) as made:
        write_files(made, sorted(files.items()))
        remove_folder(place)
        put_folder(made, place)
    return place
