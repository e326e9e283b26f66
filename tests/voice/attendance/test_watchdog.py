"""What must never last: an owed reply, a held reply, missing audio."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from voice.attendance import watchdog
from voice.attendance.watchdog import ReleaseReply, Report, SpeakFallback, WatchPolicy, WatchState

POLICY = WatchPolicy()


class Watched:
    def __init__(self, policy: WatchPolicy = POLICY) -> None:
        self.policy, self.state, self.at_ms = policy, WatchState(), 0
        self.effects: list[tuple[int, watchdog.WatchEffect]] = []

    def take(self, given: watchdog.WatchInput) -> None:
        self.state, effects = watchdog.step(self.state, given, self.policy)
        self.effects += [(self.at_ms, effect) for effect in effects]

    def passes(self, duration_ms: int, *, is_sounding: bool = False, has_frames: bool = True) -> None:
        for _ in range(duration_ms // 20):
            self.at_ms += 20
            if has_frames:
                self.take(watchdog.FrameHeard(self.at_ms))
            self.take(watchdog.Tick(self.at_ms, is_sounding))

    def sounds(self, duration_ms: int, *, is_filler: bool = False) -> None:
        self.take(watchdog.SoundChanged(self.at_ms, is_heard=True, is_filler=is_filler))
        self.passes(duration_ms)
        self.take(watchdog.SoundChanged(self.at_ms, is_heard=False, is_filler=is_filler))

    @property
    def codes(self) -> list[str]:
        return [effect.code for _, effect in self.effects if isinstance(effect, Report)]

    @property
    def fallbacks(self) -> list[int]:
        return [at_ms for at_ms, effect in self.effects if isinstance(effect, SpeakFallback)]


def test_a_reply_that_is_owed_is_made_good_after_eight_seconds_once() -> None:
    call = Watched()
    call.take(watchdog.PartDoes(0, "understanding", "revision 3"))
    call.take(watchdog.TurnCommitted(0))
    call.take(watchdog.PartDoes(1_000, "understanding", None))
    call.take(watchdog.PartDoes(1_000, "action", "action_get_results"))
    call.passes(30_000)
    assert call.fallbacks == [8_000]
    assert call.codes == ["reply-overdue"]
    told = next(effect.message for _, effect in call.effects if isinstance(effect, Report))
    assert "a reply is owed for 8000 ms" in told
    assert "action: action_get_results for 7000 ms" in told
    assert "understanding" not in told


def test_fillers_put_it_off_because_something_was_audible() -> None:
    call = Watched()
    call.take(watchdog.TurnCommitted(0))
    for _ in range(3):
        call.passes(6_000)
        call.sounds(600, is_filler=True)
    assert call.fallbacks == []
    call.passes(8_000)
    assert len(call.fallbacks) == 1


def test_a_turn_that_was_answered_is_paid() -> None:
    call = Watched()
    call.take(watchdog.TurnCommitted(0))
    call.take(watchdog.TurnAnswered(100, has_words=True))
    call.passes(500)
    call.sounds(2_000)
    call.passes(60_000)
    assert call.effects == []


def test_words_before_the_end_of_the_turn_pay_it_once_it_ends() -> None:
    call = Watched()
    call.take(watchdog.TurnCommitted(0))
    call.sounds(1_000)
    call.passes(2_000)
    call.take(watchdog.TurnAnswered(call.at_ms, has_words=True))
    call.passes(60_000)
    assert call.effects == []


def test_words_and_then_an_action_that_never_ends_is_still_owed() -> None:
    call = Watched()
    call.take(watchdog.TurnCommitted(0))
    call.sounds(1_000)
    call.passes(9_000)
    assert call.fallbacks == [9_000]


def test_an_answer_without_words_is_made_good_sooner() -> None:
    call = Watched()
    call.take(watchdog.TurnCommitted(0))
    call.passes(400)
    call.take(watchdog.TurnAnswered(400, has_words=False))
    call.passes(20_000)
    assert call.fallbacks == [1_900]
    assert call.codes == ["reply-empty"]


def test_synthesis_that_died_is_noticed() -> None:
    call = Watched()
    call.take(watchdog.TurnCommitted(0))
    call.take(watchdog.TurnAnswered(200, has_words=True))
    call.passes(10_000)
    assert call.fallbacks == [8_000]


def test_nobody_is_talked_over() -> None:
    call = Watched()
    call.take(watchdog.TurnCommitted(0))
    call.passes(12_000, is_sounding=True)
    assert call.fallbacks == []
    call.passes(20)
    assert call.fallbacks == [12_020]


def test_a_turn_that_was_taken_back_is_not_owed() -> None:
    call = Watched()
    call.take(watchdog.TurnCommitted(0))
    call.take(watchdog.TurnDismissed(500))
    call.passes(20_000)
    assert call.effects == []


def test_a_reply_that_stays_held_is_let_go_on() -> None:
    call = Watched()
    call.take(watchdog.ReplyHeld(0, 7, is_held=True))
    call.passes(20_000)
    assert [effect for _, effect in call.effects if isinstance(effect, ReleaseReply)] == [ReleaseReply(7)]
    assert call.codes == ["reply-stuck"]


def test_a_reply_that_goes_on_in_time_is_not() -> None:
    call = Watched()
    call.take(watchdog.ReplyHeld(0, 7, is_held=True))
    call.passes(5_000)
    call.take(watchdog.ReplyHeld(5_000, 7, is_held=False))
    call.passes(20_000)
    assert call.effects == []


def test_missing_audio_is_told_once_each_time() -> None:
    call = Watched()
    call.passes(1_000)
    call.passes(20_000, has_frames=False)
    assert call.codes == ["audio-missing"]
    assert call.effects[0][0] == 6_000
    call.passes(1_000)
    call.passes(6_000, has_frames=False)
    assert call.codes == ["audio-missing", "audio-missing"]


def test_a_watch_can_be_switched_off() -> None:
    call = Watched(WatchPolicy(overdue_ms=0, stuck_ms=0, missing_ms=0))
    call.take(watchdog.TurnCommitted(0))
    call.take(watchdog.ReplyHeld(0, 1, is_held=True))
    call.passes(30_000, has_frames=False)
    assert call.effects == []


def test_what_every_part_does_is_told_shortly() -> None:
    call = Watched()
    assert watchdog.described(call.state, 0) == "every part is idle"
    call.take(watchdog.PartDoes(0, "action", "x" * 10_000))
    assert len(watchdog.described(call.state, 100)) < 200


steps = st.lists(
    st.sampled_from(
        ["commit", "words", "empty", "dismiss", "sound", "filler", "hold", "go on", "pass", "long", "speech"]
    ),
    max_size=40,
)


@given(steps)
def test_no_owed_turn_stays_silent_and_each_falls_back_once(schedule: list[str]) -> None:
    call = Watched()
    committed: list[int] = []
    for what in [*schedule, "long"]:
        at_ms = call.at_ms
        match what:
            case "commit":
                committed.append(at_ms)
                call.take(watchdog.TurnCommitted(at_ms))
            case "words" | "empty":
                call.take(watchdog.TurnAnswered(at_ms, has_words=what == "words"))
            case "dismiss":
                call.take(watchdog.TurnDismissed(at_ms))
            case "sound" | "filler":
                call.sounds(600, is_filler=what == "filler")
            case "hold" | "go on":
                call.take(watchdog.ReplyHeld(at_ms, 1, is_held=what == "hold"))
            case "speech":
                call.passes(600, is_sounding=True)
            case _:
                call.passes(500 if what == "pass" else 9_000)
        state = call.state
        is_silent = state.owed_since_ms is not None and not state.is_heard and not state.has_fallen_back
        assert not (is_silent and what == "long"), "nine quiet seconds are enough"
        assert state.held is None or call.at_ms - state.held[1] < POLICY.stuck_ms
    assert len(call.fallbacks) <= len(committed)
