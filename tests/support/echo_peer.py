"""A WebRTC server for tests of the caller, in this process: answers every utterance with a tone after a set
delay.

It is a real peer over real sockets of this machine; only its HTTP side is called without one (ASGI). It
keeps the truth that the caller's measurement is compared with: when the caller's last sound arrived and
when its tone left.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import av
import httpx
import numpy as np
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.support.wav import tone
from voice.caller.line import tap_packets
from voice.caller.timeline import RtpAudio
from voice.transports.addresses import use_loopback_when_alone

FRAME_SAMPLES = 960
LOUD = 1_000
"""Peak from which a received packet counts as the caller speaking; the codec's silence stays far below."""
URL = "http://echo.test"


@dataclass(frozen=True, slots=True)
class Script:
    """How the peer behaves.

    `delays_ms`: from the caller's end to the answer, one a turn; `vanishes_after`: after that many answers
    it dies without a word; `hangs_up_after`: after that many it says goodbye; `is_mute`: it never makes a
    sound.
    """

    delays_ms: tuple[int, ...] = (400,)
    answer_ms: int = 600
    silence_ms: int = 250
    greets: bool = True
    is_mute: bool = False
    vanishes_after: int | None = None
    hangs_up_after: int | None = None
    refuses: Mapping[str, Any] | None = None


@dataclass(slots=True)
class Truth:
    """What really happened, in seconds of the monotonic clock that caller and peer share in one process."""

    speech_ends_s: list[float] = field(default_factory=list)
    answers_s: list[float] = field(default_factory=list)


