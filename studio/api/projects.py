"""Projects: list, make, bring in, take out, delete."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field, ValidationError

from studio.api.authentication import Asking
from studio.api.given import Given
from studio.api.services import Services, services_of
from studio.errors import MediaTypeUnsupported, RequestUnusable, ServiceNotReady
from studio.people.errors import NotAllowed
from studio.people.records import Person
from studio.projects.git import Person as Author
from studio.projects.history import History
from studio.projects.templates import templates
from studio.projects.workspace import Imported, Project, name_of
from studio.workbench import Workbench

router = APIRouter(prefix="/api", tags=["projects"])
T = TypeVar("T")


def workbench_of(services: Annotated[Services, Depends(services_of)]) -> Workbench:
    """Give the workbench (a dependency)."""
    if services.workbench is None:
        raise ServiceNotReady("This server has no studio.")
    return services.workbench


Bench = Annotated[Workbench, Depends(workbench_of)]


class NewProject(Given):
    name: str = Field(min_length=1, max_length=200)
    id: str | None = Field(None, max_length=64)
    template: str = Field("empty", max_length=100)


class FolderImport(Given):
    folder: str = Field(min_length=1, max_length=4_000, pattern=r"^[^\x00]*$")
    name: str | None = Field(None, max_length=200)
    id: str | None = Field(None, max_length=64)


@router.get("/templates")
def list_templates() -> list[dict[str, Any]]:
    """List the templates of new projects."""
    return [asdict(template) for template in templates()]


@router.get("/projects")
async def projects(bench: Bench) -> list[dict[str, Any]]:
    """List the projects, the one that is served first."""
    found = await asyncio.to_thread(bench.workspace.projects)
    return [await asyncio.to_thread(_told, bench, project) for project in found]


@router.post("/projects", status_code=201)
async def create(given: NewProject, by: Asking, bench: Bench) -> dict[str, Any]:
    """Make a project from a template."""
    make = bench.workspace.create
    project = await asyncio.to_thread(make, given.name, template=given.template, project_id=given.id)
    await _begin(bench, project, by)
    await bench.note(by, "project made", project.id, {"template": given.template})
    return await asyncio.to_thread(_told, bench, project)


@router.post("/projects/import", status_code=201)
async def import_project(
    request: Request,
    by: Asking,
    bench: Bench,
    services: Annotated[Services, Depends(services_of)],
    name: str | None = None,
    id: str | None = None,
) -> dict[str, Any]:
    """Bring in an assistant: a zip file as the body, or on this machine, for an admin, `{"folder": …}`.

    Programs (actions) come in with an admin only, since they run on this machine.
    """
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    bring: Callable[[], Imported]
    may_bring_code = by.may("administer")
    if kind == "application/json":
        if services.door.is_public:
            raise NotAllowed("Folders of the server can be named on its own machine only. Send a zip file instead.")
        if not may_bring_code:
            raise NotAllowed("Only an admin may name a folder of the server. Send a zip file instead.")
        try:
            folder = FolderImport.model_validate_json(await request.body())
        except ValidationError:
            raise RequestUnusable('Name the folder as JSON: {"folder": "/path/to/assistant"}.') from None
        wanted = Path(folder.folder)
        bring = partial(bench.workspace.import_folder, wanted, name=folder.name, project_id=folder.id)
    elif kind in ("application/zip", "application/x-zip-compressed", "application/octet-stream"):
        content = await request.body()
        bring = partial(bench.workspace.import_zip, content, name=name, project_id=id, allows_code=may_bring_code)
    else:
        raise MediaTypeUnsupported("Send a zip file (application/zip), or JSON that names a folder.")
    imported = await asyncio.to_thread(bring)
    await _begin(bench, imported.project, by)
    await bench.note(by, "project imported", imported.project.id, {"left_out": len(imported.left_out)})
    told = await asyncio.to_thread(_told, bench, imported.project)
    return {**told, "left_out": [asdict(one) for one in imported.left_out]}


@router.get("/projects/{project}")
async def one(project: str, bench: Bench) -> dict[str, Any]:
    """Describe one project."""
    return await asyncio.to_thread(_told, bench, await bench.project(project))


@router.delete("/projects/{project}", status_code=204)
async def delete(project: str, by: Asking, bench: Bench, services: Annotated[Services, Depends(services_of)]) -> None:
    """Move a project into the bin. Its training ends; a call that runs on it goes on."""
    found, place = await bench.delete(project)
    if (running := services.running()) is not None:
        await running.forget(found.folder)
    await bench.note(by, "project deleted", project, {"bin": place.name})


@router.get("/projects/{project}/export", response_class=Response)
async def export(project: str, bench: Bench) -> Response:
    """Give the project as a zip file."""
    content = await asyncio.to_thread(bench.workspace.export, project)
    headers = {"Content-Disposition": f'attachment; filename="{project}.zip"'}
    return Response(content, media_type="application/zip", headers=headers)


async def _begin(bench: Workbench, project: Project, by: Person) -> None:
    """Begin the history of a new project; without git it goes on without one."""
    await asyncio.to_thread(bench.environments_of(project).forget)
    await asyncio.to_thread(History(project).begin, Author(by.name))


def _told(bench: Workbench, project: Project) -> dict[str, Any]:
    changed_at = max(_changes(project.folder), default=0.0)
    return {
        "id": project.id,
        "name": name_of(project.folder),
        "folder": str(project.folder),
        "is_own": project.is_own,
        "is_served": bench.workspace.served is not None and bench.workspace.served.id == project.id,
        "changed_at": changed_at,
    }


def _changes(folder: Path) -> Iterator[float]:
    """Yield when files were changed; what is gone in between, or cannot be read, is left out."""
    for place in (folder, folder / "data", folder / "domain"):
        with suppress(OSError):
            for path in place.iterdir():
                with suppress(OSError):
                    if path.is_file():
                        yield path.stat().st_mtime
