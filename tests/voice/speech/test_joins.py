"""The silence around a piece goes; its first syllable does not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.audio import first_audible_sample
from voice.ports import Pcm
from voice.speech.joins import AUDIBLE_STEP, CROSS_FADE_MS, LEAD_MS, Joiner, silent_lead_samples, silent_tail_samples

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


def hum(n_samples: int, *, hz: float = 180.0, begin: float = 0.0, amplitude: float = 9_000.0) -> Pcm:
    """A vowel: a tone with an overtone, from a phase on."""
    turns = begin + hz * np.arange(n_samples) / RATE_HZ
    return (amplitude * (0.7 * np.sin(2 * np.pi * turns) + 0.3 * np.sin(6 * np.pi * turns))).astype(np.int16)


def joined(*pieces: Pcm) -> Pcm:
    joiner = Joiner(RATE_HZ)
    return np.concatenate([*(joiner.add(piece) for piece in pieces), joiner.end()])


def largest_step(samples: Pcm) -> int:
    """The largest step between neighbours, the silence around the piece included."""
    return int(np.abs(np.diff(np.concatenate([[0], samples, [0]]).astype(np.int64))).max())


OWN_STEP = int(np.abs(np.diff(hum(RATE_HZ, hz=240.0).astype(np.int64))).max())
"""What a hum does by itself."""


@given(st.lists(st.tuples(st.integers(400, 4_000), st.floats(0, 1), st.floats(100, 240)), min_size=1, max_size=6))
def test_pieces_that_are_cut_inside_a_sound_join_without_a_click(
    pieces: list[tuple[int, float, float]],
) -> None:
    sounds = [hum(length, begin=begin, hz=hz) for length, begin, hz in pieces]
    whole = np.concatenate(sounds)
    result = joined(*sounds)
    assert largest_step(result) <= 2 * OWN_STEP + AUDIBLE_STEP
    lost = len(whole) - len(result)
    assert 0 <= lost <= (len(sounds) - 1) * (RATE_HZ * CROSS_FADE_MS // 1000)


def test_plainly_put_together_they_would_click() -> None:
    pieces = [hum(1_000, begin=0.25), hum(1_000, begin=0.75)]
    assert largest_step(np.concatenate(pieces)) > 4 * OWN_STEP
    assert largest_step(joined(*pieces)) <= 2 * OWN_STEP + AUDIBLE_STEP


@given(st.lists(st.integers(1, 3_000), min_size=1, max_size=8))
def test_one_sound_that_comes_in_chunks_is_left_as_it_is(places: list[int]) -> None:
    whole = hum(80 * 245)  # whole periods, so that it ends in silence
    chunks = np.split(whole, np.cumsum(places)[np.cumsum(places) < len(whole)])
    assert np.array_equal(joined(*chunks), whole)


def test_silence_and_nothing_are_left_as_they_are() -> None:
    quiet = np.zeros(500, np.int16)
    assert np.array_equal(joined(quiet, quiet), np.zeros(1_000, np.int16))
    assert len(joined(np.zeros(0, np.int16))) == 0
    assert len(joined()) == 0


@given(st.lists(st.lists(st.integers(-32_768, 32_767), max_size=300), max_size=5))
def test_any_pieces_are_joined_within_the_range_of_samples(pieces: list[list[int]]) -> None:
    arrays = [np.array(piece, np.int16) for piece in pieces]
    result = joined(*arrays)
    assert result.dtype == np.int16
    assert len(result) <= sum(map(len, arrays))
