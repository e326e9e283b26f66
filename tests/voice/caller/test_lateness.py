"""Lateness of received frames: what a listener's buffer would find late, and what it adapts to."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from voice.caller.lateness import lags_ms, late_received
from voice.caller.timeline import RtpAudio

FRAME = 960


def packets(delays_ms: list[float], first_timestamp: int = 0) -> list[RtpAudio]:
    return [
        RtpAudio(index * 20 + delay_ms, index % 65_536, (first_timestamp + index * FRAME) % 2**32, b"x")
        for index, delay_ms in enumerate(delays_ms)
    ]


def test_a_steady_line_is_never_late_whatever_its_delay():
    assert late_received(packets([300.0] * 500)) == 0


def test_a_frame_that_comes_70_ms_late_is_counted_and_one_that_comes_50_ms_late_is_not():
    assert late_received(packets([5.0] * 50 + [75.0] + [5.0] * 50 + [55.0])) == 1


def test_a_stall_that_is_made_up_for_counts_until_it_is():
    stall = [200.0 - 20 * index for index in range(10)]
    assert late_received(packets([0.0] * 50 + stall + [0.0] * 50)) == 7


def test_a_slip_that_stays_counts_for_two_seconds_only():
    lags = lags_ms(packets([0.0] * 200 + [100.0] * 400))
    late = [index for index, lag in enumerate(lags) if lag > 60]
    assert (late[0], late[-1]) == (200, 299)


def test_the_media_clock_may_wrap_around():
    assert late_received(packets([0.0] * 100, first_timestamp=2**32 - 10 * FRAME)) == 0


def test_no_packets_no_lateness():
    assert lags_ms([]) == []


@given(st.lists(st.floats(0, 500), max_size=200))
def test_no_lag_is_negative_and_none_exceeds_the_spread_of_delays(delays_ms):
    lags = lags_ms(packets(delays_ms))
    assert all(0 <= lag <= max(delays_ms) - min(delays_ms) + 1e-6 for lag in lags)
