"""The real voice: where its words are, how loud it is, what is before its first sound, and that it can be stopped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio

from models.cache import ModelCache
from models.piper import PiperConfig, PiperSynthesiser
from models.rendered import RenderedSpeech
from voice.audio import first_audible_sample
from voice.ports import Priority, SpeechChunk
from voice.speech.loudness import TARGET_LUFS, block_energies, gated_lufs, true_peak
from voice.speech.pronounced import PronouncedSpeech

pytestmark = [pytest.mark.model, pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

SENTENCES = (
    "Your balance is one thousand two hundred dollars.",
    "I am going to have to ask you, my friend, for twenty-one of the WiFi codes.",
    "Fine, thanks; how can I help you with the bank of the west today?",
    "Yes.",
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def voice(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[PiperSynthesiser]:
    made = PiperSynthesiser(ModelCache(), PiperConfig(levels=tmp_path_factory.mktemp("levels")))
    await made.start()
    yield made
    await made.close()


async def spoken(voice: PiperSynthesiser, text: str, priority: Priority = Priority.FINAL) -> list[SpeechChunk]:
    return [chunk async for chunk in voice.synthesise(text, priority=priority)]


@pytest.mark.parametrize("text", SENTENCES)
@pytest.mark.parametrize("priority", [Priority.FINAL, Priority.PREFETCH])
async def test_every_word_is_somewhere_in_order(voice: PiperSynthesiser, text: str, priority: Priority) -> None:
    chunks = await spoken(voice, text, priority)
    assert [mark.word for chunk in chunks for mark in chunk.words] == list(range(len(text.split())))
    for chunk in chunks:
        flat = [at for mark in chunk.words for at in (mark.begin, mark.end)]
        assert flat == sorted(flat)
        assert flat[-1] <= len(chunk.samples)
        assert all(mark.end - mark.begin > 22_050 // 50 for mark in chunk.words), "no word is shorter than 20 ms"
        last = len(chunk.samples) - flat[-1]
        assert last < 22_050 // 2, "and they reach to the end"


async def test_words_are_loud_and_pauses_between_them_are_not(voice: PiperSynthesiser) -> None:
    (chunk,) = await spoken(voice, "Stop, please, now.", Priority.PREFETCH)
    levels = [np.abs(chunk.samples[mark.begin : mark.end].astype(np.float64)).mean() for mark in chunk.words]
    after = chunk.samples[chunk.words[-1].end :].astype(np.float64)
    assert min(levels) > 10 * np.abs(after).mean()


async def test_it_is_as_loud_as_every_voice_and_its_peaks_are_low_enough(voice: PiperSynthesiser) -> None:
    samples = [chunk.samples for text in SENTENCES for chunk in await spoken(voice, text)]
    speech = np.concatenate(samples).astype(np.float32) / np.float32(32768)
    assert gated_lufs(block_energies(speech, 22_050)) == pytest.approx(TARGET_LUFS, abs=2.0)
    assert true_peak(speech) <= 10 ** (-1 / 20) * 1.005


@pytest.mark.parametrize("text", ["How are you?", "Fine, thanks.", "Please hold.", "Half of it.", "Six.", "Hello."])
async def test_little_silence_comes_before_the_first_sound(voice: PiperSynthesiser, text: str) -> None:
    first = (await spoken(voice, text))[0]
    onset = first_audible_sample(first.samples, 22_050)
    assert onset is not None
    # 10 ms are kept; a breathed consonant takes up to 30 more until it is as loud as "audible" asks for.
    assert onset <= 22_050 * 45 // 1000


def stored(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.glob("*.json")]


async def test_its_gain_is_measured_once_and_kept(tmp_path: Path) -> None:
    gains: list[bytes] = []
    for _ in range(2):
        voice = PiperSynthesiser(ModelCache(), PiperConfig(levels=tmp_path))
        await voice.start()
        await voice.close()
        gains += stored(tmp_path)
    assert len(gains) == 2
    assert gains[0] == gains[1]


async def test_a_final_does_not_wait_for_what_is_rendered_ahead(voice: PiperSynthesiser) -> None:
    rendered = RenderedSpeech(voice)
    endless = " ".join(["one two three four five six seven eight nine ten"] * 40)  # ten seconds of work
    ahead = asyncio.create_task(rendered.render(endless))
    while not rendered.is_busy:  # noqa: ASYNC110  # it has no event
        await asyncio.sleep(0)
    assert [chunk async for chunk in rendered.synthesise("Yes.")]
    assert not ahead.done()
    assert not rendered.holds(endless)
    ahead.cancel()
    await rendered.close()


async def test_written_words_come_back(voice: PiperSynthesiser) -> None:
    speech = PronouncedSpeech(RenderedSpeech(voice))
    chunks = [chunk async for chunk in speech.synthesise("You have $1,200.50 left on Dec. 24.")]
    words = [mark.word for chunk in chunks for mark in chunk.words]
    assert sorted(set(words)) == [0, 1, 2, 3, 4, 5, 6]
    assert words == sorted(words)
