"""Counts of frames by how late they left."""

from __future__ import annotations

import pytest

from voice.transports.pacing import BOUNDS_MS, LATE_MS, VERY_LATE_MS, Pacing, together


def noted(*late_ms: float) -> Pacing:
    pacing = Pacing()
    for each in late_ms:
        pacing.note(each)
    return pacing


def test_frames_are_counted_by_their_lateness() -> None:
    pacing = noted(-3.0, 0.0, 20.0, 20.1, 61.0, 500.0)
    assert pacing.sent == 6
    assert pacing.over(LATE_MS) == 3, "what leaves a whole frame late is not yet"
    assert pacing.over(VERY_LATE_MS) == 2
    assert pacing.worst_ms == 500.0
    assert pacing.sum_ms == pytest.approx(601.1)
    assert len(pacing.counts) == len(BOUNDS_MS) + 1


def test_several_senders_are_one_and_stay_as_they_are() -> None:
    first, second = noted(5.0), noted(70.0, 1.0)
    second.skipped = 4
    whole = together([first, second])
    assert (whole.sent, whole.over(VERY_LATE_MS), whole.worst_ms, whole.skipped) == (3, 1, 70.0, 4)
    assert (first.sent, second.sent) == (1, 2)
    assert together([]).sent == 0


def test_what_is_no_bound_cannot_be_asked_for() -> None:
    with pytest.raises(ValueError, match="not in"):
        noted(1.0).over(33.0)
