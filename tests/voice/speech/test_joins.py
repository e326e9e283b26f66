"""The silence around a piece goes; its first syllable does not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.audio import first_audible_sample
from voice.ports import Pcm
from voice.speech.joins import LEAD_MS, silent_lead_samples, silent_tail_samples

RATE_HZ = 22_050


def piece(lead_ms: int, tail_ms: int, noise: float = 2.0, attack_ms: int = 20) -> Pcm:
    """A vowel with a soft attack between two stretches of what a voice calls silence."""
    ms = RATE_HZ // 1000
    vowel = 9_000 * np.sin(np.arange(300 * ms) / 15)
    vowel[: attack_ms * ms] *= np.linspace(0.0, 1.0, attack_ms * ms)
    samples = np.concatenate([np.zeros(lead_ms * ms), vowel, np.zeros(tail_ms * ms)])
    return (samples + np.random.default_rng(0).normal(0, noise, len(samples))).astype(np.int16)


@given(st.integers(0, 300))
def test_what_goes_ends_before_the_first_sound(lead_ms: int) -> None:
    samples = piece(lead_ms, 100)
    gone = silent_lead_samples(samples, RATE_HZ)
    assert gone <= lead_ms * (RATE_HZ // 1000) + 5 * RATE_HZ // 1000
    left_ms = (lead_ms * (RATE_HZ // 1000) - gone) * 1000 / RATE_HZ
    assert left_ms <= LEAD_MS + 10, "and little else stays"
    before, after = first_audible_sample(samples, RATE_HZ), first_audible_sample(samples[gone:], RATE_HZ)
    assert before is not None
    assert after is not None
    assert abs((before - gone) - after) <= 5 * RATE_HZ / 1000


def test_a_breathed_consonant_is_speech() -> None:
    breath = np.random.default_rng(1).normal(0, 80, RATE_HZ // 20)  # 41 dB below the vowel
    samples = np.concatenate([np.zeros(RATE_HZ // 10), breath, piece(0, 100)]).astype(np.int16)
    assert silent_lead_samples(samples, RATE_HZ) <= RATE_HZ // 10


@pytest.mark.parametrize("kept_ms", [0, 20, 120, 5_000])
def test_the_tail_keeps_its_pause(kept_ms: int) -> None:
    samples = piece(50, 400)
    gone_ms = silent_tail_samples(samples, RATE_HZ, kept_ms) * 1000 / RATE_HZ
    assert gone_ms == pytest.approx(max(0, 400 - kept_ms), abs=8)


@pytest.mark.parametrize("samples", [np.zeros(0, np.int16), np.zeros(RATE_HZ, np.int16), np.ones(50, np.int16)])
def test_silence_is_left_as_it_is(samples: Pcm) -> None:
    assert silent_lead_samples(samples, RATE_HZ) == 0
    assert silent_tail_samples(samples, RATE_HZ, 0) == 0
