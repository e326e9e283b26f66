"""Versions: history, differences, branches, and what each environment runs."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from studio import whole_changes
from studio.api.authentication import Asking
from studio.api.given import Given
from studio.api.projects import Bench
from studio.api.services import Services, services_of
from studio.people.errors import NotAllowed
from studio.people.records import Person
from studio.projects.branches import Branches, BranchMerge, Side
from studio.projects.environments import Environments
from studio.projects.git import Person as Author
from studio.projects.guarding import require_no_code, require_open_settings
from studio.projects.history import History
from studio.whole_changes import Publishing, roll_back
from studio.workbench import Workbench

router = APIRouter(prefix="/api/projects/{project}", tags=["versions"])
_Message = Annotated[str, Field(min_length=1, max_length=2_000, pattern=r"^[^\x00]*$")]
_Name = Annotated[str, Field(min_length=1, max_length=200)]


class Commit(Given):
    """`is_allowed`: the person knows that this goes into a repository that is not the studio's."""

    message: _Message
    is_allowed: bool = False


class Restore(Given):
    commit: _Name
    flow: _Name | None = None
    is_allowed: bool = False


class NewBranch(Given):
    name: _Name
    start: _Name | None = None


class NamedBranch(Given):
    name: _Name


class Merge(Given):
    """`solved`: the texts of files in conflict, null where a file goes; `sides`: those of which one side is taken."""

    name: _Name
    solved: dict[str, str | None] = Field(default_factory=dict, max_length=1_000)
    sides: dict[str, Side] = Field(default_factory=dict, max_length=1_000)


class DeletedBranch(Given):
    name: _Name
    is_forced: bool = False


class Publish(Given):
    """`version`: that of a trained set, published as it was trained; without it the draft as it is."""

    environment: Literal["staging", "production"]
    message: _Message
    is_allowed: bool = False
    version: str | None = Field(None, max_length=100)


class Rollback(Given):
    environment: Literal["staging", "production"]
    version: str | None = Field(None, max_length=100)
    message: str = Field("", max_length=2_000, pattern=r"^[^\x00]*$")


@router.get("/history")
async def history(
    project: str,
    bench: Bench,
    most: Annotated[int, Query(ge=1, le=500)] = 50,
    skip: Annotated[int, Query(ge=0)] = 0,
    start: str | None = None,
) -> dict[str, Any]:
    """Give how the project stands to its history, and a page of its commits, newest first."""
    kept = await _history(bench, project)
    status = await asyncio.to_thread(kept.status)
    page = partial(kept.commits, most=most, skip=skip, start=start)
    commits = await asyncio.to_thread(page) if status.is_available else ()
    return {"status": status.to_json(), "commits": [asdict(commit) for commit in commits]}


@router.get("/history/{commit}/diff")
async def difference(project: str, commit: str, bench: Bench, against: str | None = None) -> dict[str, Any]:
    """Compare a commit (or `draft`, or a branch) with another one; without `against` with what came before it."""
    kept = await _history(bench, project)
    return (await asyncio.to_thread(kept.difference, commit, against)).to_json()


@router.post("/commit")
async def commit(project: str, given: Commit, by: Asking, bench: Bench) -> dict[str, Any]:
    """Commit the draft."""
    async with bench.whole(project) as found:
        made = await asyncio.to_thread(_committed, History(found), given, _author(by))
    await bench.note(by, "committed", project, {"commit": made, "message": given.message})
    bench.hub.tell(project, {"type": "history"})
    return {"commit": made}


@router.post("/restore")
async def restore(project: str, given: Restore, by: Asking, bench: Bench) -> dict[str, Any]:
    """Bring back the files of a commit, or one of its flows, as a new commit."""
    async with bench.whole(project) as found:
        restored = await asyncio.to_thread(
            lambda: History(found).restore(given.commit, _author(by), flow=given.flow, is_allowed=given.is_allowed)
        )
    _tell_changed(bench, project)
    await bench.note(by, "restored", project, {"commit": given.commit, "flow": given.flow})
    return asdict(restored)


@router.get("/branches")
async def branches(project: str, bench: Bench) -> list[dict[str, Any]]:
    """List the branches, the current one first."""
    kept = Branches(await _history(bench, project))
    return [asdict(branch) for branch in await asyncio.to_thread(kept.list)]


@router.post("/branches", status_code=201)
async def new_branch(project: str, given: NewBranch, by: Asking, bench: Bench) -> dict[str, Any]:
    """Make a branch; it is not switched to."""
    kept = Branches(await _history(bench, project))
    made = await asyncio.to_thread(lambda: kept.create(given.name, start=given.start))
    await bench.note(by, "branch made", project, {"name": given.name})
    return asdict(made)


