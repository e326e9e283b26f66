"""A cache of spoken sentences in front of any synthesiser: what was said lately, or rendered ahead, costs nothing."""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator
from typing import cast

from voice.ports import Priority, SpeechChunk, Synthesiser

# 64 MiB is 25 minutes of speech at 22.05 kHz.
DEFAULT_LIMIT_BYTES = 64 << 20


class RenderedSpeech:
    """Keeps whole sentences, the least recently used go first. Implements `voice.ports.Synthesiser`.

    Only what was rendered to its end is kept; a sentence left half-way is rendered anew.
    """

    def __init__(self, synthesiser: Synthesiser, limit_bytes: int = DEFAULT_LIMIT_BYTES) -> None:
        self._synthesiser = synthesiser
        self._limit_bytes = limit_bytes
        self._kept: OrderedDict[str, tuple[SpeechChunk, ...]] = OrderedDict()
        self._size_bytes = 0
        self._hits = 0
        self._misses = 0

    @property
    def hits(self) -> int:
        return self._hits

    @property
    def misses(self) -> int:
        return self._misses

    @property
    def size_bytes(self) -> int:
        return self._size_bytes

    def holds(self, text: str) -> bool:
        """Tell whether `text` would be answered from memory. Counts as no hit."""
        return text in self._kept

    async def render(self, text: str, *, priority: Priority = Priority.PREFETCH) -> None:
        """Bring `text` into memory ahead of its use."""
        if not self.holds(text):
            async for _ in self.synthesise(text, priority=priority):
                pass

    async def synthesise(self, text: str, *, priority: Priority = Priority.FINAL) -> AsyncGenerator[SpeechChunk, None]:
        """Yield the speech of `text`, from memory if it is there."""
        if (chunks := self._kept.get(text)) is not None:
            self._hits += 1
            self._kept.move_to_end(text)
            for chunk in chunks:
                yield chunk
            return
        self._misses += 1
        made: list[SpeechChunk] = []
        async with closing(self._synthesiser.synthesise(text, priority=priority)) as fresh:
            async for chunk in fresh:
                made.append(chunk)
                yield chunk
        self._keep(text, tuple(made))

    def _keep(self, text: str, chunks: tuple[SpeechChunk, ...]) -> None:
        size_bytes = _count_bytes(chunks)
        if size_bytes > self._limit_bytes or text in self._kept:
            return
        self._kept[text] = chunks
        self._size_bytes += size_bytes
        while self._size_bytes > self._limit_bytes:
            _, dropped = self._kept.popitem(last=False)
            self._size_bytes -= _count_bytes(dropped)


@contextlib.asynccontextmanager
async def closing(chunks: AsyncIterator[SpeechChunk]) -> AsyncIterator[AsyncIterator[SpeechChunk]]:
    """Close `chunks` in the end if it can be closed, so that the worker stops when the listener does."""
    try:
        yield chunks
    finally:
        if hasattr(chunks, "aclose"):
            await cast(AsyncGenerator[SpeechChunk, None], chunks).aclose()


def _count_bytes(chunks: tuple[SpeechChunk, ...]) -> int:
    return sum(chunk.samples.nbytes for chunk in chunks)
