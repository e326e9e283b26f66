"""Clean-up: from the commands that understanding proposes to those that the flow engine may carry out.

A model proposes what it likes: flows that may not start, values that are already there, values in words. Each rule
below is one function from commands to commands, and `clean_up` applies them in the order of the format's reference
(section 4.3), with three exceptions that its own text demands: a step that forces its slot hides everything else
before any rule looks, what a model may not fill is gone before filled slots are compared, and a clarification with
one option has become the start of a flow before slots are looked at that only a starting flow opens.

When nothing is left the caller still gets an answer: the question again while one is asked (the engine does that
with no commands at all), otherwise CannotHandle.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

from dialogue.classifier_rules import (
    drop_values_for_other_flows,
    keep_one_value_a_slot,
    keep_what_a_classifier_heard,
    keep_what_a_classifier_starts,
)
from dialogue.cleanup_situation import Commands, Situation
from dialogue.interrupted_rules import WHICH_TO_CONTINUE, say_which_flow_to_continue
from dialogue.small_talk import refuse_small_talk
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
    Json,
    KnowledgeAnswer,
    Restart,
    SessionEnd,
    SessionStart,
    SetSlot,
    SkipQuestion,
    StartFlow,
    UserSilence,
)
from flows.engine import active_user_flow, is_startable
from flows.model import Assistant, CollectTask
from flows.reactions import pattern_of
from flows.stack import CANCEL, asked_slot, waits_on
from flows.state import ConversationState
from flows.values import Misfit, fitted

DEFAULT_CLARIFICATION_OPTIONS = 3
"""Options of a clarification when the slot `max_clarification_options` says nothing."""
_NONE: frozenset[str] = frozenset()
_ANSWERED_BY_PATTERNS = (SkipQuestion(), KnowledgeAnswer(), ChitChat(), HumanHandoff(), Restart())
_PATTERNS: dict[type, str] = {
    CancelFlow: CANCEL,
    **{type(command): pattern_of(command) for command in _ANSWERED_BY_PATTERNS},
}
"""Patterns that ask things of their own in many assistants: a caller may answer ahead."""
_NOT_SPEECH = (SessionStart, SessionEnd, Restart, UserSilence, Failed, HandleCodeChange)


def clean_up(
    commands: Sequence[Command], state: ConversationState, assistant: Assistant, *, is_payload: bool = False
) -> Commands:
    """Return the commands to carry out, in the order heard; see the module for the rules."""
    is_button = is_payload and any(isinstance(c, SetSlot) and c.extractor == "payload" for c in commands)
    situation = Situation(state, assistant, is_payload, is_button)
    cleaned: Commands = tuple(commands)
    answer = plain_answer(cleaned, situation) if len(cleaned) == 1 else None
    if answer is not None:
        return (answer,)
    kinds = {type(command) for command in cleaned}
    for rule, about in RULES:
        if about and about.isdisjoint(kinds):
            continue
        before, cleaned = cleaned, rule(cleaned, situation)
        if cleaned is not before:
            kinds = {type(command) for command in cleaned}
    return cleaned


def plain_answer(commands: Commands, situation: Situation) -> SetSlot | None:
    """Return the value of a turn that only answers the open question: most turns do, and no rule changes them."""
    command = commands[0]
    if not isinstance(command, SetSlot) or command.extractor == "payload" or command.only_in:
        return None
    name = command.name
    if name != _asked_slot(situation) or name == WHICH_TO_CONTINUE or situation.state.slots.get(name) is not None:
        return None
    slot = situation.assistant.slots.get(name)
    if slot is None or not slot.is_filled_by_model:
        return None
    answer = _typed(command, situation)
    return answer if answer.value is not None and str(answer.value) != "None" else None


def force_slot_filling(commands: Commands, situation: Situation) -> Commands:
    """Rule 9: while a step that forces its slot asks, only that slot's values count."""
    slot = _forced_slot(situation)
    if slot is None:
        return commands
    return tuple(
        command
        for command in commands
        if isinstance(command, _NOT_SPEECH) or (isinstance(command, SetSlot) and command.name == slot)
    )


def drop_slots_closed_to_models(commands: Commands, situation: Situation) -> Commands:
    """Rule 6: a model may not set a slot that the domain does not have or fills from elsewhere."""

    def is_open(command: Command) -> bool:
        if not isinstance(command, SetSlot):
            return True
        slot = situation.assistant.slots.get(command.name)
        if slot is None:
            return False
        if command.extractor == "payload":
            return slot.type != "list"
        return slot.is_filled_by_model or command.extractor == "nlu"

    kept = tuple(command for command in commands if is_open(command))
    if len(kept) == len(commands):
        return commands
    is_left_by_model = any(_is_from_model(command) and not is_open(command) for command in commands)
    return (CannotHandle(),) if is_left_by_model and not kept else kept


