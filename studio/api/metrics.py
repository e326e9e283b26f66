"""Figures for Prometheus."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from studio.api.services import Services, services_of
from studio.exposition import CONTENT_TYPE

router = APIRouter(tags=["health"])


@router.get("/metrics", response_class=Response)
async def metrics(services: Annotated[Services, Depends(services_of)]) -> Response:
    """Write all metrics in the Prometheus text format."""
    return Response(services.telemetry.render(), media_type=CONTENT_TYPE)
