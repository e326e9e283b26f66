"""Stored sentences are spoken from their files, and anew where a file is damaged."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from models.stored_speech import StoredSpeech
from voice.ports import Priority, SpeechChunk, SpokenWord


class Voice:
    """Speaks every sentence as its length, in two chunks."""

    def __init__(self) -> None:
        self.spoken: list[str] = []
        self.left: list[str] = []

    async def synthesise(self, text: str, *, priority: Priority = Priority.FINAL) -> AsyncIterator[SpeechChunk]:
        self.spoken.append(text)
        try:
            for number in range(2 if text else 0):
                yield SpeechChunk(np.full(4, len(text), np.int16), 22_050, (SpokenWord(number, 1, 3),))
        except GeneratorExit:
            self.left.append(text)
            raise


async def heard(speech: StoredSpeech, text: str) -> list[int]:
    return [int(sample) for chunk in [one async for one in speech.synthesise(text)] for sample in chunk.samples]


async def test_what_is_stored_is_not_spoken_again(tmp_path: Path) -> None:
    voice = Voice()
    speech = StoredSpeech(voice, "hash", tmp_path)
    assert await speech.store("Hello.")
    assert not await speech.store("Hello.")
    assert await heard(speech, "Hello.") == [6] * 8
    assert voice.spoken == ["Hello."]
    assert await heard(speech, "Other") == [5] * 8
    assert not speech.holds("Other"), "only what is rendered ahead is kept"
    assert not StoredSpeech(voice, "another voice", tmp_path).holds("Hello.")
    assert not await speech.store("")


async def test_where_the_words_are_is_stored_too(tmp_path: Path) -> None:
    speech = StoredSpeech(Voice(), "hash", tmp_path)
    await speech.store("Hello there.")
    (chunk,) = [chunk async for chunk in speech.synthesise("Hello there.")]
    assert chunk.words == (SpokenWord(0, 1, 3), SpokenWord(1, 5, 7))


async def test_speech_of_a_voice_that_does_not_tell_is_stored_without(tmp_path: Path) -> None:
    class Silent:
        async def synthesise(self, text: str, *, priority: Priority = Priority.FINAL) -> AsyncIterator[SpeechChunk]:
            yield SpeechChunk(np.ones(4, np.int16), 16_000)

    speech = StoredSpeech(Silent(), "hash", tmp_path)
    await speech.store("Hello.")
    (chunk,) = [chunk async for chunk in speech.synthesise("Hello.")]
    assert (chunk.words, chunk.sample_rate_hz) == ((), 16_000)


async def test_a_file_from_before_words_were_stored_is_made_anew(tmp_path: Path) -> None:
    voice = Voice()
    speech = StoredSpeech(voice, "hash", tmp_path)
    speech.path("Hello.").parent.mkdir(parents=True)
    np.savez(speech.path("Hello."), samples=np.ones(4, np.int16), rate=np.int64(22_050))
    assert await heard(speech, "Hello.") == [6] * 8
    assert await speech.store("Hello.")


async def test_the_voice_stops_when_the_listener_does(tmp_path: Path) -> None:
    voice = Voice()
    async with contextlib.aclosing(StoredSpeech(voice, "hash", tmp_path).synthesise("Hello.")) as chunks:
        async for _ in chunks:
            break
    assert voice.left == ["Hello."]


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 nothing", b"x" * 500])
async def test_a_damaged_file_is_as_none(tmp_path: Path, damage: bytes) -> None:
    voice = Voice()
    speech = StoredSpeech(voice, "hash", tmp_path)
    await speech.store("Hello.")
    speech.path("Hello.").write_bytes(damage)
    assert await heard(speech, "Hello.") == [6] * 8
    assert await speech.store("Hello."), "it is made anew"
    assert await heard(speech, "Hello.") == [6] * 8
    assert len(voice.spoken) == 3
