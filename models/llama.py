"""The embedded language model: a GGUF file completed by llama.cpp in a process of its own.

llama.cpp keeps the attention state of the last prompt, so that a turn costs what differs from the one before: the
caller's words and the tokens written. `warm` reads a prompt ahead of time, and gives way as soon as a turn asks.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dialogue.ports import Completion, OnText
from models.cache import ModelCache
from models.errors import ModelMissing, ModelUnavailable
from models.worker import Worker, WorkerSpec
from voice.ports import Priority

MODEL_ID = "smollm2-135m-instruct"
ADAPTER = Path(__file__).with_name("adapter_weights") / "smollm2-135m-commands.gguf"
"""Trained by `models.training.train_adapter`; see the README beside it."""
FILE_NAME = "SmolLM2-135M-Instruct.Q4_1.gguf"


@dataclass(frozen=True, slots=True)
class LlamaSettings:
    """How to run the model. `context_tokens` bounds prefix, tail and answer together.

    Two threads read a prompt 1.7 times as fast as one on two idle cores and no slower on busy ones; writing, one
    token at a time, gains nothing from a second. `adapter` is a LoRA adapter (GGUF) for this model.
    """

    context_tokens: int = 2560
    threads: int = 1
    prefill_threads: int = 2
    adapter: Path | None = None
    niceness: int = 0
    reply_limit_s: float = 60.0
    """The longest silence of the process: filling the cache with a long prefix is one."""


def adapter_file() -> Path | None:
    """The adapter for commands that comes with this release, if it does."""
    return ADAPTER if ADAPTER.is_file() else None


class LlamaModel:
    """A language model behind the port of `dialogue`. `start` it before use and `close` it after."""

    def __init__(self, path: Path, settings: LlamaSettings | None = None) -> None:
        settings = settings or LlamaSettings()
        self._path = path
        self._adapter = settings.adapter
        self._warming: set[asyncio.Timeout] = set()
        self._worker = Worker(
            WorkerSpec(
                name="language-model",
                module="models.workers.llama",
                options={
                    "path": str(path),
                    "context_tokens": settings.context_tokens,
                    "threads": settings.threads,
                    "prefill_threads": settings.prefill_threads,
                    "adapter": str(settings.adapter) if settings.adapter else None,
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
        if self._adapter is not None and not self._adapter.is_file():
            raise ModelMissing(f"the language model's adapter {self._adapter} is missing")
        await self._worker.start()

    async def close(self) -> None:
        """End the process. May be called twice."""
        await self._worker.close()

    async def complete(
        self,
        prefix: str,
        tail: str,
        *,
        grammar: str | None = None,
        max_tokens: int = 64,
        stop: Sequence[str] = (),
        on_text: OnText | None = None,
    ) -> Completion:
        """Complete `prefix + tail`. Raises `ModelUnavailable`; a cancelled call stops the model within a token."""
        for patience in self._warming:
            patience.reschedule(asyncio.get_running_loop().time())
        request = {"prompt": prefix + tail, "grammar": grammar, "max_tokens": max_tokens, "stop": list(stop)}
        return await self._complete(request, Priority.FINAL, on_text)

    async def warm(self, prefix: str, tail: str = "") -> None:
        """Read `prefix + tail` into the cache, until a turn asks for the model. Raises `ModelUnavailable`."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(None) as patience:
                self._warming.add(patience)
                try:
                    await self._complete({"prompt": prefix + tail, "max_tokens": 0}, Priority.PREFETCH, None)
                finally:
                    self._warming.discard(patience)

    async def _complete(self, request: Mapping[str, Any], priority: Priority, on_text: OnText | None) -> Completion:
        began_s = time.perf_counter()
        text = ""
        counts: Mapping[str, Any] = {}
        async with contextlib.aclosing(self._worker.stream({"op": "complete", **request}, priority=priority)) as frames:
            async for frame in frames:
                piece = str(frame.header.get("text", ""))
                counts = frame.header if "completion_tokens" in frame.header else counts
                text += piece
                if piece and on_text is not None and on_text(piece):
                    break
        try:
            return Completion(
                text=text,
                prompt_tokens=int(counts["prompt_tokens"]),
                cached_tokens=int(counts["cached_tokens"]),
                completion_tokens=int(counts["completion_tokens"]),
                took_ms=1000 * (time.perf_counter() - began_s),
            )
        except KeyError as missing:
            raise ModelUnavailable("language-model", f"its answer lacks {missing}") from None
