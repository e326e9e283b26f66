"""The server of one case, in this process: real calls over WebRTC, with the case's stubs, fixtures and clock.

Only signalling goes without a socket: an offer reaches the gateway as a function call. Audio and events take the same
way as any caller's, over UDP of this machine.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from dialogue.conversation import Conversation
from dialogue.testing.case import Case
from dialogue.testing.runner import Bench, new_conversation
from dialogue.turn import TurnOutput
from flows.commands import Json
from studio.calls import hold_call
from studio.speech import Speech
from voice.errors import VoiceError
from voice.link import MediaLink
from voice.transports.webrtc import WebRtcGateway

URL = "http://assistant.test"


@dataclass(frozen=True, slots=True)
class Served:
    """What cases are served with: as in typed tests, and what listens and speaks."""

    bench: Bench
    speech: Speech


class CaseConversation(Conversation):
    """A conversation whose slots are set, as a test's fixtures say, once its session has begun."""

    fixtures: Mapping[str, Json] = {}

    async def start(self, metadata: Mapping[str, Json] | None = None) -> AsyncIterator[TurnOutput]:
        """Begin the session, then set the slots: see the format's reference on fixtures."""
        async for output in super().start(metadata):
            yield output
        if self.fixtures:
            await self.set_slots(self.fixtures)


@asynccontextmanager
async def serve_case(case: Case, served: Served) -> AsyncIterator[httpx.AsyncBaseTransport]:
    """Answer calls of a case until the block ends; gives how HTTP reaches the server (at `URL`)."""

    async def hold(link: MediaLink) -> None:
        await hold_call(link, conversation_of(case, served.bench), served.speech)

    gateway = WebRtcGateway(hold, max_calls=1)
    try:
        yield GatewayTransport(gateway)
    finally:
        await gateway.close()


def conversation_of(case: Case, bench: Bench) -> CaseConversation:
    """Make the conversation of a case. Its id is another on every run, since actions keep what they know by it."""
    assert bench.understanding is not None
    name = f"{case.file}::{case.name}#{uuid.uuid4().hex[:12]}"
    conversation = new_conversation(case, bench, bench.understanding, CaseConversation, name)
    conversation.fixtures = case.slots
    return conversation


class GatewayTransport(httpx.AsyncBaseTransport):
    """Answers the three requests of a caller from a gateway: offer, state, hang up."""

    def __init__(self, gateway: WebRtcGateway) -> None:
        self._gateway = gateway

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer as studio.api.rtc does."""
        call_id = request.url.path.rsplit("/", 1)[-1]
        if request.method == "POST":
            return await self._offer((await request.aread()).decode())
        status = self._gateway.status(call_id)
        if status is None:
            return httpx.Response(404, json={"code": "call-unknown", "message": f"There is no call {call_id}."})
        if request.method == "DELETE":
            await self._gateway.hang_up(call_id)
            return httpx.Response(204)
        told: dict[str, Any] = {"call_id": call_id, "state": status.state, "reason": status.reason}
        return httpx.Response(200, json=told)

    async def _offer(self, sdp: str) -> httpx.Response:
        try:
            answer = await self._gateway.answer(sdp)
        except VoiceError as error:
            return httpx.Response(error.http_status, json={"code": error.code, "message": str(error)})
        headers = {"Location": f"/rtc/calls/{answer.call_id}", "Content-Type": "application/sdp"}
        return httpx.Response(201, text=answer.sdp, headers=headers)
