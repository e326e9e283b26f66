"""Inputs of the flow engine: what the outside tells it, already decided and recorded as events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from flows.commands import Command, Json


@dataclass(frozen=True, slots=True)
class CommandsReceived:
    """The caller's turn, as commands after clean-up, in the order heard."""

    commands: tuple[Command, ...] = ()


@dataclass(frozen=True, slots=True)
class ActionDone:
    """A custom action ran to its end.

    `slots` are its slot events in order, stored as they are. `followup` names an action to run before the flow
    goes on. `session_ended` stops the turn and ends the call. `restarts`: it asked to forget everything.
    `result` is what a tool gave back, from which the step takes slots; None where no tool ran, or a stub stood for it.
    """

    name: str
    slots: tuple[tuple[str, Json], ...] = ()
    followup: str | None = None
    session_ended: bool = False
    restarts: bool = False
    result: Mapping[str, Json] | None = None


@dataclass(frozen=True, slots=True)
class ActionBroke:
    """A custom action failed: the active flow is cancelled and pattern_internal_error runs."""

    name: str
    reason: str = ""


EngineInput: TypeAlias = CommandsReceived | ActionDone | ActionBroke
