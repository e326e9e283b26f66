"""Several people at one project: what happens, told as it happens; who is where; comments on steps.

A browser opens six connections to one server, and each stream takes one. So the pages of a browser share one stream,
whichever projects they show (`shared_events`).
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import Field
from sse_starlette.sse import EventSourceResponse

from studio.api.authentication import Asking
from studio.api.given import Given
from studio.api.projects import Bench
from studio.api.streaming import event_stream
from studio.people.records import Person
from studio.projects.errors import ProjectUnknown

shared = APIRouter(prefix="/api", tags=["together"])
router = APIRouter(prefix="/api/projects/{project}", tags=["together"])


MOST_PROJECTS = 100
"""Projects of one stream: nobody has so many open."""


class Where(Given):
    """Where a page is. `client` is a random name that the page gave itself, so that two
    pages of one person are two places; `stream` that of the stream by which it hears, with which it leaves."""

    stream: str = Field("", max_length=64)
    client: str = Field("", max_length=64)
    flow: str | None = Field(None, max_length=200)
    step: str | None = Field(None, max_length=500)
    is_leaving: bool = False


class NewComment(Given):
    flow: str = Field(max_length=200)
    step: str | None = Field(None, max_length=500)
    text: str = Field(max_length=8_000)
    thread: str | None = Field(None, max_length=64)


class CommentChange(Given):
    text: str | None = Field(None, max_length=8_000)
    is_settled: bool | None = None


@router.get("/events")
async def events(
    project: str, request: Request, bench: Bench, client: Annotated[str, Query(max_length=64)] = ""
) -> EventSourceResponse:
    """Tell what happens to the project, as server-sent events."""
    await bench.project(project)

    async def told() -> AsyncGenerator[Mapping[str, Any]]:
        with bench.hub.joined(project) as listening:
            yield {"type": "hello", "people": bench.people_at(project)}
            try:
                while True:
                    yield await listening.get()
            finally:
                if client:
                    bench.left(project, client)

    return event_stream(request, bench, told())


@shared.get("/events")
async def shared_events(
    request: Request,
    by: Asking,
    bench: Bench,
    project: Annotated[list[str], Query(max_length=MOST_PROJECTS)],
    stream: Annotated[str, Query(min_length=1, max_length=64)],
) -> EventSourceResponse:
    """Tell what happens to several projects, as server-sent events: one stream for all pages of a browser.

    Each news names its project, and has a mark that counts up by one: a gap, or another name before the number, means
    that something was missed. `hello` says where a project stands; one that is not there has none. `alive` says only
    that the stream stands.
    """
    own = _own(by, stream)
    found: list[str] = []
    for name in dict.fromkeys(project):
        with suppress(ProjectUnknown):
            await bench.project(name)
            found.append(name)

    async def told() -> AsyncGenerator[Mapping[str, Any]]:
        try:
            with bench.hub.joined_together(found, own) as listening:
                # All at once: what comes later is in the queue, and bears a later mark.
                for hello in [_hello(bench, name, stream) for name in found]:
                    yield hello
                while True:
                    yield await listening.get()
        finally:
            for name in found:
                bench.left_with(name, own)

    return event_stream(request, bench, told(), is_alive_told=True)


def _own(by: Person, stream: str) -> str:
    """Name a stream so that nobody else's pages come or go with it."""
    return f"{by.id} {stream}" if stream else ""


def _hello(bench: Bench, project: str, stream: str) -> dict[str, Any]:
    mark, revision = bench.hub.mark(project), bench.revision_of(project)
    told = {"type": "hello", "project": project, "mark": mark, "stream": stream}
    return {**told, "people": bench.people_at(project), "revision": revision}


@router.post("/presence")
async def presence(project: str, given: Where, by: Asking, bench: Bench) -> list[dict[str, Any]]:
    """Say where a page is; returns who else is there."""
    await bench.project(project)
    client = given.client or by.id
    if given.is_leaving:
        bench.left(project, client)
    else:
        bench.seen(project, client, by, given.flow, given.step, _own(by, given.stream))
    return bench.people_at(project)


@router.get("/comments")
async def comments(project: str, bench: Bench) -> list[dict[str, Any]]:
    """Give all comments of the project, the oldest first."""
    return [asdict(comment) for comment in (await bench.comments(project)).all]


@router.post("/comments", status_code=201)
async def comment(project: str, given: NewComment, by: Asking, bench: Bench) -> dict[str, Any]:
    """Say something about a step, or answer a comment."""
    new = bench.new_comment(by, given.flow, given.step, given.text, given.thread)
    changed = await bench.change_comments(project, lambda now: now.added(new))
    await bench.note(by, "commented", project, {"flow": given.flow, "step": given.step})
    return asdict(changed.one(new.id))


@router.patch("/comments/{comment}")
async def change_comment(project: str, comment: str, given: CommentChange, by: Asking, bench: Bench) -> dict[str, Any]:
    """Change one's own comment, or settle a thread."""
    now = time.time()
    changed = await bench.change_comments(
        project, lambda all_: all_.changed(comment, by, now, text=given.text, is_settled=given.is_settled)
    )
    return asdict(changed.one(comment))


@router.delete("/comments/{comment}", status_code=204)
async def delete_comment(project: str, comment: str, by: Asking, bench: Bench) -> None:
    """Delete one's own comment with its answers; an admin may delete any."""
    await bench.change_comments(project, lambda now: now.without(comment, by))
    await bench.note(by, "comment deleted", project)
