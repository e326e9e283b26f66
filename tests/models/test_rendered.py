"""Spoken sentences are made once, kept within bounds, and only whole."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import ModelUnavailable
from models.rendered import LATE_AFTER_S, RenderedSpeech
from tests.support.virtual_clock import run_virtually
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
                await asyncio.sleep(0)  # as long as a worker takes
                if word == "broken":
                    raise ModelUnavailable("voice", "it died")
                yield SpeechChunk(np.full(100, number, dtype=np.int16), 22_050)
        except GeneratorExit:
            self.left.append(text)
            raise


class GatedSynthesiser:
    """Says a chunk whenever it is let, and notes what it began, what it finished and what was taken from it."""

    def __init__(self) -> None:
        self.begun: list[tuple[str, Priority]] = []
        self.finished: list[str] = []
        self.dropped: list[str] = []
        self.gate = asyncio.Semaphore(0)

    async def synthesise(self, text: str, *, priority: Priority = Priority.FINAL) -> AsyncIterator[SpeechChunk]:
        self.begun.append((text, priority))
        try:
            for number, _ in enumerate(text.split()):
                await self.gate.acquire()
                yield SpeechChunk(np.full(100, number, dtype=np.int16), 22_050)
        except (GeneratorExit, asyncio.CancelledError):
            self.dropped.append(text)
            raise
        self.finished.append(text)

    def let(self, chunks: int = 1) -> None:
        for _ in range(chunks):
            self.gate.release()


async def settled() -> None:
    """Let everything run that can."""
    for _ in range(20):
        await asyncio.sleep(0)


async def _hear(rendered: RenderedSpeech, text: str, priority: Priority = Priority.FINAL) -> list[int]:
    async with contextlib.aclosing(rendered.synthesise(text, priority=priority)) as chunks:
        return [int(chunk.samples[0]) async for chunk in chunks]


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
    await settled()
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
    assert (rendered.misses, rendered.joined, rendered.hits) == (1, 1, 0)


async def test_all_who_want_a_text_at_once_share_one_rendering() -> None:
    voice = GatedSynthesiser()
    rendered = RenderedSpeech(voice)
    hearing = [asyncio.create_task(_hear(rendered, "one two three")) for _ in range(4)]
    voice.let(3)
    assert await asyncio.gather(*hearing) == [[0, 1, 2]] * 4
    assert len(voice.begun) == 1
    assert await _hear(rendered, "one two three") == [0, 1, 2]
    assert rendered.hit_rate == pytest.approx(1 / 5)


async def test_one_who_joins_late_hears_it_from_its_beginning() -> None:
    voice = GatedSynthesiser()
    rendered = RenderedSpeech(voice)
    first = asyncio.create_task(_hear(rendered, "one two three"))
    voice.let(2)
    await settled()
    assert rendered.holds("one two three"), "its first sound is there"
    second = asyncio.create_task(_hear(rendered, "one two three"))
    await settled()
    voice.let()
    assert await second == await first == [0, 1, 2]


async def test_a_final_that_joins_what_waits_goes_before_all_that_is_less_urgent() -> None:
    voice = GatedSynthesiser()
    rendered = RenderedSpeech(voice)
    busy = asyncio.create_task(_hear(rendered, "busy"))
    await settled()
    ahead = [asyncio.create_task(rendered.render(f"branch {letter}")) for letter in "abc"]
    await settled()
    joined = asyncio.create_task(_hear(rendered, "branch c"))
    await settled()
    voice.let(7)
    await asyncio.gather(busy, joined, *ahead)
    assert voice.begun == [
        ("busy", Priority.FINAL),
        ("branch c", Priority.FINAL),
        ("branch a", Priority.PREFETCH),
        ("branch b", Priority.PREFETCH),
    ]


async def test_what_is_rendered_ahead_gives_way_and_is_made_afterwards() -> None:
    voice = GatedSynthesiser()
    rendered = RenderedSpeech(voice)
    ahead = asyncio.create_task(rendered.render("some branch"))
    await settled()
    wanted = asyncio.create_task(_hear(rendered, "now"))
    await settled()
    assert [text for text, _ in voice.begun] == ["some branch", "now"]
    assert voice.dropped == ["some branch"]
    voice.let(3)
    assert await wanted == [0]
    await ahead
    assert rendered.holds("some branch")
    assert voice.finished == ["now", "some branch"]


@pytest.mark.parametrize("running", [Priority.FINAL, Priority.PARTIAL])
async def test_what_is_being_said_gives_way_to_nothing(running: Priority) -> None:
    voice = GatedSynthesiser()
    rendered = RenderedSpeech(voice)
    first = asyncio.create_task(rendered.render("first text", priority=running))
    await settled()
    second = asyncio.create_task(_hear(rendered, "second"))
    await settled()
    assert len(voice.begun) == 1
    voice.let(3)
    await asyncio.gather(first, second)
    assert voice.finished == ["first text", "second"]


async def test_what_has_sounded_is_not_begun_again() -> None:
    voice = GatedSynthesiser()
    rendered = RenderedSpeech(voice)
    ahead = asyncio.create_task(rendered.render("some branch"))
    voice.let()
    await settled()
    wanted = asyncio.create_task(_hear(rendered, "now"))
    await settled()
    assert len(voice.begun) == 1
    voice.let(2)
    await asyncio.gather(ahead, wanted)
    assert voice.dropped == []


async def test_the_last_listener_to_leave_ends_a_rendering_at_its_next_chunk() -> None:
    voice = GatedSynthesiser()
    rendered = RenderedSpeech(voice)
    listeners = [asyncio.create_task(_hear(rendered, "one two three")) for _ in range(2)]
    voice.let()
    await settled()
    listeners[0].cancel()
    await settled()
    assert voice.dropped == []
    listeners[1].cancel()
    await settled()
    voice.let()
    await settled()
    assert voice.dropped == ["one two three"]
    assert not rendered.holds("one two three")
    again = asyncio.create_task(_hear(rendered, "one two three"))
    voice.let(3)
    assert await again == [0, 1, 2]


async def test_what_nobody_wants_any_more_makes_room_at_once() -> None:
    voice = GatedSynthesiser()
    rendered = RenderedSpeech(voice)
    stopped = asyncio.create_task(_hear(rendered, "one two three"))
    voice.let()
    await settled()
    stopped.cancel()
    await settled()
    following = asyncio.create_task(_hear(rendered, "next"))
    await settled()
    assert voice.dropped == ["one two three"]
    voice.let()
    assert await following == [0]


async def test_a_waiting_text_that_nobody_wants_any_more_is_never_begun() -> None:
    voice = GatedSynthesiser()
    rendered = RenderedSpeech(voice)
    busy = asyncio.create_task(_hear(rendered, "busy"))
    await settled()
    waiting = asyncio.create_task(_hear(rendered, "never"))
    await settled()
    waiting.cancel()
    await settled()
    voice.let(2)
    await busy
    await settled()
    assert [text for text, _ in voice.begun] == ["busy"]


async def test_a_failure_reaches_all_who_listen_and_the_next_text_is_made() -> None:
    rendered = RenderedSpeech(ScriptedSynthesiser())
    results = await asyncio.gather(
        _hear(rendered, "this is broken"),
        _hear(rendered, "this is broken"),
        _hear(rendered, "fine"),
        return_exceptions=True,
    )
    assert [type(result) for result in results] == [ModelUnavailable, ModelUnavailable, list]


async def test_what_is_on_disk_waits_for_no_lane() -> None:
    class Stored(GatedSynthesiser):
        def holds(self, text: str) -> bool:
            return text == "greeting"

    voice = Stored()
    rendered = RenderedSpeech(voice)
    busy = asyncio.create_task(_hear(rendered, "busy"))
    await settled()
    greeting = asyncio.create_task(_hear(rendered, "greeting"))
    await settled()
    assert [text for text, _ in voice.begun] == ["busy", "greeting"]
    assert rendered.holds("greeting")
    voice.let(2)
    await asyncio.gather(busy, greeting)
    assert (rendered.hits, rendered.misses) == (1, 1)


async def test_closing_ends_everything_and_whoever_listens_is_told() -> None:
    rendered = RenderedSpeech(GatedSynthesiser())
    hearing = [asyncio.create_task(_hear(rendered, text)) for text in ("one", "two")]
    await settled()
    await rendered.close()
    results = await asyncio.gather(*hearing, return_exceptions=True)
    assert [type(result) for result in results] == [ModelUnavailable, ModelUnavailable]


def test_what_a_reply_needs_soon_is_needed_now_after_a_while() -> None:
    async def main() -> list[str]:
        voice = GatedSynthesiser()
        rendered = RenderedSpeech(voice)
        tasks: list[asyncio.Task[Any]] = [asyncio.create_task(_hear(rendered, "busy"))]
        await settled()
        tasks.append(asyncio.create_task(rendered.render("soon", priority=Priority.PARTIAL)))
        await settled()
        await asyncio.sleep(LATE_AFTER_S)
        tasks.append(asyncio.create_task(rendered.render("ahead", priority=Priority.SPECULATION)))
        tasks.append(asyncio.create_task(_hear(rendered, "now")))
        await settled()
        voice.let(4)
        await asyncio.gather(*tasks)
        return voice.finished

    assert run_virtually(main) == ["busy", "soon", "now", "ahead"]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_whoever_comes_and_goes_every_listener_hears_whole_texts_and_no_lane_is_lost(data: st.DataObject) -> None:
    async def main() -> None:
        voice = GatedSynthesiser()
        rendered = RenderedSpeech(voice, lanes=data.draw(st.integers(1, 2)))
        tasks: list[asyncio.Task[list[int]]] = []
        for _ in range(data.draw(st.integers(1, 25))):
            what = data.draw(st.sampled_from(["hear", "hear", "leave", "let"]))
            if what == "hear":
                text = data.draw(st.sampled_from(["a", "b b", "c c c"]))
                priority = data.draw(st.sampled_from(list(Priority)))
                tasks.append(asyncio.create_task(_hear(rendered, text, priority), name=text))
            elif what == "leave" and tasks:
                data.draw(st.sampled_from(tasks)).cancel()
            else:
                voice.let(data.draw(st.integers(1, 3)))
            for _ in range(data.draw(st.integers(0, 5))):
                await asyncio.sleep(0)
        voice.let(1_000)
        results = await asyncio.gather(*tasks, return_exceptions=True)
        for task, result in zip(tasks, results, strict=True):
            if not isinstance(result, asyncio.CancelledError):
                assert result == list(range(len(task.get_name().split())))
        assert await _hear(rendered, "one more") == [0, 1]

    run_virtually(main)
