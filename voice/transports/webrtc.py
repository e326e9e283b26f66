"""WebRTC calls over aiortc: an SDP offer becomes a `MediaLink`; media runs until either side hangs up.

Nothing a peer sends may end more than its own call: an unusable offer is refused with a reason, a peer that vanishes
is noticed by its missing packets, and whatever aiortc raises ends that one call.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Literal

import structlog
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.rtcdatachannel import RTCDataChannel

from voice.errors import CallsFull, OfferUnusable, OfferWithoutAudio
from voice.link import MediaLink
from voice.transports.addresses import use_loopback_when_alone
from voice.transports.pacing import Pacing, together
from voice.transports.sdp import audio_codecs, check_offer, with_wishes
from voice.transports.webrtc_link import WebRtcLink

CONNECT_S = 20.0
"""An answered offer that has not become a connection by then is given up."""
VANISHED_S = 8.0
"""A connected peer that has sent no packet for so long is gone. Browsers send 50 a second, muted or not."""
MAX_REMEMBERED_CALLS = 1_000
EVENTS_LABEL = "events"


@dataclass(frozen=True, slots=True)
class Answer:
    call_id: str
    sdp: str


@dataclass(frozen=True, slots=True)
class CallStatus:
    """`started_at` is seconds since the epoch; `reason` is set once the call has ended.

    `media`: what its link has counted, by the names of `voice.transports.statistics`.
    """

    call_id: str
    state: Literal["live", "ended"]
    started_at: float
    reason: str | None = None
    media: Mapping[str, float] = field(default_factory=dict)


class WebRtcGateway:
    """Answers offers and keeps the calls that come of them. `hold` runs one call and returns when it is over."""

    def __init__(self, hold: Callable[[MediaLink], Awaitable[None]], *, max_calls: int = 32) -> None:
        self._hold = hold
        self._max_calls = max_calls
        self._links: dict[str, WebRtcLink] = {}
        self._status: dict[str, CallStatus] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._ended_pacing = Pacing()
        self._is_closing = False
        self._log = structlog.get_logger()

    @property
    def live_calls(self) -> int:
        return len(self._links)

    @property
    def pacing(self) -> Pacing:
        """How late the frames of all calls left, since the start."""
        return together([self._ended_pacing, *(link.track.pacing for link in self._links.values())])

    async def answer(self, offer_sdp: str, about: Mapping[str, str] | None = None) -> Answer:
        """Answer an offer; the call runs in the background. Raises OfferUnusable, OfferWithoutAudio, CallsFull.

        `about` is what the client says of the caller, such as `timezone`; it becomes metadata of the session.
        """
        if self._is_closing or len(self._links) >= self._max_calls:
            raise CallsFull("This server takes no more calls right now; try again in a moment.")
        check_offer(offer_sdp)
        use_loopback_when_alone()
        connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        link = WebRtcLink(f"call-{uuid.uuid4().hex[:12]}", connection, dict(about or {}))
        self._links[link.call_id] = link  # taken before the first await, so that max_calls holds
        try:
            sdp = await self._negotiate(link, offer_sdp)
        except BaseException:
            del self._links[link.call_id]
            await connection.close()
            raise
        self._remember(CallStatus(link.call_id, "live", time.time()))
        task = asyncio.create_task(self._run(link), name=link.call_id)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return Answer(link.call_id, sdp)

    async def hang_up(self, call_id: str) -> bool:
        """End a call; False if there is none of this id that is live."""
        link = self._links.get(call_id)
        if link is None:
            return False
        link.lost("caller-hung-up")
        return True

    def status(self, call_id: str) -> CallStatus | None:
        """Say how a call stands; None if there was none of this id, or long ago."""
        status, link = self._status.get(call_id), self._links.get(call_id)
        return status if status is None or link is None else replace(status, media=asdict(link.stats))

    async def close(self) -> None:
        """Take no more calls and end those that run."""
        self._is_closing = True
        for link in self._links.values():
            link.lost("server-stopping")
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=15.0)
        for task in self._tasks:
            task.cancel()

    async def _negotiate(self, link: WebRtcLink, offer_sdp: str) -> str:
        connection = link.connection

        @connection.on("datachannel")
        def _on_channel(channel: RTCDataChannel) -> None:
            if channel.label == EVENTS_LABEL:
                link.use_channel(channel)

        try:
            await connection.setRemoteDescription(RTCSessionDescription(sdp=offer_sdp, type="offer"))
            audio = next((each for each in connection.getTransceivers() if each.kind == "audio"), None)
            if audio is None or audio.receiver.track is None:
                raise OfferWithoutAudio("The SDP offer has no audio that the caller sends; offer one audio track.")
            link.take_from(audio.receiver)
            for other in connection.getTransceivers():
                if other is not audio:
                    other.direction = "inactive"  # nobody reads it: aiortc would decode into an endless queue
            connection.addTrack(link.track)
            await connection.setLocalDescription(await connection.createAnswer())
        except OfferWithoutAudio:
            raise
        except Exception as error:
            # aiortc and aioice raise whatever their parsers meet: all of it is the offer's fault here.
            self._log.info("offer-unusable", error=repr(error))
            raise OfferUnusable(f"The SDP offer cannot be used ({type(error).__name__}: {error}).") from error
        answer = with_wishes(str(connection.localDescription.sdp))
        link.negotiated(audio_codecs(answer))
        return answer

    async def _run(self, link: WebRtcLink) -> None:
        reason = "internal-error"
        try:
            await self._connect_and_hold(link)
            reason = link.reason or "ended"
        except TimeoutError:
            reason = "never-connected"
        except Exception as error:
            self._log.error("call-failed", call_id=link.call_id, exc_info=error)
        finally:
            await link.close(reason)
            self._links.pop(link.call_id, None)
            self._ended_pacing = together([self._ended_pacing, link.track.pacing])
            media = asdict(link.stats)
            started_at = self._status[link.call_id].started_at
            self._remember(CallStatus(link.call_id, "ended", started_at, link.reason or reason, media))
            self._log.info("media-ended", call_id=link.call_id, **{name: told for name, told in media.items() if told})

    async def _connect_and_hold(self, link: WebRtcLink) -> None:
        connection = link.connection
        connected = asyncio.Event()

        @connection.on("connectionstatechange")
        def _on_state() -> None:
            if connection.connectionState == "connected":
                connected.set()
            elif connection.connectionState in {"failed", "closed"}:
                connected.set()
                link.lost("connection-lost")

        if connection.connectionState in {"connected", "failed", "closed"}:
            _on_state()
        async with asyncio.timeout(CONNECT_S):
            await connected.wait()
        link.begin()
        watching = asyncio.create_task(_watch(link))
        try:
            await self._hold(link)
        finally:
            link.stop_listening()
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    def _remember(self, status: CallStatus) -> None:
        self._status.pop(status.call_id, None)
        self._status[status.call_id] = status
        while len(self._status) > MAX_REMEMBERED_CALLS:
            del self._status[next(iter(self._status))]


async def _watch(link: WebRtcLink) -> None:
    """Notice a peer that has vanished without a word."""
    while True:
        await asyncio.sleep(1.0)
        if time.monotonic() - link.last_packet_s > VANISHED_S:
            link.lost("caller-vanished")
            return
