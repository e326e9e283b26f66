"""Whether the process lives, and whether it can do its work."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from studio.api.services import Services, services_of
from studio.parts import reasons

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """Say that the process answers, and nothing more: a server that is loading must not be killed."""
    return {"status": "ok"}


@router.get("/readyz")
async def readyz(response: Response, services: Annotated[Services, Depends(services_of)]) -> dict[str, Any]:
    """Say how every part stands; 503 with the reasons until all of them are ready."""
    parts = [asdict(part) for part in services.board.parts]
    if services.board.is_ready:
        return {"status": "ready", "parts": parts}
    response.status_code = 503
    lacking = [part for part in services.board.parts if not part.is_ready]
    return {
        "status": "not-ready",
        "code": "not-ready",
        "message": " ".join(reasons(lacking)) or "The server is still starting.",
        "parts": parts,
    }
