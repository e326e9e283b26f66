"""A project put together of versions: the draft, with some flows as they were in other commits, or left out."""

from __future__ import annotations

from collections.abc import Mapping

from studio.projects.graphs import with_flow_of
from studio.projects.history import DRAFT, History
from studio.projects.workspace import Project


def assembled(project: Project, flows: Mapping[str, str | None]) -> dict[str, bytes]:
    """Return the files of the project with each named flow as in a commit, or without it (None).

    Raises:
        CommitUnknown, CommitRefused, HistoryUnavailable, FilesChanged, WritingFailed.
    """
    history = History(project)
    files = dict(history.files(DRAFT))
    states = {commit: history.files(commit) for commit in {*flows.values()} if commit is not None}
    for flow_id, commit in flows.items():
        files = with_flow_of(files, {} if commit is None else states[commit], flow_id)
    return files
