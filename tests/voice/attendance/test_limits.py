"""The ends of a call that no flow decides."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voice.attendance import limits
from voice.attendance.limits import FinishTurn, HangUp, LimitPolicy, LimitState, SayGoodbye, WarnOfEnd

POLICY = LimitPolicy(max_call_ms=300_000, warn_ms=60_000, max_silence_ms=120_000)


class Call:
    def __init__(self, policy: LimitPolicy = POLICY) -> None:
        self.policy, self.state, self.at_ms = policy, LimitState(), 0
        self.effects: list[tuple[int, limits.LimitEffect]] = []

    def take(self, given: limits.LimitInput) -> None:
        self.state, effects = limits.step(self.state, given, self.policy)
        self.effects += [(self.at_ms, effect) for effect in effects]

    def passes(self, duration_ms: int, *, talks: bool = False, is_free: bool = True) -> None:
        for _ in range(duration_ms // 100):
            self.at_ms += 100
            if talks and self.at_ms % 5_000 == 0:
                self.take(limits.CallerActive(self.at_ms))
            self.take(limits.Tick(self.at_ms, is_floor_free=is_free))


def test_the_longest_call_is_warned_of_a_minute_before_and_ends_with_a_goodbye() -> None:
    call = Call()
    call.passes(320_000, talks=True)
    assert call.effects == [
        (240_000, WarnOfEnd(60_000)),
        (300_000, SayGoodbye("goodbye_too_long")),
        (315_000, HangUp("call-too-long")),
    ]


def test_the_warning_waits_until_nobody_speaks() -> None:
    call = Call()
    call.passes(250_000, talks=True, is_free=False)
    call.passes(1_000, talks=True)
    assert call.effects == [(250_100, WarnOfEnd(49_900))]


def test_a_goodbye_that_was_heard_ends_it_at_once() -> None:
    call = Call()
    call.passes(302_000, talks=True)
    call.take(limits.GoodbyeOver(call.at_ms))
    call.passes(60_000)
    assert call.effects[-1] == (302_000, HangUp("call-too-long"))
    assert sum(isinstance(effect, HangUp) for _, effect in call.effects) == 1


def test_a_call_without_a_word_ends() -> None:
    call = Call()
    call.passes(140_000)
    assert call.effects == [(120_000, SayGoodbye("goodbye_silent")), (135_000, HangUp("caller-silent"))]


def test_words_and_keys_keep_it_up() -> None:
    call = Call()
    call.passes(110_000)
    call.take(limits.CallerActive(call.at_ms))
    call.passes(110_000)
    assert call.effects == []


def test_music_is_not_the_callers_silence() -> None:
    call = Call(LimitPolicy(max_call_ms=0, max_silence_ms=120_000))
    call.passes(60_000)
    call.take(limits.BackgroundChanged(call.at_ms, is_on=True))
    call.passes(3_600_000 // 10)
    call.take(limits.BackgroundChanged(call.at_ms, is_on=False))
    call.passes(50_000)
    assert call.effects == []
    call.passes(20_000)
    assert isinstance(call.effects[0][1], SayGoodbye)


def test_a_caller_who_hangs_up_while_we_owe_a_reply_has_their_turn_carried_out() -> None:
    call = Call()
    call.take(limits.TurnOwed(0, is_owed=True))
    call.take(limits.CallerGone(0, "caller-hung-up"))
    assert [effect for _, effect in call.effects] == [FinishTurn(12_000), HangUp("caller-hung-up-unanswered")]


def test_and_otherwise_the_call_is_simply_over() -> None:
    call = Call()
    call.take(limits.TurnOwed(0, is_owed=True))
    call.take(limits.TurnOwed(0, is_owed=False))
    call.take(limits.CallerGone(0, "caller-hung-up"))
    assert [effect for _, effect in call.effects] == [HangUp("caller-hung-up")]


def test_zero_switches_a_limit_off() -> None:
    call = Call(LimitPolicy(max_call_ms=0, max_silence_ms=0))
    call.passes(400_000)
    assert call.effects == []
    call.take(limits.GoodbyeOver(call.at_ms))
    assert call.effects == [], "nothing was to be said"


@pytest.mark.parametrize("at_ms", [3_540_000])
def test_by_default_an_hour(at_ms: int) -> None:
    _, effects = limits.step(LimitState(active_ms=at_ms), limits.Tick(at_ms, is_floor_free=True), LimitPolicy())
    assert effects == (WarnOfEnd(60_000),)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("pass"), st.integers(100, 90_000)),
            st.tuples(st.sampled_from(["talk", "music", "quiet", "owed", "paid", "said"]), st.just(0)),
        ),
        max_size=25,
    )
)
def test_any_call_ends_once_and_in_time(schedule: list[tuple[str, int]]) -> None:
    call = Call()
    for what, duration_ms in [*schedule, ("pass", 400_000)]:
        at_ms = call.at_ms
        match what:
            case "talk":
                call.take(limits.CallerActive(at_ms))
            case "music" | "quiet":
                call.take(limits.BackgroundChanged(at_ms, is_on=what == "music"))
            case "owed" | "paid":
                call.take(limits.TurnOwed(at_ms, is_owed=what == "owed"))
            case "said":
                call.take(limits.GoodbyeOver(at_ms))
            case _:
                call.passes(duration_ms)
    hung_up = [at_ms for at_ms, effect in call.effects if isinstance(effect, HangUp)]
    assert len(hung_up) == 1
    assert hung_up[0] <= POLICY.max_call_ms + limits.GOODBYE_MS + 100
    assert isinstance(call.effects[-1][1], HangUp)
