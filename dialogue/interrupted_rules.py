"""The rule of clean-up for the question which of several interrupted flows to go back to."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from dialogue.cleanup_situation import Commands, Situation
from flows.commands import Command, SetSlot
from flows.stack import interrupted_roots

WHICH_TO_CONTINUE: Final = "interrupted_flow_to_continue"
_NO_FLOW: Final = {"none", "null", "no", "neither", "none of them"}


def say_which_flow_to_continue(commands: Commands, situation: Situation) -> Commands:
    """The answer to "which of these would you like to go back to?" is one of them or "none"; else it is asked again."""
    if not any(isinstance(command, SetSlot) and command.name == WHICH_TO_CONTINUE for command in commands):
        return commands
    flows = situation.assistant.flows
    named = [flows[frame.flow_id] for frame in interrupted_roots(situation.state.stack) if frame.flow_id in flows]
    known = {name.lower(): name for flow in named for name in (flow.id, flow.name)}
    kept: list[Command] = []
    for command in commands:
        if isinstance(command, SetSlot) and command.name == WHICH_TO_CONTINUE:
            said = str(command.value).strip().lower()
            if said in _NO_FLOW:
                command = replace(command, value="none")
            elif said not in known and flows["pattern_continue_interrupted"].is_default:
                continue
        kept.append(command)
    return tuple(kept)
