"""Checks of what flows refer to: slots, responses, actions, other flows, tools and agents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from flows.actions import BUILT_IN, LISTEN
from flows.condition_checks import CATEGORICAL, check_condition
from flows.conditions import Condition, parse
from flows.errors import PredicateInvalid
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
from flows.tools import mcp_servers

HANDOFF: Final = "pattern_human_handoff"
_LINKED_BY_PATTERNS: Final = (HANDOFF, "pattern_chitchat", "pattern_customer_satisfaction")
_RESERVED_SLOTS: Final = {"dialogue_stack"}
_OF_OTHER_SYSTEMS: Final = (
    "action_two_stage_fallback", "action_default_ask_affirmation", "action_default_ask_rephrase", "action_trigger_flow",
)  # fmt: skip
"""Built-in actions of the format that mean nothing where flows alone decide."""


def check_references(flow: Flow, assistant: Assistant, findings: Findings) -> None:
    """Add findings for whatever a flow names that does not exist or may not be used there."""
    for step in flow.steps:
        if step.place is not None:
            _check_task(step, step.place, flow, assistant, findings)
    for condition in conditions_of(flow):
        check_condition(condition, assistant, findings, has_context=flow.is_pattern)
    _check_persisted(flow, assistant, findings)


def conditions_of(flow: Flow) -> Iterator[Condition]:
    """Return every predicate of a flow."""
    if flow.guard is not None:
        yield flow.guard
    for step in flow.steps:
        yield from (branch.condition for branch in step.next if branch.condition is not None)
        if isinstance(step.task, CollectTask):
            yield from (rejection.condition for rejection in step.task.rejections)


def _check_persisted(flow: Flow, assistant: Assistant, findings: Findings) -> None:
    if not flow.persisted_slots or flow.place is None:
        return
    own = {name for step in flow.steps for name in slots_written(step)}
    called = {slot for name in flow.calls if name in assistant.flows for slot in assistant.flows[name].all_collected}
    for name in sorted(flow.persisted_slots - own):
        message = f"'{name}' is persisted, but no collect or set_slots step of this flow sets it"
        if name in called:
            findings.warning(flow.place, "persisted-slot", message, "persist it in the flow that is called")
        else:
            findings.error(flow.place, "persisted-slot", message, did_you_mean(name, own))


def _check_task(step: Step, place: Place, flow: Flow, assistant: Assistant, findings: Findings) -> None:
    match step.task:
        case CollectTask() as task:
            _check_collect(task, place, assistant, findings)
        case ActionTask(name, template):
            if template is None:
                check_action(name, place, assistant, findings)
        case SetSlotsTask(values):
            for name, value in values:
                slot = check_slot(name, place, assistant, findings)
                if (
                    slot is not None
                    and slot.type in CATEGORICAL
                    and isinstance(value, str)
                    and value not in slot.values
                ):
                    suggestion = did_you_mean(value, slot.values)
                    findings.warning(place, "illegal-value", f"{value!r} is no value of '{name}'", suggestion)
        case LinkTask(target):
            _check_link(target, place, flow, assistant, findings)
        case CallTask() as task:
            _check_call(task, place, flow, assistant, findings)
        case NoopTask():
            pass


def check_slot(name: str, place: Place, assistant: Assistant, findings: Findings, suggestion: str = "") -> Slot | None:
    """Return a slot that is named somewhere; a finding where there is none, or it is not to be named."""
    slot = assistant.slots.get(name)
    if name in _RESERVED_SLOTS:
        findings.error(place, "reserved-slot", f"'{name}' belongs to the engine: flows cannot use it")
    elif slot is None:
        suggestion = did_you_mean(name, assistant.slots) or suggestion
        findings.error(place, "unknown-slot", f"there is no slot '{name}'", suggestion)
    return slot


def check_action(name: str, place: Place, assistant: Assistant, findings: Findings) -> None:
    """Add a finding if nobody knows the action or response."""
    if name in assistant.custom_actions or name in assistant.responses or name in BUILT_IN or name == LISTEN:
        return
    if name.startswith("utter_"):
        suggestion = did_you_mean(name, assistant.responses)
        findings.error(place, "unknown-response", f"there is no response '{name}'", suggestion)
    elif name in _OF_OTHER_SYSTEMS:
        findings.warning(place, "unknown-action", f"'{name}' does nothing here, and fails when it is reached")
    else:
        suggestion = did_you_mean(name, [*assistant.actions, *BUILT_IN]) or "add it to the domain's actions"
        findings.error(place, "unknown-action", f"there is no action '{name}'", suggestion)


def check_rejections(rejections: tuple[Rejection, ...], place: Place, assistant: Assistant, findings: Findings) -> None:
    """Add a finding for each rejection whose response does not exist."""
    for rejection in rejections:
        check_action(rejection.utter, rejection.condition.place or place, assistant, findings)


def _check_collect(task: CollectTask, place: Place, assistant: Assistant, findings: Findings) -> None:
    slot = check_slot(task.slot, place, assistant, findings, "define it in the domain")
    if slot is None or slot.name in _RESERVED_SLOTS:
        return
    if slot.type == "list":
        findings.error(place, "collect-type", f"'{slot.name}' cannot be collected, because it is a list slot")
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
    elif linked.is_pattern and not flow.is_pattern and target != HANDOFF:
        findings.error(place, "link", f"a flow may link to no pattern but {HANDOFF}")
    elif flow.id == "pattern_internal_error":
        findings.error(place, "link", "pattern_internal_error may not link to another flow")
    elif linked.is_pattern and flow.is_pattern and target not in _LINKED_BY_PATTERNS:
        known = ", ".join(_LINKED_BY_PATTERNS)
        findings.warning(
            place, "link", f"'{target}' runs only when its situation comes up", f"link to {known} or a flow"
        )


def _check_call(task: CallTask, place: Place, flow: Flow, assistant: Assistant, findings: Findings) -> None:
    child = assistant.flows.get(task.flow_id)
    if flow.is_pattern:
        findings.error(place, "call", "patterns may not call flows")
    elif task.is_tool:
        _check_tool(task, place, assistant, findings)
    elif child is None and task.flow_id in assistant.agents:
        message = f"'{task.flow_id}' is a sub-agent, which is not run here: the step fails when it is reached"
        findings.warning(place, "call", message, "call a flow or a tool of an MCP server instead")
        _check_exits(task, place, assistant, findings)
    elif child is None:
        suggestion = did_you_mean(task.flow_id, assistant.flows)
        findings.error(place, "unknown-flow", f"there is no flow '{task.flow_id}' to call", suggestion)
    elif child.is_pattern:
        findings.error(place, "call", "a pattern cannot be called")
    elif any(isinstance(step.task, LinkTask) for step in child.steps):
        findings.error(place, "call", f"'{child.id}' cannot be called, because it links to another flow")
    elif task.options:
        given = ", ".join(sorted(task.options))
        findings.warning(place, "call", f"'{child.id}' is a flow: {given} has no effect")


def _check_tool(task: CallTask, place: Place, assistant: Assistant, findings: Findings) -> None:
    """Check the call of a tool on an MCP server."""
    name, places = task.flow_id, task.places
    if name in assistant.flows:
        message = f"'{name}' is a flow as well: nobody could tell the tool from it"
        findings.error(place, "call", message, "rename the flow, or leave 'mcp_server' out to call it")
    known = dict(mcp_servers(assistant.endpoints))
    server = str(task.options["mcp_server"])
    if server and server not in known:
        suggestion = did_you_mean(server, known) or "add it to mcp_servers"
        message = f"endpoints.yml has no MCP server '{server}'"
        findings.error(places.get("mcp_server", place), "unknown-server", message, suggestion)
    mapping = task.options.get("mapping") or {}
    for slot in dict.fromkeys(str(entry["slot"]) for side in mapping.values() for entry in side):
        check_slot(slot, places.get(f"slot {slot}", place), assistant, findings)
    if task.options.get("exit_if"):
        findings.warning(place, "call", f"'{name}' is a tool: exit_if, which is for sub-agents, has no effect")
    _check_exits(task, place, assistant, findings)


def _check_exits(task: CallTask, place: Place, assistant: Assistant, findings: Findings) -> None:
    for text in task.options.get("exit_if") or ():
        for name in _slots_read(text):
            check_slot(name, place, assistant, findings)


def _slots_read(text: str) -> list[str]:
    try:
        return sorted(parse(text).slots)
    except PredicateInvalid:
        return []  # told when the file was read


def slots_from_tool(step: Step) -> tuple[str, ...]:
    """Return the slots that a step fills from the result of a tool."""
    mapping = (step.task.options.get("mapping") or {}) if isinstance(step.task, CallTask) else {}
    return tuple(str(entry["slot"]) for entry in mapping.get("output", ()))


def slots_written(step: Step) -> tuple[str, ...]:
    """Return the slots that a step sets itself."""
    match step.task:
        case CollectTask() as task:
            return (task.slot,)
        case SetSlotsTask(values):
            return tuple(name for name, _ in values)
        case _:
            return ()
