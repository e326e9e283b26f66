"""Golden turns: one column is 100 ms. E = turn ended, B = barge-in, D = dropped, P = the caller is prompted."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.effects import Expectation
from tests.support.timeline import Timeline
from voice.turns import effects as turn_effects
from voice.turns import inputs as turn_inputs
from voice.turns import turn_taking as turns
from voice.turns.policy import TurnPolicy
from voice.turns.state import TurnState

YES_NO = Expectation(kind="yes_no", slot="confirmation")


def test_a_certain_yes_ends_soon() -> None:
    line = Timeline(
        caller="...#####........",
        transcripts=["Yes."],
        is_certain=True,
        expectation=YES_NO,
    ).run()
    assert line.drawn() == "           E"
    commit = line.of(turn_effects.CommitTurn)[0][1]
    assert commit == turn_effects.CommitTurn(1, "Yes.", speech_end_ms=800, silence_enough_ms=1140)


def test_finished_open_speech_waits_for_the_turn_model() -> None:
    line = Timeline(caller="..##########..........", transcripts=["I want to transfer money."]).run()
    assert line.drawn() == "                 E"


def test_unfinished_words_wait_long() -> None:
    line = Timeline(caller="..######....................", transcripts=["I want to send it to my"]).run()
    assert line.drawn() == "                     E"


def test_a_pause_inside_a_turn_withdraws_the_revision_and_the_whole_turn_is_committed_once() -> None:
    line = Timeline(
        caller="..####..####..........",
        transcripts=["send fifty", "send fifty dollars to Joe"],
    ).run()
    assert line.drawn() == "                 E"
    assert [effect.revision for _, effect in line.of(turn_effects.WithdrawTurn)] == [1]
    assert [effect.text for _, effect in line.of(turn_effects.CommitTurn)] == ["send fifty dollars to Joe"]
    tried = [effect for _, effect in line.of(turn_effects.TryTurn)]
    assert tried[0].from_ms == tried[1].from_ms == 0


def test_asking_for_time_is_waited_for() -> None:
    line = Timeline(caller="..####" + "." * 44, transcripts=["Hold on, let me check."]).run()
    assert line.of(turn_effects.CommitTurn)[0][0] == 600 + 4000


def test_a_click_is_no_speech() -> None:
    policy = TurnPolicy(onset_ms=120)
    line = Timeline(caller="..#..........", policy=policy).run()
    assert line.effects == []


def test_noise_is_dropped_and_says_so() -> None:
    line = Timeline(caller="..####..........", transcripts=["Thank you."], log_probability=-1.3).run()
    assert line.drawn() == "        D"
    assert "noise" in str(line.of(turn_effects.Emit)[-1][1])


def test_an_empty_transcript_is_dropped() -> None:
    line = Timeline(caller="..####..........", transcripts=[" ... "]).run()
    assert not line.of(turn_effects.CommitTurn)
    assert line.drawn() == "        D"


def test_a_late_transcript_ends_the_turn_when_it_comes() -> None:
    line = Timeline(caller="..####....................", transcript_ms=1200, transcripts=["Check my balance."]).run()
    at_ms, commit = line.of(turn_effects.CommitTurn)[0]
    assert at_ms == 1880  # 20 ms later it is understood
    assert isinstance(commit, turn_effects.CommitTurn)
    assert commit.silence_enough_ms == 600 + TurnPolicy().request_wait_ms


def test_barge_in_pauses_the_reply_at_once_and_stops_it_when_its_words_are_known() -> None:
    line = Timeline(caller="......######..........", assistant="================", transcripts=["Stop."]).run()
    assert line.drawn() == "      p  B       E"
    assert len(line.of(turn_effects.StopReply)) == len(line.of(turn_effects.PauseReply)) == 1
    assert line.of(turn_effects.PauseReply)[0][0] == 600 + TurnPolicy().onset_ms


def test_a_reply_that_may_not_be_interrupted_goes_on_and_the_words_are_kept() -> None:
    state, _ = turns.step(TurnState(), turn_inputs.ReplyChanged(1, is_interruptible=False), TurnPolicy())
    for at_ms in range(20, 1000, 20):
        state, effects = turns.step(state, turn_inputs.FrameHeard(at_ms, 0.9), TurnPolicy())
        assert not any(isinstance(effect, turn_effects.StopReply) for effect in effects)
    assert state.phase == "speaking"


def test_words_over_a_reply_that_may_not_be_interrupted_are_answered_after_it() -> None:
    policy = TurnPolicy()
    state, _ = turns.step(TurnState(), turn_inputs.ReplyChanged(1, is_interruptible=False), policy)
    effects: list[turn_effects.TurnEffect] = []
    for at_ms in range(20, 2020, 20):
        given: list[turn_inputs.TurnInput] = [turn_inputs.FrameHeard(at_ms, 0.9 if at_ms <= 600 else 0.01)]
        if at_ms == 900:
            given += [turn_inputs.TranscriptReady(1, "Yes.", -0.1), turn_inputs.CommandsReady(1, is_certain=True)]
        if at_ms == 1800:
            assert not any(isinstance(effect, turn_effects.CommitTurn) for effect in effects)
            given.append(turn_inputs.ReplyChanged(None))
        for each in given:
            state, more = turns.step(state, each, policy)
            effects += more
    assert [effect.text for effect in effects if isinstance(effect, turn_effects.CommitTurn)] == ["Yes."]
    assert not any(isinstance(effect, turn_effects.StopReply) for effect in effects)


def test_a_caller_who_never_stops_is_committed_at_the_limit() -> None:
    line = Timeline(caller="#" * 320, transcripts=["on and on"]).run()
    at_ms, _ = line.of(turn_effects.CommitTurn)[0]
    assert TurnPolicy().max_turn_ms <= at_ms <= TurnPolicy().max_turn_ms + 400


def test_partials_are_asked_for_while_the_caller_speaks() -> None:
    line = Timeline(caller="..####################......").run()
    assert [effect.to_ms for _, effect in line.of(turn_effects.RecognisePartial)] == [1000, 1800]


def test_results_of_an_older_revision_are_ignored() -> None:
    line = Timeline(caller="..####...####.........").run()
    state = line._state
    assert turns.step(state, turn_inputs.TranscriptReady(1, "old", -0.1), TurnPolicy()) == (state, ())
    assert turns.step(state, turn_inputs.CommandsReady(1, True), TurnPolicy()) == (state, ())


def test_the_turn_model_is_asked_at_once_about_open_speech_and_else_only_in_doubt() -> None:
    opened = Timeline(caller="..####.....").run()
    assert opened.of(turn_effects.JudgeTurn)[0][0] == opened.of(turn_effects.TryTurn)[0][0]
    certain = Timeline(caller="..####.....", expectation=YES_NO, is_certain=True).run()
    assert not certain.of(turn_effects.JudgeTurn)
    doubtful = Timeline(caller="..####..........", expectation=YES_NO, transcripts=["well, let us do that"]).run()
    assert [effect.to_ms for _, effect in doubtful.of(turn_effects.JudgeTurn)] == [660]
    assert doubtful.drawn() == "         E"


def test_a_failed_recognition_is_admitted() -> None:
    state = TurnState(phase="paused", revision=3, now_ms=900)
    state, effects = turns.step(state, turn_inputs.RecognitionFailed(3, "the recogniser is gone"), TurnPolicy())
    assert state.phase == "quiet"
    assert turn_effects.AdmitUnheard(3) in effects


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="#..", min_size=1, max_size=60), st.integers(20, 900), st.booleans())
def test_whatever_is_said_each_revision_has_one_fate(caller: str, transcript_ms: int, is_certain: bool) -> None:
    line = Timeline(caller=caller + "." * 40, transcript_ms=transcript_ms, is_certain=is_certain).run()
    tried = [effect.revision for _, effect in line.of(turn_effects.TryTurn)]
    fates = [
        effect.revision
        for _, effect in line.effects
        if isinstance(effect, turn_effects.CommitTurn | turn_effects.DropTurn | turn_effects.WithdrawTurn)
    ]
    assert fates == tried == sorted(set(tried))
    assert all(effect.revision in tried for _, effect in line.of(turn_effects.Understand))


@pytest.mark.parametrize("frames", [1, 3, 50])
def test_step_does_not_change_its_input(frames: int) -> None:
    state = TurnState()
    copies = []
    for number in range(1, frames + 1):
        before, drawn = state, repr(state)
        state, _ = turns.step(state, turn_inputs.FrameHeard(number * 20, 0.9), TurnPolicy())
        copies.append((before, drawn))
    assert all(repr(kept) == drawn for kept, drawn in copies)
