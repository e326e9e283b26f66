"""A recorded call judged again: exactly the same by its own thresholds, and different where others are."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.voice.recording.talking import TalkingCall
from voice.recording.inputs import TimedInput
from voice.turns.effects import Emit
from voice.turns.policy import TurnPolicy
from voice.turns.rerun import HeldTurn, compared, run_again, run_with, turns_held

POLICY = TurnPolicy()


class Deaf:
    """A recorder that keeps nothing but the events of turn-taking."""

    def __init__(self) -> None:
        self.events: list[object] = []

    def event(self, event: object) -> None:
        self.events.append(event)

    def heard(self, *_: object) -> None: ...

    def played(self, *_: object) -> None: ...

    def logged(self, *_: object) -> None: ...

    def turn_input(self, *_: object) -> None: ...

    def close(self) -> None: ...


def recorded(caller: str, words: list[str]) -> tuple[list[TimedInput], Deaf]:
    recorder = Deaf()
    call = TalkingCall(recorder, words)  # type: ignore[arg-type]
    call.play(caller)
    return [TimedInput(at_ms, given) for at_ms, given in call.given], recorder


def test_the_same_inputs_give_the_same_events():
    inputs, recorder = recorded("..####...............####............", ["pay joe", "yes"])
    emitted = [effect.event for _, effect in run_again(inputs, POLICY) if isinstance(effect, Emit)]

    assert emitted == [event for event in recorder.events if type(event) in {type(one) for one in emitted}]
    assert [turn.text for turn in turns_held(run_again(inputs, POLICY))] == ["pay joe", "yes"]


def test_by_its_own_thresholds_every_turn_is_the_same():
    inputs, _ = recorded("..####...............####............", ["pay joe", "yes"])
    turns = turns_held(run_again(inputs, POLICY))
    differences = compared(turns, run_with(inputs, POLICY, POLICY))

    assert [difference.kind for difference in differences] == ["same", "same"]
    assert not any(difference.is_estimated for difference in differences)


def test_longer_waits_end_turns_later_and_shorter_ones_sooner():
    inputs, _ = recorded("..####...............####...............", ["pay joe", "yes"])
    turns = turns_held(run_again(inputs, POLICY))
    slow = replace(POLICY, finished_wait_ms=POLICY.finished_wait_ms + 200, unsure_wait_ms=POLICY.unsure_wait_ms + 200)
    quick = replace(POLICY, finished_wait_ms=280, unsure_wait_ms=280, certain_wait_ms=240)

    later = compared(turns, run_with(inputs, POLICY, slow))
    assert [(one.kind, one.by_ms) for one in later] == [("later", 200), ("later", 200)]
    sooner = compared(turns, run_with(inputs, POLICY, quick))
    assert [one.kind for one in sooner] == ["earlier", "earlier"]
    assert all(one.by_ms < 0 for one in sooner)


def test_a_wait_that_is_shorter_than_a_pause_cuts_the_caller_off():
    inputs, _ = recorded("..####...####...............", ["my number is one", "my number is one two"])
    turns = turns_held(run_again(inputs, POLICY))
    assert [turn.text for turn in turns] == ["my number is one two"]
    quick = replace(POLICY, finished_wait_ms=200, unsure_wait_ms=200, certain_wait_ms=200)

    assert [one.kind for one in compared(turns, run_with(inputs, POLICY, quick))] == ["cut_off"]


def test_a_wait_that_is_longer_than_a_pause_joins_two_turns():
    inputs, _ = recorded("..####............####......................", ["pay", "pay joe"])
    turns = turns_held(run_again(inputs, POLICY))
    assert len(turns) == 2
    patient = replace(POLICY, finished_wait_ms=1_600, unsure_wait_ms=1_600, certain_wait_ms=1_600)

    assert [one.kind for one in compared(turns, run_with(inputs, POLICY, patient))] == ["joined", "later"]


def test_a_turn_that_other_thresholds_do_not_hear_is_lost():
    inputs, _ = recorded("..####...............", ["pay joe"])
    turns = turns_held(run_again(inputs, POLICY))
    deaf = replace(POLICY, speech_on_probability=0.99)

    assert [one.kind for one in compared(turns, run_with(inputs, POLICY, deaf))] == ["lost"]
    assert [one.kind for one in compared([], turns)] == ["new"]


def test_turns_that_only_touch_are_different_ones():
    first, second = HeldTurn("a", 0, 1_000, 1_400), HeldTurn("b", 1_000, 2_000, 2_400)
    assert [one.kind for one in compared([first], [second])] == ["lost", "new"]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 14), st.integers(1, 12)), min_size=1, max_size=6))
def test_whatever_a_caller_does_its_own_thresholds_change_nothing(stretches):
    caller = "".join("." * quiet + "#" * loud for quiet, loud in stretches) + "." * 30
    inputs, _ = recorded(caller, [f"words number {number}" for number in range(40)])
    turns = turns_held(run_again(inputs, POLICY))

    assert run_with(inputs, POLICY, POLICY) == turns
    assert [one.kind for one in compared(turns, turns)] == ["same"] * len(turns)
