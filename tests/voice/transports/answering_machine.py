"""A gateway that is reached by HTTP in this process, with a call behind it that answers every utterance with a tone."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import httpx
import numpy as np

from tests.support.wav import tone
from voice.link import FrameArrived, FramePlayed, LinkClosed, MediaLink, MessageArrived
from voice.speech.playback import PlaybackQueue, PlayedFrame
from voice.transports.statistics import LinkStatistics
from voice.transports.webrtc import WebRtcGateway
from voice.transports.webrtc_link import WebRtcLink

LOUD = 1_000
SILENT_FRAMES = 20
"""400 ms of quiet end an utterance: longer than any concealment."""
MIN_LOUD_FRAMES = 5


@dataclass(slots=True)
class Answering:
    """One call's truth: `frames` heard, as many milliseconds of wall time, and what the link counted."""

    frames: int = 0
    heard_ms: list[int] = field(default_factory=list)
    wall_ms: float = 0.0
    turns: int = 0
    stats: LinkStatistics = field(default_factory=LinkStatistics)
    levels: list[float] = field(default_factory=list)


class AnsweringMachine(httpx.AsyncBaseTransport):
    """Give it to `place_call` as `http`."""

    def __init__(self) -> None:
        self.calls: list[Answering] = []
        self.gateway = WebRtcGateway(self._hold)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        call_id = request.url.path.rsplit("/", 1)[-1]
        match request.method:
            case "POST":
                answer = await self.gateway.answer((await request.aread()).decode())
                headers = {"location": f"/rtc/calls/{answer.call_id}", "content-type": "application/sdp"}
                return httpx.Response(201, headers=headers, content=answer.sdp)
            case "DELETE":
                return httpx.Response(204 if await self.gateway.hang_up(call_id) else 404)
            case _:
                status = self.gateway.status(call_id)
                if status is None:
                    return httpx.Response(404)
                return httpx.Response(200, json={"state": status.state, "reason": status.reason})

    async def _hold(self, link: MediaLink) -> None:
        assert isinstance(link, WebRtcLink)
        call = Answering()
        self.calls.append(call)
        queue = _Telling(link)
        link.attach(queue)
        link.send({"type": "call_started", "call_id": link.call_id})
        began_s, quiet, loud = time.monotonic(), 0, 0
        while True:
            match await link.inbox.get():
                case FrameArrived(samples, received_ms):
                    call.frames += 1
                    call.heard_ms.append(received_ms)
                    call.levels.append(float(np.abs(samples.astype(int)).max()))
                    is_loud = call.levels[-1] > LOUD
                    loud, quiet = loud + is_loud, 0 if is_loud else quiet + 1
                    if loud >= MIN_LOUD_FRAMES and quiet >= SILENT_FRAMES:
                        loud = 0
                        call.turns += 1
                        self._answer(link, queue, call.turns)
                case MessageArrived({"type": "ping", "client_ms": client_ms}):
                    link.send({"type": "pong", "client_ms": client_ms, "call_ms": link.now_ms()})
                case LinkClosed(reason):
                    call.wall_ms = (time.monotonic() - began_s) * 1000
                    call.stats = link.stats
                    link.send({"type": "call_ended", "reason": reason, "at_ms": link.now_ms()})
                    await link.close(reason)
                    return
                case FramePlayed(frame, sent_ms):
                    kind = "reply_finished" if frame.is_last else "reply_started"
                    link.send({"type": kind, "reply_id": frame.reply_id, "at_ms": sent_ms})

    def _answer(self, link: WebRtcLink, queue: _Telling, turn: int) -> None:
        link.send({"type": "turn_ended", "text": f"turn {turn}", "revision": turn})
        link.send({"type": "user_said", "text": f"turn {turn}"})
        link.send({"type": "assistant_said", "text": f"answer {turn}"})
        queue.queue.open(turn)
        queue.queue.put(turn, tone(600))
        queue.queue.complete(turn)


class _Telling:
    """A playback queue that tells the inbox which frames matter."""

    def __init__(self, link: WebRtcLink) -> None:
        self.queue = PlaybackQueue(link.output_rate_hz)
        self._link = link

    def next_frame(self) -> PlayedFrame:
        frame = self.queue.next_frame()
        if frame.is_first_audible or frame.is_last:
            self._link.inbox.put(FramePlayed(frame, self._link.now_ms()))
        return frame