@router.post("/branches/switch")
async def switch(project: str, given: NamedBranch, by: Asking, bench: Bench) -> dict[str, Any]:
    """Bring the folder to another branch, uncommitted work with it."""
    async with bench.whole(project) as found:
        switched = await asyncio.to_thread(lambda: Branches(History(found)).switch(given.name))
    _tell_changed(bench, project)
    await bench.note(by, "branch switched", project, {"name": given.name})
    return asdict(switched)


@router.post("/branches/merge")
async def merge(project: str, given: Merge, by: Asking, bench: Bench) -> dict[str, Any]:
    """Merge another branch into the current one; with conflicts nothing is changed, and they are told."""
    solved = {path: None if text is None else text.encode() for path, text in given.solved.items()}
    if not by.may("administer"):
        require_no_code(solved)
        require_open_settings({path: (text,) for path, text in solved.items()})
    async with bench.whole(project) as found:
        merge_it = partial(Branches(History(found)).merge, given.name, _author(by))
        merged = await asyncio.to_thread(merge_it, solved=solved, sides=given.sides)
    _tell_changed(bench, project)
    await bench.note(by, "branch merged", project, {"name": given.name, "commit": merged.commit})
    return _told_merge(merged)


@router.post("/branches/delete", status_code=204)
async def delete_branch(project: str, given: DeletedBranch, by: Asking, bench: Bench) -> None:
    """Delete a branch; one whose commits are on no other branch only if forced."""
    kept = Branches(await _history(bench, project))
    await asyncio.to_thread(lambda: kept.delete(given.name, is_forced=given.is_forced))
    await bench.note(by, "branch deleted", project, {"name": given.name})


@router.get("/environments")
async def environments(project: str, bench: Bench) -> list[dict[str, Any]]:
    """Say what staging and production run, and how that differs from the draft."""
    kept = await _environments(bench, project)
    return [state.to_json() for state in await asyncio.to_thread(kept.states)]


@router.post("/publish", status_code=201)
async def publish(
    project: str, given: Publish, by: Asking, bench: Bench, services: Annotated[Services, Depends(services_of)]
) -> dict[str, Any]:
    """Publish the draft, or a set that was trained. Running calls go on with the version they began with."""
    if given.environment == "production" and not by.may("publish"):
        raise NotAllowed(f"As {by.role} you may publish to staging. An operator or admin publishes to production.")
    wanted = Publishing(given.environment, given.message, given.is_allowed, given.version)
    made, left_out = await whole_changes.publish(bench, project, wanted, _author(by))
    await _told_publication(bench, project, by, "published", made.to_json())
    running = services.running()
    await bench.tidy(() if running is None else running.folders())
    return {**made.to_json(), "left_out": [asdict(one) for one in left_out]}


@router.get("/trained")
async def trained(project: str, bench: Bench) -> list[dict[str, Any]]:
    """List the sets of flow versions that were trained and can be published or called, the latest first."""
    kept = await _environments(bench, project)
    return [one.to_json() for one in await asyncio.to_thread(kept.trained_sets.all)]


@router.post("/rollback", status_code=201)
async def rollback(project: str, given: Rollback, by: Asking, bench: Bench) -> dict[str, Any]:
    """Run an earlier version again; without `version` the one before."""
    back = partial(roll_back, bench, project, given.environment, _author(by))
    made = await back(version=given.version, message=given.message)
    await _told_publication(bench, project, by, "rolled back", made.to_json())
    return made.to_json()


async def _history(bench: Workbench, project: str) -> History:
    return History(await bench.project(project))


async def _environments(bench: Workbench, project: str) -> Environments:
    return bench.environments_of(await bench.project(project))


def _author(person: Person) -> Author:
    return Author(person.name)


def _tell_changed(bench: Workbench, project: str) -> None:
    """Files were changed as a whole, what was said of them with them; the open document has told of them."""
    bench.hub.tell(project, {"type": "history"})
    bench.hub.tell(project, {"type": "comments"})


async def _told_publication(bench: Workbench, project: str, by: Person, action: str, made: dict[str, Any]) -> None:
    await bench.note(by, action, project, {key: made[key] for key in ("environment", "version", "message")})
    bench.hub.tell(project, {"type": "published", "publication": made})


def _committed(kept: History, given: Commit, author: Author) -> str:
    return kept.begin(author, given.message) or kept.commit(given.message, author, is_allowed=given.is_allowed)


def _told_merge(merged: BranchMerge) -> dict[str, Any]:
    told = {"commit": merged.commit, "paths": list(merged.paths), "merged": list(merged.merged)}
    return {**told, "conflicts": [conflict.to_json() for conflict in merged.conflicts]}
