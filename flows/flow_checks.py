"""Checks of what flows refer to: slots, responses, actions, flows, and the values that predicates compare."""

from __future__ import annotations

from collections.abc import Iterator

from flows.actions import BUILT_IN, LISTEN
from flows.conditions import Condition
from flows.findings import Findings, did_you_mean
from flows.model import (
    ActionTask,
    Assistant,
    CallTask,
    CollectTask,
    Flow,
    LinkTask,
    NoopTask,
    Rejection,
    SetSlotsTask,
    Slot,
    Step,
)
from flows.places import Place
from flows.predicates import Comparison, Reference, Value

_HANDOFF = "pattern_human_handoff"
_UNCOLLECTABLE = {"dialogue_stack"}


def check_references(flow: Flow, assistant: Assistant, findings: Findings) -> None:
    """Add findings for whatever a flow names that does not exist or may not be used there."""
    for step in flow.steps:
        if step.place is not None:
            _check_task(step, step.place, flow, assistant, findings)
    for condition in conditions_of(flow):
        check_condition(condition, assistant, findings, has_context=flow.is_pattern)
    written = {name for step in flow.steps for name in _slots_written(step)}
    for name in sorted(flow.persisted_slots - written):
        if flow.place is not None:
            message = f"'{name}' is persisted, but no collect or set_slots step of this flow sets it"
            findings.error(flow.place, "persisted-slot", message, did_you_mean(name, written))


def conditions_of(flow: Flow) -> Iterator[Condition]:
    """Return every predicate of a flow."""
    if flow.guard is not None:
        yield flow.guard
    for step in flow.steps:
        yield from (branch.condition for branch in step.next if branch.condition is not None)
        if isinstance(step.task, CollectTask):
            yield from (rejection.condition for rejection in step.task.rejections)


def check_condition(condition: Condition, assistant: Assistant, findings: Findings, *, has_context: bool) -> None:
    """Add findings for unknown slots and impossible comparisons of one predicate."""
    for reference in condition.references:
        place = condition.place_of(reference.position)
        if place is None:
            continue
        name = reference.names[0]
        if reference.root == "slots" and name not in assistant.slots:
            suggestion = did_you_mean(name, assistant.slots)
            findings.error(place, "unknown-slot", f"there is no slot '{name}'", suggestion)
        elif reference.root == "context" and not has_context:
            findings.warning(place, "context", "only patterns have a context; here this is always empty")
    for comparison in condition.comparisons:
        _check_comparison(comparison, condition, assistant, findings)


def _check_comparison(comparison: Comparison, condition: Condition, assistant: Assistant, findings: Findings) -> None:
    sides = (comparison.left, comparison.right)
    reference = next((side for side in sides if isinstance(side, Reference) and side.root == "slots"), None)
    literal = next((side for side in sides if isinstance(side, Value)), None)
    if reference is None or literal is None or comparison.operator not in ("=", "!="):
        return
    slot = assistant.slots.get(reference.names[0])
    place = condition.place_of(literal.position)
    if slot is None or place is None or not isinstance(literal.value, str | int | float):
        return
    if slot.type == "bool" and not isinstance(literal.value, bool):
        message = f"'{slot.name}' is a bool and is compared with {literal.value!r}"
        is_spelled_out = str(literal.value).lower() in ("true", "false")
        add = findings.warning if is_spelled_out else findings.error
        add(place, "illegal-value", message, "compare with true, false or null")
    elif slot.type in ("categorical", "strict_categorical") and str(literal.value) not in slot.values:
        suggestion = did_you_mean(str(literal.value), slot.values) or "one of " + ", ".join(slot.values)
        message = f"{literal.value!r} is no value of '{slot.name}'"
        findings.error(place, "illegal-value", message, suggestion)


def _check_task(step: Step, place: Place, flow: Flow, assistant: Assistant, findings: Findings) -> None:
    match step.task:
        case CollectTask() as task:
            _check_collect(task, place, assistant, findings)
        case ActionTask(name, template):
            if template is None:
                check_action(name, place, assistant, findings)
        case SetSlotsTask(values):
            for name, _ in values:
                if name not in assistant.slots:
                    suggestion = did_you_mean(name, assistant.slots)
                    findings.error(place, "unknown-slot", f"there is no slot '{name}'", suggestion)
        case LinkTask(target):
            _check_link(target, place, flow, assistant, findings)
        case CallTask() as task:
            _check_call(task, place, flow, assistant, findings)
        case NoopTask():
            pass


