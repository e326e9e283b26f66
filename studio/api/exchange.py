"""Pull and push: a project as an archive, and what somebody changed elsewhere taken in."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from studio.api.authentication import Asking
from studio.api.projects import Bench
from studio.projects.exchange import archive
from studio.whole_changes import take_push

router = APIRouter(prefix="/api/projects/{project}", tags=["exchange"])
_CLASH = "Both sides have changed the same places. Nothing was taken: pull, settle them, and push again."


@router.get("/archive", response_class=Response)
async def give(project: str, bench: Bench) -> Response:
    """Give the draft as an archive with a manifest of hashes, for `vivavoce pull`."""
    async with bench.whole(project) as found:
        content = await asyncio.to_thread(archive, found)
    return Response(content, media_type="application/zip")


@router.post("/push", response_model=None)
async def take(project: str, request: Request, by: Asking, bench: Bench, allow_errors: bool = False) -> Any:
    """Take what `vivavoce push` sends; 409 with the conflicts where both sides changed the same places.

    Only an admin pushes changed code, since it runs on this machine.
    """
    content = await request.body()
    may_bring_code = by.may("administer")
    pushed = await take_push(bench, project, content, allows_errors=allow_errors, allows_code=may_bring_code)
    told = pushed.to_json()
    if pushed.conflicts:
        return JSONResponse({"code": "conflict", "message": _CLASH, **told}, status_code=409)
    await bench.note(by, "pushed", project, {"paths": list(pushed.paths), "version": pushed.version})
    return told
