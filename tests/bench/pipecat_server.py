"""Pipecat's own pipeline as a server for our caller. Runs in an environment of its own, which has Pipecat and not us.

    PYTHON tests/bench/pipecat_server.py SETTINGS.json

Pipecat's SmallWebRTC transport, silero VAD and smart-turn as it ships them; its services for faster-whisper and piper
with the very weights that we use; and in place of a language model a processor that answers at once, so that
understanding costs it nothing. Each call is one pipeline in this process, as Pipecat's own runner does it. Weights are
loaded once, before the first call, which is kinder to it than a load in each call.

HTTP is that of our caller: `POST /NUMBER/rtc/offer` (SDP in, SDP out), `DELETE` of the `Location` hangs up; `NUMBER`
says which list of replies the call is answered with. SETTINGS: `port`, `whisper` (folder), `compute_type`, `piper`
(folder), `voice`, `greeting`, `replies` (a list of texts for each conversation).
"""

from __future__ import annotations

import asyncio
import json
import sys
from itertools import count
from pathlib import Path
from typing import Any

import aioice.ice
from aiohttp import web
from loguru import logger
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.frames.frames import (
    Frame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    TTSSpeakFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair, LLMUserAggregatorParams
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.piper import tts as piper_service
from pipecat.services.piper.tts import PiperTTSService
from pipecat.services.whisper.stt import WhisperSTTService
from pipecat.transports.base_transport import TransportParams
from pipecat.transports.smallwebrtc.connection import SmallWebRTCConnection
from pipecat.transports.smallwebrtc.transport import SmallWebRTCTransport
from pipecat.workers.runner import WorkerRunner


class InstantReply(FrameProcessor):
    """Stands where a language model would and answers each turn at once with the next reply of its list."""

    def __init__(self, replies: list[str]) -> None:
        super().__init__()
        self._replies = replies
        self._turn = count()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if not isinstance(frame, LLMContextFrame):
            await self.push_frame(frame, direction)
            return
        text = self._replies[min(next(self._turn), len(self._replies) - 1)]
        await self.push_frame(LLMFullResponseStartFrame())
        await self.push_frame(LLMTextFrame(text))
        await self.push_frame(LLMFullResponseEndFrame())


class LoadedWhisper(WhisperSTTService):
    """The service as it is, on a model that was loaded before the call."""

    loaded: Any = None

    def _load(self) -> None:
        if type(self).loaded is None:
            super()._load()
            type(self).loaded = self._model
        self._model = type(self).loaded


class Server:
    """Answers offers; `calls` are the live ones, by their number."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self._settings = settings
        self._numbers = count(1)
        self._calls: dict[str, tuple[PipelineWorker, SmallWebRTCConnection]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        keep_voice()
        self._services()

    def _services(self) -> tuple[WhisperSTTService, PiperTTSService]:
        settings = self._settings
        recogniser = LoadedWhisper(
            device="cpu",
            compute_type=settings["compute_type"],
            settings=WhisperSTTService.Settings(model=settings["whisper"]),
        )
        voice = PiperTTSService(
            download_dir=Path(settings["piper"]), settings=PiperTTSService.Settings(voice=settings["voice"])
        )
        return recogniser, voice

    async def ready(self, _: web.Request) -> web.Response:
        return web.Response(text="ready")

    async def offer(self, request: web.Request) -> web.Response:
        conversation = int(request.match_info["conversation"])
        number = str(next(self._numbers))
        connection = SmallWebRTCConnection()
        await connection.initialize(sdp=await request.text(), type="offer")
        worker = self._build(connection, self._settings["replies"][conversation])
        self._calls[number] = worker, connection
        task = asyncio.create_task(self._run(number, worker))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        answer = connection.get_answer()
        assert answer is not None
        return web.Response(status=201, text=answer["sdp"], headers={"Location": f"/rtc/{number}"})

    async def hang_up(self, request: web.Request) -> web.Response:
        call = self._calls.pop(request.match_info["number"], None)
        if call is not None:
            await call[1].disconnect()
            await call[0].cancel()
        return web.Response(status=204)

    def _build(self, connection: SmallWebRTCConnection, replies: list[str]) -> PipelineWorker:
        transport = SmallWebRTCTransport(connection, TransportParams(audio_in_enabled=True, audio_out_enabled=True))
        recogniser, voice = self._services()
        aggregators = LLMContextAggregatorPair(
            LLMContext(), user_params=LLMUserAggregatorParams(vad_analyzer=SileroVADAnalyzer())
        )
        pipeline = Pipeline(
            [
                transport.input(),
                recogniser,
                aggregators.user(),
                InstantReply(replies),
                voice,
                transport.output(),
                aggregators.assistant(),
            ]
        )
        worker = PipelineWorker(pipeline, enable_rtvi=False)

        @transport.event_handler("on_client_connected")
        async def greet(*_: Any) -> None:
            await worker.queue_frames([TTSSpeakFrame(self._settings["greeting"])])

        return worker

    async def _run(self, number: str, worker: PipelineWorker) -> None:
        runner = WorkerRunner(handle_sigint=False)
        await runner.add_workers(worker)
        await runner.run()
        self._calls.pop(number, None)


def keep_voice() -> None:
    """Load the voice once for all calls: the service loads it anew in each."""
    load = piper_service.PiperVoice.load
    kept: dict[str, Any] = {}

    def loaded(path: Path, *given: Any, **named: Any) -> Any:
        if str(path) not in kept:
            kept[str(path)] = load(path, *given, **named)
            for _ in kept[str(path)].synthesize("Ready."):
                pass
        return kept[str(path)]

    piper_service.PiperVoice.load = loaded


def use_loopback_when_alone() -> None:
    """Offer the loopback address where there is no other, as our own server does."""
    original = aioice.ice.get_host_addresses

    def addresses(use_ipv4: bool, use_ipv6: bool) -> list[str]:
        return original(use_ipv4, use_ipv6) or ["127.0.0.1" if use_ipv4 else "::1"]

    aioice.ice.get_host_addresses = addresses


def main() -> None:
    settings = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    logger.remove()
    logger.add(sys.stderr, level=settings.get("log_level", "WARNING"))
    use_loopback_when_alone()
    server = Server(settings)
    application = web.Application()
    application.add_routes(
        [
            web.get("/readyz", server.ready),
            web.post("/{conversation:\\d+}/rtc/offer", server.offer),
            web.delete("/rtc/{number}", server.hang_up),
        ]
    )
    web.run_app(application, host="127.0.0.1", port=settings["port"], print=None, handle_signals=True)


if __name__ == "__main__":
    main()
