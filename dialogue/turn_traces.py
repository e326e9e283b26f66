"""What came of each turn of a log, for comparing two conversations turn by turn. Pure.

Turn 0 is what happened before the caller said anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dialogue.events import ActionFailed, ActionReturned, AssistantSaid, DialogueEvent, UserSaid
from dialogue.understanding.parsing import format_command
from flows.commands import Command, HandleCodeChange, Json, SessionEnd
from flows.events import FlowStarted, SlotSet


@dataclass(frozen=True, slots=True)
class TurnTrace:
    """What came of one turn (number 0 is the greeting). Commands are in the format's syntax."""

    number: int
    user: str
    commands: tuple[str, ...]
    said: tuple[str, ...]
    slots: tuple[tuple[str, Json], ...]
    flows: tuple[str, ...]
    actions: tuple[str, ...]


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
    """Return what came of one turn that was understood anew: its commands are those that were proposed."""
    said = next((event for event in events if isinstance(event, UserSaid)), None)
    commands = () if said is None else tuple(one for one in said.commands if not isinstance(one, HandleCodeChange))
    return trace_of(number, "" if said is None else said.text, commands, events)


def trace_of(number: int, user: str, commands: Sequence[Command], events: Sequence[DialogueEvent]) -> TurnTrace:
    """Return what came of one turn, of which the commands are known: in the order of its events."""
    slots = {event.name: event.value for event in events if isinstance(event, SlotSet)}
    return TurnTrace(
        number,
        user,
        tuple(format_command(command) for command in commands),
        tuple(event.text for event in events if isinstance(event, AssistantSaid)),
        tuple(slots.items()),
        tuple(event.flow_id for event in events if isinstance(event, FlowStarted)),
        tuple(event.name for event in events if isinstance(event, ActionReturned | ActionFailed)),
    )
