"""Stored sentences are spoken from their files, and anew where a file is damaged."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from models.stored_speech import StoredSpeech
from voice.ports import Priority, SpeechChunk


class Voice:
    """Speaks every sentence as its length, in two chunks."""

    def __init__(self) -> None:
        self.spoken: list[str] = []
        self.left: list[str] = []

    async def synthesise(self, text: str, *, priority: Priority = Priority.FINAL) -> AsyncIterator[SpeechChunk]:
        self.spoken.append(text)
        try:
            for _ in range(2 if text else 0):
                yield SpeechChunk(np.full(4, len(text), np.int16), 22_050)
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
