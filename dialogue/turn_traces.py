"""What came of each turn of a log, for comparing two conversations turn by turn. Pure.

Turn 0 is what happened before the caller said anything. Commands are as they were proposed: what is compared here was
understood anew.
"""

from __future__ import annotations

from collections.abc import Sequence

from dialogue.events import ActionFailed, ActionReturned, AssistantSaid, DialogueEvent, UserSaid
from dialogue.replaying import TurnTrace
from dialogue.understanding.parsing import format_command
from flows.commands import HandleCodeChange, SessionEnd
from flows.events import FlowStarted, SlotSet


def turns_of(events: Sequence[DialogueEvent]) -> list[list[DialogueEvent]]:
    """Cut a log into its turns, each of which begins with what the caller said; the first with nothing."""
    turns: list[list[DialogueEvent]] = [[]]
    for event in events:
        if isinstance(event, UserSaid):
            if SessionEnd() in event.commands:
                break
            turns.append([])
        turns[-1].append(event)
    return turns


def trace_of_turn(number: int, events: Sequence[DialogueEvent]) -> TurnTrace:
    """Return what came of one turn."""
    said = next((event for event in events if isinstance(event, UserSaid)), None)
    commands = () if said is None else tuple(one for one in said.commands if not isinstance(one, HandleCodeChange))
    slots = {event.name: event.value for event in events if isinstance(event, SlotSet)}
    return TurnTrace(
        number,
        "" if said is None else said.text,
        tuple(format_command(command) for command in commands),
        tuple(event.text for event in events if isinstance(event, AssistantSaid)),
        tuple(slots.items()),
        tuple(event.flow_id for event in events if isinstance(event, FlowStarted)),
        tuple(event.name for event in events if isinstance(event, ActionReturned | ActionFailed)),
    )
