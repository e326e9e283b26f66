"""Two voices on one time line, whatever order and rhythm their frames come in."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from voice.recording.tracks import MOST_AHEAD_FRAMES, StereoTracks

QUIET = np.zeros(320, np.int16)


def frame(value: int) -> np.ndarray:
    return np.full(320, value, np.int16)


def column(tracks: StereoTracks, to: int, side: int) -> list[int]:
    return [int(value) for value in tracks.take(to)[::320, side]]


def test_frames_that_come_on_time_stand_at_their_time():
    tracks = StereoTracks()
    for tick in range(3):
        tracks.put("caller", frame(tick + 1), tick * 20)
    tracks.put("assistant", frame(9), 20)

    assert tracks.take(3)[::320].tolist() == [[1, 0], [2, 9], [3, 0]]
    assert tracks.base == 3


def test_a_burst_keeps_its_order_and_silence_brings_the_track_back():
    tracks = StereoTracks()
    for value, at_ms in ((1, 0), (2, 0), (3, 0)):
        tracks.put("assistant", frame(value), at_ms)
    for at_ms in (20, 40, 60):
        tracks.put("assistant", QUIET, at_ms)
    tracks.put("assistant", frame(4), 80)

    assert column(tracks, 5, 1) == [1, 2, 3, 0, 4]


def test_a_hole_is_silence():
    tracks = StereoTracks()
    tracks.put("caller", frame(1), 0)
    tracks.put("caller", frame(2), 100)

    assert column(tracks, 6, 0) == [1, 0, 0, 0, 0, 2]


def test_what_is_far_off_the_clock_is_dropped_and_counted():
    tracks = StereoTracks()
    for _ in range(MOST_AHEAD_FRAMES + 5):
        tracks.put("assistant", frame(1), 0)
    tracks.put("caller", frame(1), 10**9)
    tracks.put("caller", frame(1)[:100], 0)

    assert tracks.dropped_frames == 4 + 2


def test_the_oldest_is_forgotten_on_both_sides():
    tracks = StereoTracks()
    for tick in range(10):
        tracks.put("caller", frame(tick + 1), tick * 20)
    tracks.put("assistant", frame(7), 0)

    assert tracks.drop(4) == 4
    assert tracks.drop(2) == 0
    assert column(tracks, 10, 0) == [5, 6, 7, 8, 9, 10]


@settings(deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(-40, 60)), max_size=60))
def test_no_sentence_is_torn_and_nothing_strays_further_than_its_jitter(told):
    """Frames every 20 ms, told up to 40 ms early or 60 late: all are there, in their order, within those 100 ms."""
    tracks = StereoTracks()
    said: list[tuple[int, int]] = []
    for tick, (is_loud, off_ms) in enumerate(told):
        at_ms = max(0, tick * 20 + off_ms)
        tracks.put("assistant", frame(tick + 1) if is_loud else QUIET, at_ms)
        if is_loud:
            said.append((tick + 1, at_ms))
    heard = [(int(value), index) for index, value in enumerate(tracks.take(400)[::320, 1]) if value]

    assert [value for value, _ in heard] == [value for value, _ in said]
    for (_, index), (_, at_ms) in zip(heard, said, strict=True):
        assert abs(index - at_ms / 20) <= 5 + 0.5
