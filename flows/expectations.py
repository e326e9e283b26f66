"""What the caller is expected to say: derived from the question on top of the stack."""

from __future__ import annotations

from collections.abc import Sequence

from flows.effects import Expectation
from flows.model import Assistant, expectation_for
from flows.stack import asked_slot, waits_on
from flows.state import Frame


def expectation_of(stack: Sequence[Frame], assistant: Assistant) -> Expectation:
    """Return what is expected while this stack waits."""
    waiting = waits_on(stack)
    if waiting is None:
        return Expectation()
    asking, below = waiting
    name = asked_slot(asking)
    known = assistant.expectations.get((below.flow_id, below.step_id))
    if known is not None and known.slot == name:
        return known
    slot = assistant.slots.get(str(name))
    if slot is None:
        return Expectation()
    flow = assistant.flows.get(below.flow_id)
    step = flow.by_id.get(below.step_id) if flow is not None else None
    return expectation_for(slot, below.flow_id, below.step_id, step)
