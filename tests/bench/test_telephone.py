"""The bad line of the benchmarks: what it does to a recording."""

from __future__ import annotations

import numpy as np
import pytest

from tests.bench.telephone import MULAW_CLIP, active_level, mix_babble, over_telephone, telephone_band, through_mulaw
from tests.support.wav import join, silence, tone
from voice.caller.wav import make_utterance


def test_mulaw_keeps_every_sample_to_within_its_step():
    samples = np.arange(-MULAW_CLIP, MULAW_CLIP + 1, 7).astype(np.int16)
    error = np.abs(through_mulaw(samples).astype(int) - samples)
    # A segment has 16 steps over a range as wide as its start: at most 1/32 of it, and 4 near zero.
    assert np.all(error <= np.maximum(4, (np.abs(samples.astype(int)) + 132) / 32))


def test_mulaw_twice_is_mulaw_once():
    samples = np.random.default_rng(1).integers(-32_000, 32_000, 5_000).astype(np.int16)
    once = through_mulaw(samples)
    assert np.array_equal(through_mulaw(once), once)


@pytest.mark.parametrize(("frequency_hz", "passes"), [(300, True), (3_000, True), (5_500, False), (9_000, False)])
def test_a_telephone_has_no_room_above_4_khz(frequency_hz, passes):
    samples = tone(500, frequency_hz=frequency_hz)
    through = telephone_band(samples)
    assert len(through) == len(samples)
    ratio = np.std(through[4_800:-4_800]) / np.std(samples)
    assert ratio == pytest.approx(1.0, abs=0.12) if passes else ratio < 0.1


def test_speech_ends_where_it_ended_in_the_clean_recording():
    utterance = make_utterance(join(silence(100), tone(400), silence(300)), 48_000, "a")
    assert over_telephone(utterance).speech_end == utterance.speech_end == 500 * 48


def test_the_level_of_a_recording_leaves_its_pauses_out():
    spoken = tone(400, level=0.3)
    assert active_level(join(spoken, silence(2_000))) == pytest.approx(active_level(spoken), rel=0.02)
    assert active_level(silence(100)) == 0.0


def test_babble_is_as_long_as_asked_and_repeats_by_its_seed():
    voices = [tone(700, frequency_hz=200), tone(500, frequency_hz=340)]
    assert len(mix_babble(voices, 100_000)) == 100_000
    assert np.array_equal(mix_babble(voices, 5_000), mix_babble(voices, 5_000))
