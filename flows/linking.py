"""Linking flows after all are read: what needs more than one flow or the domain to be known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flows.domain_reader import Domain
from flows.model import CallTask, CollectTask, Flow, SetSlotsTask, Step
from flows.writes import steps_after, writes


def link_flows(flows: Mapping[str, Flow], domain: Domain) -> dict[str, Flow]:
    """Return the flows with how their collects ask, what they call, reset and confirm filled in."""
    named = {flow_id: _asking(flow, domain) for flow_id, flow in flows.items()}
    linked = {flow_id: _with_resets(flow, named) for flow_id, flow in named.items()}
    return {flow_id: _with_confirmations(flow, linked, domain) for flow_id, flow in linked.items()}


def _asking(flow: Flow, domain: Domain) -> Flow:
    """Decide for each collect by which response or action it asks; what does not exist stays empty."""
    steps: list[Step] = []
    for step in flow.steps:
        task = step.task
        if isinstance(task, CollectTask):
            asked_by = f"utter_ask_{task.slot}"
            action = f"action_ask_{task.slot}"
            task = replace(
                task,
                utter=task.utter or (asked_by if asked_by in domain.responses else ""),
                action=action if action in domain.action_effects and not task.utter else "",
            )
            step = replace(step, task=task)
        steps.append(step)
    return replace(
        flow,
        steps=tuple(steps),
        collected=_unique([step.task.slot for step in steps if isinstance(step.task, CollectTask)]),
        calls=_unique([step.task.flow_id for step in steps if isinstance(step.task, CallTask)]),
    )


def _with_resets(flow: Flow, flows: Mapping[str, Flow]) -> Flow:
    family = _family(flow, flows)
    persisted = frozenset().union(*(member.persisted_slots for member in family))
    collected = _unique([slot for member in family for slot in member.collected])
    written = _unique([slot for member in family for slot in _set_slots(member)])
    first = [slot for slot in collected if slot not in persisted]
    among_first = frozenset(first)
    rest = [slot for slot in written if slot not in persisted and slot not in among_first]
    return replace(flow, all_collected=collected, resets=(*first, *rest), n_collected=len(first))


def _family(flow: Flow, flows: Mapping[str, Flow]) -> list[Flow]:
    """Return the flow and all flows that it calls, however deep."""
    family = {flow.id: flow}
    waiting = [flow]
    while waiting:
        for name in waiting.pop().calls:
            child = flows.get(name)
            if child is not None and name not in family:
                family[name] = child
                waiting.append(child)
    return list(family.values())


def _set_slots(flow: Flow) -> list[str]:
    return [name for step in flow.steps if isinstance(step.task, SetSlotsTask) for name, _ in step.task.values]


def _unique(names: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _with_confirmations(flow: Flow, flows: Mapping[str, Flow], domain: Domain) -> Flow:
    steps = tuple(
        replace(step, confirms_write=True) if _confirms_write(step, flow, flows, domain) else step
        for step in flow.steps
    )
    return replace(flow, steps=steps)


def _confirms_write(step: Step, flow: Flow, flows: Mapping[str, Flow], domain: Domain) -> bool:
    """Tell whether a yes at this step may let an action with effect write run before the next question."""
    task = step.task
    if not isinstance(task, CollectTask):
        return False
    slot = domain.slots.get(task.slot)
    if slot is None or slot.type != "bool":
        return False
    following = steps_after(flow, step, [branch.target for branch in step.next], flows, past_questions=False)
    return any(writes(after, domain.action_effects) for after in following)
