"""The application over scripted parts, and a client that reaches it without sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from flows.errors import Finding
from flows.model import Assistant, Flow, Slot
from studio.api.app import create_app
from studio.api.security import LOOPBACK_HOSTS
from studio.api.services import Services
from studio.parts import PartBoard, PartStatus
from studio.reloading import ReloadStatus
from studio.telemetry import Telemetry
from voice.errors import CallsFull, OfferUnusable, OfferWithoutAudio
from voice.transports.webrtc import Answer, CallStatus

OFFER = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"


class ScriptedGateway:
    """Answers offers by what they say."""

    def __init__(self) -> None:
        self.calls: dict[str, CallStatus] = {}
        self.about: list[Mapping[str, str]] = []

    async def answer(self, offer_sdp: str, about: Mapping[str, str] | None = None) -> Answer:
        self.about.append(about or {})
        if "m=audio" not in offer_sdp:
            if offer_sdp.startswith("v=0"):
                raise OfferWithoutAudio("The offer has no audio.")
            raise OfferUnusable("The offer is not SDP.")
        if len(self.calls) >= 2:
            raise CallsFull("Two calls are running.")
        call_id = f"call-{len(self.calls) + 1}"
        self.calls[call_id] = CallStatus(call_id, "live", 1000.0)
        return Answer(call_id, "v=0\r\nanswer")

    async def hang_up(self, call_id: str) -> bool:
        was_live = self.calls[call_id].state == "live"
        self.calls[call_id] = CallStatus(call_id, "ended", 1000.0, "hung-up")
        return was_live

    def status(self, call_id: str) -> CallStatus | None:
        return self.calls.get(call_id)


class Echo:
    """A text channel that says again what it hears."""

    async def answer(self, sender: str, message: str, metadata: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        if message == "break":
            raise RuntimeError("a bug")
        return [{"recipient_id": sender, "text": message, "metadata": dict(metadata)}]


@dataclass
class Server:
    """What a test may look at and change behind the application."""

    app: FastAPI
    board: PartBoard
    page: Path
    telemetry: Telemetry
    gateway: ScriptedGateway = field(default_factory=ScriptedGateway)


def assistant() -> Assistant:
    transfer = Flow(id="transfer_money", name="transfer money", description="Send money.", steps=())
    pattern = Flow(id="pattern_completed", name="completed", description="", steps=(), is_pattern=True)
    return Assistant(
        id="bank",
        name="Bank",
        folder="",
        language="en",
        flows={flow.id: flow for flow in (transfer, pattern)},
        slots={"amount": Slot("amount", "float"), "language": Slot("language", "text", is_default=True)},
        responses={},
    )


@pytest.fixture
def server(tmp_path: Path) -> Server:
    board, telemetry, gateway = PartBoard(), Telemetry(), ScriptedGateway()
    board.report(PartStatus("speech recognition", "ready"))

    services = Services(
        assistant=assistant,
        reload_status=lambda: ReloadStatus("refused", "abc", 5.0, (Finding("domain.yml", 1, 2, "x", "y"),), "1 error"),
        board=board,
        telemetry=telemetry,
        gateway=lambda: gateway,
        require_calls=lambda: board.require("speech recognition"),
        text=Echo,
        models=lambda: [{"id": "whisper-base", "is_present": True}],
        page_folder=tmp_path / "dist",
        allowed_hosts=LOOPBACK_HOSTS,
    )
    return Server(create_app(services), board, tmp_path / "dist", telemetry, gateway)


@pytest.fixture
async def client(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(server.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as http:
        yield http


@pytest.fixture
def sdp() -> dict[str, Any]:
    return {"content": OFFER, "headers": {"Content-Type": "application/sdp"}}
