"""Throws away what was made of projects and nothing needs any more: snapshots that no environment names.

What stays of each project:

    what an environment runs, and its latest publications, so that one can roll back
    the latest trained sets, which can still be published
    what runs here just now, and what was made or called within the last day

All else goes, at the start of the server and after each publishing. Rolling back to a version that went makes it again
from its commit, where git has one.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Final

from studio.projects.environments import ENVIRONMENTS, Publication, read_record
from studio.projects.errors import WritingFailed
from studio.projects.snapshots import UNUSED_S, Snapshots
from studio.projects.trained_sets import TrainedSets
from studio.projects.writing import remove_folder

MOST_PUBLICATIONS: Final = 20
"""The latest publications of each environment whose files stay: a few weeks of work; our own choice."""


def tidy(data: Path, running: Collection[Path] = (), *, unused_s: float = UNUSED_S) -> tuple[str, ...]:
    """Throw away what nothing names, of all projects; return the versions that went, as `project/version`.

    Args:
        data: the server's data folder.
        running: folders from which assistants run just now, resolved.
        unused_s: so long it must not have been used.
    """
    remove_folder(data / "assembled")  # where versions before this one put trained sets together
    root = data / "snapshots"
    gone: list[str] = []
    for folder in sorted(path for path in root.iterdir() if path.is_dir()) if root.is_dir() else ():
        in_use = {place.parent.name for place in running if place.parent.parent == folder.resolve()}
        gone += [f"{folder.name}/{one}" for one in tidy_project(data, folder.name, in_use, unused_s=unused_s)]
    return tuple(gone)


def tidy_project(data: Path, key: str, in_use: Collection[str] = (), *, unused_s: float = UNUSED_S) -> tuple[str, ...]:
    """Throw away the snapshots of one project that nothing names; return their versions."""
    try:
        kept = named_versions(data, key)
    except WritingFailed:
        return ()  # its record cannot be read, so that nobody knows what it names
    return Snapshots(data / "snapshots" / key, key).tidy({*kept, *in_use}, unused_s=unused_s)


def named_versions(data: Path, key: str) -> frozenset[str]:
    """Return the versions of a project that something names. Raises WritingFailed where its record is broken."""
    past = read_record(data / "environments" / f"{key}.json")
    latest = {one.version for name in ENVIRONMENTS for one in _of(past, name)}
    latest |= {one.version for one in past if one.commit is None}  # nothing could make these again
    return frozenset(latest | {one.version for one in TrainedSets(data, key).all()})


def _of(past: list[Publication], name: str) -> list[Publication]:
    return [one for one in past if one.environment == name][-MOST_PUBLICATIONS:]
