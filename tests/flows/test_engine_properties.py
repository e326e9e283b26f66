"""What holds for every conversation: the state that goes in stays as it was, and every turn comes to an end."""

from __future__ import annotations

import copy

from hypothesis import given, settings
from hypothesis import strategies as st

from flows.commands import (
    CancelFlow,
    CannotHandle,
    ChitChat,
    Clarify,
    Command,
    CorrectSlots,
    Failed,
    HandleCodeChange,
    HumanHandoff,
    KnowledgeAnswer,
    Noop,
    RepeatLastBotMessages,
    Restart,
    SessionEnd,
    SessionStart,
    SetSlot,
    SkipQuestion,
    StartFlow,
    UserSilence,
)
from flows.effects import Emit, HangUp, Listen, RunAction
from flows.engine import active_user_flow, collectable_slots, expectation, startable_flows, step
from flows.events import FlowCancelled, FlowCompleted, SlotSet
from flows.inputs import ActionBroke, ActionDone, CommandsReceived, EngineInput
from flows.model import Assistant
from flows.state import ConversationState, initial_state

_FLOWS = [
    "transfer_money", "check_balance", "authenticate", "change_email", "read_news", "premium", "no_such",
    "pattern_chitchat", "pattern_completed", "pattern_continue_interrupted", "pattern_cancel_flow",
    "pattern_correction", "pattern_collect_information", "pattern_validate_slot", "pattern_user_silence",
    "pattern_customer_satisfaction", "pattern_human_handoff", "pattern_code_change", "pattern_internal_error",
]  # fmt: skip
_SLOTS = [
    "recipient", "amount", "confirm", "card", "pin", "email", "address", "topic", "no_such", "continue_conversation",
    "csat_score", "interrupted_flow_to_continue", "continue_interrupted_flow_confirmation", "has_funds",
]  # fmt: skip
_VALUES = st.sampled_from(
    [None, True, False, 0, 5, 5.5, "5", "yes", "Visa", "visa", "none", "transfer money", "a@b", "x", "", [1], {"a": 1}]
)
_SIMPLE: list[Command] = [
    CancelFlow(), Clarify(()), Clarify(("check_balance", "no_such")), SkipQuestion(), KnowledgeAnswer(), ChitChat(),
    RepeatLastBotMessages(), HumanHandoff(), CannotHandle(), CannotHandle("?"), Failed(), SessionStart({"a": 1}),
    SessionEnd(), Restart(), UserSilence(), HandleCodeChange(), Noop(), CorrectSlots(()),
]  # fmt: skip
_COMMANDS = st.one_of(
    st.builds(StartFlow, st.sampled_from(_FLOWS)),
    st.builds(SetSlot, st.sampled_from(_SLOTS), _VALUES),
    st.builds(CorrectSlots, st.lists(st.tuples(st.sampled_from(_SLOTS), _VALUES), max_size=3).map(tuple)),
    st.sampled_from(_SIMPLE),
)
_DONE = st.builds(
    ActionDone,
    st.sampled_from(["action_transfer", "no_such"]),
    st.lists(st.tuples(st.sampled_from(_SLOTS), _VALUES), max_size=3).map(tuple),
    st.sampled_from([None, None, None, "action_listen", "action_transfer", "utter_saved", "no_such", "action_restart"]),
    st.sampled_from([False] * 9 + [True]),
)
_GIVEN = st.one_of(
    st.builds(CommandsReceived, st.lists(_COMMANDS, max_size=4).map(tuple)),
    st.builds(CommandsReceived, st.lists(_COMMANDS, max_size=4).map(tuple)),
    _DONE,
    st.builds(ActionBroke, st.just("action_transfer")),
)
CONVERSATIONS = st.lists(_GIVEN, max_size=12)


def _snapshot(state: ConversationState) -> str:
    return repr((dict(state.slots), state.stack, state.pending_action, state.misfits, state.kept_slots, state.n_steps))


@settings(max_examples=250, deadline=None)
@given(CONVERSATIONS)
def test_any_input_ends_in_a_wait_and_changes_nothing_that_came_in(bank: Assistant, inputs: list[EngineInput]) -> None:
    state = initial_state(bank)
    for given_input in inputs:
        before, copied = _snapshot(state), copy.deepcopy(given_input)
        after, effects = step(state, given_input, bank)
        assert _snapshot(state) == before
        assert given_input == copied
        assert isinstance(effects[-1], RunAction | Listen | HangUp)
        assert not any(isinstance(effect, RunAction | Listen | HangUp) for effect in effects[:-1])
        assert (after.pending_action is not None) == isinstance(effects[-1], RunAction)
        assert step(state, given_input, bank) == (after, effects)
        assert len(after.stack) < 200
        expectation(after, bank)
        startable_flows(after, bank)
        collectable_slots(after, bank)
        active_user_flow(after, bank)
        state = after


@settings(max_examples=150, deadline=None)
@given(CONVERSATIONS)
def test_old_profiles_as_well(old_bank: Assistant, inputs: list[EngineInput]) -> None:
    state = initial_state(old_bank)
    for given_input in inputs:
        state, effects = step(state, given_input, old_bank)
        assert isinstance(effects[-1], RunAction | Listen | HangUp)


@settings(max_examples=250, deadline=None)
@given(CONVERSATIONS)
def test_slots_of_an_ended_flow_are_initial_again(bank: Assistant, inputs: list[EngineInput]) -> None:
    """Until something else sets them: the reset stands in the log between the flow's end and any later value."""
    state = initial_state(bank)
    kept: frozenset[str] = frozenset()
    for given_input in inputs:
        if isinstance(given_input, CommandsReceived):
            starts = any(isinstance(command, StartFlow) for command in given_input.commands)
            names = frozenset(command.name for command in given_input.commands if isinstance(command, SetSlot))
            kept = names if starts else frozenset()
        called = {frame.flow_id for frame in state.stack if frame.kind == "call"}
        state, effects = step(state, given_input, bank)
        events = [effect.event for effect in effects if isinstance(effect, Emit)]
        for index, event in enumerate(events):
            if not isinstance(event, FlowCompleted | FlowCancelled) or event.flow_id in called | {"authenticate"}:
                continue
            flow = bank.flows.get(event.flow_id)
            if flow is None or flow.is_pattern:
                continue
            skipped = kept if isinstance(event, FlowCancelled) else frozenset()
            for name in flow.resets[: flow.n_collected]:
                later = [other for other in events[index:] if isinstance(other, SlotSet) and other.name == name]
                if name not in skipped:
                    assert later
                    assert later[0].value == bank.initial_slots[name]


@settings(max_examples=150, deadline=None)
@given(CONVERSATIONS)
def test_the_log_tells_every_change_of_a_slot(bank: Assistant, inputs: list[EngineInput]) -> None:
    state = initial_state(bank)
    folded = dict(state.slots)
    for given_input in inputs:
        state, effects = step(state, given_input, bank)
        for effect in effects:
            if isinstance(effect, Emit) and isinstance(effect.event, SlotSet):
                folded[effect.event.name] = effect.event.value
        assert folded == state.slots
