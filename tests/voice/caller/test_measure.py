"""The gap and its parts, from samples and numbers alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.wav import join, silence, tone
from voice.caller.clock import Pong, server_offset_ms, shortest_round_trip_ms
from voice.caller.measure import ServerLatency, Stretch, answer_onset, audible_stretches, split_gap

RATE = 48_000
MS = 48


def test_stretches_are_where_the_sound_is():
    samples = join(silence(100), tone(200), silence(500), tone(100), silence(50))
    first, second = audible_stretches(samples, RATE)
    assert first == Stretch(100 * MS, 300 * MS)
    assert second == Stretch(800 * MS, 900 * MS)


def test_a_pause_inside_a_sentence_does_not_split_it():
    samples = join(tone(100), silence(200), tone(100))
    assert audible_stretches(samples, RATE) == (Stretch(0, 400 * MS),)


def test_soft_noise_below_the_voice_is_not_sound():
    samples = join(tone(300, level=0.001), tone(200, level=0.5))
    assert audible_stretches(samples, RATE)[0].start == 300 * MS
    assert audible_stretches(silence(100), RATE) == ()
    assert audible_stretches(silence(0), RATE) == ()


def test_the_answer_begins_at_its_first_sound_after_the_speech():
    samples = join(silence(900), tone(300), silence(500), tone(300))
    assert answer_onset(samples, RATE, 400 * MS) == 900 * MS
    assert answer_onset(samples, RATE, 1_300 * MS) == 1_700 * MS
    assert answer_onset(samples, RATE, 2_500 * MS) is None


def test_an_answer_over_the_callers_last_words_has_a_negative_onset():
    samples = join(silence(300), tone(600))
    assert answer_onset(samples, RATE, 500 * MS) == 300 * MS


def test_parts_and_transport_add_up_to_the_gap():
    server = ServerLatency({"endpoint": 400, "first_audio": 80}, speech_end_ms=5_020, first_audio_ms=5_500)
    gap = split_gap(9_000, 9_520, server, offset_ms=-4_000)
    assert gap.gap_ms == 520
    assert gap.parts == {"endpoint": 400, "first_audio": 80, "transport": 40}
    assert (gap.uplink_ms, gap.downlink_ms, gap.unaccounted_ms) == (20, 20, 0)


def test_parts_that_miss_something_leave_it_unaccounted():
    server = ServerLatency({"endpoint": 300}, speech_end_ms=5_000, first_audio_ms=5_500)
    assert split_gap(5_000, 5_500, server, offset_ms=0).unaccounted_ms == 200


def test_without_the_servers_word_the_whole_gap_is_unaccounted():
    gap = split_gap(1_000, 1_500, None, offset_ms=0)
    assert (gap.gap_ms, gap.parts, gap.unaccounted_ms) == (500, {}, 500)


@given(
    st.floats(0, 1e6),
    st.floats(-1e6, 1e6),
    st.lists(st.integers(0, 5_000), min_size=1, max_size=6),
    st.integers(0, 200),
    st.integers(0, 200),
)
def test_true_parts_add_up_whatever_the_clocks(speech_end, offset, parts, up, down):
    server_end = speech_end + offset + up
    first_audio = server_end + sum(parts)
    server = ServerLatency({str(i): part for i, part in enumerate(parts)}, server_end, first_audio)
    gap = split_gap(speech_end, first_audio - offset + down, server, offset)
    assert abs(gap.unaccounted_ms) <= 1  # rounding to whole milliseconds


def test_the_fastest_ping_sets_the_clock():
    pongs = [Pong(0, 100, 1_090), Pong(1_000, 1_010, 2_005), Pong(2_000, 2_060, 3_001)]
    assert server_offset_ms(pongs) == 1_000
    assert shortest_round_trip_ms(pongs) == 10
    assert server_offset_ms([]) is None
    assert shortest_round_trip_ms([]) is None


@given(st.floats(-1e6, 1e6), st.lists(st.tuples(st.floats(0, 200), st.floats(0, 200)), min_size=1, max_size=9))
def test_the_offset_is_wrong_by_half_the_shortest_round_trip_at_most(offset, ways):
    pongs = [Pong(i * 1_000, i * 1_000 + up + down, i * 1_000 + up + offset) for i, (up, down) in enumerate(ways)]
    shortest = shortest_round_trip_ms(pongs)
    assert shortest is not None
    assert abs(server_offset_ms(pongs) - offset) <= shortest / 2 + 1e-6


@pytest.mark.parametrize("rate_hz", [16_000, 48_000])
def test_rates(rate_hz: int):
    samples = join(silence(40, rate_hz), tone(100, rate_hz))
    assert answer_onset(samples, rate_hz, 0) == 40 * rate_hz // 1_000
