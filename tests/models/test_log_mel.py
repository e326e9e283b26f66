"""Log-mel spectrograms have the shape, the range and the bands that Whisper expects."""

from __future__ import annotations

import numpy as np
import pytest

from models.log_mel import HOP_SAMPLES, SAMPLE_RATE_HZ, LogMel


def _tone(frequency_hz: float, samples: int = SAMPLE_RATE_HZ) -> np.ndarray:
    return np.sin(2 * np.pi * frequency_hz * np.arange(samples) / SAMPLE_RATE_HZ).astype(np.float32)


@pytest.mark.parametrize("frames", [2, 100, 800])
def test_there_is_a_frame_for_every_10_ms(frames: int) -> None:
    spectrogram = LogMel().compute(_tone(440, frames * HOP_SAMPLES))
    assert spectrogram.shape == (80, frames)
    assert spectrogram.dtype == np.float32


def test_silence_is_the_floor() -> None:
    spectrogram = LogMel().compute(np.zeros(SAMPLE_RATE_HZ, dtype=np.float32))
    np.testing.assert_allclose(spectrogram, (np.log10(1e-10) + 4) / 4, rtol=1e-6)


def test_the_range_is_eight_decades_below_the_loudest() -> None:
    audio = np.concatenate([_tone(1000), np.zeros(SAMPLE_RATE_HZ, dtype=np.float32)])
    spectrogram = LogMel().compute(audio)
    assert spectrogram.max() - spectrogram.min() == pytest.approx(8 / 4)


def test_higher_tones_peak_in_higher_bands() -> None:
    mel = LogMel()
    peaks = [int(mel.compute(_tone(hz)).mean(axis=1).argmax()) for hz in (200, 500, 1000, 2000, 4000, 7000)]
    assert peaks == sorted(set(peaks))
    # 1 kHz is 15 mel of 45.2, spread over 80 bands.
    assert peaks[2] == pytest.approx(15 / 45.2 * 81 - 1, abs=1)


@pytest.mark.model
def test_it_equals_an_independent_implementation() -> None:
    from faster_whisper.feature_extractor import FeatureExtractor

    audio = np.random.default_rng(1).normal(0, 0.1, 3 * SAMPLE_RATE_HZ).astype(np.float32)
    expected = FeatureExtractor()(audio, padding=0)
    np.testing.assert_allclose(LogMel().compute(audio), expected[:, :300], atol=1e-5)
