"""When a reply is over, from events and levels with their times."""

from __future__ import annotations

from voice.caller.listening import Limits, Listening, be_told, hear, judge

LIMITS = Limits(answer_ms=2_000, reply_ms=5_000)
LOUD = 3_000.0


def after(*told: object) -> Listening:
    """Fold levels (numbers: a loud frame at that time) and events (dicts) from a caller's end at 1000."""
    state = Listening(1_000)
    for one in told:
        state = be_told(state, one) if isinstance(one, dict) else hear(state, LOUD, float(str(one)))
    return state


def started(reply_id: int) -> dict:
    return {"type": "reply_started", "reply_id": reply_id}


def finished(reply_id: int) -> dict:
    return {"type": "reply_finished", "reply_id": reply_id}


def test_a_finished_reply_and_700_ms_of_silence_is_an_answer():
    state = after({"type": "turn_ended"}, started(1), 1_500, 2_500, finished(1))
    assert judge(state, 3_199, LIMITS) == "waiting"
    assert judge(state, 3_200, LIMITS) == "answered"


def test_silence_inside_a_reply_is_no_end():
    assert judge(after(started(1), 1_500, 2_000), 4_000, LIMITS) == "waiting"


def test_a_turn_that_was_ended_is_owed_a_reply():
    state = after(started(1), 1_200, finished(1), {"type": "turn_ended"})
    assert judge(state, 4_000, LIMITS) == "waiting"
    assert judge(after(1_200, {"type": "turn_ended"}, {"type": "turn_dropped"}), 4_000, LIMITS) == "answered"


def test_a_barge_in_ends_a_reply():
    state = after(started(1), {"type": "barge_in", "reply_id": 1}, started(2), 1_800, finished(2))
    assert judge(state, 2_500, LIMITS) == "answered"


def test_sound_from_before_the_callers_end_does_not_count():
    state = after(900, finished(1))
    assert state.first_audible_ms is None
    assert judge(state, 2_900, LIMITS) == "waiting"
    assert judge(state, 3_001, LIMITS) == "unanswered"


def test_soft_noise_is_not_sound():
    assert hear(Listening(0), 20.0, 500).first_audible_ms is None


def test_a_server_that_tells_nothing_is_given_longer_silence():
    state = after(1_500)
    assert judge(state, 2_900, LIMITS) == "waiting"
    assert judge(state, 3_000, LIMITS) == "answered"


def test_an_endless_reply_is_cut_short():
    state = after(started(1), *range(1_500, 6_600, 20))
    assert judge(state, 6_501, LIMITS) == "answered"


def test_malformed_events_change_nothing():
    state = Listening(1_000)
    for message in ({}, {"type": "reply_started"}, {"type": "reply_started", "reply_id": "x"}, {"type": None}):
        assert be_told(state, message) == state
