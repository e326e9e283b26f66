"""The embedded language model: a GGUF file completed by llama.cpp in a process of its own.

The prefix of a prompt is the same from turn to turn, and llama.cpp keeps the attention state of the last prompt, so
that a turn costs the tail and the tokens written. One thread by default: on two cores shared with recognition and
synthesis, two threads wait for each other (prefilling 7 tokens took 0.08 s with one thread, 1.5 to 3 s with two).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from dialogue.ports import Completion
from models.cache import ModelCache
from models.errors import ModelMissing, ModelUnavailable
from models.worker import Worker, WorkerSpec
from voice.ports import Priority

MODEL_ID = "smollm2-135m-instruct"
FILE_NAME = "SmolLM2-135M-Instruct.Q4_1.gguf"


@dataclass(frozen=True, slots=True)
class LlamaSettings:
    """How to run the model. `context_tokens` bounds prefix, tail and answer together."""

    context_tokens: int = 2048
    threads: int = 1
    prefill_threads: int = 1
    niceness: int = 0
    reply_limit_s: float = 60.0
    """The longest silence of the process: filling the cache with a long prefix is one."""


class LlamaModel:
    """A language model behind the port of `dialogue`. `start` it before use and `close` it after."""

    def __init__(self, path: Path, settings: LlamaSettings | None = None) -> None:
        self._path = path
        settings = settings or LlamaSettings()
        self._worker = Worker(
            WorkerSpec(
                name="language-model",
                module="models.workers.llama",
                options={
                    "path": str(path),
                    "context_tokens": settings.context_tokens,
                    "threads": settings.threads,
                    "prefill_threads": settings.prefill_threads,
                },
                niceness=settings.niceness,
                reply_limit_s=settings.reply_limit_s,
            )
        )

    @classmethod
    def from_cache(cls, cache: ModelCache, settings: LlamaSettings | None = None) -> LlamaModel:
        """The catalogue's language model. Raises `ModelMissing` with what to type."""
        return cls(cache.path(MODEL_ID, FILE_NAME), settings)

    @property
    def is_available(self) -> bool:
        """Tell whether a request would be taken now."""
        return self._worker.is_available

    async def start(self) -> None:
        """Load the model. Raises `ModelMissing` or `ModelUnavailable`."""
        if not self._path.is_file():
            raise ModelMissing(f"{self._path} is missing; run: vivavoce models fetch {MODEL_ID}")
        await self._worker.start()

    async def close(self) -> None:
        """End the process. May be called twice."""
        await self._worker.close()

    async def complete(self, prefix: str, tail: str, *, grammar: str | None = None, max_tokens: int = 64) -> Completion:
        """Complete `prefix + tail`. Raises `ModelUnavailable`; a cancelled call stops the model within a token."""
        began_s = time.perf_counter()
        reply = await self._worker.request(
            {"op": "complete", "prompt": prefix + tail, "grammar": grammar, "max_tokens": max_tokens},
            priority=Priority.FINAL,
        )
        try:
            return Completion(
                text=str(reply.header["text"]),
                prompt_tokens=int(reply.header["prompt_tokens"]),
                cached_tokens=int(reply.header["cached_tokens"]),
                completion_tokens=int(reply.header["completion_tokens"]),
                took_ms=1000 * (time.perf_counter() - began_s),
            )
        except KeyError as missing:
            raise ModelUnavailable("language-model", f"its answer lacks {missing}") from None

    async def warm(self, prefix: str) -> None:
        """Fill the cache with `prefix`, by asking for one token behind it. Raises `ModelUnavailable`."""
        await self.complete(prefix, "", max_tokens=1)
