"""Which questions decide whether an action with an effect outside runs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from flows.model import ActionEffect, ActionTask, Assistant, CallTask, CollectTask, Flow, LinkTask, Step


def steps_after(
    flow: Flow, step: Step, targets: Iterable[str], flows: Mapping[str, Flow], *, past_questions: bool
) -> Iterator[Step]:
    """Yield the steps that may follow `step` until it comes again, each once, those of called and linked flows as well.

    Args:
        flow: the step's own.
        step: behind which to look; what comes behind it a second time was decided anew.
        targets: ids of the next steps; the end of a flow is passed over.
        flows: all flows, by id.
        past_questions: go on behind a collect step, which is yielded in either case.
    """
    seen = {(flow.id, step.id)}
    waiting = [(flow, target) for target in targets]
    while waiting:
        place, target = waiting.pop()
        following = place.by_id.get(target)
        if following is None or (place.id, target) in seen:
            continue
        seen.add((place.id, target))
        yield following
        match following.task:
            case CollectTask() if not past_questions:
                continue
            case CallTask(name) | LinkTask(name) if name in flows:
                waiting.append((flows[name], flows[name].first))
            case _:
                pass
        waiting += [(place, branch.target) for branch in following.next]


def writes(step: Step, effects: Mapping[str, ActionEffect]) -> bool:
    """Say whether a step has an effect outside: a custom action has, unless it or the domain says otherwise."""
    match step.task:
        case ActionTask(name) as action:
            declared = effects.get(name)
            return action.effect == "write" if declared is None else (action.effect or declared) == "write"
        case CallTask() as call:
            return call.is_tool and call.effect == "write"
        case _:
            return False


def declares_write(step: Step, assistant: Assistant) -> bool:
    """Say whether a step writes by what it or the domain says, and not for want of saying."""
    match step.task:
        case ActionTask(name, effect=effect):
            is_declared = effect is not None or name in assistant.declared_effects
            return is_declared and writes(step, assistant.action_effects)
        case CallTask() as call:
            return call.is_tool and call.options.get("effect") == "write"
        case _:
            return False


def deciding_slots(assistant: Assistant, among: Collection[str]) -> frozenset[str]:
    """Slots of `among` on whose value it depends whether an action writes, however many questions lie between."""
    found: set[str] = set()
    for flow in assistant.flows.values():
        for step in flow.steps:
            read = {name for branch in step.next if branch.condition for name in branch.condition.slots} & set(among)
            if read - found and _differ(flow, step, assistant):
                found |= read
    return frozenset(found)


def _differ(flow: Flow, step: Step, assistant: Assistant) -> bool:
    """Whether the ways on from a step lead to different writes."""
    reached = {
        frozenset(
            (after.flow_id, after.id)
            for after in steps_after(flow, step, [branch.target], assistant.flows, past_questions=True)
            if writes(after, assistant.action_effects)
        )
        for branch in step.next
    }
    return len(reached) > 1
