"""Publishing a project, and taking what was pushed: checked while edits go on, put in its place while they wait.

edits wait      read what is to be published
edits go on     copy it, check the copy (seconds, for a large assistant)
edits wait      let the environment run the copy; or write the push, if nothing was edited meanwhile
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from studio.projects.contents import LeftOut
from studio.projects.environments import Publication
from studio.projects.errors import FilesChanged
from studio.projects.exchange import Incoming, Pushed, read_incoming
from studio.projects.git import Person as Author
from studio.projects.packages import read_push
from studio.projects.workspace import Project
from studio.workbench import Workbench

MOST_TRIES: Final = 3
"""So often a push is checked beside edits that go on; then they wait for it. Our own choice."""


@dataclass(frozen=True, slots=True)
class Publishing:
    """What is to be published, where: the draft, or a set that was trained (`version`)."""

    environment: str
    message: str
    is_allowed: bool = False
    version: str | None = None


async def publish(
    bench: Workbench, project_id: str, wanted: Publishing, author: Author
) -> tuple[Publication, tuple[LeftOut, ...]]:
    """Publish; return the publication, and what of the folder is not part of it.

    Raises: what `Environments.checked` and `.put` raise.
    """
    project = await bench.project(project_id)
    kept = bench.environments_of(project)
    async with bench.publishing[project_id]:  # else whoever began first could be put last, over what is newer
        if wanted.version is None:
            async with bench.whole(project_id):
                candidate = await asyncio.to_thread(kept.draft)
        else:
            candidate = await asyncio.to_thread(kept.trained, wanted.version)
        version = await asyncio.to_thread(kept.checked, candidate)
        put = partial(kept.put, wanted.environment, wanted.message, author, (candidate, version))
        async with bench.whole(project_id):
            made = await asyncio.to_thread(put, is_allowed=wanted.is_allowed)
    return made, candidate.left_out


async def roll_back(
    bench: Workbench, project_id: str, environment: str, author: Author, *, version: str | None, message: str
) -> Publication:
    """Run an earlier version again, behind a publishing that is under way.

    Raises: what `Environments.rollback` raises.
    """
    kept = bench.environments_of(await bench.project(project_id))
    async with bench.publishing[project_id]:
        back = partial(kept.rollback, environment, author, version=version, message=message)
        return await asyncio.to_thread(back)


async def take_push(
    bench: Workbench, project_id: str, content: bytes, *, allows_errors: bool, allows_code: bool
) -> Pushed:
    """Take what `vivavoce push` sends into the draft. Raises what `read_incoming` and `Incoming.put` raise."""
    push = await asyncio.to_thread(read_push, content)
    project = await bench.project(project_id)
    read = partial(read_incoming, push=push, allows_errors=allows_errors, allows_code=allows_code)
    for _ in range(MOST_TRIES):
        try:
            found = await asyncio.to_thread(read, project)
            if isinstance(found, Pushed):
                return found
            async with bench.whole(project_id) as now:
                return await asyncio.to_thread(found.put, now)
        except FilesChanged:
            continue
    async with bench.whole(project_id) as now:
        return await asyncio.to_thread(_taken, read, now)


def _taken(read: Callable[[Project], Incoming | Pushed], project: Project) -> Pushed:
    found = read(project)
    return found if isinstance(found, Pushed) else found.put(project)
