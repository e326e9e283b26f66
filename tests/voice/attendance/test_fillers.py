"""Fillers: said when an action takes long, and never over anything."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from voice.attendance import fillers
from voice.attendance.fillers import FillerPolicy, FillerState, FillerTexts

POLICY = FillerPolicy()
TEXTS = FillerTexts(("One moment.", "Let me look.", "Just a second."), ("Still looking.", "Nearly there."))


class Turn:
    """Feeds one call with 20 ms ticks; a filler is said when it is ordered, unless `is_refused`."""

    def __init__(self, policy: FillerPolicy = POLICY, texts: FillerTexts = TEXTS, seed: int = 1) -> None:
        self.state = FillerState(seed=seed)
        self.policy, self.texts = policy, texts
        self.at_ms = 0
        self.said: list[tuple[int, str]] = []
        self.is_refused = False

    def take(self, given: fillers.FillerInput) -> None:
        self.state, effects = fillers.step(self.state, given, self.policy, self.texts)
        for effect in effects:
            assert effect.gap_ms == self.policy.gap_ms
            if not self.is_refused:
                self.said.append((self.at_ms, effect.text))
                self.take(fillers.FillerSaid(self.at_ms, effect.text))

    def passes(self, duration_ms: int, *, is_sounding: bool = False) -> None:
        for _ in range(duration_ms // 20):
            self.at_ms += 20
            self.take(fillers.Tick(self.at_ms, is_sounding))

    def begins(self) -> None:
        self.take(fillers.TurnCommitted(self.at_ms))
        self.take(fillers.ActionBegan(self.at_ms))


def test_a_slow_action_gets_a_filler_and_then_one_in_six_seconds() -> None:
    turn = Turn()
    turn.begins()
    turn.passes(14_000)
    assert [at_ms for at_ms, _ in turn.said] == [900, 6_900, 12_900]
    assert turn.said[0][1] in TEXTS.first
    assert all(text in TEXTS.more for _, text in turn.said[1:])


def test_a_quick_action_gets_none() -> None:
    turn = Turn()
    turn.begins()
    turn.passes(880)
    turn.take(fillers.ActionEnded(turn.at_ms))
    turn.passes(5_000)
    assert turn.said == []


def test_without_an_action_nothing_is_filled() -> None:
    turn = Turn()
    turn.take(fillers.TurnCommitted(0))
    turn.passes(3_000)
    assert turn.said == []


def test_never_while_words_are_on_their_way_or_heard() -> None:
    turn = Turn()
    turn.begins()
    turn.passes(500)
    turn.take(fillers.WordsComing(turn.at_ms))
    turn.passes(1_000)
    turn.take(fillers.ReplyHeard(turn.at_ms, is_heard=True))
    turn.passes(1_000)
    assert turn.said == []
    # "Let me check" was heard; the action behind it still runs: counted from the end of those words.
    turn.take(fillers.ReplyHeard(turn.at_ms, is_heard=False))
    turn.passes(880)
    assert turn.said == []
    turn.passes(40)
    assert len(turn.said) == 1


def test_one_that_came_too_late_to_be_said_does_not_count() -> None:
    turn = Turn()
    turn.begins()
    turn.is_refused = True  # words were on their way after all
    turn.passes(2_000)
    turn.is_refused = False
    turn.passes(20)
    assert len(turn.said) == 1


def test_the_caller_is_not_talked_over() -> None:
    turn = Turn()
    turn.begins()
    turn.passes(800)
    turn.passes(500, is_sounding=True)
    turn.passes(880)
    assert turn.said == []
    turn.passes(40)
    assert len(turn.said) == 1


def test_after_a_turn_nothing_is_owed() -> None:
    turn = Turn()
    turn.begins()
    turn.take(fillers.TurnOver(turn.at_ms))
    turn.passes(5_000)
    assert turn.said == []


def test_six_seconds_count_across_turns() -> None:
    turn = Turn()
    turn.begins()
    turn.passes(2_000)
    turn.take(fillers.TurnOver(turn.at_ms))
    turn.begins()
    turn.passes(3_000)
    assert len(turn.said) == 1
    turn.passes(3_000)
    assert len(turn.said) == 2


def test_they_can_be_switched_off_and_one_text_is_not_said_twice_in_a_row() -> None:
    off = Turn(FillerPolicy(after_ms=0))
    off.begins()
    off.passes(20_000)
    assert off.said == []
    single = Turn(texts=FillerTexts(("Moment.",)))
    single.begins()
    single.passes(20_000)
    assert [text for _, text in single.said] == ["Moment."]
    silent = Turn(texts=FillerTexts(()))
    silent.begins()
    silent.passes(20_000)
    assert silent.said == []


events = st.lists(
    st.sampled_from(["turn", "action", "ended", "words", "heard", "unheard", "over", "speech", "pass", "long"]),
    max_size=60,
)


@given(events, st.integers())
def test_any_schedule_keeps_the_rules(schedule: list[str], seed: int) -> None:
    turn = Turn(seed=seed)
    for what in schedule:
        at_ms = turn.at_ms
        match what:
            case "turn":
                turn.take(fillers.TurnCommitted(at_ms))
            case "action":
                turn.take(fillers.ActionBegan(at_ms))
            case "ended":
                turn.take(fillers.ActionEnded(at_ms))
            case "words":
                turn.take(fillers.WordsComing(at_ms))
            case "heard" | "unheard":
                turn.take(fillers.ReplyHeard(at_ms, is_heard=what == "heard"))
            case "over":
                turn.take(fillers.TurnOver(at_ms))
            case "speech":
                before = len(turn.said)
                turn.passes(200, is_sounding=True)
                assert len(turn.said) == before
            case _:
                before, state = len(turn.said), turn.state
                turn.passes(400 if what == "pass" else 2_000)
                if not state.is_owed or not state.actions or state.is_coming or state.is_heard:
                    assert len(turn.said) == before
    for (earlier_ms, earlier), (later_ms, later) in zip(turn.said, turn.said[1:], strict=False):
        assert later_ms - earlier_ms >= POLICY.every_ms
        assert later != earlier