def check_action(name: str, place: Place, assistant: Assistant, findings: Findings) -> None:
    """Add a finding if nobody knows the action or response."""
    if name in assistant.custom_actions or name in assistant.responses or name in BUILT_IN or name == LISTEN:
        return
    if name.startswith("utter_"):
        suggestion = did_you_mean(name, assistant.responses)
        findings.error(place, "unknown-response", f"there is no response '{name}'", suggestion)
        return
    suggestion = did_you_mean(name, [*assistant.actions, *BUILT_IN]) or "add it to the domain's actions"
    findings.error(place, "unknown-action", f"there is no action '{name}'", suggestion)


def check_rejections(rejections: tuple[Rejection, ...], place: Place, assistant: Assistant, findings: Findings) -> None:
    """Add a finding for each rejection whose response does not exist."""
    for rejection in rejections:
        check_action(rejection.utter, rejection.condition.place or place, assistant, findings)


def _check_collect(task: CollectTask, place: Place, assistant: Assistant, findings: Findings) -> None:
    slot = assistant.slots.get(task.slot)
    if slot is None:
        suggestion = did_you_mean(task.slot, assistant.slots) or "define it in the domain"
        findings.error(place, "unknown-slot", f"there is no slot '{task.slot}'", suggestion)
        return
    if slot.type == "list" or slot.name in _UNCOLLECTABLE:
        findings.error(place, "collect-type", f"'{slot.name}' cannot be collected, because it is a {slot.type} slot")
        return
    _check_question(task, slot, place, assistant, findings)
    check_rejections(task.rejections, place, assistant, findings)


def _check_question(task: CollectTask, slot: Slot, place: Place, assistant: Assistant, findings: Findings) -> None:
    asks_by_name = f"utter_ask_{slot.name}"
    action = f"action_ask_{slot.name}"
    if task.utter and task.utter not in assistant.responses:
        check_action(task.utter, place, assistant, findings)
    elif task.utter == asks_by_name and task.action:
        message = f"'{slot.name}' is asked for by both {asks_by_name} and {action}"
        findings.error(place, "two-questions", message, "keep one of them")
    elif not task.utter and not task.action and (slot.initial_value is None or task.ask_before_filling):
        message = f"nothing asks for '{slot.name}'"
        findings.error(place, "no-question", message, f"add the response {asks_by_name} or the action {action}")


def _check_link(target: str, place: Place, flow: Flow, assistant: Assistant, findings: Findings) -> None:
    linked = assistant.flows.get(target)
    if linked is None:
        suggestion = did_you_mean(target, assistant.flows)
        findings.error(place, "unknown-flow", f"there is no flow '{target}' to link to", suggestion)
    elif linked.is_pattern and not flow.is_pattern and target != _HANDOFF:
        findings.error(place, "link", f"a flow may link to no pattern but {_HANDOFF}")
    elif flow.id == "pattern_internal_error":
        findings.error(place, "link", "pattern_internal_error may not link to another flow")


def _check_call(task: CallTask, place: Place, flow: Flow, assistant: Assistant, findings: Findings) -> None:
    child = assistant.flows.get(task.flow_id)
    if flow.is_pattern:
        findings.error(place, "call", "patterns may not call flows")
    elif child is None and ("mcp_server" in task.options or task.flow_id in assistant.agents):
        message = (
            f"'{task.flow_id}' is a tool or an agent, which flows cannot call yet: the step fails when it is reached"
        )
        findings.warning(place, "call", message)
    elif child is None:
        suggestion = did_you_mean(task.flow_id, assistant.flows)
        findings.error(place, "unknown-flow", f"there is no flow '{task.flow_id}' to call", suggestion)
    elif child.is_pattern:
        findings.error(place, "call", "a pattern cannot be called")
    elif any(isinstance(step.task, LinkTask) for step in child.steps):
        findings.error(place, "call", f"'{child.id}' cannot be called, because it links to another flow")


def _slots_written(step: Step) -> tuple[str, ...]:
    match step.task:
        case CollectTask() as task:
            return (task.slot,)
        case SetSlotsTask(values):
            return tuple(name for name, _ in values)
        case _:
            return ()
