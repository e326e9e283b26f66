"""The document of a project: outline, flows, content, files; and the one way to change any of it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from studio.api.authentication import Asking
from studio.api.given import Given
from studio.api.projects import Bench
from studio.authoring import condition_builder
from studio.authoring.commands import Base, Command, RenameFlow
from studio.authoring.shapes import Conflict
from studio.errors import RequestUnusable
from studio.projects.guarding import require_open_settings

router = APIRouter(prefix="/api/projects/{project}", tags=["editing"])
MOST_COMMANDS = 500
_CLASH = "Somebody else has changed the same place in the meantime. Compare both and choose."


class Gesture(Given):
    """One gesture: all of its commands, or none."""

    commands: tuple[Command, ...] = Field(min_length=1, max_length=MOST_COMMANDS)
    base: Base = Base()
    label: str = Field("", max_length=200)
    client: str = Field("", max_length=64)
    """A random name that the page gave itself, told with the news of the edit, so that it knows its own."""
    gesture: str = Field("", max_length=64)
    """A random name of this gesture: sent again under it, because no answer came, it is answered and not done again."""


class ConditionText(Given):
    text: str = Field(max_length=10_000)


class ConditionTree(Given):
    tree: dict[str, Any]


@router.get("/outline")
async def outline(project: str, bench: Bench) -> Any:
    """Give the short form of everything in the project."""
    return await (await bench.document(project)).outline()


@router.get("/flows/{flow}")
async def flow(project: str, flow: str, bench: Bench) -> Any:
    """Give one flow as a graph."""
    return await (await bench.document(project)).flow(flow)


@router.get("/content/{section}")
async def content(project: str, section: str, bench: Bench) -> Any:
    """Give all entries of a section: responses, slots, intents, entities, actions, documents, voice."""
    return await (await bench.document(project)).content(section)


@router.get("/files/{path:path}")
async def file(project: str, path: str, bench: Bench) -> Any:
    """Give the text of a file and its etag."""
    return await (await bench.document(project)).read_file(path)


@router.get("/findings")
async def findings(project: str, bench: Bench) -> Any:
    """Give all that is wrong with the project's files."""
    return await (await bench.document(project)).findings()


@router.get("/search")
async def search(project: str, bench: Bench, q: Annotated[str, Query(min_length=1, max_length=200)]) -> Any:
    """Search names, texts, examples and conditions."""
    return await (await bench.document(project)).search(q)


@router.post("/edit", response_model=None)
async def edit(project: str, given: Gesture, by: Asking, bench: Bench) -> Any:
    """Carry out one gesture; 409 with three texts where somebody else has changed the same entry."""
    document = await bench.document(project)
    try:
        outcome = await document.edit(
            given.commands,
            given.base,
            by=by.name,
            label=given.label,
            client=given.client,
            gesture=given.gesture,
            guard=None if by.may("administer") else require_open_settings,
        )
    except RecursionError:
        raise RequestUnusable("What should be saved is nested too deeply. Nothing was saved: split it.") from None
    if isinstance(outcome, Conflict):
        body = {"code": "conflict", "message": _CLASH, **outcome.model_dump(mode="json", by_alias=True)}
        return JSONResponse(body, status_code=409)
    moved = {flow_id: keys for flow_id, keys in outcome.moved.items() if keys}
    renamed = {each.flow: each.id for each in given.commands if isinstance(each, RenameFlow) and each.flow != each.id}
    if (moved or renamed) and not outcome.is_again:
        later = {flow_id: moved[flow_id] for flow_id in renamed.values() if flow_id in moved}  # merged behind it
        await bench.change_comments(project, lambda now: now.moved(moved).renamed(renamed).moved(later))
    detail = {"label": given.label, "flows": [flow.id for flow in outcome.flows], "files": sorted(outcome.files)}
    await bench.note(by, "edited", project, detail)
    return Response(outcome.model_dump_json(by_alias=True), media_type="application/json")


@router.post("/conditions")
async def condition_as_tree(given: ConditionText) -> dict[str, Any]:
    """Read a predicate into the tree that a builder shows; `parsed` is null for what it cannot show."""
    return condition_builder.read(given.text)


@router.post("/conditions/write")
async def condition_as_text(given: ConditionTree) -> dict[str, Any]:
    """Write a builder's tree as a predicate."""
    return {"text": condition_builder.write(given.tree)}
