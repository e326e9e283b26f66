"""Recognition: what goes to the model and comes back, with real weights where it matters."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio

from models.cache import ModelCache
from models.errors import ModelMissing, ModelUnavailable
from models.whisper import WhisperRecogniser
from voice.ports import Priority

_RATE_HZ = 16_000


def test_without_weights_it_says_what_to_type(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="vivavoce models fetch whisper-base"):
        WhisperRecogniser(ModelCache(tmp_path))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def recogniser() -> AsyncIterator[WhisperRecogniser]:
    recogniser = WhisperRecogniser(ModelCache())
    await recogniser.start()
    yield recogniser
    await recogniser.close()


@pytest.mark.model
@pytest.mark.asyncio(loop_scope="module")
async def test_less_than_a_tenth_of_a_second_is_nothing(recogniser: WhisperRecogniser) -> None:
    for samples in (0, 1, _RATE_HZ // 10 - 1):
        audio = np.ones(samples, dtype=np.float32)
        heard = await recogniser.recognise(audio, priority=Priority.FINAL)
        assert (heard.text, heard.log_probability) == ("", -10.0)


@pytest.mark.model
@pytest.mark.asyncio(loop_scope="module")
async def test_noise_is_unlikely_and_not_dropped_here(recogniser: WhisperRecogniser) -> None:
    noise = np.random.default_rng(4).normal(0, 0.01, 2 * _RATE_HZ).astype(np.float32)
    heard = await recogniser.recognise(noise, priority=Priority.FINAL)
    assert heard.log_probability < -1.0
    assert heard.audio_ms == 2000


@pytest.mark.model
@pytest.mark.asyncio(loop_scope="module")
async def test_a_language_it_does_not_know_is_told(recogniser: WhisperRecogniser) -> None:
    audio = np.zeros(_RATE_HZ, dtype=np.float32)
    with pytest.raises(ModelUnavailable, match="does not know the language 'xx'"):
        await recogniser.recognise(audio, language="xx", priority=Priority.FINAL)
    assert recogniser.is_available
