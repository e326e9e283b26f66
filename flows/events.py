"""Events of the flow engine: what happened in a conversation. Folded in order they give its state."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from flows.commands import Json


@dataclass(frozen=True, slots=True)
class FlowStarted:
    flow_id: str


@dataclass(frozen=True, slots=True)
class FlowInterrupted:
    flow_id: str
    step_id: str


@dataclass(frozen=True, slots=True)
class FlowResumed:
    flow_id: str
    step_id: str


@dataclass(frozen=True, slots=True)
class FlowCompleted:
    flow_id: str
    step_id: str


@dataclass(frozen=True, slots=True)
class FlowCancelled:
    flow_id: str
    step_id: str


@dataclass(frozen=True, slots=True)
class StepEntered:
    """A step became the active one: what a canvas lights up."""

    flow_id: str
    step_id: str


@dataclass(frozen=True, slots=True)
class SlotSet:
    """A slot got a value. `by` is who set it, where that was neither the flow nor an action: `designer`."""

    name: str
    value: Json
    by: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ActionExecuted:
    """An action or a response action ran to its end."""

    name: str


FlowEvent: TypeAlias = (
    FlowStarted | FlowInterrupted | FlowResumed | FlowCompleted | FlowCancelled | StepEntered | SlotSet | ActionExecuted
)
