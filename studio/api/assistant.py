"""What the page shows about the assistant that this server runs, and about its models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends

from studio.api.services import Services, services_of

router = APIRouter(prefix="/api", tags=["assistant"])


@router.get("/assistant")
async def assistant(services: Annotated[Services, Depends(services_of)]) -> dict[str, Any]:
    """Describe the assistant: its flows and slots, without those that come with the product."""
    running = services.assistant()
    return {
        "id": running.id,
        "name": running.name,
        "language": running.language,
        "flows": [{"id": flow.id, "name": flow.name, "description": flow.description} for flow in running.user_flows],
        "slots": [{"name": slot.name, "type": slot.type} for slot in running.slots.values() if not slot.is_default],
    }


@router.get("/assistant/version")
async def version(services: Annotated[Services, Depends(services_of)]) -> dict[str, Any]:
    """Say which version runs, and what is wrong with the files in the folder if they cannot run."""
    return asdict(services.reload_status())


@router.get("/models")
def models(services: Annotated[Services, Depends(services_of)]) -> Sequence[Mapping[str, Any]]:
    """List the catalogue and which of it is here. Not async: it looks at the disk, in a thread."""
    return services.models()
