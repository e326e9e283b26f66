"""What arrival times tell about the floor, the target and the drift."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.transports.arrival_clock import MAX_TARGET_MS, MIN_TARGET_MS, ArrivalClock
from voice.transports.rtp_audio import TICKS_PER_MS


def at(ms: float) -> int:
    return round(ms * TICKS_PER_MS)


def test_the_least_delayed_packet_is_the_floor() -> None:
    clock = ArrivalClock(at(20), 70.0)
    for number, delay_ms in enumerate([50, 61, 42, 48, 90], 2):
        clock.observe(at(number * 20), number * 20 + delay_ms)
    assert clock.offset_ms == 42.0
    assert clock.earliest_ms(at(1000)) == 1042.0
    assert clock.lateness_ms(at(1000), 1050.0) == 8.0


def test_a_floor_that_rose_is_believed_after_its_window() -> None:
    clock = ArrivalClock(at(20), 30.0)
    for number in range(2, 400):
        clock.observe(at(number * 20), number * 20 + (10.0 if number < 50 else 60.0))
    assert clock.offset_ms == 60.0


def test_a_single_spike_does_not_move_the_target() -> None:
    clock = ArrivalClock(at(20), 30.0)
    for number in range(2, 120):
        clock.observe(at(number * 20), number * 20 + (90.0 if number == 80 else 10.0))
    assert clock.target_ms == MIN_TARGET_MS


@given(st.lists(st.floats(0, 3000), min_size=50, max_size=100))
def test_the_target_stays_in_its_bounds(delays_ms: list[float]) -> None:
    clock = ArrivalClock(at(20), 30.0)
    for number, delay_ms in enumerate(delays_ms, 2):
        clock.observe(at(number * 20), number * 20 + delay_ms)
        assert MIN_TARGET_MS <= clock.target_ms <= MAX_TARGET_MS


def test_drift_is_unknown_at_first() -> None:
    clock = ArrivalClock(at(20), 30.0)
    assert clock.drift_ppm == 0.0
    for number in range(2, 300):
        clock.observe(at(number * 20), number * 20 * (1 - 200e-6) + 10.0)
    assert clock.drift_ppm == 0.0
    for number in range(300, 2000):
        clock.observe(at(number * 20), number * 20 * (1 - 200e-6) + 10.0)
    assert clock.drift_ppm == pytest.approx(200, abs=5)
