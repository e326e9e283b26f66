"""A synthesiser that is given what is written, in front of one that is given what is to be said.

    "You have $5."  ─ pronounce ─→  "You have five dollars."  ─→ memory ─→ voice
     words 0 1 2    ←─────────────   words 0 1 2 2

Memory lies behind it, so that a change of the lexicon makes nothing stale, and two ways to write the same are one.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Sequence
from functools import lru_cache

from voice.ports import Priority, SpeechChunk, SpeechMemory, SpokenWord
from voice.pronunciation.lexicon import Lexicon
from voice.pronunciation.speaking import Spoken, pronounce

_pronounced = lru_cache(maxsize=1024)(pronounce)
"""A sentence is asked for several times: rendered ahead, looked up, spoken."""


class PronouncedSpeech:
    """Speaks what is written as one assistant has it said. Implements `voice.ports.SpeechMemory`."""

    def __init__(self, memory: SpeechMemory, lexicon: Lexicon | None = None, language: str = "en") -> None:
        self._memory = memory
        self._lexicon = lexicon or Lexicon()
        self._language = language

    def speak_in(self, language: str) -> None:
        """Read figures, dates and amounts as this language does from now on."""
        self._language = language

    def spoken(self, text: str) -> Spoken:
        """Return what is said for a written sentence."""
        return _pronounced(text, self._lexicon, self._language)

    def holds(self, text: str) -> bool:
        return self._memory.holds(self.spoken(text).text)

    async def render(self, text: str, *, priority: Priority = Priority.PREFETCH) -> None:
        """Bring a written sentence into memory ahead of its use."""
        await self._memory.render(self.spoken(text).text, priority=priority)

    async def synthesise(self, text: str, *, priority: Priority = Priority.FINAL) -> AsyncGenerator[SpeechChunk, None]:
        """Yield the speech of a written sentence; the words of its chunks are the written ones."""
        spoken = self.spoken(text)
        chunks = self._memory.synthesise(spoken.text, priority=priority)
        async with contextlib.AsyncExitStack() as stack:
            if isinstance(chunks, AsyncGenerator):  # so that the voice stops when the listener does
                stack.push_async_callback(chunks.aclose)
            async for chunk in chunks:
                yield SpeechChunk(chunk.samples, chunk.sample_rate_hz, written_words(chunk.words, spoken.words))


def written_words(marks: Sequence[SpokenWord], numbers: Sequence[int]) -> tuple[SpokenWord, ...]:
    """Join the marks of the words that are said for one written word.

    Args:
        marks: of a chunk, in order, by the number of the spoken word.
        numbers: the written word for each spoken one.
    """
    joined: list[SpokenWord] = []
    for mark in marks:
        if mark.word >= len(numbers):
            continue
        written = numbers[mark.word]
        if joined and joined[-1].word == written:
            joined[-1] = SpokenWord(written, joined[-1].begin, mark.end)
        else:
            joined.append(SpokenWord(written, mark.begin, mark.end))
    return tuple(joined)
