"""Levels over a reply: the caller's own are known from their turns, and who is far below them is somebody else."""

from __future__ import annotations

import pytest

from voice.audio import FRAME_MS
from voice.turns import turn_taking as turns
from voice.turns.effects import PauseReply, TryTurn, TurnEffect
from voice.turns.inputs import FrameHeard, ReplyChanged, TranscriptReady
from voice.turns.policy import TurnPolicy
from voice.turns.state import TurnState

POLICY = TurnPolicy()


class Levels:
    """A call of frames with levels: `hear` so many ms at a level, voiced or not."""

    def __init__(self) -> None:
        self.state = TurnState()
        self.effects: list[TurnEffect] = []

    def hear(self, duration_ms: int, level_db: float, *, is_voiced: bool = True) -> None:
        for _ in range(duration_ms // FRAME_MS):
            self.take(FrameHeard(self.state.now_ms + FRAME_MS, 0.9 if is_voiced else 0.02, level_db))

    def take(self, given: turns.TurnInput) -> None:
        self.state, effects = turns.step(self.state, given, POLICY)
        self.effects += effects

    def turn_of(self, level_db: float) -> None:
        """The caller says something, it is answered, and the answer is being played."""
        self.hear(800, level_db)
        self.hear(200, -70.0, is_voiced=False)
        tried = [effect for effect in self.effects if isinstance(effect, TryTurn)][-1]
        self.take(TranscriptReady(tried.revision, "tell me the history", -0.2))
        self.hear(3_000, -70.0, is_voiced=False)
        self.take(ReplyChanged(1))
        self.effects.clear()

    def is_held(self) -> bool:
        return any(isinstance(effect, PauseReply) for effect in self.effects)


@pytest.mark.parametrize(("level_db", "is_held"), [(-20.0, True), (-36.0, True), (-41.0, False), (-50.0, False)])
def test_a_voice_far_below_the_callers_does_not_hold_the_reply(level_db: float, is_held: bool) -> None:
    call = Levels()
    call.turn_of(-20.0)
    call.hear(400, level_db)
    assert call.is_held() == is_held


def test_before_the_first_turn_any_voice_may_be_the_caller() -> None:
    call = Levels()
    call.take(ReplyChanged(1))
    call.hear(400, -45.0)
    assert call.is_held()


def test_a_caller_who_moves_away_is_heard_again_where_no_reply_is_played() -> None:
    call = Levels()
    call.turn_of(-20.0)
    call.take(ReplyChanged(None))
    call.turn_of(-42.0)
    call.hear(400, -44.0)
    assert call.is_held()


def test_softer_sounds_of_a_caller_who_speaks_count() -> None:
    call = Levels()
    call.turn_of(-20.0)
    call.hear(200, -24.0)
    call.hear(200, -45.0)
    assert call.state.phase == "speaking"