def give_values_their_type(commands: Commands, situation: Situation) -> Commands:
    """Values heard are text; give them their slot's type. What does not fit stays for the engine to refuse."""
    return tuple(_typed(command, situation) if isinstance(command, SetSlot) else command for command in commands)


def drop_values_already_there(commands: Commands, situation: Situation) -> Commands:
    """Rule 1: a value that equals the current one says nothing new (compared as text)."""
    freed, slots = _freed_slots(commands, situation), situation.state.slots
    return tuple(
        command
        for command in commands
        if not isinstance(command, SetSlot)
        or command.name in freed
        or str(command.value) != str(slots.get(command.name))
    )


def drop_flows_that_may_not_start(commands: Commands, situation: Situation) -> Commands:
    """Rule 2: a flow must be startable and not active; asking for it twice is asking once.

    An intent sent as a payload starts its flow whatever the guard says.
    """
    active = _active_flows(situation)
    kept: list[Command] = []
    for command in commands:
        if isinstance(command, CancelFlow):
            active = frozenset()  # what is cancelled may be started anew
        elif isinstance(command, StartFlow) and (
            command.flow in active or command in kept or not _may_start(command.flow, situation)
        ):
            continue
        kept.append(command)
    return tuple(kept)


def clarify_several_starts(commands: Commands, situation: Situation) -> Commands:
    """Rule 5: an assistant may want to be told which of several flows to begin with, where none is active."""
    starts = tuple(command.flow for command in commands if isinstance(command, StartFlow))
    if len(starts) < 2 or not situation.assistant.clarifies_starts:
        return commands
    if active_user_flow(situation.state, situation.assistant) is not None:
        return commands
    return (Clarify(starts[: _most_options(situation)]),)


def drop_slots_of_other_flows(commands: Commands, situation: Situation) -> Commands:
    """Rules 10 and 11: a slot that some flow collects is set only while such a flow runs, starts or is linked.

    What is being asked may always be answered.
    """
    groups = _open_slots(commands, situation)
    collected, asked = situation.assistant.collected, _asked_slot(situation)
    return tuple(
        command
        for command in commands
        if not isinstance(command, SetSlot)
        or command.name not in collected
        or command.name == asked
        or _is_in(command.name, groups)
    )


def turn_changes_into_corrections(commands: Commands, situation: Situation) -> Commands:
    """Rule 3: new values of filled slots are one correction, in the place of the first."""
    freed = _freed_slots(commands, situation)
    asked = _asked_slot(situation)
    corrections: list[tuple[str, Json]] = []
    kept: list[Command] = []
    place = 0
    for command in commands:
        if (
            isinstance(command, SetSlot)
            and command.name != asked
            and command.name not in freed
            and situation.state.slots.get(command.name) is not None
            and _is_in(command.name, _open_slots(commands, situation))
        ):
            place = place if corrections else len(kept)
            corrections.append((command.name, command.value))
        else:
            kept.append(command)
    if corrections:
        kept.insert(place, CorrectSlots(tuple(corrections)))
    return tuple(kept)


def settle_clarifications(commands: Commands, situation: Situation) -> Commands:
    """Rule 4: one option is a start; more are capped. Options that may not start are not offered."""
    active = _active_flows(situation)
    settled: list[Command] = []
    for command in commands:
        if not isinstance(command, Clarify):
            settled.append(command)
            continue
        offered = tuple(dict.fromkeys(o for o in command.options if o in active or _is_offered(o, situation)))
        if len(offered) != 1:
            settled.append(Clarify(offered[: _most_options(situation)]))
        elif offered[0] not in active:
            settled.append(StartFlow(offered[0]))
    return tuple(settled)


def drop_what_others_overrule(commands: Commands, _situation: Situation) -> Commands:
    """Rule 11: clarifying and not understanding give way to anything else; one cancellation is enough."""
    useful = [command for command in commands if not isinstance(command, (CannotHandle, Clarify))]
    if useful:
        return tuple(
            command
            for index, command in enumerate(useful)
            if not isinstance(command, CancelFlow) or command not in useful[:index]
        )
    clarifying: Commands = tuple(command for command in commands if isinstance(command, Clarify))
    return (clarifying or commands)[:1]


def drop_cancelling_nothing(commands: Commands, situation: Situation) -> Commands:
    """With nothing going on there is nothing to cancel."""
    if situation.state.stack:
        return commands
    return tuple(command for command in commands if not isinstance(command, CancelFlow))


def answer_something(commands: Commands, situation: Situation) -> Commands:
    """With no command left and no question asked the caller would hear silence: say that it was not understood."""
    if commands or situation.state.stack or situation.is_button:
        return commands
    return (CannotHandle(),)


