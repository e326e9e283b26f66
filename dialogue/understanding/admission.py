"""Which of a model's commands count: those that name what was offered, whatever the model or a server wrote.

The grammar already admits nothing else. This holds where a server ignored the grammar, where a line was cut short,
and where a caller's words try to be commands. Taken one by one, so that a command counts before the next is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dialogue.understanding.fast_path.control import hand_over
from dialogue.understanding.grammar import allowed_slots
from dialogue.understanding.naming import slots_of
from dialogue.understanding.normalising import normalised
from dialogue.understanding.situation import Situation
from flows.commands import (
    CancelFlow,
    CannotHandle,
    ChitChat,
    Clarify,
    Command,
    HumanHandoff,
    KnowledgeAnswer,
    RepeatLastBotMessages,
    SetSlot,
    SkipQuestion,
    StartFlow,
)
from flows.model import Flow, Slot

MAX_COMMANDS = 8
MAX_OPTIONS = 3


class Admission:
    """Admits the commands of one completion, in order."""

    def __init__(self, situation: Situation, offered: Sequence[Flow]) -> None:
        self._situation = situation
        self._flows = {flow.id: flow for flow in offered}
        self._fillable = {slot.name: slot for slot in allowed_slots(situation)}
        self._admitted: list[Command] = []
        self._is_closed = False

    @property
    def commands(self) -> tuple[Command, ...]:
        """What was admitted so far."""
        return tuple(self._admitted)

    @property
    def is_complete(self) -> bool:
        """Whether nothing that the model may still write could count."""
        return self._is_closed or len(self._admitted) >= MAX_COMMANDS

    def admit(self, command: Command) -> tuple[Command, ...]:
        """Return what the command comes to: itself, its like in this assistant, or nothing."""
        if self.is_complete:
            return ()
        kept = tuple(one for one in self._meant(command) if one not in self._admitted)
        self._admitted += kept
        return kept

    def _meant(self, command: Command) -> tuple[Command, ...]:
        match command:
            case StartFlow(flow=flow_id):
                return self._started(flow_id)
            case SetSlot(name=name):
                slot = self._fillable.get(name)
                return (_as_wanted(command, slot, self._situation),) if slot and command.value is not None else ()
            case CancelFlow():
                return (command,) if self._situation.is_flow_running else ()
            case CannotHandle():
                self._is_closed = not self._admitted
                return ()
            case _:
                return self._alone(command)

    def _started(self, flow_id: str) -> tuple[Command, ...]:
        if flow_id not in self._flows:
            return ()
        self._fillable |= {slot.name: slot for slot in slots_of(self._flows[flow_id], self._situation.assistant)}
        return (StartFlow(flow_id),)

    def _alone(self, command: Command) -> tuple[Command, ...]:
        """Commands behind which nothing follows, and which follow on nothing."""
        if self._admitted:
            return ()
        match command:
            case Clarify(options=options):
                known = tuple(dict.fromkeys(option for option in options if option in self._flows))[:MAX_OPTIONS]
                self._is_closed = len(known) > 1
                return (Clarify(known),) if len(known) > 1 else ()
            case SkipQuestion() if self._situation.asked is None:
                return ()
            case HumanHandoff():
                self._is_closed = True
                return hand_over(self._situation)
            case SkipQuestion() | RepeatLastBotMessages() | KnowledgeAnswer() | ChitChat():
                self._is_closed = True
                return (command,)
            case _:
                return ()


def admitted(proposed: Sequence[Command], situation: Situation, offered: Sequence[Flow]) -> tuple[Command, ...]:
    """Return what counts of `proposed`."""
    admission = Admission(situation, offered)
    for command in proposed:
        admission.admit(command)
    return admission.commands


def _as_wanted(command: SetSlot, slot: Slot, situation: Situation) -> SetSlot:
    """Write a value as every stage does: "eight three one" as "831", an address as a form wants it."""
    # Which half of a day is meant is settled by now: "11:00" that was "eleven in the morning" is not asked about again.
    value = normalised(slot, command.value, description=situation.description(slot), now=situation.now)
    return command if value == command.value else replace(command, value=value)
