"""A reply from its words to the queue: sentences, where they are, what was heard, and a voice that dies."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import numpy as np
import pytest

from tests.support.virtual_clock import run_virtually
from voice.audio import first_audible_sample
from voice.ports import Pcm, Priority, SpeechChunk, SpokenWord
from voice.speech.playback import PlaybackQueue
from voice.speech.speaker import FILLER_PAUSE_MS, SENTENCE_PAUSE_MS, Reply

VOICE_HZ = 22_050
QUEUE_HZ = 48_000
WORD_MS = 200


class VoiceDied(Exception):
    """What a voice raises here."""


class Voice:
    """Says every word as 200 ms of tone, a word a chunk; dies before the words "dies" as often as it is told to."""

    def __init__(self, deaths: int = 0) -> None:
        self.deaths = deaths
        self.asked: list[tuple[str, Priority]] = []

    async def synthesise(self, text: str, *, priority: Priority = Priority.FINAL) -> AsyncGenerator[SpeechChunk, None]:
        self.asked.append((text, priority))
        samples = tone(WORD_MS)
        for number, word in enumerate(text.split()):
            await asyncio.sleep(0)
            if word.startswith("dies") and self.deaths:
                self.deaths -= 1
                raise VoiceDied(text)
            yield SpeechChunk(samples, VOICE_HZ, (SpokenWord(number, 0, len(samples)),))


def tone(duration_ms: int, rate_hz: int = VOICE_HZ) -> Pcm:
    return (9_000 * np.sin(2 * np.pi * 440 * np.arange(duration_ms * rate_hz // 1000) / rate_hz)).astype(np.int16)


async def speak(voice: Voice, *texts: str) -> tuple[Reply, PlaybackQueue]:
    reply, queue = Reply(1), PlaybackQueue(QUEUE_HZ)
    for text in texts:
        reply.say(text)
    reply.finish()
    await reply.speak(voice, queue, lambda: 0)
    return reply, queue


def sentence_begins(queue: PlaybackQueue) -> list[tuple[int, int]]:
    """Play everything; return (millisecond of the frame, sentence)."""
    begins = []
    for number in range(10_000):
        frame = queue.next_frame()
        if frame.sentence is not None:
            begins.append((number * 20, frame.sentence))
        if frame.is_last:
            return begins
    raise AssertionError("the reply never ended")


async def test_sentences_are_known_at_once_and_the_last_only_when_finished() -> None:
    reply = Reply(1)
    reply.say("Hello. How are you?")
    assert reply.sentences == ["Hello.", "How are you?"]
    assert not reply.is_last(1)
    reply.say("Fine?")
    reply.finish()
    assert [reply.is_last(number) for number in range(3)] == [False, False, True]


async def test_the_queue_is_told_where_sentences_begin() -> None:
    _, queue = await speak(Voice(), "One two three. Four five.", "Six.")
    assert sentence_begins(queue) == [
        (0, 0),
        ((3 * WORD_MS + SENTENCE_PAUSE_MS) // 20 * 20, 1),
        ((5 * WORD_MS + 2 * SENTENCE_PAUSE_MS) // 20 * 20, 2),
    ]


async def test_the_first_sentence_is_urgent_and_one_with_enough_before_it_can_wait() -> None:
    voice = Voice()
    await speak(voice, "One. Two three four five six seven. Eight.")
    assert [priority for _, priority in voice.asked] == [Priority.FINAL, Priority.FINAL, Priority.PARTIAL]


async def test_what_was_heard_follows_the_playback() -> None:
    reply, _ = await speak(Voice(), "One two three. Four five.")
    second_ms = 3 * WORD_MS + SENTENCE_PAUSE_MS
    assert reply.heard_text(0) == ""
    assert reply.heard_text(125) == "One"
    assert reply.heard_text(3 * WORD_MS) == "One two three."
    assert reply.heard_text(second_ms + 100) == "One two three."
    assert reply.heard_text(second_ms + 130) == "One two three. Four"
    assert reply.heard_text(9_999) == "One two three. Four five."


@pytest.mark.parametrize("queue_hz", [8_000, 16_000, 24_000, 48_000])
async def test_the_onset_of_the_first_syllable_is_not_lost(queue_hz: int) -> None:
    """From chunk to frames, whatever the rates: the first sound stays where it was within 5 ms, and is as loud."""

    class Burst(Voice):
        async def synthesise(
            self, text: str, *, priority: Priority = Priority.FINAL
        ) -> AsyncGenerator[SpeechChunk, None]:
            burst = np.concatenate([np.zeros(VOICE_HZ * 7 // 1000, np.int16), tone(60)])
            for piece in np.split(burst, [50, 333]):
                yield SpeechChunk(piece, VOICE_HZ)

    reply, queue = Reply(1), PlaybackQueue(queue_hz)
    reply.say("Burst.")
    reply.finish()
    await reply.speak(Burst(), queue, lambda: 0)
    frames = [queue.next_frame() for _ in range(5)]
    played = np.concatenate([frame.samples for frame in frames])
    onset = first_audible_sample(played, queue_hz)
    assert onset is not None
    assert abs(onset * 1000 / queue_hz - 7) <= 5
    first_15_ms = played[onset : onset + 15 * queue_hz // 1000].astype(np.float64)
    assert np.sqrt(np.mean(first_15_ms**2)) > 0.8 * 9_000 / np.sqrt(2)
    assert frames[0].is_first_audible


async def test_a_voice_that_fails_before_any_sound_is_asked_again_and_nothing_is_lost() -> None:
    voice = Voice(deaths=1)
    reply, queue = await speak(voice, "One two.", "dies and lives.", "Three.")
    assert [text for text, _ in voice.asked] == ["One two.", "dies and lives.", "dies and lives.", "Three."]
    assert reply.heard_text(99_999) == "One two. dies and lives. Three."
    assert queue.buffered_ms == pytest.approx(6 * WORD_MS + 2 * SENTENCE_PAUSE_MS, abs=5)


async def test_a_voice_that_dies_mid_sentence_goes_on_with_the_next_and_the_fault_is_raised() -> None:
    voice, reply, queue = Voice(deaths=1), Reply(1), PlaybackQueue(QUEUE_HZ)
    reply.say("Before it dies now. After it.")
    reply.finish()
    with pytest.raises(VoiceDied):
        await reply.speak(voice, queue, lambda: 0)
    assert [text for text, _ in voice.asked] == ["Before it dies now.", "After it."]
    assert queue.buffered_ms == pytest.approx(4 * WORD_MS + SENTENCE_PAUSE_MS, abs=5)
    assert sentence_begins(queue)[-1][1] == 1
    assert reply.heard_text(2 * WORD_MS) == "Before it"


async def test_a_voice_that_dies_twice_in_a_reply_is_asked_for_every_other_sentence() -> None:
    voice, reply, queue = Voice(deaths=2), Reply(1), PlaybackQueue(QUEUE_HZ)
    reply.say("Before it dies now. Again it dies here. Still said.")
    reply.finish()
    with pytest.raises(VoiceDied):
        await reply.speak(voice, queue, lambda: 0)
    assert [text for text, _ in voice.asked] == ["Before it dies now.", "Again it dies here.", "Still said."]
    assert reply.has_lost
    assert reply.words == "Before it dies now. Again it dies here. Still said."
    assert reply.heard_text(99_999) == "Before it Again it Still said."


class Outage(Voice):
    """Nothing can be spoken for so long; but `held` was rendered before. Notes when it was asked."""

    def __init__(self, outage_s: float, held: str = "") -> None:
        super().__init__()
        self.outage_s = outage_s
        self.held = held
        self.asked_s: list[float] = []
        self.began_s = asyncio.get_running_loop().time()

    def stand_in(self) -> str | None:
        return self.held or None

    async def synthesise(self, text: str, *, priority: Priority = Priority.FINAL) -> AsyncGenerator[SpeechChunk, None]:
        now_s = asyncio.get_running_loop().time() - self.began_s
        if text != self.held:
            self.asked_s.append(round(now_s, 2))
            if now_s < self.outage_s:
                raise VoiceDied(text)
        async for chunk in super().synthesise(text, priority=priority):
            yield chunk


def speak_through(outage_s: float, text: str, held: str = "") -> tuple[Outage, Reply, PlaybackQueue, bool]:
    """Speak a text while the voice fails for so long; return whether that was told in the end."""

    async def main() -> tuple[Outage, Reply, PlaybackQueue, bool]:
        voice, reply, queue = Outage(outage_s, held), Reply(1), PlaybackQueue(QUEUE_HZ)
        reply.say(text)
        reply.finish()
        try:
            await reply.speak(voice, queue, lambda: 0, voice.stand_in)
        except VoiceDied:
            return voice, reply, queue, True
        return voice, reply, queue, False

    return run_virtually(main)


def test_a_short_outage_loses_nothing_and_the_pauses_between_requests_grow() -> None:
    voice, reply, queue, is_told = speak_through(0.7, "One. Two. Three.")
    assert voice.asked_s == [0.0, 0.0, 0.25, 0.75, 0.75, 0.75]
    assert (is_told, reply.has_lost) == (False, False)
    assert reply.heard_text(99_999) == "One. Two. Three."
    assert queue.buffered_ms == pytest.approx(3 * WORD_MS + 2 * SENTENCE_PAUSE_MS, abs=5)


def test_speech_goes_on_when_the_voice_is_back_and_what_was_lost_is_known() -> None:
    voice, reply, queue, is_told = speak_through(2.0, "One. Two. Three. Four.")
    assert voice.asked_s == [0.0, 0.0, 0.25, 0.75, 1.75, 2.75, 2.75]
    assert (is_told, reply.has_lost) == (True, True)
    assert reply.heard_text(99_999) == "Three. Four."
    assert [number for _, number in sentence_begins(queue)] == [2, 3]


def test_a_voice_that_never_comes_back_ends_the_reply() -> None:
    voice, reply, queue, is_told = speak_through(1e9, "One. Two. Three. Four. Five.")
    assert len(voice.asked_s) == 8
    assert is_told
    assert reply.heard_text(99_999) == ""
    assert queue.reply_id is None


def test_a_phrase_that_was_rendered_before_fills_the_pause_once() -> None:
    voice, reply, queue, _ = speak_through(2.0, "One. Two. Three.", held="One moment.")
    assert [text for text, _ in voice.asked] == ["One moment.", "Three."]
    assert queue.buffered_ms == pytest.approx(3 * WORD_MS + SENTENCE_PAUSE_MS, abs=5)
    assert reply.heard_text(99_999) == "Three.", "it is no part of the conversation"


FILLER = "Just a moment please."


async def fill(played_frames: int, *, filler: str = FILLER) -> tuple[Reply, PlaybackQueue, Pcm]:
    """Say a filler, then words when so much of it was played; return what is played in all."""
    reply, queue = Reply(1), PlaybackQueue(QUEUE_HZ)
    reply.say(filler, kind="filler")
    speaking = asyncio.create_task(reply.speak(Voice(), queue, lambda: 0))
    while queue.buffered_ms < len(filler.split()) * WORD_MS - 5:  # noqa: ASYNC110  # it has no event
        await asyncio.sleep(0)
    played = [queue.next_frame().samples for _ in range(played_frames)]
    reply.say("Found it.")
    reply.finish()
    await speaking
    while queue.buffered_ms:
        played.append(queue.next_frame().samples)
    return reply, queue, np.concatenate(played)


@pytest.mark.parametrize(
    ("played_ms", "filler_ms"),
    [(0, 0), (20, 200), (100, 200), (180, 200), (200, 400), (300, 400), (420, 600), (700, 800), (800, 800)],
)
async def test_a_filler_ends_with_the_word_that_is_heard_when_the_words_are_there(
    played_ms: int, filler_ms: int
) -> None:
    reply, _, played = await fill(played_ms // 20)
    pause_ms = FILLER_PAUSE_MS if filler_ms else 0
    assert len(played) * 1000 / QUEUE_HZ == pytest.approx(filler_ms + pause_ms + 2 * WORD_MS, abs=21)
    if filler_ms:
        silent = np.abs(played[(filler_ms + 5) * 48 : (filler_ms + pause_ms - 5) * 48])
        assert silent.max() < 20, "it was cut at the end of a word"
        assert np.abs(played[(filler_ms - 40) * 48 : (filler_ms - 15) * 48]).max() > 8_000, "and not before"
    assert np.abs(np.diff(played.astype(np.int64))).max() < 1_200, "without a click"
    assert reply.heard_text(99_999) == "Found it.", "a filler is no part of the conversation"
    assert reply.words == "Found it."


async def test_a_filler_for_words_that_are_known_is_never_made() -> None:
    voice, reply, queue = Voice(), Reply(1), PlaybackQueue(QUEUE_HZ)
    reply.say(FILLER, kind="filler")
    reply.say("Found it.")
    reply.finish()
    await reply.speak(voice, queue, lambda: 0)
    assert [text for text, _ in voice.asked] == ["Found it."]
    assert queue.buffered_ms == pytest.approx(2 * WORD_MS, abs=5)
    assert sentence_begins(queue) == [(0, 1)]


async def test_where_a_voice_does_not_tell_its_words_a_filler_is_heard_to_its_end() -> None:
    class Mute(Voice):
        async def synthesise(
            self, text: str, *, priority: Priority = Priority.FINAL
        ) -> AsyncGenerator[SpeechChunk, None]:
            async for chunk in super().synthesise(text, priority=priority):
                yield SpeechChunk(chunk.samples, chunk.sample_rate_hz)

    reply, queue = Reply(1), PlaybackQueue(QUEUE_HZ)
    reply.say(FILLER, kind="filler")
    speaking = asyncio.create_task(reply.speak(Mute(), queue, lambda: 0))
    while queue.buffered_ms < 4 * WORD_MS - 5:  # noqa: ASYNC110  # it has no event
        await asyncio.sleep(0)
    queue.next_frame()
    reply.say("Found it.")
    reply.finish()
    await speaking
    assert queue.buffered_ms == pytest.approx(6 * WORD_MS + FILLER_PAUSE_MS - 20, abs=5)


async def test_a_reply_that_is_not_live_puts_nothing() -> None:
    reply, queue = Reply(1), PlaybackQueue(QUEUE_HZ)
    reply.say("One two three.")
    speaking = asyncio.create_task(reply.speak(Voice(), queue, lambda: 0))
    while queue.reply_id != 1:  # noqa: ASYNC110  # it has no event
        await asyncio.sleep(0)
    queue.stop(1)
    queue.open(2)
    reply.finish()
    await speaking
    assert queue.buffered_ms == 0
    assert queue.reply_id == 2


async def test_nothing_to_say_opens_no_queue() -> None:
    _, queue = await speak(Voice(), "...", "")
    assert queue.reply_id is None


async def test_words_said_while_speaking_are_spoken() -> None:
    voice, reply, queue = Voice(), Reply(1), PlaybackQueue(QUEUE_HZ)
    reply.say("One.")
    speaking = asyncio.create_task(reply.speak(voice, queue, lambda: 0))
    while not queue.buffered_ms:  # noqa: ASYNC110  # it has no event
        await asyncio.sleep(0)
    reply.say("Two. Three.")
    reply.finish()
    await speaking
    assert [text for text, _ in voice.asked] == ["One.", "Two.", "Three."]


@pytest.mark.parametrize("queue_hz", [8_000, 48_000])
async def test_pieces_and_sentences_that_end_inside_a_sound_are_played_without_a_click(queue_hz: int) -> None:
    class Abrupt(Voice):
        """Two pieces a sentence, cut at the crest of the wave, and the second one turned upside down."""

        async def synthesise(
            self, text: str, *, priority: Priority = Priority.FINAL
        ) -> AsyncGenerator[SpeechChunk, None]:
            crest = tone(300)[VOICE_HZ // 1760 : -(VOICE_HZ // 1760)]
            for piece in (crest, -crest):
                yield SpeechChunk(piece.astype(np.int16), VOICE_HZ)

    reply, queue = Reply(1), PlaybackQueue(queue_hz)
    reply.say("One. Two.")
    reply.finish()
    await reply.speak(Abrupt(), queue, lambda: 0)
    played = []
    while queue.buffered_ms:
        played.append(queue.next_frame().samples)
    steps = np.abs(np.diff(np.concatenate([[0], *played, [0]]).astype(np.int64)))
    own = 9_000 * 2 * np.pi * 440 / queue_hz
    assert steps.max() <= 1.6 * own, "no step is much larger than those of the sound itself"
