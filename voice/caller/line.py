"""One WebRTC connection of the caller: microphone out; audio packets, levels and events in, all through one
inbox."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import av
import numpy as np
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpReceiver, RTCRtpSender, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from aiortc.rtp import RtpPacket

from voice.caller.arrivals import Arrivals
from voice.caller.clock import Pong
from voice.caller.errors import ConnectionNotMade, OfferRefused
from voice.caller.log import ServerEvent
from voice.caller.loss import Loss, lose_sent_packets
from voice.caller.microphone import Microphone
from voice.caller.signalling import Answer, Signalling
from voice.caller.timeline import RtpAudio
from voice.ports import Pcm
from voice.transports.addresses import use_loopback_when_alone

CHANNEL_LABEL = "events"
PING_EVERY_S = 1.0
CONNECT_LIMIT_S = 20.0


@dataclass(frozen=True, slots=True)
class Level:
    """The RMS of 20 ms of received audio."""

    at_ms: float
    rms: float


@dataclass(frozen=True, slots=True)
class LineLost:
    """The connection is gone, or its audio ended."""

    at_ms: float


Arrival: TypeAlias = Level | ServerEvent | LineLost


class Line:
    """A connection in the making, live or closed. `inbox` has what arrives; the lists are the log of it."""

    def __init__(self, *, background: Pcm | None = None, loss: float = 0.0, seed: int = 1) -> None:
        """Make a line. `background` is heard behind all that is spoken; `loss` is the share of packets lost each
        way.
        """
        loop = asyncio.get_running_loop()
        origin_s = loop.time()
        self.now_ms: Callable[[], float] = lambda: (loop.time() - origin_s) * 1000
        self.inbox: asyncio.Queue[Arrival] = asyncio.Queue()
        self.microphone = Microphone(self.now_ms, background)
        self.connected_ms: float | None = None
        self._losses = Loss(loss, seed), Loss(loss, seed + 1)
        self.packets: list[RtpAudio] = []
        self.events: list[ServerEvent] = []
        self.pongs: list[Pong] = []
        self.last_sign_ms = 0.0
        self._is_open = asyncio.Event()
        use_loopback_when_alone()
        self._peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        transceiver = self._peer.addTransceiver(self.microphone, direction="sendrecv")
        codecs = RTCRtpSender.getCapabilities("audio").codecs
        transceiver.setCodecPreferences([codec for codec in codecs if codec.mimeType == "audio/opus"])
        self._sender: RTCRtpSender = transceiver.sender
        self._receiver: RTCRtpReceiver = transceiver.receiver
        self._arrivals = Arrivals()
        tap_packets(self._receiver, self._take_packet, self.now_ms, self._losses[1], self._arrivals)
        self._channel = self._peer.createDataChannel(CHANNEL_LABEL)
        self._channel.on("open", self._is_open.set)
        self._channel.on("close", self._lose)
        self._channel.on("message", self._take_message)
        self._peer.on("connectionstatechange", self._check_connection)

    async def connect(self, signalling: Signalling) -> Answer:
        """Offer, apply the answer and wait until events can flow. Raises CallerError."""
        await self._peer.setLocalDescription(await self._peer.createOffer())
        answer = await signalling.offer(self._peer.localDescription.sdp)
        try:
            await self._peer.setRemoteDescription(RTCSessionDescription(answer.sdp, "answer"))
        except Exception as error:  # outside bytes: the SDP parser of aiortc raises whatever it stumbles over
            await signalling.hang_up(answer)
            raise OfferRefused(f"{signalling.url} answered with an SDP that cannot be used: {error}") from error
        for protocol in self._sender.transport.transport._connection._protocols:  # one a network interface
            self._arrivals.watch(protocol)
        lose_sent_packets(self._sender.transport, self._losses[0])
        try:
            await asyncio.wait_for(self._is_open.wait(), CONNECT_LIMIT_S)
        except TimeoutError as error:
            await signalling.hang_up(answer)
            raise ConnectionNotMade(
                f"{signalling.url} answered, but no connection came about in {CONNECT_LIMIT_S:.0f} s "
                f"(state: {self._peer.connectionState}). Can UDP packets reach the server?"
            ) from error
        self.last_sign_ms = self.now_ms()
        return answer

    async def watch_levels(self) -> None:
        """Put the level of each received frame into the inbox until the audio ends."""
        while True:
            try:
                frame = await self._receiver.track.recv()
            except MediaStreamError:
                self._lose()
                return
            assert isinstance(frame, av.AudioFrame)  # a received track has decoded frames
            samples = frame.to_ndarray().astype(np.float64)
            self.inbox.put_nowait(Level(self.now_ms(), float(np.sqrt(np.mean(samples * samples)))))

    async def keep_pinging(self) -> None:
        """Ask the server for its clock once a second."""
        while self._channel.readyState == "open":
            self._channel.send(json.dumps({"type": "ping", "client_ms": round(self.now_ms(), 3)}))
            await asyncio.sleep(PING_EVERY_S)

    async def close(self) -> None:
        await self._peer.close()

    def _take_packet(self, packet: RtpAudio) -> None:
        self.last_sign_ms = packet.arrival_ms
        self.packets.append(packet)

    def _take_message(self, data: str | bytes) -> None:
        self.last_sign_ms = self.now_ms()
        message = read_message(data)
        match message:
            case {
                "type": "pong",
                "client_ms": int() | float() as sent,
                "call_ms": int() | float() as call_ms,
            }:
                self.pongs.append(Pong(sent, self.now_ms(), call_ms))
            case {"type": str()}:
                event = ServerEvent(self.now_ms(), message)
                self.events.append(event)
                self.inbox.put_nowait(event)

    def _check_connection(self) -> None:
        if self._peer.connectionState == "connected" and self.connected_ms is None:
            self.connected_ms = self.now_ms()
        if self._peer.connectionState in ("failed", "closed"):
            self._lose()

    def _lose(self) -> None:
        self.inbox.put_nowait(LineLost(self.now_ms()))


def read_message(data: str | bytes) -> dict[str, Any]:
    """Read one message of the data channel; what is not a JSON object is an empty one."""
    try:
        given = json.loads(data)
    except ValueError:
        return {}
    return given if isinstance(given, dict) else {}


def tap_packets(
    receiver: RTCRtpReceiver,
    on_packet: Callable[[RtpAudio], None],
    now_ms: Callable[[], float],
    loss: Loss | None = None,
    arrivals: Arrivals | None = None,
) -> None:
    """Show every RTP packet to `on_packet` on its arrival, before the receiver's jitter buffer; what is lost on the
    way reaches neither. `arrivals` knows when packets came that were read late.

    The stock buffer holds four packets back (80 ms), and fourteen after a loss: a gap measured behind it
    would be that much too long. aiortc has no public place to look at packets, so this wraps a private
    method of one receiver; tests/voice/caller/test_line.py fails if it changes its shape.
    """
    handle = receiver._handle_rtp_packet

    async def tapped(packet: RtpPacket, arrival_time_ms: int) -> None:
        if loss is not None and loss.takes_one():
            return
        sequence, timestamp = packet.sequence_number, packet.timestamp
        waited_ms = 0.0 if arrivals is None else arrivals.take_waited_ms(sequence, timestamp, packet.ssrc)
        on_packet(RtpAudio(now_ms() - waited_ms, sequence, timestamp, bytes(packet.payload), waited_ms))
        await handle(packet, arrival_time_ms=arrival_time_ms)

    receiver._handle_rtp_packet = tapped  # type: ignore[method-assign]
