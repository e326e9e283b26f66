"""A server that behaves on the wire like the real one, for working on the call page without any model.

It answers `/rtc/offer` with aiortc, listens to how loud the caller is, and steps through a scripted
conversation: each time the caller has spoken (or typed) the next `ScriptedTurn` happens, with its events
and a humming tone as its voice. Times on the wire are real: they are taken from the audio received.

    caller    ..######.....................####
    events      ^speech_started ^turn_ended ^barge_in
    tone      ....................~~~~~~~~~

Run it by hand with `python -m tests.support.fake_call_server --port 8089`.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import fractions
import itertools
import json
import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import uvicorn
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame, AudioResampler
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles

from studio.api.security import SecurityHeaders
from tests.support.fake_call_script import ASSISTANT, BANK_CALL, GREETING, ScriptedTurn

RATE_HZ = 48_000
FRAME_SAMPLES = 960
FRAME_MS = 20
LOUD = 0.01
ONSET_MS = 60
PAUSE_MS = 200
ENDPOINT_MS = 400
DROPPED_BELOW_MS = 200
PAGE = Path(__file__).resolve().parents[2] / "studio" / "web" / "dist"


class HummingTrack(MediaStreamTrack):
    """20 ms frames of silence, or of a tone that rises and falls like syllables for as long as asked."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._started_at: float | None = None
        self._frames = 0
        self._phase = 0
        self.left_ms = 0
        self.is_quiet = asyncio.Event()
        self.is_quiet.set()

    def hum(self, length_ms: int) -> None:
        self.left_ms = length_ms
        self.is_quiet.clear()

    def hush(self) -> None:
        self.left_ms = 0
        self.is_quiet.set()

    async def recv(self) -> AudioFrame:
        now = time.monotonic()
        if self._started_at is None:
            self._started_at = now
        await asyncio.sleep(max(0.0, self._started_at + self._frames * FRAME_MS / 1000 - now))
        samples = self._voiced() if self.left_ms > 0 else np.zeros(FRAME_SAMPLES, np.int16)
        frame = AudioFrame.from_ndarray(samples[None, :], format="s16", layout="mono")
        frame.sample_rate = RATE_HZ
        frame.pts = self._frames * FRAME_SAMPLES
        frame.time_base = fractions.Fraction(1, RATE_HZ)
        self._frames += 1
        return frame

    def _voiced(self) -> np.ndarray[Any, np.dtype[np.int16]]:
        at_s = (self._phase + np.arange(FRAME_SAMPLES)) / RATE_HZ
        self._phase += FRAME_SAMPLES
        self.left_ms -= FRAME_MS
        if self.left_ms <= 0:
            self.hush()
        syllables = 0.35 + 0.65 * np.abs(np.cos(np.pi * 3.1 * at_s))
        voice = sum(np.sin(2 * np.pi * 150 * n * at_s) / n for n in (1, 2, 3))
        return np.asarray(syllables * voice * 5000, np.int16)


