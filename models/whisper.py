"""Recognition by Whisper in a worker process. Implements `voice.ports.Recogniser`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.cache import ModelCache
from models.worker import Worker, WorkerSpec
from voice.ports import Audio, Priority, Transcript

MODEL_ID = "whisper-base"
SAMPLE_RATE_HZ = 16_000


@dataclass(frozen=True, slots=True)
class WhisperConfig:
    """How the worker runs. `floor_s` is the shortest encoder window; see `models.workers.whisper`.

    A partial gets by with a shorter one: it may still change, and the final transcript waits for it (174 ms
    against 253, one thread; docs/benchmarks.md).
    """

    threads: int = 1
    niceness: int = 0
    floor_s: float = 12.0
    partial_floor_s: float = 6.0


class WhisperRecogniser:
    """Transcribes utterances, the most urgent first. `start` before use, `close` after."""

    def __init__(self, cache: ModelCache, config: WhisperConfig | None = None) -> None:
        """Raises `ModelMissing` if the weights are not in `cache`."""
        config = config or WhisperConfig()
        self._config = config
        folder = cache.path(MODEL_ID, "model.bin").parent
        cache.path(MODEL_ID, "tokenizer.json")
        self._worker = Worker(
            WorkerSpec(
                name=MODEL_ID,
                module="models.workers.whisper",
                options={"folder": str(folder), "threads": config.threads},
                niceness=config.niceness,
            )
        )

    @property
    def is_available(self) -> bool:
        return self._worker.is_available

    async def start(self) -> None:
        """Load the model. Raises `ModelUnavailable`."""
        await self._worker.start()

    async def close(self) -> None:
        await self._worker.close()

    async def recognise(
        self, audio: Audio, *, language: str = "en", hints: Sequence[str] = (), priority: Priority
    ) -> Transcript:
        """Transcribe one utterance, [n_samples] float32 at 16 kHz. Raises `ModelUnavailable`.

        What is shorter than 100 ms gives an empty text with a log-probability of -10. Noise does give a text, with a
        low log-probability: whether to drop it is the caller's decision.
        """
        floor_s = self._config.partial_floor_s if priority >= Priority.PARTIAL else self._config.floor_s
        header = {"op": "recognise", "language": language, "hints": list(hints), "floor_s": floor_s}
        payload = np.ascontiguousarray(audio, dtype=np.float32).tobytes()
        reply = await self._worker.request(header, payload, priority=priority)
        return Transcript(
            text=reply.header["text"],
            log_probability=reply.header["log_probability"],
            took_ms=reply.header["took_ms"],
            audio_ms=len(audio) * 1000 // SAMPLE_RATE_HZ,
        )
