"""What is written goes in, what is said goes on, and the words that come back are the written ones."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator

import numpy as np

from voice.ports import Priority, SpeechChunk, SpokenWord
from voice.pronunciation.lexicon import Lexicon
from voice.speech.pronounced import PronouncedSpeech, written_words


class Memory:
    """Speaks a word a chunk, ten samples each; remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Priority]] = []
        self.rendered: list[tuple[str, Priority]] = []
        self.is_left = False

    async def synthesise(self, text: str, *, priority: Priority = Priority.FINAL) -> AsyncGenerator[SpeechChunk, None]:
        self.asked.append((text, priority))
        try:
            for number, _ in enumerate(text.split()):
                yield SpeechChunk(np.full(10, number, np.int16), 22_050, (SpokenWord(number, 1, 9),))
        except GeneratorExit:
            self.is_left = True
            raise

    async def render(self, text: str, *, priority: Priority = Priority.PREFETCH) -> None:
        self.rendered.append((text, priority))

    def holds(self, text: str) -> bool:
        return text in [text for text, _ in self.rendered]


async def test_written_in_spoken_on_written_back() -> None:
    memory = Memory()
    speech = PronouncedSpeech(memory, Lexicon.from_mapping({"SQL": "sequel"}))
    chunks = [chunk async for chunk in speech.synthesise("SQL costs $25 now", priority=Priority.PARTIAL)]
    assert memory.asked == [("sequel costs twenty five dollars now", Priority.PARTIAL)]
    assert [mark.word for chunk in chunks for mark in chunk.words] == [0, 1, 2, 2, 2, 3]


async def test_what_was_rendered_is_held_however_it_is_written() -> None:
    memory = Memory()
    speech = PronouncedSpeech(memory)
    await speech.render("It costs $5.", priority=Priority.SPECULATION)
    assert memory.rendered == [("It costs five dollars.", Priority.SPECULATION)]
    assert speech.holds("It costs $5.00.")
    assert not speech.holds("It costs $6.")


async def test_the_voice_stops_when_the_listener_does() -> None:
    memory = Memory()
    async with contextlib.aclosing(PronouncedSpeech(memory).synthesise("one two three")) as chunks:
        async for _ in chunks:
            break
    assert memory.is_left


def test_spoken_words_of_one_written_word_are_one_mark() -> None:
    marks = [SpokenWord(0, 0, 5), SpokenWord(1, 5, 9), SpokenWord(2, 12, 20), SpokenWord(7, 20, 30)]
    assert written_words(marks, [0, 1, 1]) == (SpokenWord(0, 0, 5), SpokenWord(1, 5, 20))
