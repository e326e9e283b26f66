"""The speech models on one another: what piper says, silero finds, smart-turn judges and whisper writes."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import jiwer
import numpy as np
import pytest
import pytest_asyncio

from models.cache import ModelCache
from models.piper import PiperSynthesiser
from models.silero import SileroModel
from models.smart_turn import SmartTurn
from models.whisper import WhisperRecogniser
from voice.ports import Audio, Priority

# One set of processes for the whole module: starting them takes longer than the tests.
pytestmark = [pytest.mark.model, pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

TAKES = 4
_SENTENCES = (
    "I would like to check the balance of my savings account please.",
    "Please tell me about the last payment that was made.",
    "Can you block the card that I lost yesterday evening?",
    "I want to send some money to my sister.",
)


@dataclass(frozen=True)
class _Engines:
    voice: PiperSynthesiser
    recogniser: WhisperRecogniser
    turn_model: SmartTurn


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engines() -> AsyncIterator[_Engines]:
    cache = ModelCache()
    engines = _Engines(PiperSynthesiser(cache), WhisperRecogniser(cache), SmartTurn(cache))
    async with contextlib.AsyncExitStack() as stack:
        for engine in (engines.voice, engines.recogniser, engines.turn_model):
            stack.push_async_callback(engine.close)
            await engine.start()
        yield engines


async def _speak(voice: PiperSynthesiser, text: str) -> Audio:
    """Return `text` as speech, float32 at 16 kHz."""
    chunks = [chunk async for chunk in voice.synthesise(text)]
    samples = np.concatenate([chunk.samples for chunk in chunks])
    assert samples.dtype == np.int16
    assert {chunk.sample_rate_hz for chunk in chunks} == {22_050}
    at = np.arange(len(samples) * 16_000 // 22_050) * (22_050 / 16_000)
    return (np.interp(at, np.arange(len(samples)), samples) / 32768).astype(np.float32)


def _words(text: str) -> str:
    return re.sub(r"[^a-z ]", "", text.lower())


async def test_what_is_said_is_heard(engines: _Engines) -> None:
    heard = [
        await engines.recogniser.recognise(await _speak(engines.voice, text), priority=Priority.FINAL)
        for text in _SENTENCES
    ]
    rate = jiwer.wer([_words(text) for text in _SENTENCES], [_words(one.text) for one in heard])
    assert rate <= 0.1, [one.text for one in heard]
    assert min(one.log_probability for one in heard) > -0.7


async def test_hints_help_a_name_along(engines: _Engines) -> None:
    audio = await _speak(engines.voice, "Send fifty dollars to Siobhan.")
    heard = await engines.recogniser.recognise(audio, hints=("Siobhan", "Joaquin"), priority=Priority.FINAL)
    assert "siobhan" in heard.text.lower()


async def test_finished_sentences_are_told_from_cut_ones(engines: _Engines) -> None:
    whole = [await _speak(engines.voice, text) for text in _SENTENCES for _ in range(TAKES)]
    cut = [audio[: len(audio) * 55 // 100] for audio in whole]
    finished = [await engines.turn_model.probability(audio) for audio in whole]
    unfinished = [await engines.turn_model.probability(audio) for audio in cut]
    # By the middle: this voice never says a sentence the same way twice, and the model is one vote among others. The
    # middle of four was 0.68 once in some forty runs, so each is said several times.
    assert np.median(finished) > 0.7, finished
    assert np.median(unfinished) < 0.3, unfinished


async def test_speech_is_found_where_it_is(engines: _Engines) -> None:
    speech = await _speak(engines.voice, _SENTENCES[0])
    audio = np.concatenate([np.zeros(16_000), speech, np.zeros(24_000)])
    pcm = (audio * 32767).astype(np.int16)
    activity = SileroModel.from_cache(ModelCache()).new_call()
    probabilities = [activity.feed(pcm[at : at + 320]) for at in range(0, len(pcm), 320)]
    before, during, after = probabilities[:48], probabilities[55 : 45 + len(speech) // 320], probabilities[-40:]
    assert max(before) < 0.5
    assert np.mean(np.array(during) > 0.5) > 0.8
    assert max(after) < 0.5


async def test_pieces_are_chunks_where_somebody_waits_and_nothing_to_say_is_none(engines: _Engines) -> None:
    text = "Good morning to you and to everybody. How are you?"
    assert len([chunk async for chunk in engines.voice.synthesise(text)]) == 2
    assert len([chunk async for chunk in engines.voice.synthesise(text, priority=Priority.PREFETCH)]) == 1
    for text in ("", "  ", "...", "!?"):
        assert [chunk async for chunk in engines.voice.synthesise(text)] == []
