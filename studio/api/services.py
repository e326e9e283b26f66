"""What the HTTP API needs from the server behind it: ports, so that tests can put scripted parts there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from fastapi import Request

from flows.model import Assistant
from studio.parts import PartBoard
from studio.people.door import Door
from studio.reloading import ReloadStatus
from studio.running_assistants import RunningAssistants
from studio.telemetry import Telemetry
from studio.trying import Trying
from studio.workbench import Workbench


class Answer(Protocol):
    """The answer to an offer."""

    @property
    def call_id(self) -> str: ...

    @property
    def sdp(self) -> str: ...


class CallStatus(Protocol):
    """How a call stands; `state` is "live" or "ended"."""

    @property
    def call_id(self) -> str: ...

    @property
    def state(self) -> str: ...

    @property
    def reason(self) -> str | None: ...

    @property
    def started_at(self) -> Any: ...

    @property
    def media(self) -> Mapping[str, float]: ...


class CallGateway(Protocol):
    """Answers offers; `voice.transports.webrtc.WebRtcGateway` is the real one."""

    async def answer(self, offer_sdp: str, about: Mapping[str, str] | None = None) -> Answer: ...

    async def hang_up(self, call_id: str) -> bool: ...

    def status(self, call_id: str) -> CallStatus | None: ...


class TextChannel(Protocol):
    """Answers one text message of one sender with the channel's messages."""

    async def answer(self, sender: str, message: str, metadata: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]: ...


@dataclass(frozen=True, slots=True)
class Services:
    """Everything behind the routes.

    `reload_status`, `gateway`, `require_calls` and `text` raise ServiceNotReady, with the reason. `assistant` gives the
    one that runs now.
    `gateway` is there once calls were possible; `require_calls` asks whether a new one is possible now.
    """

    assistant: Callable[[], Assistant]
    reload_status: Callable[[], ReloadStatus]
    board: PartBoard
    telemetry: Telemetry
    gateway: Callable[[], CallGateway]
    require_calls: Callable[[], None]
    text: Callable[[], TextChannel]
    models: Callable[[], Sequence[Mapping[str, Any]]]
    page_folder: Path
    allowed_hosts: frozenset[str] | None = None
    """Host names that requests may use; None takes any (needed behind a proxy)."""
    workbench: Workbench | None = None
    """What the studio's pages work on; None where a server has no studio."""
    running: Callable[[], RunningAssistants | None] = lambda: None
    """What runs beside the served assistant; None until calls are possible."""
    preview: Callable[[Path, str], Awaitable[bytes]] | None = None
    """Speaks a text as the assistant in a folder does: a WAV file. Raises ServiceNotReady."""
    trying: Trying = field(default_factory=Trying)
    """The conversations that people try in the studio."""
    door: Door = field(default_factory=Door)
    """Who is asked who they are. Without accounts, everybody on this machine is an admin."""


def services_of(request: Request) -> Services:
    """Give the services of the app that got this request (a FastAPI dependency)."""
    services = request.app.state.services
    assert isinstance(services, Services)
    return services
