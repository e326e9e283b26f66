"""What the caller is expected to say: derived from the question on top of the stack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from flows.effects import Expectation, ExpectationKind
from flows.model import Assistant, SlotType
from flows.stack import waits_on
from flows.state import Frame

_KINDS: Final[Mapping[SlotType, ExpectationKind]] = {
    "bool": "yes_no",
    "categorical": "category",
    "strict_categorical": "category",
    "float": "number",
}


def expectation_of(stack: Sequence[Frame], assistant: Assistant) -> Expectation:
    """Return what is expected while this stack waits."""
    waiting = waits_on(stack)
    if waiting is None:
        return Expectation()
    asking, below = waiting
    name = asking.context.get("collect") or asking.context.get("validate")
    slot = assistant.slots.get(str(name))
    if slot is None:
        return Expectation()
    flow = assistant.flows.get(below.flow_id)
    step = flow.by_id.get(below.step_id) if flow is not None else None
    return Expectation(
        kind=_KINDS.get(slot.type, "text"),
        slot=slot.name,
        flow_id=below.flow_id,
        step_id=below.step_id,
        values=slot.values,
        confirms_write=step is not None and step.confirms_write,
    )
