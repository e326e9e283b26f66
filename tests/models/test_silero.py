"""Voice activity with real weights: speech found, silence and noise not, calls apart, any frame size."""

from __future__ import annotations

import numpy as np
import pytest

from models.cache import ModelCache
from models.silero import SileroModel
from voice.ports import Pcm

pytestmark = pytest.mark.model

_FRAME_SAMPLES = 320


@pytest.fixture(scope="module")
def model() -> SileroModel:
    return SileroModel.from_cache(ModelCache())


def _noise(seconds: float, level: float) -> Pcm:
    samples = np.random.default_rng(5).normal(0, level, int(seconds * 16_000)) * 32767
    return samples.clip(-32768, 32767).astype(np.int16)


def _feed(model: SileroModel, audio: Pcm, frame_samples: int = _FRAME_SAMPLES) -> list[float]:
    call = model.new_call()
    return [call.feed(audio[at : at + frame_samples]) for at in range(0, len(audio), frame_samples)]


@pytest.mark.parametrize("level", [0.0, 0.001, 0.05])
def test_silence_and_noise_are_no_speech(model: SileroModel, level: float) -> None:
    assert max(_feed(model, _noise(3, level))) < 0.5


def test_the_size_of_frames_changes_nothing(model: SileroModel) -> None:
    audio = _noise(2, 0.05)
    assert _feed(model, audio, 160)[-1] == _feed(model, audio, 320)[-1] == _feed(model, audio, 4000)[-1]


def test_calls_do_not_share_state(model: SileroModel) -> None:
    first, second = model.new_call(), model.new_call()
    loud, quiet = _noise(1, 0.3), _noise(1, 0.0)
    alone = _feed(model, quiet)
    together = []
    for at in range(0, len(loud), _FRAME_SAMPLES):
        first.feed(loud[at : at + _FRAME_SAMPLES])
        together.append(second.feed(quiet[at : at + _FRAME_SAMPLES]))
    assert together == alone


def test_before_the_first_window_nothing_is_said(model: SileroModel) -> None:
    assert model.new_call().feed(_noise(0.02, 0.3)) == 0.0
