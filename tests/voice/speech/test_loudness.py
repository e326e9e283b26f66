"""Loudness as the standard has it, one gain a voice, and no peak above the ceiling."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voice.speech.loudness import (
    CEILING_DBFS,
    MOST_GAIN_DB,
    TARGET_LUFS,
    Samples,
    block_energies,
    gain_db,
    gated_lufs,
    levelled,
    true_peak,
)

CEILING = 10 ** (CEILING_DBFS / 20)


def sine(frequency_hz: float, seconds: float, rate_hz: int, level: float = 1.0) -> Samples:
    return (level * np.sin(2 * np.pi * frequency_hz * np.arange(int(seconds * rate_hz)) / rate_hz)).astype(np.float32)


def speech(seed: int, seconds: float = 3.0, rate_hz: int = 22_050, level: float = 0.06) -> Samples:
    """Noise in syllables, with the peaks of speech and, as speech, little near half the rate."""
    noise = np.random.default_rng(seed).laplace(size=int(seconds * rate_hz))
    spectrum = np.fft.rfft(noise)
    spectrum[len(spectrum) * 4 // 5 :] = 0
    noise = np.fft.irfft(spectrum, len(noise))
    syllables = np.abs(np.sin(2 * np.pi * 2 * np.arange(len(noise)) / rate_hz))
    return (level * noise * syllables).astype(np.float32)


def measured(*parts: Samples, rate_hz: int = 22_050) -> float | None:
    return gated_lufs(np.concatenate([block_energies(part, rate_hz) for part in parts]))


@pytest.mark.parametrize("rate_hz", [16_000, 22_050, 24_000, 48_000])
def test_a_full_scale_sine_has_what_the_standard_says(rate_hz: int) -> None:
    # BS.1770-4: 0 dBFS at 997 Hz in one channel is -3.01 LUFS.
    assert measured(sine(997, 5, rate_hz), rate_hz=rate_hz) == pytest.approx(-3.01, abs=0.05)


def test_lows_count_less_and_highs_more() -> None:
    low, middle, high = (measured(sine(frequency, 3, 48_000, 0.1), rate_hz=48_000) for frequency in (40, 997, 4_000))
    assert low is not None
    assert middle is not None
    assert high is not None
    assert low < middle - 4 < middle < high - 2


def test_silence_and_whispers_do_not_count() -> None:
    loud = sine(997, 4, 22_050, 0.1)
    assert measured(np.zeros(22_050, np.float32)) is None
    with_silence = measured(loud, np.zeros(10 * 22_050, np.float32), loud * 0.01)
    assert with_silence == pytest.approx(measured(loud), abs=0.3)


def test_a_short_word_has_a_loudness() -> None:
    assert measured(sine(997, 0.1, 22_050, 0.5)) is not None


def test_levelled_voices_are_as_loud_as_each_other() -> None:
    for level in (0.01, 0.05, 0.2):
        voice = speech(1, level=level)
        gain = gain_db(measured(voice))
        out = levelled(voice, 22_050, gain).astype(np.float32) / np.float32(32768)
        assert measured(out) == pytest.approx(TARGET_LUFS, abs=0.7)


@pytest.mark.parametrize(
    ("lufs", "gain"),
    [(None, 0.0), (float("nan"), 0.0), (-26.0, 6.0), (-14.0, -6.0), (-90.0, MOST_GAIN_DB), (90.0, -MOST_GAIN_DB)],
)
def test_gain(lufs: float | None, gain: float) -> None:
    assert gain_db(lufs) == pytest.approx(gain)


def test_quiet_passages_keep_their_distance_from_loud_ones() -> None:
    loud, quiet = speech(2, level=0.04), speech(3, level=0.01)
    out = [levelled(part, 22_050, 5.0).astype(np.float32) / np.float32(32768) for part in (loud, quiet)]
    before, after = measured(quiet), measured(out[1])
    assert before is not None
    assert after == pytest.approx(before + 5.0, abs=0.1), "the gain follows nothing"


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.floats(-6, 20), st.sampled_from([8_000, 22_050, 48_000]))
def test_no_true_peak_is_above_the_ceiling(seed: int, voice_gain_db: float, rate_hz: int) -> None:
    samples = speech(seed, 0.5, rate_hz, 0.15)
    out = levelled(samples, rate_hz, voice_gain_db).astype(np.float32) / np.float32(32768)
    padded = np.pad(out, 256)
    spectrum = np.fft.rfft(padded)
    oversampled = np.fft.irfft(spectrum, 8 * len(padded)) * 8
    assert np.abs(oversampled).max() <= CEILING * 1.005


def test_peaks_between_samples_are_seen() -> None:
    # A quarter of the rate at 45 degrees: all samples at 0.707, the peaks between them at 1.
    samples = np.sin(np.pi / 2 * np.arange(400) + np.pi / 4).astype(np.float32)
    assert np.abs(samples).max() < 0.72
    assert true_peak(samples[50:350]) == pytest.approx(1.0, abs=0.06)


def test_what_is_below_the_ceiling_is_only_made_louder() -> None:
    samples = speech(4, level=0.02)
    out = levelled(samples, 22_050, 6.0)
    expected = np.rint(samples * np.float32(10 ** (6 / 20)) * 32767)
    assert np.abs(out - expected).max() <= 1


def test_the_limiter_makes_no_steps() -> None:
    samples = sine(200, 1.0, 22_050, 0.3)
    samples[10_000:10_050] *= 3.0
    out = levelled(samples, 22_050, 6.0).astype(np.float32) / np.float32(32768)
    is_clear = np.abs(samples) > 0.15
    gain = out / np.where(is_clear, samples, 1.0)
    assert np.abs(np.diff(gain)[is_clear[1:] & is_clear[:-1]]).max() < 0.03


def test_broken_samples_become_silence() -> None:
    samples = np.array([0.1, np.nan, np.inf, -np.inf, 0.1], dtype=np.float32)
    out = levelled(samples, 22_050, 0.0)
    assert out[1] == out[2] == out[3] == 0
    assert len(levelled(np.zeros(0, np.float32), 22_050, 3.0)) == 0
