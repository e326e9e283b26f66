"""What holds for every assistant that loads, whatever callers say: it never breaks, ends or waits, and cleans up."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from dialogue import cleanup
from dialogue.engine import decide
from dialogue.turn import Understood, UserTurn
from flows.commands import (
    CancelFlow,
    Clarify,
    Command,
    RepeatLastBotMessages,
    SetSlot,
    SkipQuestion,
    StartFlow,
)
from flows.effects import HangUp, Listen, RunAction
from flows.engine import expectation, step
from flows.inputs import ActionBroke, ActionDone
from flows.model import Assistant, LinkTask
from flows.state import ConversationState, initial_state
from tests.dialogue.random_assistants import FLOWS, SLOTS, files, load

VALUES = st.sampled_from([None, True, False, "True", "5", 7.0, "99", "large", "LARGE", "123", "abc", "Ann"])
_SET = st.builds(SetSlot, st.sampled_from([*SLOTS, "continue_conversation", "confirm_correction"]), VALUES)
COMMANDS = st.one_of(
    st.builds(StartFlow, st.sampled_from(FLOWS)),
    _SET,
    _SET,
    st.sampled_from([CancelFlow(), Clarify(("book", "pay")), SkipQuestion(), RepeatLastBotMessages()]),
)
TURNS = st.lists(st.lists(COMMANDS, max_size=3), min_size=1, max_size=10)


def answer(state: ConversationState, commands: list[Command], assistant: Assistant, fails: bool) -> ConversationState:
    """Take a turn to its end, actions included, and check how each part of it ends."""
    before = (dict(state.slots), state.stack)
    with pytest.MonkeyPatch.context() as patch:  # the short cut for plain answers does what the rules do
        patch.setattr(cleanup, "plain_answer", lambda *_: None)
        by_rules = cleanup.clean_up(commands, state, assistant)
    assert cleanup.clean_up(commands, state, assistant) == by_rules
    following, effects = decide(state, Understood(UserTurn("…"), tuple(commands), "recorded"), assistant)
    assert (dict(state.slots), state.stack) == before
    for _ in range(1_200):
        last = effects[-1]
        assert isinstance(last, RunAction | Listen | HangUp)
        if not isinstance(last, RunAction):
            return following
        result = ActionBroke(last.name) if fails else ActionDone(last.name)
        following, effects = step(following, result, assistant)
    raise AssertionError("the turn does not end")


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(files(), st.sampled_from(["3.13", "3.14", "3.16"]), TURNS, st.booleans())
def test_every_turn_ends_and_every_ended_flow_leaves_nothing(
    content: dict[str, str], profile: str, turns: list[list[Command]], fails: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assistant = load(content, Path(folder), profile)
    assume(assistant is not None)
    assert assistant is not None
    state = initial_state(assistant)
    prefilled = _slots_of_linked_flows(assistant)
    for commands in turns:
        state = answer(state, commands, assistant, fails)
        expectation(state, assistant)
        assert len(state.stack) < 60
        if not any(frame.kind != "pattern" for frame in state.stack) and not state.is_ended:
            for name in (assistant.collected & SLOTS.keys()) - prefilled:
                assert state.slots[name] == SLOTS[name].get("initial_value"), name
    answer(state, [CancelFlow()], assistant, fails)


def _slots_of_linked_flows(assistant: Assistant) -> set[str]:
    """Return the slots that may be given ahead for a flow that is linked to; it may never be reached."""
    tasks = [step.task for flow in assistant.flows.values() for step in flow.steps]
    return {slot for task in tasks if isinstance(task, LinkTask) for slot in assistant.open_slots[task.flow_id]}
