"""One peer connection as the call sees it: frames and messages in, playback and events out."""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import structlog
from aiortc import RTCPeerConnection, RTCRtpReceiver
from aiortc.rtcdatachannel import RTCDataChannel
from aiortc.rtp import RtpPacket

from voice.link import FrameArrived, Inbox, LinkClosed, MessageArrived, PlaysFrames
from voice.transports.aiortc_receiver import take_packets
from voice.transports.encoders import OUTPUT_RATE_HZ
from voice.transports.pacing import LATE_MS, VERY_LATE_MS
from voice.transports.receive_path import ReceivePath, audio_packet
from voice.transports.rtp_audio import AudioPacket
from voice.transports.statistics import LinkStatistics
from voice.transports.track import PlaybackTrack

MAX_MESSAGE_CHARACTERS = 16_384
MAX_KEPT_MESSAGES = 500
"""Events kept for a data channel that is not open yet."""
STALLED_MS = 20.0
"""A timer that is so late was held up by a stalled loop: packets may wait in the socket, so they are let in first."""
AFTER_STALL_S = 0.01
BETWEEN_FILLS_S = 0.005
"""And between two slots of made-up audio, so that they never overtake packets that are there already."""


class WebRtcLink:
    """One caller. The receive path runs on the loop; a timer gives it the time when nothing arrives."""

    transport = "webrtc"
    output_rate_hz = OUTPUT_RATE_HZ

    def __init__(self, call_id: str, connection: RTCPeerConnection, about: Mapping[str, str]) -> None:
        self.call_id = call_id
        self.about = about
        self.inbox = Inbox()
        self.track = PlaybackTrack()
        self.track.on_fault = self._fail
        self.connection = connection
        self.reason: str | None = None
        self.last_packet_s = time.monotonic()
        self._began_s = time.monotonic()
        self._channel: RTCDataChannel | None = None
        self._kept: deque[str] = deque(maxlen=MAX_KEPT_MESSAGES)
        self._path: ReceivePath | None = None
        self._codecs: Mapping[int, str] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._log = structlog.get_logger()

    @property
    def stats(self) -> LinkStatistics:
        """What has been counted so far, of both directions."""
        pacing = self.track.pacing
        received = self._path.statistics() if self._path is not None else LinkStatistics()
        return replace(
            received,
            sent_frames=pacing.sent,
            late_frames=pacing.over(LATE_MS),
            very_late_frames=pacing.over(VERY_LATE_MS),
            worst_late_ms=round(pacing.worst_ms, 1),
            skipped_frames=pacing.skipped,
        )

    def now_ms(self) -> int:
        return int((time.monotonic() - self._began_s) * 1000)

    def negotiated(self, codecs: Mapping[int, str]) -> None:
        """Take note of the codecs by payload type; the first is the one we send."""
        self._codecs = codecs
        self.track.codec = next(iter(codecs.values()), "opus")

    def take_from(self, receiver: RTCRtpReceiver) -> None:
        """Take the caller's packets from this receiver, which has not started yet."""
        take_packets(receiver, self._take_packet, self._end)

    def begin(self) -> None:
        """Start the call's clock and its listening: the connection is there."""
        self._began_s = self.last_packet_s = time.monotonic()
        self._path = ReceivePath(self._began_s * 1000)
        self._set_timer()

    def stop_listening(self) -> None:
        """Take no more of the caller's audio."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None

    def attach(self, source: PlaysFrames) -> None:
        self.track.source = source

    def send(self, message: Mapping[str, Any]) -> None:
        text = json.dumps(message, default=str)
        if self._channel is not None and self._channel.readyState == "open":
            self._channel.send(text)
        else:
            self._kept.append(text)

    async def close(self, reason: str) -> None:
        self.stop_listening()
        if self.reason is None:
            self.reason = reason
            self.track.stop()
            if self._channel is not None:
                await asyncio.sleep(0.05)  # let the last event leave before the transport goes
        await self.connection.close()

    def lost(self, reason: str) -> None:
        """The other side is gone: tell the call."""
        self.inbox.put(LinkClosed(reason))

    def use_channel(self, channel: RTCDataChannel) -> None:
        """Speak events over this data channel from now on."""
        self._channel = channel
        channel.on("message", self._take_message)
        while self._kept and channel.readyState == "open":
            channel.send(self._kept.popleft())

    # --- the caller's audio ------------------------------------------------------------------------------------

    def _take_packet(self, packet: RtpPacket) -> None:
        """Called by aiortc for every packet; a fault here is this call's, never the process's."""
        if self._path is None or self._timer is None:
            return  # not begun yet, or over
        self.last_packet_s = time.monotonic()
        if not packet.payload:
            return  # padding
        codec = self._codecs.get(packet.payload_type, "")
        given = audio_packet(packet.ssrc, codec, packet.sequence_number, packet.timestamp, bytes(packet.payload))
        self._hear(given)

    def _tick(self) -> None:
        """Let time go on for a caller of whom nothing arrives."""
        self._hear(None)
        if self._timer is not None:
            self._set_timer()

    def _set_timer(self) -> None:
        assert self._path is not None
        due_ms = self._path.due_ms()
        wait_s = max(BETWEEN_FILLS_S, due_ms / 1000 - time.monotonic())
        self._timer = asyncio.get_running_loop().call_later(wait_s, self._due, due_ms)

    def _due(self, due_ms: float) -> None:
        assert self._path is not None
        if self._path.due_ms() > due_ms:
            self._set_timer()  # packets came meanwhile
        elif time.monotonic() * 1000 - due_ms > STALLED_MS:
            self._timer = asyncio.get_running_loop().call_later(AFTER_STALL_S, self._tick)
        else:
            self._tick()

    def _hear(self, packet: AudioPacket | None) -> None:
        """Run the receive path; whatever it meets ends this call at most."""
        assert self._path is not None
        now_s = time.monotonic()
        try:
            frames = self._path.tick(now_s * 1000) if packet is None else self._path.put(packet, now_s * 1000)
        except Exception as error:
            self._fail(error)
            return
        received_ms = int((now_s - self._began_s) * 1000)
        for frame in frames:
            self.inbox.put(FrameArrived(frame.samples, received_ms, frame.is_real))

    def _fail(self, error: Exception) -> None:
        """A fault of ours in this call's media ends it, with its reason in the log."""
        self._log.error("media-failed", call_id=self.call_id, exc_info=error)
        self.stop_listening()
        self.lost("internal-error")

    def _end(self) -> None:
        """The peer said goodbye, or the connection was closed."""
        if self._timer is not None:
            self.lost("caller-hung-up")

    def _take_message(self, text: object) -> None:
        try:
            if not isinstance(text, str) or len(text) > MAX_MESSAGE_CHARACTERS:
                raise ValueError("a message is JSON text of at most 16,384 characters")
            message = json.loads(text)
        except (ValueError, RecursionError):
            message = {"type": "unreadable"}
        self.inbox.put(MessageArrived(message if isinstance(message, dict) else {"type": "unreadable"}))
