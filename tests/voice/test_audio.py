"""Where sound begins and ends, and the arithmetic of frames."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.audio import (
    SILENT_DB,
    fade_out,
    first_audible_sample,
    last_audible_sample,
    level_db,
    silence,
    to_float,
    to_pcm,
)
from voice.calls.heard import HeardAudio
from voice.resampling import Resampler


def tone(duration_ms: int, rate_hz: int, amplitude: int = 8000) -> np.ndarray:
    return (amplitude * np.sin(2 * np.pi * 440 * np.arange(duration_ms * rate_hz // 1000) / rate_hz)).astype(np.int16)


@given(st.integers(0, 40), st.integers(4, 40), st.integers(0, 40), st.sampled_from([8000, 16000, 48000]))
def test_onset_and_end_are_found_to_the_window(before: int, during: int, after: int, rate_hz: int) -> None:
    samples = np.concatenate([silence(before * 5, rate_hz), tone(during * 5, rate_hz), silence(after * 5, rate_hz)])
    assert first_audible_sample(samples, rate_hz) == before * 5 * rate_hz // 1000
    assert last_audible_sample(samples, rate_hz) == (before + during) * 5 * rate_hz // 1000


def test_silence_and_faint_noise_have_no_audible_sample() -> None:
    noise = np.random.default_rng(1).normal(0, 10, 16_000).astype(np.int16)
    assert first_audible_sample(noise, 16_000) is None
    assert last_audible_sample(silence(500, 16_000), 16_000) is None
    assert last_audible_sample(np.zeros(0, dtype=np.int16), 16_000) is None


def test_conversions_round_trip_and_clip() -> None:
    samples = np.array([-32768, -1, 0, 1, 32767], dtype=np.int16)
    assert np.abs(to_pcm(to_float(samples)).astype(int) - samples).max() <= 1
    assert to_pcm(np.array([2.0, -2.0])).tolist() == [32767, -32767]


def test_fade_ends_in_silence() -> None:
    assert fade_out(tone(20, 16_000))[-1] == 0


@pytest.mark.parametrize(("from_hz", "to_hz"), [(22_050, 48_000), (48_000, 16_000), (16_000, 16_000)])
def test_resampling_keeps_length_and_level(from_hz: int, to_hz: int) -> None:
    resampler = Resampler(to_hz)
    whole = tone(1000, from_hz)
    out = [resampler.convert(piece, from_hz) for piece in np.array_split(whole, 50)]
    if from_hz != to_hz:
        out.append(resampler.flush())
    joined = np.concatenate(out)
    assert abs(len(joined) - to_hz) < to_hz * 0.005
    assert np.abs(joined).max() == pytest.approx(8000, rel=0.05)


def test_heard_audio_is_cut_by_time_and_knows_when_it_arrived() -> None:
    heard = HeardAudio()
    for number in range(100):
        frame = tone(20, 16_000) if 30 <= number < 50 else silence(20, 16_000)
        heard.append(frame, received_ms=number * 20 + 35)
    assert heard.now_ms == 2000
    assert len(heard.cut(600, 1000)) == 6400
    assert heard.speech_end_ms(400, 1500) == 1000
    assert heard.clock_ms(1000) == 49 * 20 + 35
    assert heard.clock_ms(990) == 49 * 20 + 25


def test_heard_audio_forgets_what_is_too_old() -> None:
    heard = HeardAudio()
    for number in range(2000):
        heard.append(silence(20, 16_000), number * 20)
    assert len(heard.cut(0, 1000)) == 0
    assert len(heard.cut(39_000, 40_000)) == 16_000


def test_a_frame_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="320 samples"):
        HeardAudio().append(np.zeros(160, dtype=np.int16), 0)


def test_levels() -> None:
    silent = np.zeros(320, dtype=np.int16)
    assert level_db(silent) == SILENT_DB
    assert level_db(silent[:0]) == SILENT_DB
    assert level_db(silent + np.int16(4_000)) == SILENT_DB, "a constant part is no sound"
    tone = (np.sin(np.arange(320) / 5) * 32_767).astype(np.int16)
    assert -4 < level_db(tone) < -2
