"""A reply from its words to the queue: sentences, where they are, what was heard, and a voice that dies."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import numpy as np
import pytest

from voice.audio import first_audible_sample
from voice.ports import Pcm, Priority, SpeechChunk, SpokenWord
from voice.speech.playback import PlaybackQueue
from voice.speech.speaker import SENTENCE_PAUSE_MS, Reply

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


async def test_a_second_failure_ends_the_reply_and_what_was_queued_stays() -> None:
    voice, reply, queue = Voice(deaths=2), Reply(1), PlaybackQueue(QUEUE_HZ)
    reply.say("Before it dies now. Again it dies here. Never said.")
    reply.finish()
    with pytest.raises(VoiceDied):
        await reply.speak(voice, queue, lambda: 0)
    assert len(voice.asked) == 2
    assert queue.buffered_ms == pytest.approx(4 * WORD_MS + SENTENCE_PAUSE_MS, abs=5)
    assert reply.heard_text(99_999) == "Before it"


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
