"""Checks of slots and responses: values, mappings, templates and buttons."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final

from flows.condition_checks import CATEGORICAL, check_condition
from flows.fields import as_number
from flows.findings import Findings, did_you_mean
from flows.flow_checks import check_action, check_rejections
from flows.model import Assistant, Mapped, Response, ResponseButton, Slot
from flows.places import Place
from flows.sources import Sources
from flows.templates import slots_in_template, syntax_error

SET_SLOTS: Final = re.compile(r"/SetSlots\((.*)\)\s*", re.DOTALL)
_INTENT: Final = re.compile(r"/([\w.-]+)\s*(?:@[\d.]+)?\s*(\{.*\})?\s*", re.DOTALL)
_PAIR: Final = re.compile(r"\s*([^=,()]+?)\s*=\s*([^,()]*?)\s*")
_MAX_PAIRS: Final = 10
_NULLS: Final = {"None", "null", "undefined"}
_TRUTH: Final = {"true", "false", "yes", "no", "1", "0"}
_SESSION_INTENTS: Final = {"session_start", "session_end", "restart", "silence_timeout", "back"}
_PLACEHOLDER: Final = re.compile(r"\{\{|\}\}|\{(\w+)\}")
_JINJA_OF_OURS: Final = re.compile(r"\{\{\s*(?:slots|context)\.")


def known_intents(assistant: Assistant) -> frozenset[str]:
    """Return every intent that something defines."""
    triggers = {trigger.intent for flow in assistant.flows.values() if flow.is_default for trigger in flow.nlu_trigger}
    return frozenset([*assistant.intents, *assistant.examples, *triggers, *_SESSION_INTENTS])


def check_slot_definition(
    slot: Slot, assistant: Assistant, intents: frozenset[str], sources: Sources, findings: Findings
) -> None:
    """Add findings for what a slot's definition says; `intents` are those that exist."""
    if slot.place is None:
        return
    _check_initial(slot, slot.place, findings)
    if slot.min_value is not None and slot.max_value is not None and slot.min_value > slot.max_value:
        findings.error(slot.place, "slot-range", f"min_value of '{slot.name}' is above its max_value")
    for mapping in slot.mappings:
        _check_mapped_from(mapping, slot.place, intents, sources, findings)
        _check_mapped_to(mapping, slot.place, assistant, findings)
    validation = slot.validation
    if validation is None:
        return
    check_rejections(validation.rejections, slot.place, assistant, findings)
    for rejection in validation.rejections:
        check_condition(rejection.condition, assistant, findings, has_context=True)
    if validation.refill_utter not in assistant.responses and validation.refill_action not in assistant.actions:
        check_action(validation.refill_utter, slot.place, assistant, findings)


def _check_initial(slot: Slot, place: Place, findings: Findings) -> None:
    initial = slot.initial_value
    if initial is None:
        return
    message = f"the initial value of {slot.type} slot '{slot.name}' is {initial!r}"
    if slot.type in CATEGORICAL and str(initial).lower() not in {value.lower() for value in slot.values}:
        message = f"the initial value {initial!r} is no value of '{slot.name}'"
        findings.warning(place, "initial-value", message, did_you_mean(str(initial), slot.values))
    elif slot.type == "bool" and not isinstance(initial, bool):
        findings.warning(place, "initial-value", message, "write true or false")
    elif slot.type == "float" and as_number(initial) is None:
        findings.warning(place, "initial-value", message, "write a number")
    elif slot.type == "list" and not isinstance(initial, list):
        findings.warning(place, "initial-value", message, "write a list")


def _check_mapped_from(
    mapping: Mapped, place: Place, intents: frozenset[str], sources: Sources, findings: Findings
) -> None:
    entity = mapping.options.get("entity")
    if mapping.kind == "from_entity" and entity is not None and str(entity) not in sources.entities:
        message = f"the domain has no entity '{entity}'"
        findings.warning(place, "unknown-entity", message, did_you_mean(str(entity), sources.entities))
    for intent in (name for key in ("intent", "not_intent") for name in _listed(mapping.options.get(key))):
        if intent not in intents:
            message = f"a mapping names intent '{intent}', which is defined nowhere"
            findings.warning(place, "unknown-intent", message, did_you_mean(intent, intents))


def _check_mapped_to(mapping: Mapped, place: Place, assistant: Assistant, findings: Findings) -> None:
    for key in ("action", "run_action_every_turn"):
        action = mapping.options.get(key)
        if action is not None and str(action) not in assistant.custom_actions:
            message = f"a mapping names action '{action}', which the domain lacks"
            suggestion = did_you_mean(str(action), assistant.actions) or "add it to the domain's actions"
            findings.warning(place, "unknown-action", message, suggestion)
    conditions = mapping.options.get("conditions")
    for condition in conditions if isinstance(conditions, list) else ():
        flow = condition.get("active_flow") if isinstance(condition, Mapping) else None
        if flow is not None and str(flow) not in assistant.flows:
            message = f"a mapping names flow '{flow}', which does not exist"
            findings.warning(place, "unknown-flow", message, did_you_mean(str(flow), assistant.flows))


