"""Training from the page: start, follow, stop; what has changed since; and the voice that says a text."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field
from sse_starlette.sse import EventSourceResponse

from studio.api.authentication import Asking
from studio.api.given import Given
from studio.api.jobs import listed, stopped
from studio.api.projects import Bench
from studio.api.services import Services, services_of
from studio.api.streaming import event_stream
from studio.errors import ServiceNotReady

router = APIRouter(prefix="/api/projects/{project}", tags=["training"])
MOST_CHARACTERS = 1_000
LONGEST_S = 30.0


class Train(Given):
    """`flows`: a version for each flow that is not to be trained as it is in the draft: a commit, or null for none."""

    flows: dict[str, str | None] = Field(default_factory=dict, max_length=2_000)


class Speech(Given):
    text: str = Field(min_length=1, max_length=MOST_CHARACTERS)


@router.post("/train", status_code=202)
async def train(project: str, given: Train, by: Asking, bench: Bench) -> dict[str, Any]:
    """Start a training; 409 while one is running."""
    job = await bench.train(project, given.flows, by)
    return job.to_json()


@router.get("/jobs")
async def jobs(project: str, bench: Bench) -> list[dict[str, Any]]:
    """List the trainings, the latest first, without their logs."""
    return listed(bench.jobs, project)


@router.get("/jobs/{job}")
async def job(project: str, job: str, bench: Bench, since: Annotated[int, Query(ge=0)] = 0) -> dict[str, Any]:
    """Give one training with its log, from a line on."""
    return bench.jobs.job(project, job).to_json(since)


@router.get("/jobs/{job}/events")
async def follow(project: str, job: str, request: Request, bench: Bench) -> EventSourceResponse:
    """Tell the log of a training as it grows, until it is over, as server-sent events."""
    found = bench.jobs.job(project, job)

    async def told() -> AsyncGenerator[Mapping[str, Any]]:
        since = 0
        while True:
            changed = found.changed
            told = found.to_json(since)
            since = told["n_lines"]
            yield told
            if found.state != "running":
                return
            await changed.wait()

    return event_stream(request, bench, told())


@router.post("/jobs/{job}/stop")
async def stop(project: str, job: str, by: Asking, bench: Bench) -> dict[str, Any]:
    """Stop a training."""
    return await stopped(bench, bench.jobs, project, job, by, "training stopped")


@router.get("/changes")
async def changes(project: str, by: Asking, bench: Bench) -> dict[str, Any]:
    """Say what has changed since the last training that went well."""
    return await bench.changes(project, by)


@router.post("/speech", response_class=Response)
async def speech(
    project: str, given: Speech, bench: Bench, services: Annotated[Services, Depends(services_of)]
) -> Response:
    """Say a text with the project's voice and lexicon: a WAV file."""
    if services.preview is None:
        raise ServiceNotReady("This server has no voice.")
    folder = (await bench.project(project)).folder
    try:
        async with asyncio.timeout(LONGEST_S):
            content = await services.preview(folder, given.text)
    except TimeoutError:
        raise ServiceNotReady("The voice is busy with calls. Try again in a moment, or with a shorter text.") from None
    return Response(content, media_type="audio/wav")
