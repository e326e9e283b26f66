"""Clean-up: from the commands that understanding proposes to those that the flow engine may carry out.

A model proposes what it likes: flows that may not start, values that are already there, values in words. Each rule
below is one function from commands to commands, and `clean_up` applies them in the order of the format's reference
(section 4.3), with two exceptions that its own text demands: a step that forces its slot hides everything else
before any rule looks, and what a model may not fill is gone before filled slots are compared.

When nothing is left the caller still gets an answer: the question again while one is asked (the engine does that
with no commands at all), otherwise CannotHandle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from flows.commands import (
    CancelFlow,
    CannotHandle,
    ChitChat,
    Clarify,
    Command,
    CorrectSlots,
    Failed,
    HandleCodeChange,
    Json,
    Restart,
    SessionEnd,
    SessionStart,
    SetSlot,
    StartFlow,
    UserSilence,
)
from flows.engine import active_user_flow, collectable_slots, expectation, startable_flows
from flows.model import ActionTask, Assistant, CollectTask, LinkTask, Slot
from flows.state import ConversationState
from flows.values import Misfit, fitted

Commands: TypeAlias = tuple[Command, ...]

DEFAULT_CLARIFICATION_OPTIONS = 3
"""Options of a clarification when the slot `max_clarification_options` says nothing."""
CHITCHAT_POLICY = "IntentlessPolicy"
_NOT_SPEECH = (SessionStart, SessionEnd, Restart, UserSilence, Failed, HandleCodeChange)


@dataclass(frozen=True, slots=True)
class Situation:
    """What the rules look at. `is_payload`: the turn was a payload, which no model stands behind."""

    state: ConversationState
    assistant: Assistant
    is_payload: bool = False


def clean_up(
    commands: Sequence[Command], state: ConversationState, assistant: Assistant, *, is_payload: bool = False
) -> Commands:
    """Return the commands to carry out, in the order heard; see the module for the rules."""
    situation = Situation(state, assistant, is_payload)
    cleaned: Commands = tuple(commands)
    for rule in RULES:
        cleaned = rule(cleaned, situation)
    return cleaned


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
    is_left_by_model = any(_is_from_model(command) and not is_open(command) for command in commands)
    return (CannotHandle(),) if is_left_by_model and not kept else kept


def give_values_their_type(commands: Commands, situation: Situation) -> Commands:
    """Values heard are text; give them their slot's type. What does not fit stays for the engine to refuse."""
    slots = situation.assistant.slots
    return tuple(
        replace(command, value=_fitted(command.value, slots[command.name])) if isinstance(command, SetSlot) else command
        for command in commands
    )


def keep_one_value_a_slot(commands: Commands, _situation: Situation) -> Commands:
    """Of several values for a slot the last one heard counts; what a trained classifier heard beats a model."""
    winners: dict[str, int] = {}
    for index, command in enumerate(commands):
        if isinstance(command, SetSlot):
            before = commands[winners[command.name]] if command.name in winners else None
            if not (isinstance(before, SetSlot) and before.extractor == "nlu" and command.extractor != "nlu"):
                winners[command.name] = index
    return tuple(
        command
        for index, command in enumerate(commands)
        if not isinstance(command, SetSlot) or winners[command.name] == index
    )


def drop_values_already_there(commands: Commands, situation: Situation) -> Commands:
    """Rule 1: a value that equals the current one says nothing new (compared as text)."""
    return tuple(
        command
        for command, is_freed in _with_freed_slots(commands, situation)
        if not isinstance(command, SetSlot)
        or is_freed
        or str(command.value) != str(situation.state.slots.get(command.name))
    )


def drop_flows_that_may_not_start(commands: Commands, situation: Situation) -> Commands:
    """Rule 2: a flow must be startable and not active; asking for it twice is asking once.

    An intent sent as a payload starts its flow whatever the guard says.
    """
    startable = {flow.id for flow in startable_flows(situation.state, situation.assistant)}
    if situation.is_payload:
        startable |= situation.assistant.flows.keys()
    active = _active_flows(situation)
    kept: list[Command] = []
    for command in commands:
        if isinstance(command, CancelFlow):
            active = frozenset()  # what is cancelled may be started anew
        elif isinstance(command, StartFlow):
            is_known = command.flow in startable or command.flow in _flows_on_stack(situation)
            if not is_known or command.flow in active or command in kept:
                continue
        kept.append(command)
    return tuple(kept)


def drop_slots_of_other_flows(commands: Commands, situation: Situation) -> Commands:
    """Rules 10 and 11: a slot that some flow collects is set only while such a flow runs, starts or is linked."""
    open_slots = _collected_slots(commands, situation)
    elsewhere = {slot for flow in situation.assistant.flows.values() for slot in flow.collected} - open_slots
    return tuple(command for command in commands if not isinstance(command, SetSlot) or command.name not in elsewhere)


