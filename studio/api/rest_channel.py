"""The REST channel that tools already speak: a sender's message in, the assistant's messages out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from dialogue.understanding.bounded_json import read_json
from studio.api.services import Services, services_of
from studio.errors import MediaTypeUnsupported

MAX_MESSAGE_CHARACTERS = 10_000
"""Understanding cuts far earlier (420 by default); this keeps what is logged bounded."""
router = APIRouter(tags=["channels"])


def plain_metadata(given: dict[str, Any]) -> dict[str, Any]:
    """Refuse what the event log could not write again; it stays with the conversation. Raises ValueError."""
    try:
        read_json(json.dumps(given, allow_nan=False))
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return given


class RestMessage(BaseModel):
    """One message. `sender` names the conversation."""

    model_config = ConfigDict(extra="ignore")

    sender: str = Field("default", min_length=1, max_length=255)
    message: str = Field(min_length=1, max_length=MAX_MESSAGE_CHARACTERS)
    metadata: Annotated[dict[str, Any], AfterValidator(plain_metadata)] = Field(default_factory=dict)


def requires_json(request: Request) -> None:
    """Refuse other types: a page elsewhere may send text without asking, but never JSON."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise MediaTypeUnsupported(f"A message is sent as application/json, not as {media_type or 'nothing'}.")


@router.post("/webhooks/rest/webhook", dependencies=[Depends(requires_json)])
async def webhook(
    given: RestMessage, services: Annotated[Services, Depends(services_of)]
) -> Sequence[Mapping[str, Any]]:
    """Take one turn of the sender's conversation and answer with what the assistant says."""
    return await services.text().answer(given.sender, given.message, given.metadata)


@router.get("/webhooks/rest/")
async def channel_health() -> dict[str, str]:
    """Say that the channel is there, as tools ask before they send."""
    return {"status": "ok"}