class EchoTrack(MediaStreamTrack):
    """Sends silence, and a tone when one is due."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self.pending = np.zeros(0, np.int16)
        self.due_s: float | None = None
        self.started: asyncio.Queue[float] = asyncio.Queue()
        self.finished: asyncio.Queue[float] = asyncio.Queue()
        self._frames = 0
        self._began_s: float | None = None

    def play(self, samples: np.ndarray, due_s: float) -> None:
        self.pending, self.due_s = samples, due_s

    async def recv(self) -> av.AudioFrame:
        if self.readyState != "live":
            raise MediaStreamError
        self._began_s = self._began_s or time.monotonic()
        await asyncio.sleep(max(self._began_s + self._frames * 0.02 - time.monotonic(), 0))
        samples = self._next(time.monotonic())
        frame = av.AudioFrame.from_ndarray(samples[None, :], format="s16", layout="mono")
        frame.sample_rate, frame.time_base = 48_000, Fraction(1, 48_000)
        frame.pts = self._frames * FRAME_SAMPLES
        self._frames += 1
        return frame

    def _next(self, now_s: float) -> np.ndarray:
        samples = np.zeros(FRAME_SAMPLES, np.int16)
        if not len(self.pending):
            return samples
        offset = 0
        if self.due_s is not None:
            wait = round((self.due_s - now_s) * 48_000)
            if wait >= FRAME_SAMPLES:
                return samples
            offset = max(wait, 0)
            self.started.put_nowait(now_s + offset / 48_000)
            self.due_s = None
        taken = self.pending[: FRAME_SAMPLES - offset]
        samples[offset : offset + len(taken)] = taken
        self.pending = self.pending[len(taken) :]
        if not len(self.pending):
            self.finished.put_nowait(now_s + 0.02)
        return samples


class EchoPeer:
    """One server with one call at a time. `http` is the transport to give to the caller."""

    def __init__(self, script: Script) -> None:
        self.truth = Truth()
        self.is_hung_up = False
        self._script = script
        self._tasks: set[asyncio.Task[None]] = set()
        self._connection: RTCPeerConnection | None = None
        self._channel: Any = None
        self._origin_s = 0.0
        self._is_dead = False
        self._last_loud_s: float | None = None
        self._was_loud = asyncio.Event()
        self._decoder = av.CodecContext.create("libopus", "r")
        self._decoder.format, self._decoder.layout, self._decoder.sample_rate = "s16", "mono", 48_000
        routes = [
            Route("/rtc/offer", self._offer, methods=["POST"]),
            Route("/rtc/calls/{call_id}", self._hang_up, methods=["DELETE"]),
            Route("/rtc/calls/{call_id}", self._state, methods=["GET"]),
        ]
        self.http = httpx.ASGITransport(Starlette(routes=routes))

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._connection is not None:
            await self._connection.close()

    async def _offer(self, request: Request) -> Response:
        if self._script.refuses is not None:
            return JSONResponse(dict(self._script.refuses), status_code=503)
        use_loopback_when_alone()
        self._connection = connection = RTCPeerConnection()
        self._track = EchoTrack()
        connection.on("datachannel", self._open)
        await connection.setRemoteDescription(RTCSessionDescription((await request.body()).decode(), "offer"))
        (transceiver,) = connection.getTransceivers()
        tap_packets(transceiver.receiver, self._take, lambda: time.monotonic() * 1000)
        connection.addTrack(self._track)
        await connection.setLocalDescription(await connection.createAnswer())
        return Response(
            connection.localDescription.sdp,
            status_code=201,
            media_type="application/sdp",
            headers={"Location": "/rtc/calls/echo-1"},
        )

    async def _hang_up(self, request: Request) -> Response:
        if self._is_dead:
            raise httpx.ConnectError("nobody is there")
        self.is_hung_up = True
        self._tell({"type": "call_ended", "reason": "caller-hung-up", "at_ms": self._call_ms(time.monotonic())})
        return Response(status_code=204)

    async def _state(self, request: Request) -> Response:
        if self._is_dead:
            raise httpx.ConnectError("nobody is there")
        return JSONResponse({"call_id": "echo-1", "state": "live", "reason": None})

    def _open(self, channel: Any) -> None:
        self._channel = channel
        self._origin_s = time.monotonic()
        channel.on("message", self._take_message)
        task = asyncio.create_task(self._serve())
        self._tasks.add(task)

    def _take_message(self, text: str) -> None:
        message = json.loads(text)
        if message["type"] == "ping":
            call_ms = self._call_ms(time.monotonic())
            self._tell({"type": "pong", "client_ms": message["client_ms"], "call_ms": call_ms})

    def _take(self, packet: RtpAudio) -> None:
        for frame in self._decoder.decode(av.Packet(packet.payload)):
            if np.abs(frame.to_ndarray()).max() > LOUD:
                self._last_loud_s = packet.arrival_ms / 1000
                self._was_loud.set()

    def _call_ms(self, moment_s: float) -> int:
        return round((moment_s - self._origin_s) * 1000)

    def _tell(self, message: Mapping[str, Any]) -> None:
        if not self._is_dead and self._channel.readyState == "open":
            self._channel.send(json.dumps(message))

    async def _serve(self) -> None:
        if self._script.greets:
            self._tell({"type": "assistant_said", "text": "Hello."})
            await self._play(0, time.monotonic() + 0.2)
        for turn, delay_ms in enumerate(self._script.delays_ms, start=1):
            speech_end_s = await self._hear_turn()
            self.truth.speech_ends_s.append(speech_end_s)
            self._tell({"type": "turn_ended", "text": f"turn {turn}", "revision": turn})
            self._tell({"type": "user_said", "text": f"turn {turn}"})
            self._tell({"type": "slot_set", "name": "turn", "value": turn})
            self._tell({"type": "action_executed", "name": "action_count"})
            self._tell({"type": "assistant_said", "text": f"answer {turn}"})
            if not self._script.is_mute:
                await self._play(turn, speech_end_s + delay_ms / 1000, speech_end_s)
            if self._script.vanishes_after == turn:
                await self._die()
                return
            if self._script.hangs_up_after == turn:
                self._tell({"type": "call_ended", "reason": "assistant-ended", "at_ms": 0})
                return

    async def _hear_turn(self) -> float:
        """Wait for the caller to speak and fall silent; return when their last sound arrived."""
        self._last_loud_s = None
        self._was_loud.clear()
        await self._was_loud.wait()
        while True:
            assert self._last_loud_s is not None
            left_s = self._last_loud_s + self._script.silence_ms / 1000 - time.monotonic()
            if left_s <= 0:
                return self._last_loud_s
            await asyncio.sleep(left_s)

    async def _play(self, reply_id: int, due_s: float, speech_end_s: float | None = None) -> None:
        self._track.play(tone(self._script.answer_ms), due_s)
        started_s = await self._track.started.get()
        self._tell({"type": "reply_started", "reply_id": reply_id, "at_ms": self._call_ms(started_s)})
        if speech_end_s is not None:
            self.truth.answers_s.append(started_s)
            self._tell(latency_event(reply_id, self._call_ms(speech_end_s), self._call_ms(started_s)))
        finished_s = await self._track.finished.get()
        self._tell({"type": "reply_finished", "reply_id": reply_id, "at_ms": self._call_ms(finished_s)})

    async def _die(self) -> None:
        """Be gone as a killed process is: no packet, no event, no HTTP."""
        self._is_dead = True
        assert self._connection is not None
        for sender in self._connection.getSenders():
            await sender.stop()


def latency_event(reply_id: int, speech_end_ms: int, first_audio_ms: int) -> dict[str, Any]:
    gap_ms = first_audio_ms - speech_end_ms
    return {
        "type": "latency_measured",
        "reply_id": reply_id,
        "gap_ms": gap_ms,
        "parts": {"endpoint": 100, "recognition": gap_ms - 100},
        "speech_end_ms": speech_end_ms,
        "first_audio_ms": first_audio_ms,
    }