def turn_changes_into_corrections(commands: Commands, situation: Situation) -> Commands:
    """Rule 3: new values of filled slots are one correction, in the place of the first."""
    collected = _collected_slots(commands, situation)
    asked = expectation(situation.state, situation.assistant).slot
    corrections: list[tuple[str, Json]] = []
    kept: list[Command] = []
    place = 0
    for command, is_freed in _with_freed_slots(commands, situation):
        if (
            isinstance(command, SetSlot)
            and command.name in collected
            and command.name != asked
            and not is_freed
            and situation.state.slots.get(command.name) is not None
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
    startable = {flow.id for flow in startable_flows(situation.state, situation.assistant)}
    active = _active_flows(situation)
    settled: list[Command] = []
    for command in commands:
        if not isinstance(command, Clarify):
            settled.append(command)
            continue
        offered = tuple(dict.fromkeys(o for o in command.options if o in startable or o in active))
        if len(offered) != 1:
            settled.append(Clarify(offered[: _most_options(situation)]))
        elif offered[0] not in active:
            settled.append(StartFlow(offered[0]))
    return tuple(settled)


def refuse_small_talk(commands: Commands, situation: Situation) -> Commands:
    """Rule 7: small talk needs a flow of the assistant's own, or a policy, that can answer it."""
    if _can_chat(situation.assistant):
        refused = commands
    else:
        refusal = CannotHandle("cannot_handle_chitchat")
        refused = tuple(refusal if isinstance(command, ChitChat) else command for command in commands)
    return tuple(
        command
        for index, command in enumerate(refused)
        if not isinstance(command, ChitChat) or command not in refused[:index]
    )


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
    return commands if commands or situation.state.stack else (CannotHandle(),)


Rule: TypeAlias = Callable[[Commands, Situation], Commands]
RULES: tuple[Rule, ...] = (
    force_slot_filling,
    drop_slots_closed_to_models,
    give_values_their_type,
    keep_one_value_a_slot,
    drop_values_already_there,
    drop_flows_that_may_not_start,
    drop_slots_of_other_flows,
    turn_changes_into_corrections,
    settle_clarifications,
    refuse_small_talk,
    drop_what_others_overrule,
    drop_cancelling_nothing,
    answer_something,
)


def _fitted(value: Json, slot: Slot) -> Json:
    try:
        return fitted(slot, value)
    except Misfit:
        return value


def _is_from_model(command: Command) -> bool:
    return isinstance(command, SetSlot) and command.extractor != "payload"


def _forced_slot(situation: Situation) -> str | None:
    """Return the slot that the asking step forces, if it does."""
    asking = expectation(situation.state, situation.assistant)
    flow = situation.assistant.flows.get(asking.flow_id or "")
    step = flow.by_id.get(asking.step_id or "") if flow else None
    if step is None or not isinstance(step.task, CollectTask) or not step.task.force_slot_filling:
        return None
    return step.task.slot


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


def _collected_slots(commands: Commands, situation: Situation) -> frozenset[str]:
    """Return the slots asked for by flows that run, that start in this turn, or that these link to."""
    assistant = situation.assistant
    running = [frame.flow_id for frame in situation.state.stack]
    starting = [command.flow for command in commands if isinstance(command, StartFlow)]
    options = [o for command in commands if isinstance(command, Clarify) for o in command.options[:1]]
    reached = _with_linked(assistant, [*running, *starting, *options])
    of_flows = {slot for flow_id in reached for slot in assistant.flows[flow_id].all_collected}
    on_stack = {slot.name for slot in collectable_slots(situation.state, assistant)}
    return frozenset(of_flows | on_stack)


def _with_linked(assistant: Assistant, flow_ids: Sequence[str]) -> frozenset[str]:
    found: set[str] = set()
    waiting = [flow_id for flow_id in flow_ids if flow_id in assistant.flows]
    while waiting:
        flow_id = waiting.pop()
        if flow_id in found:
            continue
        found.add(flow_id)
        tasks = (step.task for step in assistant.flows[flow_id].steps)
        waiting += [t.flow_id for t in tasks if isinstance(t, LinkTask) and t.flow_id in assistant.flows]
    return frozenset(found)


def _with_freed_slots(commands: Commands, situation: Situation) -> Iterator[tuple[Command, bool]]:
    """Yield each command with whether its slot is about to be emptied by a cancellation heard before it."""
    active = active_user_flow(situation.state, situation.assistant)
    freed: frozenset[str] = frozenset()
    for command in commands:
        if isinstance(command, CancelFlow) and active is not None:
            roots = [situation.assistant.flows[flow_id] for flow_id in _active_flows(situation)]
            freed = frozenset(slot for flow in (active, *roots) for slot in flow.resets)
        yield command, isinstance(command, SetSlot) and command.name in freed


def _most_options(situation: Situation) -> int:
    most = situation.state.slots.get("max_clarification_options")
    return int(most) if isinstance(most, (int, float)) and most >= 1 else DEFAULT_CLARIFICATION_OPTIONS


def _can_chat(assistant: Assistant) -> bool:
    policies = assistant.config.get("policies") or ()
    if any(isinstance(policy, Mapping) and CHITCHAT_POLICY in str(policy.get("name")) for policy in policies):
        return True
    pattern = assistant.flows.get("pattern_chitchat")
    if pattern is None or pattern.is_default:
        return False
    tasks = [step.task for step in pattern.steps]
    return not any(isinstance(task, ActionTask) and task.name == "action_trigger_chitchat" for task in tasks)