Rule: TypeAlias = Callable[[Commands, Situation], Commands]
RULES: tuple[tuple[Rule, frozenset[type]], ...] = (
    (force_slot_filling, frozenset()),
    (drop_slots_closed_to_models, frozenset({SetSlot})),
    (say_which_flow_to_continue, frozenset({SetSlot})),
    (give_values_their_type, frozenset({SetSlot})),
    (drop_values_for_other_flows, frozenset({SetSlot})),
    (keep_one_value_a_slot, frozenset({SetSlot})),
    (drop_values_already_there, frozenset({SetSlot})),
    (keep_what_a_classifier_heard, frozenset({SetSlot})),
    (settle_clarifications, frozenset({Clarify})),
    (drop_flows_that_may_not_start, frozenset({StartFlow})),
    (keep_what_a_classifier_starts, frozenset({StartFlow})),
    (clarify_several_starts, frozenset({StartFlow})),
    (drop_slots_of_other_flows, frozenset({SetSlot})),
    (turn_changes_into_corrections, frozenset({SetSlot})),
    (refuse_small_talk, frozenset({ChitChat})),
    (drop_what_others_overrule, frozenset({CannotHandle, Clarify, CancelFlow})),
    (drop_cancelling_nothing, frozenset({CancelFlow})),
    (answer_something, frozenset()),
)
"""The rules in order, each with the commands that it is about; without any it always applies."""


def _typed(command: SetSlot, situation: Situation) -> SetSlot:
    try:
        value = fitted(situation.assistant.slots[command.name], command.value)
    except Misfit:
        return command
    return command if value is command.value else replace(command, value=value)


def _is_from_model(command: Command) -> bool:
    return isinstance(command, SetSlot) and command.extractor != "payload"


def _asked_slot(situation: Situation) -> str | None:
    """Return the slot that is being asked for."""
    waiting = waits_on(situation.state.stack)
    return asked_slot(waiting[0]) if waiting is not None else None


def _forced_slot(situation: Situation) -> str | None:
    """Return the slot that the asking step forces, if it does."""
    waiting = waits_on(situation.state.stack)
    flow = situation.assistant.flows.get(waiting[1].flow_id) if waiting else None
    step = flow.by_id.get(waiting[1].step_id) if flow and waiting else None
    if step is None or not isinstance(step.task, CollectTask) or not step.task.force_slot_filling:
        return None
    return step.task.slot


def _is_offered(flow_id: str, situation: Situation) -> bool:
    return is_startable(flow_id, situation.state, situation.assistant)


def _may_start(flow_id: str, situation: Situation) -> bool:
    if situation.is_payload:
        return flow_id in situation.assistant.flows
    return is_startable(flow_id, situation.state, situation.assistant) or flow_id in _flows_on_stack(situation)


def _active_flows(situation: Situation) -> frozenset[str]:
    """Return the active flow and those that called it."""
    active: list[str] = []
    for frame in reversed(situation.state.stack):
        if frame.kind == "pattern":
            if frame.flow_id == "pattern_continue_interrupted":
                return frozenset()  # the flows below wait for a yes: naming one is that yes
            continue
        active.append(frame.flow_id)
        if frame.kind != "call":
            break
    return frozenset(active)


def _flows_on_stack(situation: Situation) -> frozenset[str]:
    return frozenset(frame.flow_id for frame in situation.state.stack if frame.kind != "pattern")


def _open_slots(commands: Commands, situation: Situation) -> list[frozenset[str]]:
    """Return the slots asked for by flows that run, that start in this turn, or that these call or link to."""
    open_slots = situation.assistant.open_slots
    flow_ids = [frame.flow_id for frame in situation.state.stack]
    for command in commands:
        if isinstance(command, StartFlow):
            flow_ids.append(command.flow)
        elif type(command) in _PATTERNS:
            flow_ids.append(_PATTERNS[type(command)])
    return [open_slots[flow_id] for flow_id in flow_ids if flow_id in open_slots]


def _is_in(name: str, groups: Sequence[frozenset[str]]) -> bool:
    for group in groups:  # noqa: SIM110 - in every turn, and a generator costs more than what it looks at
        if name in group:
            return True
    return False


def _freed_slots(commands: Commands, situation: Situation) -> frozenset[str]:
    """Return the slots that a cancellation in this turn empties."""
    active = active_user_flow(situation.state, situation.assistant)
    if active is None or not any(isinstance(command, CancelFlow) for command in commands):
        return _NONE
    roots = [situation.assistant.flows[flow_id] for flow_id in _active_flows(situation)]
    return frozenset(slot for flow in (active, *roots) for slot in flow.resets)


def _most_options(situation: Situation) -> int:
    most = situation.state.slots.get("max_clarification_options")
    return int(most) if isinstance(most, (int, float)) and most >= 1 else DEFAULT_CLARIFICATION_OPTIONS
