"""Actions that run at every turn of the caller, before its commands are carried out. Pure: says which, and what of it.

A slot filled by an action names it in its mapping (`run_action_every_turn`, or `action` of the older type `custom`),
with the conditions under which it applies. After them comes `action_validate_slot_mappings`, where an assistant has it,
which sees the slots that they have set. Of what they give back only slots and words count: nothing of the flows runs
yet, so that there is nothing to go on with, and a failure leaves the turn as it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from dialogue.actions.results import slots_set
from dialogue.events import ActionReturned
from flows.commands import Command, Json, SessionEnd, SessionStart
from flows.engine import active_user_flow
from flows.events import ActionExecuted, FlowEvent, SlotSet
from flows.model import Assistant, Mapped
from flows.slot_values import SlotValues
from flows.state import ConversationState

VALIDATE_ALL: Final = "action_validate_slot_mappings"
_NEVER: Final = ""
_BY_ACTIONS: Final = ("controlled", "custom")


@dataclass(frozen=True, slots=True)
class EveryTurn:
    """An action of every turn. `flows` are those in which it applies, None for "when no flow runs"; empty: always."""

    action: str
    flows: frozenset[str | None] = frozenset()


def every_turn_actions(assistant: Assistant) -> tuple[EveryTurn, ...]:
    """Return the actions that run at every turn, in the order of the slots that they fill. Read once, it takes a look
    at every slot."""
    found: dict[EveryTurn, None] = {}
    for slot in assistant.slots.values():
        for mapping in slot.mappings:
            action = mapping.options.get("run_action_every_turn") or mapping.options.get("action")
            if mapping.kind in _BY_ACTIONS and isinstance(action, str) and action:
                found[EveryTurn(action, _flows(mapping))] = None
    if VALIDATE_ALL in assistant.custom_actions:
        found[EveryTurn(VALIDATE_ALL)] = None
    return tuple(found)


def actions_due(
    actions: tuple[EveryTurn, ...], commands: tuple[Command, ...], state: ConversationState, assistant: Assistant
) -> tuple[str, ...]:
    """Return the names of the actions that run before these commands, each once."""
    if not actions or any(isinstance(command, SessionStart | SessionEnd) for command in commands):
        return ()
    flow = active_user_flow(state, assistant)
    running = None if flow is None else flow.id
    return tuple(dict.fromkeys(one.action for one in actions if not one.flows or running in one.flows))


def stored(
    state: ConversationState, returned: ActionReturned, assistant: Assistant
) -> tuple[ConversationState, tuple[FlowEvent, ...]]:
    """Return the state with the slots that the action set, as they are, and the events of that."""
    values = SlotValues.of(state.slots, assistant.initial_slots)
    events: list[FlowEvent] = [ActionExecuted(returned.name)]
    for name, value in slots_set(returned, assistant):
        values.put(name, value)
        events.append(SlotSet(name, value))
    return replace(state, slots=values), tuple(events)


def _flows(mapping: Mapped) -> frozenset[str | None]:
    conditions = mapping.options.get("conditions")
    given = [item for item in (conditions if isinstance(conditions, list | tuple) else ()) if isinstance(item, Mapping)]
    if any(condition.get("active_loop", "") is None for condition in given):
        return frozenset()  # "while no form runs": here none ever does
    return frozenset(_flow(condition) for condition in given)


def _flow(condition: Mapping[str, Json]) -> str | None:
    """Return the flow that a condition names; one that names a form never holds."""
    if "active_flow" not in condition:
        return _NEVER
    flow = condition["active_flow"]
    return None if flow is None else str(flow)
