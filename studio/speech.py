"""Starts the speech models of a server, each a part of its own, side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Protocol, TypeVar

from flows.model import Assistant
from models.cache import ModelCache
from models.rendered import RenderedSpeech
from models.stored_speech import StoredSpeech
from studio.parts import PartBoard
from studio.settings import WorkerConfig
from voice.engines import SpeechEngines
from voice.ports import VoiceActivity

RECOGNITION, SYNTHESIS = "speech recognition", "speech synthesis"
TURN_MODEL, VOICE_ACTIVITY = "turn model", "voice activity"
SPEECH_PARTS = (RECOGNITION, SYNTHESIS, TURN_MODEL, VOICE_ACTIVITY)


class StartedModel(Protocol):
    """A model in a process of its own."""

    @property
    def is_available(self) -> bool: ...

    async def start(self) -> None: ...

    async def close(self) -> None: ...


_Model = TypeVar("_Model", bound=StartedModel)


@dataclass(frozen=True, slots=True)
class Speech:
    """The engines that calls share, and the cache of spoken sentences in front of the synthesiser."""

    engines: SpeechEngines
    rendered: RenderedSpeech


async def open_speech(
    stack: AsyncExitStack, assistant: Assistant, config: WorkerConfig, board: PartBoard
) -> Speech | None:
    """Start recognition, turn model, voice activity and synthesis; None if one of them failed (see the board)."""
    from models.piper import PiperSynthesiser, voice_hash
    from models.silero import SileroModel
    from models.smart_turn import SmartTurn
    from models.whisper import WhisperConfig, WhisperRecogniser

    cache = ModelCache(config.models)

    def make_recogniser() -> WhisperRecogniser:
        wanted = WhisperConfig(
            threads=config.asr_threads,
            workers=config.asr_workers,
            device=config.asr_device,
            compute_type="float16" if config.asr_device == "cuda" else "int8",
            batch_limit=config.asr_batch,
        )
        return WhisperRecogniser(cache, wanted)

    async def load_voice_activity() -> Callable[[], VoiceActivity]:
        return (await asyncio.to_thread(SileroModel.from_cache, cache)).new_call

    async with asyncio.TaskGroup() as group:
        recogniser = group.create_task(start_model(stack, board, RECOGNITION, make_recogniser))
        synthesiser = group.create_task(start_model(stack, board, SYNTHESIS, lambda: PiperSynthesiser(cache)))
        turn_model = group.create_task(start_model(stack, board, TURN_MODEL, lambda: SmartTurn(cache)))
        new_activity = group.create_task(board.start(VOICE_ACTIVITY, load_voice_activity))
    made = recogniser.result(), turn_model.result(), synthesiser.result(), new_activity.result()
    if made[0] is None or made[1] is None or made[2] is None or made[3] is None:
        return None
    stored = StoredSpeech(made[2], await asyncio.to_thread(voice_hash, cache))  # what `train` has spoken ahead
    rendered = RenderedSpeech(stored)
    stack.push_async_callback(rendered.close)
    return Speech(SpeechEngines(made[0], made[1], rendered, made[3], assistant.language), rendered)


async def start_model(stack: AsyncExitStack, board: PartBoard, name: str, make: Callable[[], _Model]) -> _Model | None:
    """Start a model's process as a part of the server; it is closed with `stack`, also where the start fails."""

    async def begin() -> _Model:
        model = make()
        stack.push_async_callback(model.close)
        await model.start()
        board.watch(name, lambda: model.is_available)
        return model

    return await board.start(name, begin)