@dataclass
class FakeCall:
    """One call: follows the caller's loudness and plays the script."""

    peer: RTCPeerConnection
    script: tuple[ScriptedTurn, ...] = BANK_CALL
    call_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    track: HummingTrack = field(default_factory=HummingTrack)
    started_at: float = field(default_factory=time.monotonic)
    channel: Any = None
    is_over: bool = False
    revision: int = 0
    reply_id: int = 0
    loud_ms: int = 0
    quiet_ms: int = 0
    speech_start_ms: int | None = None
    speech_end_ms: int = 0
    shown_words: int = 0
    reply_at_ms: int | None = None
    task: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        self.turns = itertools.cycle(self.script)
        self.turn = next(self.turns)

    def now_ms(self) -> int:
        return round((time.monotonic() - self.started_at) * 1000)

    def send(self, kind: str, **fields: Any) -> None:
        if self.channel is not None and self.channel.readyState == "open":
            self.channel.send(json.dumps({"type": kind, **fields}))

    async def greet(self) -> None:
        self.send("call_started", call_id=self.call_id, assistant=ASSISTANT["id"], transport="webrtc")
        await asyncio.sleep(0.3)
        self.send("assistant_said", text=GREETING, response="utter_greet", buttons=[])
        await self.reply(2200)

    async def listen(self, track: MediaStreamTrack) -> None:
        """Read the caller's audio until it ends; 20 ms of it are one tick."""
        resampler = AudioResampler(format="s16", layout="mono", rate=RATE_HZ, frame_size=FRAME_SAMPLES)
        with contextlib.suppress(MediaStreamError):
            while True:
                received = await track.recv()
                assert isinstance(received, AudioFrame)
                for frame in resampler.resample(received):
                    samples = frame.to_ndarray().astype(np.float32) / 32768
                    self.tick(float(np.sqrt(np.mean(samples**2))))

    def tick(self, loudness: float) -> None:
        now = self.now_ms()
        if loudness > LOUD:
            self.loud_ms, self.quiet_ms, self.speech_end_ms = self.loud_ms + FRAME_MS, 0, now
            if self.speech_start_ms is None and self.loud_ms >= ONSET_MS:
                self.speech_started(now)
        else:
            self.loud_ms, self.quiet_ms = 0, self.quiet_ms + FRAME_MS
        if self.speech_start_ms is None:
            return
        self.show_partial(now)
        if self.quiet_ms == PAUSE_MS:
            self.revision += 1
            self.send("speech_paused", revision=self.revision, at_ms=now)
        elif self.quiet_ms == ENDPOINT_MS:
            self.end_turn(now)

    def speech_started(self, now: int) -> None:
        self.speech_start_ms, self.shown_words = now, 0
        self.send("speech_started", at_ms=now - ONSET_MS)
        if self.track.left_ms > 0 and self.reply_at_ms is not None:
            self.track.hush()
            self.send("barge_in", reply_id=self.reply_id, heard_ms=now - self.reply_at_ms, at_ms=now)

    def show_partial(self, now: int) -> None:
        words = self.turn.heard.split()
        count = min(len(words), (now - (self.speech_start_ms or now)) // 180)
        if count > self.shown_words and self.quiet_ms == 0:
            self.shown_words = count
            self.send("partial_transcript", text=" ".join(words[:count]), at_ms=now)

    def end_turn(self, now: int) -> None:
        spoken_ms = self.speech_end_ms - (self.speech_start_ms or 0)
        self.speech_start_ms = None
        if spoken_ms < DROPPED_BELOW_MS:
            self.send("turn_dropped", revision=self.revision, reason="noise", at_ms=now)
            return
        turn = self.next_turn()
        for kind in ("final_transcript", "turn_ended"):
            extra = {"log_probability": -0.2} if kind == "final_transcript" else {"speech_end_ms": self.speech_end_ms}
            self.send(kind, revision=self.revision, text=turn.heard, at_ms=now, **extra)
        self.answer(turn, turn.heard, self.speech_end_ms, now)

    def next_turn(self) -> ScriptedTurn:
        turn, self.turn = self.turn, next(self.turns)
        return turn

    def answer(self, turn: ScriptedTurn, text: str, speech_end_ms: int | None, ended_ms: int) -> None:
        if self.task is not None:
            self.task.cancel()
        self.task = asyncio.create_task(self.carry_out(turn, text, speech_end_ms, ended_ms))

    async def carry_out(self, turn: ScriptedTurn, text: str, speech_end_ms: int | None, ended_ms: int) -> None:
        marks = [self.now_ms()]
        for pause_ms in (turn.recognition_ms, turn.understanding_ms):
            await asyncio.sleep(pause_ms / 1000)
            marks.append(self.now_ms())
        self.send(
            "user_said",
            text=text,
            commands=list(turn.commands),
            stage=turn.stage,
            took_ms=turn.understanding_ms,
        )
        for event in turn.events:
            self.send(**event)
        marks.append(self.now_ms())
        self.send("assistant_said", text=turn.reply, response=None, buttons=list(turn.buttons))
        await asyncio.sleep(turn.synthesis_ms / 1000)
        marks.append(self.now_ms())
        if speech_end_ms is not None:
            names = ("recognition", "understanding", "flow", "first_audio")
            parts = {"endpoint": ended_ms - speech_end_ms + marks[0] - ended_ms}
            parts |= {name: after - before for name, before, after in zip(names, marks, marks[1:], strict=False)}
            self.send(
                "latency_measured",
                reply_id=self.reply_id + 1,
                gap_ms=sum(parts.values()),
                parts=parts,
                speech_end_ms=speech_end_ms,
                first_audio_ms=marks[-1],
            )
        await self.reply(turn.reply_ms)
        if turn.ends_call:
            await self.close("hangup")

    async def reply(self, length_ms: int) -> None:
        self.reply_id += 1
        reply_id, self.reply_at_ms = self.reply_id, self.now_ms()
        self.track.hum(length_ms)
        self.send("reply_started", reply_id=reply_id, at_ms=self.reply_at_ms)
        await self.track.is_quiet.wait()
        if reply_id == self.reply_id and self.speech_start_ms is None:
            now = self.now_ms()
            self.send("reply_finished", reply_id=reply_id, heard_ms=now - self.reply_at_ms, at_ms=now)

    def receive(self, message: str) -> None:
        data = json.loads(message)
        match data["type"]:
            case "ping":
                self.send("pong", client_ms=data["client_ms"], call_ms=self.now_ms())
            case "say":
                self.track.hush()
                self.answer(self.next_turn(), data["text"], None, self.now_ms())
            case "hang_up":
                self.task = asyncio.create_task(self.close("caller-hung-up"))

    async def close(self, reason: str) -> None:
        if not self.is_over:
            self.is_over = True
            self.send("call_ended", reason=reason, at_ms=self.now_ms())
            await asyncio.sleep(0.1)
            await self.peer.close()


def create_app(calls: dict[str, FakeCall], *, page: Path = PAGE, is_full: bool = False) -> FastAPI:
    """Build the server; it puts its calls into `calls`. `is_full` refuses them like one without a free line."""

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await asyncio.gather(*(call.close("server-stopping") for call in calls.values()))

    app = FastAPI(lifespan=lifespan)
    # What the page breaks of the real policy shows in the browser's console.
    app.add_middleware(SecurityHeaders)

    @app.get("/api/assistant")
    async def assistant() -> dict[str, Any]:
        return ASSISTANT

    @app.get("/readyz")
    async def ready() -> dict[str, str]:
        return {"status": "ready"}

    @app.post("/rtc/offer")
    async def offer(request: Request) -> Response:
        if is_full:
            body = {"code": "calls-full", "message": "All 4 lines are in use."}
            return JSONResponse(body, status_code=503)
        call = FakeCall(RTCPeerConnection())
        calls[call.call_id] = call
        sdp = await accept(call, (await request.body()).decode())
        headers = {"Location": f"/rtc/calls/{call.call_id}"}
        return Response(sdp, status_code=201, media_type="application/sdp", headers=headers)

    @app.delete("/rtc/calls/{call_id}")
    async def hang_up(call_id: str) -> Response:
        await calls[call_id].close("caller-hung-up")
        return Response(status_code=204)

    app.mount("/", StaticFiles(directory=page, html=True))
    return app


async def accept(call: FakeCall, sdp: str) -> str:
    """Answer the offer: our tone out, the caller's audio in, the events channel both ways."""
    running: list[asyncio.Task[None]] = []

    @call.peer.on("datachannel")
    def on_channel(channel: Any) -> None:
        call.channel = channel
        channel.on("message", call.receive)
        running.append(asyncio.create_task(call.greet()))

    @call.peer.on("track")
    def on_track(track: MediaStreamTrack) -> None:
        running.append(asyncio.create_task(call.listen(track)))

    await call.peer.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
    call.peer.addTrack(call.track)
    await call.peer.setLocalDescription(await call.peer.createAnswer())
    return str(call.peer.localDescription.sdp)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--port", type=int, default=8089)
    parser.add_argument("--full", action="store_true", help="refuse every call with 503")
    given = parser.parse_args()
    uvicorn.run(create_app({}, is_full=given.full), host="127.0.0.1", port=given.port, log_level="warning")


if __name__ == "__main__":
    main()
