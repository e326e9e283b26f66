"""Latency parts: they add up to the gap, whatever the order in which things happened."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from voice.latency import PARTS, TurnMarks, parts

moments = st.integers(0, 5000)


@given(moments, moments, moments, moments, moments, moments)
def test_the_parts_add_up_to_the_gap(a: int, b: int, c: int, d: int, e: int, f: int) -> None:
    marks = TurnMarks(min(a, f), b, c, d, e, max(a, f))
    taken = parts(marks)
    assert tuple(taken) == PARTS
    assert sum(taken.values()) == marks.gap_ms
    assert min(taken.values()) >= 0


def test_overlapped_work_costs_nothing() -> None:
    marks = TurnMarks(1000, 1300, 1250, 1310, 1312, 1500)
    assert parts(marks) == {"endpoint": 300, "recognition": 0, "understanding": 10, "flow": 2, "first_audio": 188}


def test_a_late_transcript_is_charged_to_recognition() -> None:
    marks = TurnMarks(1000, 1300, 1700, 1700, 1705, 1800)
    assert parts(marks) == {"endpoint": 300, "recognition": 400, "understanding": 0, "flow": 5, "first_audio": 95}
