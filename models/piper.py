"""Synthesis by piper in a worker process. Implements `voice.ports.Synthesiser`."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass

import numpy as np

from models.cache import ModelCache
from models.worker import Worker, WorkerSpec
from voice.ports import Priority, SpeechChunk

MODEL_ID = "piper-en-us-joe"
FILE_NAME = "en_US-joe-medium.onnx"
CONFIG_NAME = f"{FILE_NAME}.json"


@dataclass(frozen=True, slots=True)
class PiperConfig:
    """How the worker runs."""

    threads: int = 1
    niceness: int = 0


class PiperSynthesiser:
    """Speaks sentences, the most urgent first. `start` before use, `close` after."""

    def __init__(self, cache: ModelCache, config: PiperConfig | None = None) -> None:
        """Raises `ModelMissing` if the voice is not in `cache`."""
        config = config or PiperConfig()
        path = cache.path(MODEL_ID, FILE_NAME)
        cache.path(MODEL_ID, CONFIG_NAME)
        self._worker = Worker(
            WorkerSpec(
                name=MODEL_ID,
                module="models.workers.piper",
                options={"path": str(path), "threads": config.threads},
                niceness=config.niceness,
            )
        )

    @property
    def is_available(self) -> bool:
        return self._worker.is_available

    async def start(self) -> None:
        """Load the voice. Raises `ModelUnavailable`, also where the `piper` extra is not installed."""
        await self._worker.start()

    async def close(self) -> None:
        await self._worker.close()

    async def synthesise(self, text: str, *, priority: Priority = Priority.FINAL) -> AsyncGenerator[SpeechChunk, None]:
        """Yield the speech of `text`, one chunk a sentence, int16 at the voice's rate. Raises `ModelUnavailable`."""
        if not any(character.isalnum() for character in text):
            return
        replies = self._worker.stream({"op": "synthesise", "text": text}, priority=priority)
        async with contextlib.aclosing(replies):
            async for reply in replies:
                samples = np.frombuffer(reply.payload, dtype=np.int16)
                yield SpeechChunk(samples, reply.header["sample_rate_hz"])


def voice_hash(cache: ModelCache) -> str:
    """Return what tells this voice's speech from another's, weights and configuration; empty where it is not here."""
    hashes = [cache.verified_sha256(MODEL_ID, name) for name in (FILE_NAME, CONFIG_NAME)]
    return "-".join(one for one in hashes if one)
