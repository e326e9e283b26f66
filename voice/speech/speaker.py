"""The assistant's voice in one call: texts become sentences, sentences become samples, samples are queued.

One reply at a time is live. A stopped reply's task is cancelled, and whatever it still made is dropped by its id.

A voice that fails is tried once more: with the sentence of which nothing was queued yet, else with the next one. What
was queued is played in any case.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import replace
from typing import Final

import structlog

from voice.audio import silence
from voice.ports import Pcm, Priority, SpeechChunk, Synthesiser
from voice.resampling import Resampler
from voice.speech.heard_text import SentenceSound, WordSound, heard_text
from voice.speech.playback import PlaybackQueue
from voice.speech.sentences import split_sentences

AHEAD_MS: Final = 4_000
"""Synthesis pauses while so much is waiting to be played: most of a stopped reply is never made."""
WAIT_SLICE_S: Final = 0.1
SOON_MS: Final = 1_000
"""With more than this to play, the next sentence can wait for the first one of another call: piper makes a sentence of
6 s in half a second (measured)."""
SENTENCE_PAUSE_MS: Final = 40
"""Put before all sentences but the first: what voices put there themselves, and `voice.speech.joins` takes away."""

_log = structlog.get_logger(__name__)


class Reply:
    """One reply being produced. `say` may be called until `finish`; both only while it is live."""

    def __init__(self, reply_id: int, *, not_before_ms: int = 0) -> None:
        self.reply_id = reply_id
        self.not_before_ms = not_before_ms
        self.sentences: list[str] = []
        """Everything that was to be said so far, as it is written."""
        self.is_aside = False
        self.cut: str | None = None
        """What was heard of it, where it was stopped before its turn was over."""
        self._is_finished = False
        self._changed = asyncio.Event()
        self._sounds: list[SentenceSound] = []
        self._put_samples = 0

    def say(self, text: str) -> None:
        """Add what is to be said next."""
        self.sentences += split_sentences(text)
        self._changed.set()

    def finish(self) -> None:
        """Nothing more will be said."""
        self._is_finished = True
        self._changed.set()

    @property
    def is_finished(self) -> bool:
        """Whether nothing will be added to it."""
        return self._is_finished

    def is_last(self, number: int) -> bool:
        """Whether this is the last sentence (counted from 0) of a reply to which nothing will be added."""
        return self._is_finished and number == len(self.sentences) - 1

    def heard_text(self, heard_ms: int) -> str:
        """Return the beginning of the reply that was heard, as written, by how much of it has been played."""
        return heard_text(self._sounds, heard_ms)

    async def speak(self, synthesiser: Synthesiser, queue: PlaybackQueue, now_ms: Callable[[], int]) -> None:
        """Synthesise everything into the queue until `finish`.

        Raises what the synthesiser raises: at its second failure; at the end for a first one that left something out.
        """
        failure: Exception | None = None
        is_complete = True
        number = 0
        while await self._has_sentence(number):
            try:
                await self._speak_sentence(number, synthesiser, queue, now_ms)
            except Exception as error:
                if failure is not None:
                    raise
                failure = error
                is_cut = len(self._sounds) > number
                _log.warning("synthesis-interrupted", reply_id=self.reply_id, error=str(error), is_cut=is_cut)
                if not is_cut:
                    continue
                is_complete = False
            number += 1
        queue.complete(self.reply_id)
        if failure is not None and not is_complete:
            raise failure

    async def _has_sentence(self, number: int) -> bool:
        """Wait until there is a sentence of this number, or will never be."""
        while number >= len(self.sentences) and not self._is_finished:
            self._changed.clear()
            await self._changed.wait()
        return number < len(self.sentences)

    async def _speak_sentence(
        self, number: int, synthesiser: Synthesiser, queue: PlaybackQueue, now_ms: Callable[[], int]
    ) -> None:
        # A fresh resampler a sentence: its pieces are separated by silence, so nothing can click.
        resampler = Resampler(queue.rate_hz)
        is_soon = queue.reply_id != self.reply_id or queue.buffered_ms < SOON_MS
        priority = Priority.FINAL if is_soon else Priority.PARTIAL
        text = self.sentences[number]
        try:
            async with _closing(synthesiser.synthesise(text, priority=priority)) as chunks:
                async for chunk in chunks:
                    if len(self._sounds) == number:
                        await self._begin(number, queue, now_ms)
                    self._note(number, chunk, queue.rate_hz)
                    self._put(queue, resampler.convert(chunk.samples, chunk.sample_rate_hz))
        finally:
            if len(self._sounds) > number:
                self._put(queue, resampler.flush())
                end_ms = self._put_samples * 1000 / queue.rate_hz
                self._sounds[number] = replace(self._sounds[number], end_ms=end_ms)
        if len(self._sounds) == number:  # nothing to speak in it
            self._sounds.append(SentenceSound(text, end_ms := self._put_samples * 1000 / queue.rate_hz, end_ms))
        self._sounds[number] = replace(self._sounds[number], is_whole=True)
        # Polled: the transport takes frames every 20 ms and owes nobody a signal.
        while queue.reply_id == self.reply_id and queue.buffered_ms > AHEAD_MS:  # noqa: ASYNC110
            await asyncio.sleep(WAIT_SLICE_S)

    async def _begin(self, number: int, queue: PlaybackQueue, now_ms: Callable[[], int]) -> None:
        """Open the queue for the first sentence; note where each begins."""
        if self._put_samples == 0:
            await self._wait_for_gap(now_ms)
            queue.open(self.reply_id)
        else:
            self._put(queue, silence(SENTENCE_PAUSE_MS, queue.rate_hz))
        queue.begin_sentence(self.reply_id, number)
        begin_ms = self._put_samples * 1000 / queue.rate_hz
        self._sounds.append(SentenceSound(self.sentences[number], begin_ms, begin_ms, is_whole=False))

    def _note(self, number: int, chunk: SpeechChunk, queue_hz: int) -> None:
        """Remember where the words of a chunk will be, before it is put."""
        sound = self._sounds[number]
        begin_ms, each_ms = self._put_samples * 1000 / queue_hz, 1000 / chunk.sample_rate_hz
        words = tuple(
            WordSound(spoken.word, begin_ms + spoken.begin * each_ms, begin_ms + spoken.end * each_ms)
            for spoken in chunk.words
        )
        end_ms = begin_ms + len(chunk.samples) * each_ms
        self._sounds[number] = replace(sound, end_ms=end_ms, words=(*sound.words, *words))

    def _put(self, queue: PlaybackQueue, samples: Pcm) -> None:
        if len(samples) and queue.put(self.reply_id, samples):
            self._put_samples += len(samples)

    async def _wait_for_gap(self, now_ms: Callable[[], int]) -> None:
        """Answer no sooner than a person would."""
        early_ms = self.not_before_ms - now_ms()
        if early_ms > 0:
            await asyncio.sleep(early_ms / 1000)


@contextlib.asynccontextmanager
async def _closing(chunks: AsyncIterator[SpeechChunk]) -> AsyncIterator[AsyncIterator[SpeechChunk]]:
    """Close `chunks` in the end if it can be closed, so that the voice stops when the reply does."""
    try:
        yield chunks
    finally:
        if isinstance(chunks, AsyncGenerator):
            await chunks.aclose()
