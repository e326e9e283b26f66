"""Synthesis by piper in a worker process. Implements `voice.ports.Synthesiser`."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import numpy as np
import structlog

from models.cache import ModelCache, write_atomically
from models.errors import ModelUnavailable
from models.frames import Frame
from models.stored_speech import speech_folder
from models.worker import Worker, WorkerSpec
from voice.ports import Priority, SpeechChunk, SpokenWord
from voice.speech.loudness import gain_db
from voice.speech.sentences import cut_for_first_sound

MODEL_ID = "piper-en-us-joe"
FILE_NAME = "en_US-joe-medium.onnx"
CONFIG_NAME = f"{FILE_NAME}.json"
RENDERING = "2"
"""Changes whenever a text in the same voice comes out otherwise (level, silences): what is stored is then stale."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class PiperConfig:
    """How the worker runs. `levels`: the folder of measured loudnesses; None is the user's."""

    threads: int = 1
    niceness: int = 0
    levels: Path | None = None


class PiperSynthesiser:
    """Speaks sentences, the most urgent first. `start` before use, `close` after."""

    def __init__(self, cache: ModelCache, config: PiperConfig | None = None) -> None:
        """Raises `ModelMissing` if the voice is not in `cache`."""
        config = config or PiperConfig()
        path = cache.path(MODEL_ID, FILE_NAME)
        cache.path(MODEL_ID, CONFIG_NAME)
        self._level_path = (config.levels or speech_folder() / "levels") / f"{voice_hash(cache)[:32]}.json"
        self._gain_db = 0.0
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
        """Load the voice, and measure how loud it is where that is not known yet.

        Raises `ModelUnavailable`, also where the `piper` extra is not installed.
        """
        await self._worker.start()
        lufs = await asyncio.to_thread(self._stored_lufs)
        if lufs is None:
            lufs = await self._measure()
        self._gain_db = gain_db(lufs)

    async def close(self) -> None:
        await self._worker.close()

    async def synthesise(self, text: str, *, priority: Priority = Priority.FINAL) -> AsyncGenerator[SpeechChunk, None]:
        """Yield the speech of `text`, int16 at the voice's rate, in pieces. Raises `ModelUnavailable`.

        Where somebody waits for the first sound (FINAL, SPECULATION) a long sentence is cut at its first clause; what
        is made ahead of that (PARTIAL, PREFETCH) has each sentence whole.
        """
        if not any(character.isalnum() for character in text):
            return
        pieces = cut_for_first_sound(text) if priority <= Priority.SPECULATION else (text,)
        request = {"op": "synthesise", "pieces": pieces, "gain_db": self._gain_db}
        first_words = accumulate((len(piece.split()) for piece in pieces), initial=0)
        async with contextlib.aclosing(self._worker.stream(request, priority=priority)) as replies:
            async for reply in replies:
                yield _chunk(reply, next(first_words))

    async def _measure(self) -> float | None:
        """Have the voice speak, and keep how loud it is: its gain never changes again."""
        try:
            measured = (await self._worker.request({"op": "measure"}, priority=Priority.PREFETCH)).header["lufs"]
        except ModelUnavailable as error:
            _log.warning("loudness not measured", voice=MODEL_ID, reason=str(error))
            return None
        if measured is not None:
            try:
                await asyncio.to_thread(write_atomically, self._level_path, json.dumps({"lufs": measured}).encode())
            except OSError as error:
                _log.warning("loudness not stored", voice=MODEL_ID, reason=str(error))
        return None if measured is None else float(measured)

    def _stored_lufs(self) -> float | None:
        try:
            lufs = float(json.loads(self._level_path.read_bytes())["lufs"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return lufs if math.isfinite(lufs) else None


def _chunk(reply: Frame, first_word: int) -> SpeechChunk:
    samples = np.frombuffer(reply.payload, dtype=np.int16)
    words = tuple(SpokenWord(first_word + at, begin, end) for at, (begin, end) in enumerate(reply.header["words"]))
    return SpeechChunk(samples, reply.header["sample_rate_hz"], words)


def voice_hash(cache: ModelCache) -> str:
    """Return what tells this voice's speech from another's, weights and configuration; empty where it is not here."""
    hashes = [cache.verified_sha256(MODEL_ID, name) for name in (FILE_NAME, CONFIG_NAME)]
    known = [one for one in hashes if one]
    return "-".join([*known, RENDERING]) if known else ""
