"""Spoken sentences are made once, kept within bounds, and only whole."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import numpy as np
import pytest

from models.errors import ModelUnavailable
from models.rendered import RenderedSpeech
from voice.ports import Priority, SpeechChunk


class ScriptedSynthesiser:
    """Says 100 samples a word, a word a chunk; notes what was asked and what was left early."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Priority]] = []
        self.left: list[str] = []

    async def synthesise(self, text: str, *, priority: Priority = Priority.FINAL) -> AsyncIterator[SpeechChunk]:
        self.asked.append((text, priority))
        try:
            for number, word in enumerate(text.split()):
                if word == "broken":
                    raise ModelUnavailable("voice", "it died")
                yield SpeechChunk(np.full(100, number, dtype=np.int16), 22_050)
        except GeneratorExit:
            self.left.append(text)
            raise


async def _hear(rendered: RenderedSpeech, text: str) -> list[int]:
    return [int(chunk.samples[0]) async for chunk in rendered.synthesise(text)]


async def test_the_second_time_comes_from_memory() -> None:
    voice = ScriptedSynthesiser()
    rendered = RenderedSpeech(voice)
    assert await _hear(rendered, "how are you") == [0, 1, 2]
    assert await _hear(rendered, "how are you") == [0, 1, 2]
    assert len(voice.asked) == 1
    assert (rendered.hits, rendered.misses, rendered.size_bytes) == (1, 1, 600)


async def test_rendering_ahead_is_less_urgent_and_done_once() -> None:
    voice = ScriptedSynthesiser()
    rendered = RenderedSpeech(voice)
    await rendered.render("good day")
    await rendered.render("good day")
    assert voice.asked == [("good day", Priority.PREFETCH)]
    assert rendered.holds("good day")


async def test_the_least_recently_used_goes_first() -> None:
    rendered = RenderedSpeech(ScriptedSynthesiser(), limit_bytes=600)
    for text in ("one", "two", "one", "both words"):
        await _hear(rendered, text)
    assert [rendered.holds(text) for text in ("one", "two", "both words")] == [True, False, True]
    assert rendered.size_bytes == 600
    await _hear(rendered, "all of three")
    assert [rendered.holds(text) for text in ("one", "both words", "all of three")] == [False, False, True]
    assert rendered.size_bytes == 600


async def test_what_would_fill_the_whole_memory_is_not_kept() -> None:
    rendered = RenderedSpeech(ScriptedSynthesiser(), limit_bytes=500)
    await _hear(rendered, "one")
    await _hear(rendered, "far too many words here")
    assert (rendered.holds("one"), rendered.holds("far too many words here")) == (True, False)


async def test_half_a_sentence_is_not_kept_and_the_voice_is_told_to_stop() -> None:
    voice = ScriptedSynthesiser()
    rendered = RenderedSpeech(voice)
    async with contextlib.aclosing(rendered.synthesise("never mind that")) as chunks:
        async for _ in chunks:
            break
    assert voice.left == ["never mind that"]
    assert not rendered.holds("never mind that")


async def test_a_failure_reaches_the_listener_and_nothing_is_kept() -> None:
    rendered = RenderedSpeech(ScriptedSynthesiser())
    with pytest.raises(ModelUnavailable):
        await _hear(rendered, "this is broken")
    assert not rendered.holds("this is broken")


async def test_the_same_sentence_twice_at_once_is_counted_once() -> None:
    rendered = RenderedSpeech(ScriptedSynthesiser())
    first, second = rendered.synthesise("one two"), rendered.synthesise("one two")
    async for _ in first:
        async for _ in second:
            pass
    assert rendered.size_bytes == 400
