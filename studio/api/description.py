"""The OpenAPI document of this server, for whoever may read."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

router = APIRouter(prefix="/api", tags=["description"])


@router.get("/openapi.json", include_in_schema=False)
async def openapi(request: Request) -> dict[str, Any]:
    """Give the OpenAPI 3.1 document."""
    document: dict[str, Any] = request.app.openapi()
    return document
