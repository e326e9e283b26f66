"""Checks of a whole assistant, once all its files are read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from flows.findings import Findings, did_you_mean
from flows.flow_checks import check_action, check_condition, check_references, check_rejections, conditions_of
from flows.flow_graph import check_shape
from flows.model import ActionTask, Assistant, CollectTask, Flow, SetSlotsTask, Slot

DEFAULTS: Final = "default patterns"
"""The folder that findings and places name for what comes with the product."""
_BUTTON_SLOTS = re.compile(r"^/SetSlots\((.*)\)\s*$", re.DOTALL)
_WORD = re.compile(r"\w+(?:-\w+)*")


def check(assistant: Assistant, findings: Findings, action_sources: str = "") -> None:
    """Add every finding that needs the whole assistant to be known.

    Args:
        assistant: the assistant, with the defaults merged in.
        findings: what is added to.
        action_sources: the text of the assistant's own code; a name that occurs there counts as used.
    """
    for flow in assistant.flows.values():
        check_references(flow, assistant, findings)
        if not flow.is_default:
            check_shape(flow, findings)
    _check_names(assistant, findings)
    _check_triggers(assistant, findings)
    for slot in assistant.slots.values():
        _check_slot(slot, assistant, findings)
    _check_responses(assistant, findings)
    if not findings.has_errors():  # what is wrong elsewhere makes much look unused
        _check_unused(assistant, findings, set(_WORD.findall(action_sources)))


def _check_names(assistant: Assistant, findings: Findings) -> None:
    for kind in ("name", "description"):
        seen: dict[str, Flow] = {}
        for flow in assistant.user_flows:
            text = re.sub(r"[^\w\s]", "", getattr(flow, kind)).strip().lower()
            other = seen.setdefault(text, flow)
            if text and other is not flow and flow.place is not None:
                message = f"flows '{other.id}' and '{flow.id}' have the same {kind}"
                findings.error(flow.place, f"duplicate-{kind}", message, "say what is different about them")


def _check_triggers(assistant: Assistant, findings: Findings) -> None:
    known = {*assistant.intents, *assistant.examples}
    for flow in assistant.user_flows:
        for trigger in flow.nlu_trigger:
            if trigger.intent not in known and flow.place is not None:
                message = f"flow '{flow.id}' is triggered by intent '{trigger.intent}', which is defined nowhere"
                findings.warning(flow.place, "unknown-intent", message, did_you_mean(trigger.intent, known))


def _check_slot(slot: Slot, assistant: Assistant, findings: Findings) -> None:
    if slot.place is None:
        return
    initial = slot.initial_value
    if initial is not None and slot.type in ("categorical", "strict_categorical"):
        if str(initial) not in slot.values:
            message = f"the initial value {initial!r} is no value of '{slot.name}'"
            findings.warning(slot.place, "initial-value", message, did_you_mean(str(initial), slot.values))
    elif initial is not None and slot.type == "bool" and not isinstance(initial, bool):
        findings.warning(slot.place, "initial-value", f"the initial value of bool slot '{slot.name}' is {initial!r}")
    if slot.min_value is not None and slot.max_value is not None and slot.min_value > slot.max_value:
        findings.error(slot.place, "slot-range", f"min_value of '{slot.name}' is above its max_value")
    validation = slot.validation
    if validation is None:
        return
    check_rejections(validation.rejections, slot.place, assistant, findings)
    for rejection in validation.rejections:
        check_condition(rejection.condition, assistant, findings, has_context=True)
    if validation.refill_utter not in assistant.responses and validation.refill_action not in assistant.actions:
        check_action(validation.refill_utter, slot.place, assistant, findings)


def _check_responses(assistant: Assistant, findings: Findings) -> None:
    for variations in assistant.responses.values():
        for response in variations:
            if response.condition is not None:
                check_condition(response.condition, assistant, findings, has_context=False)
            for button in response.buttons:
                match = _BUTTON_SLOTS.match(button.payload)
                for pair in match.group(1).split(",") if match else ():
                    name = pair.partition("=")[0].strip()
                    if name not in assistant.slots and response.place is not None:
                        message = f"button '{button.title}' sets slot '{name}', which does not exist"
                        findings.warning(response.place, "unknown-slot", message, did_you_mean(name, assistant.slots))


def _check_unused(assistant: Assistant, findings: Findings, named_in_code: set[str]) -> None:
    used = set(_names_used(assistant)) | named_in_code
    for slot in assistant.slots.values():
        if slot.name not in used and not slot.is_default and slot.place is not None:
            findings.warning(slot.place, "unused-slot", f"nothing uses slot '{slot.name}'")
    for name, variations in assistant.responses.items():
        place = variations[0].place
        is_ours = place is not None and place.file.startswith(f"{DEFAULTS}/")
        if name not in used and place is not None and not is_ours:
            findings.warning(place, "unused-response", f"nothing uses response '{name}'")


def _names_used(assistant: Assistant) -> Iterator[str]:
    for flow in assistant.flows.values():
        for condition in conditions_of(flow):
            yield from condition.slots
        for step in flow.steps:
            match step.task:
                case ActionTask(name):
                    yield name
                case CollectTask() as task:
                    yield from (task.slot, task.utter, *(rejection.utter for rejection in task.rejections))
                case SetSlotsTask(values):
                    yield from (name for name, _ in values)
                case _:
                    pass
    for slot in assistant.slots.values():
        if slot.validation is not None:
            yield slot.validation.refill_utter
            yield from (rejection.utter for rejection in slot.validation.rejections)
    for response in (variation for variations in assistant.responses.values() for variation in variations):
        texts = [response.text or "", str(response.custom or "")]
        yield from (word for text in texts for word in _WORD.findall(text))
        if response.condition is not None:
            yield from response.condition.slots
        yield from (word for button in response.buttons for word in _WORD.findall(button.payload))
