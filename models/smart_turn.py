"""End-of-turn probability by Smart Turn in a worker process. Implements `voice.ports.TurnModel`."""

from __future__ import annotations

import numpy as np

from models.cache import ModelCache
from models.worker import Worker, WorkerSpec
from voice.ports import Audio

MODEL_ID = "smart-turn"
FILE_NAME = "smart-turn-v3.2-cpu.onnx"
# What the model looks at; more is not sent.
WINDOW_SAMPLES = 8 * 16_000


class SmartTurn:
    """Estimates whether the caller has finished. `start` before use, `close` after."""

    def __init__(self, cache: ModelCache, *, niceness: int = 0) -> None:
        """Raises `ModelMissing` if the weights are not in `cache`."""
        path = cache.path(MODEL_ID, FILE_NAME)
        self._worker = Worker(
            WorkerSpec(MODEL_ID, "models.workers.turn", options={"path": str(path)}, niceness=niceness)
        )

    @property
    def is_available(self) -> bool:
        return self._worker.is_available

    async def start(self) -> None:
        """Load the model. Raises `ModelUnavailable`."""
        await self._worker.start()

    async def close(self) -> None:
        await self._worker.close()

    async def probability(self, audio: Audio) -> float:
        """Estimate from the last 8 s of `audio` ([n_samples] float32, 16 kHz). Raises `ModelUnavailable`."""
        recent = np.ascontiguousarray(audio[-WINDOW_SAMPLES:], dtype=np.float32)
        reply = await self._worker.request({"op": "estimate"}, recent.tobytes())
        return float(reply.header["probability"])
