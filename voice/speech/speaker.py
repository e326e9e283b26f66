"""The assistant's voice in one call: texts become sentences, sentences become samples, samples are queued.

One reply at a time is live. A stopped reply's task is cancelled, and whatever it still made is dropped by its id.

A voice that fails is asked again for the sentence of which nothing was queued yet, and then for the next one: a pause
that doubles lies between two requests as long as none succeeds. What was queued is played in any case, and a phrase
that can be heard without the voice, because it was rendered before, fills the first such pause.

A filler makes way for the words that it stood in for: it ends with the word that is being heard when their sound is
there, and one of which nothing has been heard is not heard at all.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import replace
from typing import Final, Literal, TypeAlias

import structlog

from voice.audio import silence
from voice.ports import Pcm, Priority, SpeechChunk, Synthesiser
from voice.resampling import Resampler
from voice.speech.heard_text import SentenceSound, WordSound, heard_of_sentence, heard_text, word_end_ms
from voice.speech.joins import Joiner
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
FILLER_PAUSE_MS: Final = 120
"""Between a filler and the words of the reply, so that they do not run together; voice.yml may say otherwise."""
CUT_SOONEST_MS: Final = 20
"""A filler is cut no sooner behind what was played: the next frame is on its way, and the cut is faded."""
TRIES: Final = 4
"""Requests for the sentence with which a voice begins to fail; later ones are asked for once, until it is back."""
STAND_IN_AT: Final = 2
"""With this failure in a row it is known that it takes a while."""
BACK_OFF_S: Final = (0.0, 0.25, 0.5, 1.0)
"""The pause after so many failures in a row; the last one for all further ones. Our own choice: a worker that died is
started anew at once and takes about a second to load its voice."""

SentenceKind: TypeAlias = Literal["words", "filler", "aside"]
"""What a sentence is: only words are part of the conversation."""
StandIn: TypeAlias = Callable[[], str | None]
"""Tells a phrase that can be heard although the voice fails, if there is one."""

_log = structlog.get_logger(__name__)


class Reply:
    """One reply being produced. `say` may be called until `finish`; both only while it is live."""

    def __init__(self, reply_id: int, *, not_before_ms: int = 0) -> None:
        self.reply_id = reply_id
        self.not_before_ms = not_before_ms
        self.sentences: list[str] = []
        """Everything that was to be said so far, as it is written."""
        self.cut: str | None = None
        """What was heard of it, where it was stopped before its turn was over."""
        self.has_lost = False
        """The voice failed: something of it cannot be heard."""
        self._kinds: list[SentenceKind] = []
        self._is_finished = False
        self._changed = asyncio.Event()
        self._sounds: list[SentenceSound] = []
        self._put_samples = 0
        self._filler_gap_ms = FILLER_PAUSE_MS
        self._failures = 0
        """In a row."""

    def say(self, text: str, *, kind: SentenceKind = "words", gap_ms: int = FILLER_PAUSE_MS) -> None:
        """Add what is to be said next; `gap_ms` is what lies between a filler and the words behind it."""
        if kind == "filler":
            self._filler_gap_ms = gap_ms
        sentences = split_sentences(text)
        self.sentences += sentences
        self._kinds += [kind] * len(sentences)
        self._changed.set()

    def finish(self) -> None:
        """Nothing more will be said."""
        self._is_finished = True
        self._changed.set()

    @property
    def is_finished(self) -> bool:
        """Whether nothing will be added to it."""
        return self._is_finished

    @property
    def is_put(self) -> bool:
        """Whether everything that was to be said so far lies in the queue, or was played."""
        return len(self._sounds) == len(self.sentences) and (not self._sounds or self._sounds[-1].is_whole)

    def is_filler(self, number: int) -> bool:
        """Whether the sentence of this number (counted from 0) is a filler."""
        return number < len(self._kinds) and self._kinds[number] == "filler"

    @property
    def words(self) -> str:
        """Everything of it that is part of the conversation, as it is written."""
        return " ".join(text for text, kind in zip(self.sentences, self._kinds, strict=True) if kind == "words")

    def is_last(self, number: int) -> bool:
        """Whether this is the last sentence (counted from 0) of a reply to which nothing will be added."""
        return self._is_finished and number == len(self.sentences) - 1

    def heard_text(self, heard_ms: float) -> str:
        """Return the beginning of the reply that was heard, as written, by how much of it has been played."""
        words = [sound for sound, kind in zip(self._sounds, self._kinds, strict=False) if kind == "words"]
        return heard_text(words, heard_ms)

    async def speak(
        self,
        synthesiser: Synthesiser,
        queue: PlaybackQueue,
        now_ms: Callable[[], int],
        stand_in: StandIn = lambda: None,
    ) -> None:
        """Synthesise everything into the queue until `finish`.

        Raises, at the end, what the synthesiser raised last, if it left anything out.
        """
        failure: Exception | None = None
        number = 0
        while await self._has_sentence(number):
            if self._is_overtaken(number):
                self._leave_out(queue)
            else:
                failure = await self._say_sentence(number, synthesiser, queue, now_ms, stand_in) or failure
            number += 1
        queue.complete(self.reply_id)
        if failure is not None:
            raise failure

    async def _has_sentence(self, number: int) -> bool:
        """Wait until there is a sentence of this number, or will never be."""
        while number >= len(self.sentences) and not self._is_finished:
            self._changed.clear()
            await self._changed.wait()
        return number < len(self.sentences)

    def _is_overtaken(self, number: int) -> bool:
        """Whether this is a filler for words that are known by now."""
        return self._kinds[number] == "filler" and "words" in self._kinds[number:]

    async def _say_sentence(
        self,
        number: int,
        synthesiser: Synthesiser,
        queue: PlaybackQueue,
        now_ms: Callable[[], int],
        stand_in: StandIn,
    ) -> Exception | None:
        """Speak a sentence, in more than one attempt if need be; return what kept it from being heard whole."""
        tries = 1 if self._failures else TRIES
        for attempt in range(1, tries + 1):
            try:
                await self._speak_sentence(number, synthesiser, queue, now_ms)
            except Exception as error:
                self._failures += 1
                is_cut = len(self._sounds) > number
                _log.warning("synthesis-interrupted", reply_id=self.reply_id, error=str(error), is_cut=is_cut)
                if is_cut or attempt == tries:
                    self._lose(number, queue)
                if self._failures == STAND_IN_AT and not is_cut:
                    await self._stand_in_for(stand_in(), synthesiser, queue)
                if queue.reply_id in (None, self.reply_id):
                    await asyncio.sleep(BACK_OFF_S[min(self._failures, len(BACK_OFF_S)) - 1])
                if is_cut or attempt == tries:
                    return error
            else:
                self._failures = 0
                return None
        return None

    async def _speak_sentence(
        self, number: int, synthesiser: Synthesiser, queue: PlaybackQueue, now_ms: Callable[[], int]
    ) -> None:
        # A fresh resampler a sentence: its pieces are separated by silence, so nothing can click.
        resampler = Resampler(queue.rate_hz)
        joiner: Joiner | None = None
        is_soon = queue.reply_id != self.reply_id or queue.buffered_ms < SOON_MS
        priority = Priority.FINAL if is_soon else Priority.PARTIAL
        text = self.sentences[number]
        try:
            async with _closing(synthesiser.synthesise(text, priority=priority)) as chunks:
                async for chunk in chunks:
                    if len(self._sounds) == number:
                        await self._begin(number, queue, now_ms)
                    if joiner is None or joiner.rate_hz != chunk.sample_rate_hz:
                        self._end_piece(queue, resampler, joiner)
                        joiner = Joiner(chunk.sample_rate_hz)
                    self._note(number, chunk, queue.rate_hz, joiner.held_samples)
                    self._put(queue, resampler.convert(joiner.add(chunk.samples), chunk.sample_rate_hz))
        finally:
            if len(self._sounds) > number:
                self._end_piece(queue, resampler, joiner)
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
        if self._put_samples == 0 and queue.reply_id != self.reply_id:
            await self._wait_for_gap(now_ms)
            queue.open(self.reply_id)
        elif number and self._kinds[number] == "words" and self._kinds[number - 1] == "filler":
            self._end_filler(number - 1, queue)
        elif self._put_samples:
            self._put(queue, silence(SENTENCE_PAUSE_MS, queue.rate_hz))
        queue.begin_sentence(self.reply_id, number)
        begin_ms = self._put_samples * 1000 / queue.rate_hz
        self._sounds.append(SentenceSound(self.sentences[number], begin_ms, begin_ms, is_whole=False))

    def _end_filler(self, number: int, queue: PlaybackQueue) -> None:
        """Let a filler end with the word that is being heard."""
        first = number
        while first and self._kinds[first - 1] == "filler":
            first -= 1
        heard_ms = queue.heard_ms if queue.reply_id == self.reply_id else 0
        sounds = [sound for sound in self._sounds[first : number + 1] if sound.begin_ms < heard_ms]
        end_ms = word_end_ms(sounds[-1], heard_ms + CUT_SOONEST_MS) if sounds else self._sounds[first].begin_ms
        put = queue.cut(self.reply_id, end_ms)
        if put is not None:
            self._put_samples = put
            for place in range(first, number + 1):
                sound = self._sounds[place]
                begin_ms = min(sound.begin_ms, end_ms)
                self._sounds[place] = replace(sound, begin_ms=begin_ms, end_ms=min(sound.end_ms, end_ms))
        if self._put_samples:
            self._put(queue, silence(self._filler_gap_ms, queue.rate_hz))

    def _leave_out(self, queue: PlaybackQueue) -> None:
        """Pass over a sentence, of which nothing will sound."""
        end_ms = self._put_samples * 1000 / queue.rate_hz
        self._sounds.append(SentenceSound("", end_ms, end_ms))

    def _lose(self, number: int, queue: PlaybackQueue) -> None:
        """Give up what the voice still owes of a sentence: only what was made of it can be heard."""
        self.has_lost = True
        if len(self._sounds) == number:
            self._leave_out(queue)
        else:
            sound = self._sounds[number]
            made = heard_of_sentence(sound, sound.end_ms)
            self._sounds[number] = replace(sound, text=made, is_whole=True)

    async def _stand_in_for(self, phrase: str | None, synthesiser: Synthesiser, queue: PlaybackQueue) -> None:
        """Say a phrase that needs no voice, if there is one and the caller hears nothing else."""
        if phrase is None or queue.reply_id not in (None, self.reply_id) or queue.buffered_ms:
            return
        resampler = Resampler(queue.rate_hz)
        try:
            async with _closing(synthesiser.synthesise(phrase)) as chunks:
                async for chunk in chunks:
                    if queue.reply_id is None and not self._put_samples:
                        queue.open(self.reply_id)
                    self._put(queue, resampler.convert(chunk.samples, chunk.sample_rate_hz))
            self._put(queue, resampler.flush())
        except Exception as error:  # it was not there after all
            _log.warning("stand-in-failed", reply_id=self.reply_id, error=str(error))

    def _note(self, number: int, chunk: SpeechChunk, queue_hz: int, held_samples: int) -> None:
        """Remember where the words of a chunk will be, before it is put behind what is held back of the last one."""
        sound = self._sounds[number]
        each_ms = 1000 / chunk.sample_rate_hz
        begin_ms = self._put_samples * 1000 / queue_hz + held_samples * each_ms
        words = tuple(
            WordSound(spoken.word, begin_ms + spoken.begin * each_ms, begin_ms + spoken.end * each_ms)
            for spoken in chunk.words
        )
        end_ms = begin_ms + len(chunk.samples) * each_ms
        self._sounds[number] = replace(sound, end_ms=end_ms, words=(*sound.words, *words))

    def _end_piece(self, queue: PlaybackQueue, resampler: Resampler, joiner: Joiner | None) -> None:
        if joiner is not None:
            self._put(queue, resampler.convert(joiner.end(), joiner.rate_hz))

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
