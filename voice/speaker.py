"""The assistant's voice in one call: texts become sentences, sentences become samples, samples are queued.

One reply at a time is live. A stopped reply's task is cancelled, and whatever it still made is dropped by its id.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from voice.playback import PlaybackQueue
from voice.ports import Pcm, Priority, Synthesiser
from voice.resampling import Resampler
from voice.sentences import split_sentences

AHEAD_MS = 4_000
"""Synthesis pauses while so much is waiting to be played: most of a stopped reply is never made."""
WAIT_SLICE_S = 0.1


class Reply:
    """One reply being produced. `say` may be called until `finish`; both only while it is live."""

    def __init__(self, reply_id: int, *, not_before_ms: int = 0) -> None:
        self.reply_id = reply_id
        self.not_before_ms = not_before_ms
        self.is_interruptible = True
        self._texts: asyncio.Queue[str | None] = asyncio.Queue()

    def say(self, text: str) -> None:
        """Add what is to be said next."""
        self._texts.put_nowait(text)

    def finish(self) -> None:
        """Nothing more will be said."""
        self._texts.put_nowait(None)

    async def speak(self, synthesiser: Synthesiser, queue: PlaybackQueue, now_ms: Callable[[], int]) -> None:
        """Synthesise everything into the queue until `finish`. Raises what the synthesiser raises."""
        is_open = False
        while (text := await self._texts.get()) is not None:
            for sentence in split_sentences(text):
                # A fresh resampler a sentence: its pieces are separated by silence, so nothing can click.
                resampler = Resampler(queue.rate_hz)
                async for chunk in synthesiser.synthesise(sentence, priority=Priority.FINAL):
                    if not is_open:
                        await self._wait_for_gap(now_ms)
                        queue.open(self.reply_id)
                        is_open = True
                    self._put(queue, resampler.convert(chunk.samples, chunk.sample_rate_hz))
                self._put(queue, resampler.flush())
                # Polled: the transport takes frames every 20 ms and owes nobody a signal.
                while queue.reply_id == self.reply_id and queue.buffered_ms > AHEAD_MS:  # noqa: ASYNC110
                    await asyncio.sleep(WAIT_SLICE_S)
        queue.complete(self.reply_id)

    def _put(self, queue: PlaybackQueue, samples: Pcm) -> None:
        if len(samples):
            queue.put(self.reply_id, samples)

    async def _wait_for_gap(self, now_ms: Callable[[], int]) -> None:
        """Answer no sooner than a person would."""
        early_ms = self.not_before_ms - now_ms()
        if early_ms > 0:
            await asyncio.sleep(early_ms / 1000)
