"""Calls over WebRTC, WHIP-style: an SDP offer in, an SDP answer out, and an address to hang up at."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from dialogue.local_time import KEY as TIME_ZONE
from dialogue.local_time import LONGEST_NAME, zone_named
from studio.api.authentication import require_known
from studio.api.services import CallGateway, CallStatus, Services, services_of
from studio.errors import (
    CallOver,
    CallStillLive,
    CallUnknown,
    MediaTypeUnsupported,
    RequestUnusable,
    ServiceNotReady,
)
from studio.running_assistants import ENVIRONMENT, PROJECT, PUBLISHED
from studio.trying import CHAT, CONVERSATION
from studio.versions import Dialogue

SDP = "application/sdp"
PRODUCTION = "production"
router = APIRouter(prefix="/rtc", tags=["calls"])


def gateway_of(services: Annotated[Services, Depends(services_of)]) -> CallGateway:
    """Give the gateway, which knows running and ended calls."""
    return services.gateway()


Gateway = Annotated[CallGateway, Depends(gateway_of)]


@router.post("/offer", status_code=201, response_class=Response)
async def offer(
    request: Request,
    services: Annotated[Services, Depends(services_of)],
    timezone: Annotated[str, Query(max_length=LONGEST_NAME)] = "",
    project: Annotated[str, Query(max_length=64)] = "",
    environment: Annotated[str, Query(max_length=200)] = "draft",
    conversation: Annotated[str, Query(max_length=64)] = "",
    is_chat: bool = False,
) -> Response:
    """Answer an offer and start the call. `timezone` is the caller's, such as Europe/Paris; what is none is dropped.

    `project` and `environment` choose an assistant of the studio; without them the served one answers. There,
    `conversation` is one that was rewound, which the call takes up; `is_chat`: the caller types, and may take long.
    Where callers are not asked who they are, they reach what is served and what is in production.
    """
    offered = await _offered_sdp(request)
    services.require_calls()
    about = {TIME_ZONE: timezone} if zone_named(timezone) else {}
    if conversation or (project and environment != PRODUCTION):
        require_known(request)
    if project:
        _, version = await _prepared(services, project, environment)
        about |= {PROJECT: project, ENVIRONMENT: environment}
        if version is not None:
            about[PUBLISHED] = version
        if conversation:
            about[CONVERSATION] = services.trying.find(conversation).conversation.conversation_id
        if is_chat:
            about[CHAT] = "true"
    answer = await services.gateway().answer(offered, about or None)
    location = {"Location": f"/rtc/calls/{answer.call_id}"}
    return Response(answer.sdp, status_code=201, media_type=SDP, headers=location)


@router.get("/calls/{call_id}")
async def call_status(call_id: str, gateway: Gateway) -> dict[str, Any]:
    """Say how a call stands."""
    status = _known(gateway, call_id)
    return {
        "call_id": status.call_id,
        "state": status.state,
        "reason": status.reason,
        "started_at": status.started_at,
        "media": dict(status.media),
    }


@router.delete("/calls/{call_id}", status_code=204, response_class=Response)
async def hang_up(call_id: str, gateway: Gateway) -> Response:
    """Hang up. Doing so twice is no error, so that a client which lost the answer may repeat it."""
    _known(gateway, call_id)
    await gateway.hang_up(call_id)
    return Response(status_code=204)


@router.api_route("/calls/{call_id}", methods=["POST", "PUT", "PATCH"], include_in_schema=False)
async def renegotiate(call_id: str, gateway: Gateway) -> Response:
    """Refuse a second offer on a call: a call is answered once."""
    if _known(gateway, call_id).state == "live":
        raise CallStillLive(f"Call {call_id} is running and takes no second offer. POST /rtc/offer for another.")
    raise CallOver(f"Call {call_id} has ended and takes no offer. POST /rtc/offer for a new call.")


async def prepare_assistant(services: Services, project: str, environment: str) -> Dialogue:
    """Have an assistant of the studio ready, so that whoever calls it does not wait in silence.

    Raises:
        ProjectUnknown, CommitUnknown, AssistantInvalid, ServiceNotReady.
    """
    dialogue, _ = await _prepared(services, project, environment)
    return dialogue


async def _prepared(services: Services, project: str, environment: str) -> tuple[Dialogue, str | None]:
    """Return what is prepared, and its version, None of a draft."""
    running = services.running()
    if services.workbench is None or running is None:
        raise ServiceNotReady("This server runs one assistant only, or is still starting.")
    folder, is_draft = await services.workbench.folder_of(project, environment)
    return await running.dialogue(folder, is_draft=is_draft), None if is_draft else folder.parent.name


def _known(gateway: CallGateway, call_id: str) -> CallStatus:
    status = gateway.status(call_id)
    if status is None:
        raise CallUnknown(f"There is no call {call_id[:64]!r}; it may have ended long ago.")
    return status


async def _offered_sdp(request: Request) -> str:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != SDP:
        raise MediaTypeUnsupported(f"An offer is sent as {SDP}, not as {media_type or 'nothing'}.")
    try:
        return (await request.body()).decode("utf-8")
    except UnicodeDecodeError as error:
        raise RequestUnusable(f"The offer is not UTF-8 text: {error.reason} at byte {error.start}.") from error
