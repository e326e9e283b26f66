"""Random schedules of turn-taking: no effect and no second voice ever comes from a revision that was not committed.

The rules of speculation (effects only behind the commit, one live revision, retract only before an effect, nothing
lost) hold whatever the order of results; `tests/support/turn_world.py` refuses everything else.
"""

from __future__ import annotations

from random import Random

import pytest

from tests.support.turn_world import TurnWorld


def play(seeds: range, columns: int) -> tuple[int, int]:
    """Play a schedule for each seed; return how many turns were committed and how many were taken back."""
    committed = retracted = 0
    for seed in seeds:
        world = TurnWorld(Random(seed))
        try:
            world.run(columns)
            world.check_settled()
        except AssertionError as error:
            raise AssertionError(f"schedule {seed}: {error}") from error
        committed += len(world.commits)
        retracted += world.retracted
    return committed, retracted


def test_three_hundred_schedules() -> None:
    committed, retracted = play(range(300), 12)
    assert committed > 300, "the schedules are about something"
    assert retracted > 10


@pytest.mark.slow
def test_a_hundred_thousand_schedules() -> None:
    committed, retracted = play(range(1_000, 101_000), 3)
    assert committed > 10_000
    assert retracted > 100
