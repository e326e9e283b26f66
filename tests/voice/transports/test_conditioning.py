"""Pace, concealment and the DC blocker: what they may change, and what they must leave alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from voice.transports.concealment import Concealment
from voice.transports.dc_blocker import DcBlocker
from voice.transports.pace import MAX_PERIOD, Pace, best_period, longer, shorter

PCM = arrays.arrays(np.int16, st.integers(0, 1000))


def tone(count: int, hz: float = 200.0, rate_hz: int = 16_000, amplitude: float = 8000, begin: int = 0) -> np.ndarray:
    return (amplitude * np.sin(2 * np.pi * hz * (begin + np.arange(count)) / rate_hz)).astype(np.int16)


def roughest_step(samples: np.ndarray) -> int:
    return int(np.abs(np.diff(samples.astype(int))).max())


def test_the_period_of_a_voice_is_found_and_taking_one_out_does_not_click() -> None:
    samples = tone(640, 200)
    assert best_period(samples, 40, MAX_PERIOD) == pytest.approx(80, abs=1)
    for changed, length in ((shorter(samples, 80), 560), (longer(samples, 80), 720)):
        assert len(changed) == length
        assert roughest_step(changed) <= roughest_step(samples) * 1.1


def test_debt_is_paid_in_silence_first() -> None:
    pace = Pace()
    quiet, loud = np.zeros(320, np.int16), tone(320)
    for debt_ms in (-8.0, 8.0, -20.0, 20.0):
        assert len(pace.adjust(loud, debt_ms)) == 320
    assert len(pace.adjust(quiet, -4.0)) == len(pace.adjust(quiet, 4.0)) == 320
    assert 320 - 8 * 16 <= len(pace.adjust(quiet, -8.0)) < 320
    assert 320 < len(pace.adjust(quiet, 8.0)) <= 320 + 8 * 16
    assert len(pace.adjust(quiet, -25.0)) == 0
    assert len(pace.adjust(quiet, 25.0)) == 640


def test_a_large_debt_is_paid_in_speech_but_slowly() -> None:
    pace = Pace()
    lengths = [len(pace.adjust(tone(320, begin=320 * n), -60.0)) for n in range(50)]
    assert 50 * 320 * 0.94 <= sum(lengths) < 50 * 320


@given(PCM, st.floats(-500, 500))
def test_pace_never_changes_more_than_the_debt(samples: np.ndarray, debt_ms: float) -> None:
    changed = len(Pace().adjust(samples, debt_ms)) - len(samples)
    assert abs(changed) <= abs(debt_ms) * 16
    assert changed * debt_ms >= 0


def test_noise_counts_as_silence_once_it_is_known() -> None:
    pace = Pace()
    noise = np.random.default_rng(2).normal(0, 300, 320 * 400).astype(np.int16).reshape(-1, 320)
    lengths = [len(pace.adjust(frame, -10.0)) for frame in noise]
    assert lengths[0] == 320
    assert all(length < 320 for length in lengths[-20:])


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 48_000])
def test_concealment_goes_on_with_the_voice_and_fades_within_60_ms(rate_hz: int) -> None:
    concealment = Concealment(rate_hz)
    frame = rate_hz // 50
    concealment.heard(tone(2 * frame, 200, rate_hz))
    made_up = np.concatenate([concealment.conceal(frame) for _ in range(5)])
    truth = tone(frame, 200, rate_hz, begin=2 * frame)
    error = np.abs(made_up[:frame].astype(int) - truth).max()
    assert error < 8000 * 0.1
    assert np.abs(made_up[frame : 2 * frame]).max() < 8000
    assert not made_up[3 * frame :].any()
    again = concealment.heard(tone(frame, 200, rate_hz))
    assert abs(int(again[0])) < 8000 * 0.1
    assert np.array_equal(again[frame // 5 :], tone(frame, 200, rate_hz)[frame // 5 :])


@given(PCM, st.integers(1, 2000))
def test_concealment_of_anything_is_no_louder_than_it_was(samples: np.ndarray, count: int) -> None:
    concealment = Concealment(8_000)
    concealment.heard(samples)
    made_up = concealment.conceal(count)
    assert len(made_up) == count
    assert np.abs(made_up.astype(int)).max(initial=0) <= np.abs(samples.astype(int)).max(initial=0)


@given(PCM)
def test_clean_audio_passes_untouched(samples: np.ndarray) -> None:
    centred = (samples // 4).astype(np.int16)
    if len(centred) and abs(centred.mean()) > 500:
        return
    assert np.array_equal(DcBlocker().clean(centred), centred)


@pytest.mark.parametrize("offset", [-8000, 1500, 12_000])
def test_an_offset_goes_within_a_second_and_the_voice_stays(offset: int) -> None:
    blocker = DcBlocker()
    cleaned = [blocker.clean((tone(320, begin=320 * n) + offset).astype(np.int16)) for n in range(100)]
    after = np.concatenate(cleaned[60:])
    assert abs(after.mean()) < 120
    assert np.abs(after).max() == pytest.approx(8000, rel=0.05)


@given(st.lists(PCM, max_size=20))
def test_extremes_never_wrap_around(frames: list[np.ndarray]) -> None:
    blocker = DcBlocker()
    for frame in frames:
        cleaned = blocker.clean(frame)
        assert len(cleaned) == len(frame)
        assert cleaned.dtype == np.int16
