"""What understanding reads of a conversation's state: what is asked, what may be filled, what may be started.

Every stage of the cascade works on a `Situation` and never on the state, so that a stage can be tried on a
situation written by hand, and so that the engine's frames are known in one place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from flows.commands import Json
from flows.effects import Expectation
from flows.engine import active_user_flow, collectable_slots, expectation, startable_flows
from flows.model import Assistant, CollectTask, Flow, Slot
from flows.state import ConversationState


@dataclass(frozen=True, slots=True)
class Situation:
    """Where the conversation stands when the caller speaks.

    `startable` are the flows whose guard holds; `fillable` the slots of the flows on the stack that a model may
    fill, the asked one included; `values` all slots. `descriptions` has what collect steps say about their slot.
    """

    assistant: Assistant
    expectation: Expectation = field(default_factory=Expectation)
    active: Flow | None = None
    startable: tuple[Flow, ...] = ()
    fillable: tuple[Slot, ...] = ()
    values: Mapping[str, Json] = field(default_factory=dict)
    descriptions: Mapping[str, str] = field(default_factory=dict)
    offered: tuple[Flow, ...] = ()
    """The flows between which the caller was just asked to choose, in the order in which they were named; none where
    one of them can no longer be started, since places would then point elsewhere."""
    takes_everything: bool = False
    """The asking step has `force_slot_filling`: whatever is said is the value."""
    now: datetime | None = None
    """The caller's local time, from which "tomorrow" is counted; None where nobody knows it."""

    @property
    def asked(self) -> Slot | None:
        """The slot that is asked for, if one is."""
        return self.assistant.slots.get(self.expectation.slot or "")

    @property
    def is_flow_running(self) -> bool:
        """Whether there is something that the caller could cancel."""
        return self.active is not None

    def description(self, slot: Slot) -> str:
        """What the assistant's author says about `slot` where it is collected."""
        return self.descriptions.get(slot.name, "")


def read_situation(state: ConversationState, assistant: Assistant, now: datetime | None = None) -> Situation:
    """Take from the state what understanding needs; `now` is the caller's local time."""
    expected = expectation(state, assistant)
    asking = _asking_task(expected, assistant)
    startable = startable_flows(state, assistant)
    offered = tuple(flow for name in state.offered for flow in startable if flow.id == name)
    return Situation(
        assistant=assistant,
        expectation=expected,
        active=active_user_flow(state, assistant),
        startable=startable,
        fillable=tuple(slot for slot in collectable_slots(state, assistant) if slot.is_filled_by_model),
        values=state.slots,
        descriptions=slot_descriptions(assistant),
        offered=offered if len(offered) == len(state.offered) else (),
        takes_everything=asking is not None and asking.force_slot_filling,
        now=now,
    )


def slot_descriptions(assistant: Assistant) -> Mapping[str, str]:
    """What collect steps say about each slot."""
    return assistant.slot_descriptions


def _asking_task(expected: Expectation, assistant: Assistant) -> CollectTask | None:
    flow = assistant.flows.get(expected.flow_id or "")
    step = flow.by_id.get(expected.step_id or "") if flow else None
    return step.task if step is not None and isinstance(step.task, CollectTask) else None
