"""Live resampling: little held back, nothing lost, and the input may change while it runs."""

from __future__ import annotations

import av
import numpy as np
import pytest

from voice.resampling import Resampler

MAX_HELD_BACK_MS = 2.5


def tone(duration_ms: int, rate_hz: int) -> np.ndarray:
    return (8000 * np.sin(2 * np.pi * 440 * np.arange(duration_ms * rate_hz // 1000) / rate_hz)).astype(np.int16)


@pytest.mark.parametrize("from_hz", [8_000, 16_000, 22_050, 24_000, 48_000])
@pytest.mark.parametrize("to_hz", [8_000, 16_000, 48_000])
def test_little_is_held_back_and_the_rest_comes_at_the_end(from_hz: int, to_hz: int) -> None:
    resampler, given, ready = Resampler(to_hz), 0, 0
    samples = tone(1000, from_hz)
    for begin in range(0, len(samples), from_hz // 50):
        piece = samples[begin : begin + from_hz // 50]
        given += len(piece)
        ready += len(resampler.convert(piece, from_hz))
        assert given / from_hz * 1000 - ready / to_hz * 1000 <= MAX_HELD_BACK_MS
    assert (ready + len(resampler.flush())) / to_hz == pytest.approx(1.0, abs=0.002)
    assert len(resampler.flush()) == 0


def test_the_input_may_change_in_mid_stream() -> None:
    resampler = Resampler(16_000)
    pieces = [resampler.convert(tone(500, rate_hz), rate_hz) for rate_hz in (8_000, 48_000, 16_000, 24_000)]
    stereo = av.AudioFrame.from_ndarray(np.repeat(tone(500, 48_000), 2).reshape(1, -1), "s16", "stereo")
    stereo.sample_rate = 48_000
    pieces += [resampler.convert_frame(stereo), resampler.flush()]
    joined = np.concatenate(pieces)
    assert len(joined) == pytest.approx(16_000 * 2.5, abs=100)
    assert np.abs(joined).max() == pytest.approx(8000, rel=0.1)


def test_nothing_in_is_nothing_out() -> None:
    resampler = Resampler(16_000)
    assert len(resampler.convert(np.zeros(0, np.int16), 8_000)) == 0
    assert len(resampler.flush()) == 0
    assert len(resampler.convert(tone(20, 8_000), 8_000)) > 250