def _listed(value: object) -> list[str]:
    return [] if value is None else [str(one) for one in value] if isinstance(value, list) else [str(value)]


def check_response(
    response: Response, assistant: Assistant, intents: frozenset[str], sources: Sources, findings: Findings
) -> None:
    """Add findings for one variation: its condition, its texts and its buttons."""
    if response.condition is not None:
        check_condition(response.condition, assistant, findings, has_context=False)
    if response.place is None:
        return
    texts = [response.text, *response.translation.values()]
    for text in (text for text in texts if isinstance(text, str)):
        if response.is_jinja:
            _check_template(text, response.place, assistant, findings)
        else:
            _check_placeholders(text, response.place, assistant, sources, findings)
    for button in response.buttons:
        if button.payload.startswith("/"):
            _check_button(button, response.place, assistant, intents, findings)


def _check_template(text: str, place: Place, assistant: Assistant, findings: Findings) -> None:
    problem = syntax_error(text)
    if problem is not None:
        findings.error(place, "template", f"the template does not parse: {problem}")
        return
    for name in sorted(slots_in_template(text) - assistant.slots.keys()):
        if not hasattr(dict, name):  # a method of a map, as in slots.get("name")
            suggestion = did_you_mean(name, assistant.slots)
            findings.warning(place, "unknown-slot", f"the text names slot '{name}', which does not exist", suggestion)


def _check_placeholders(text: str, place: Place, assistant: Assistant, sources: Sources, findings: Findings) -> None:
    if _JINJA_OF_OURS.search(text):
        message = "this looks like Jinja, but is said as it stands"
        findings.warning(place, "template", message, "add metadata: {template: jinja}")
    for match in _PLACEHOLDER.finditer(text):
        name = match.group(1)
        # an action may hand over a value of any name; one that runs elsewhere cannot be looked into
        is_handed_over = name in sources.words_in_code or (assistant.actions and not sources.code)
        if name is not None and name not in assistant.slots and not is_handed_over:
            suggestion = did_you_mean(name, assistant.slots)
            findings.warning(place, "unknown-slot", f"the text names slot '{name}', which does not exist", suggestion)


def _check_button(
    button: ResponseButton, place: Place, assistant: Assistant, intents: frozenset[str], findings: Findings
) -> None:
    payload = button.payload.strip()
    found = SET_SLOTS.fullmatch(payload)
    if found is not None:
        _check_pairs(button.title, found[1], place, assistant, findings)
        return
    intent = _INTENT.fullmatch(payload.replace("{{", "{").replace("}}", "}"))
    if intent is None:
        suggestion = "write /SetSlots(slot=value) or /intent"
        findings.warning(place, "button", f"the payload of button '{button.title}' fits nothing", suggestion)
    elif intent[1] not in intents and "{" not in payload[: len(intent[1])]:
        message = f"button '{button.title}' names intent '{intent[1]}', which is defined nowhere"
        findings.warning(place, "unknown-intent", message, did_you_mean(intent[1], intents))
    elif intent[2] is not None and not _is_json(intent[2]):
        findings.warning(place, "button", f"the entities of button '{button.title}' are no JSON")


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _check_pairs(title: str, inside: str, place: Place, assistant: Assistant, findings: Findings) -> None:
    pairs = inside.split(",") if inside.strip() else []
    if not 0 < len(pairs) <= _MAX_PAIRS:
        message = f"button '{title}' sets {len(pairs)} slots: it must be 1 to {_MAX_PAIRS}"
        findings.warning(place, "button", message)
    for pair in pairs[:_MAX_PAIRS]:
        match = _PAIR.fullmatch(pair)
        if match is None:
            findings.warning(place, "button", f"button '{title}': '{pair.strip()}' is not slot=value")
            continue
        name, value = match.groups()
        slot = assistant.slots.get(name)
        if slot is None:
            message = f"button '{title}' sets slot '{name}', which does not exist"
            findings.warning(place, "unknown-slot", message, did_you_mean(name, assistant.slots))
        elif value not in _NULLS and "{" not in value and not _fits(slot, value.strip("'\"")):
            message = f"button '{title}' sets {slot.type} slot '{name}' to '{value}', which it cannot be"
            findings.warning(place, "illegal-value", message, did_you_mean(value, slot.values))


def _fits(slot: Slot, value: str) -> bool:
    match slot.type:
        case "categorical" | "strict_categorical":
            return value.lower() in {one.lower() for one in slot.values}
        case "bool":
            return value.lower() in _TRUTH
        case "float":
            return as_number(value) is not None
        case kind:
            return kind != "list"
