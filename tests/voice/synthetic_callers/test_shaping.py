"""Speech made to sound like another caller's: tempo, pitch, level, line, noise; always the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voice.synthetic_callers import shaping

RATE_HZ = 16_000


def tone(frequency_hz: float, seconds: float = 1.0, level: float = 6_000.0) -> shaping.Wave:
    return level * np.sin(2 * np.pi * frequency_hz * np.arange(round(seconds * RATE_HZ)) / RATE_HZ)


def pitch_hz(samples: shaping.Wave) -> float:
    middle = samples[len(samples) // 4 : -len(samples) // 4]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    return float(np.argmax(spectrum)) * RATE_HZ / len(middle)


@pytest.mark.parametrize("speed", [0.5, 0.85, 1.2, 2.0])
def test_tempo_changes_length_and_not_pitch(speed: float):
    slower = shaping.stretch(tone(200), speed, RATE_HZ)

    assert len(slower) == round(RATE_HZ / speed)
    assert pitch_hz(slower) == pytest.approx(200, abs=5)
    assert shaping.active_rms(slower, RATE_HZ) == pytest.approx(shaping.active_rms(tone(200), RATE_HZ), rel=0.1)


@pytest.mark.parametrize("factor", [0.88, 1.14])
def test_pitch_changes_and_length_does_not(factor: float):
    shifted = shaping.shift_pitch(tone(200), factor, RATE_HZ)

    assert len(shifted) == pytest.approx(RATE_HZ, abs=2)
    assert pitch_hz(shifted) == pytest.approx(200 * factor, abs=6)


def test_resampling_keeps_what_fits_and_drops_what_would_alias():
    doubled = shaping.resample(tone(1_000), 2.0)
    halved = shaping.resample(tone(1_000) + tone(7_000), 0.5)

    assert len(doubled) == 2 * RATE_HZ
    assert shaping.active_rms(doubled, 2 * RATE_HZ) == pytest.approx(6_000 / 2**0.5, rel=0.02)
    assert len(halved) == RATE_HZ // 2
    assert shaping.active_rms(halved, RATE_HZ // 2) == pytest.approx(6_000 / 2**0.5, rel=0.02)


def test_level_is_that_of_the_speech_and_not_of_its_pauses():
    with_pause = np.concatenate((tone(300, 0.3), np.zeros(RATE_HZ), tone(300, 0.3)))
    levelled = shaping.levelled(with_pause, RATE_HZ)

    assert 20 * np.log10(shaping.active_rms(levelled, RATE_HZ) / 32_768) == pytest.approx(shaping.SPEECH_DBFS, abs=0.1)
    assert not shaping.levelled(np.zeros(400), RATE_HZ).any()


def test_a_telephone_passes_the_voice_band_alone():
    heard = shaping.on_telephone(tone(1_000), RATE_HZ)
    low, high = shaping.on_telephone(tone(60), RATE_HZ), shaping.on_telephone(tone(5_000), RATE_HZ)

    assert len(heard) == RATE_HZ
    assert shaping.active_rms(heard, RATE_HZ) == pytest.approx(6_000 / 2**0.5, rel=0.05)
    assert shaping.active_rms(low, RATE_HZ) < 300
    assert shaping.active_rms(high, RATE_HZ) < 300


def test_noise_lies_as_far_below_the_speech_as_it_is_told():
    speech = shaping.levelled(tone(300), RATE_HZ)
    white = shaping.white_noise(RATE_HZ, 1) * shaping.noise_gain(15)
    babble = shaping.babble([tone(200, 0.4), tone(330, 0.7)], RATE_HZ, RATE_HZ, 1) * shaping.noise_gain(20)

    rms = float(np.sqrt(np.mean(speech * speech)))
    assert 20 * np.log10(rms / np.sqrt(np.mean(white * white))) == pytest.approx(15, abs=0.2)
    assert 20 * np.log10(rms / np.sqrt(np.mean(babble * babble))) == pytest.approx(20, abs=0.2)


def test_babble_needs_speech():
    with pytest.raises(ValueError, match="needs speech"):
        shaping.babble([np.zeros(100)], 100, RATE_HZ, 1)


def test_the_same_seed_gives_the_same_noise():
    assert np.array_equal(shaping.white_noise(1_000, 5), shaping.white_noise(1_000, 5))
    assert not np.array_equal(shaping.white_noise(1_000, 5), shaping.white_noise(1_000, 6))


def test_what_is_too_loud_is_clipped_and_does_not_wrap_around():
    assert shaping.to_pcm(np.array([-1e9, 0.4, 1e9])).tolist() == [-32_768, 0, 32_767]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 6_000), st.floats(0.5, 2.0))
def test_no_length_is_too_short(length: int, factor: float):
    samples = shaping.white_noise(length, 1) * 1_000

    for made in (
        shaping.stretch(samples, factor, RATE_HZ),
        shaping.shift_pitch(samples, factor, RATE_HZ),
        shaping.on_telephone(samples, RATE_HZ),
        shaping.resample(samples, factor),
    ):
        assert np.isfinite(made).all()
