"""What an assistant defines and nothing uses, and questions whose slot nothing can fill."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from flows.actions import BUILT_IN
from flows.domain_checks import SET_SLOTS
from flows.findings import Findings
from flows.flow_checks import conditions_of, slots_from_tool, slots_written
from flows.model import ActionTask, Assistant, CallTask, CollectTask, SetSlotsTask, Slot
from flows.sources import WORD, Sources

_HEARD: Final = {"from_llm", "from_entity", "from_intent", "from_text", "from_trigger_intent"}


def check_usage(assistant: Assistant, sources: Sources, findings: Findings) -> None:
    """Add a warning for each slot, response and action that is never used."""
    used = set(_names_used(assistant)) | sources.words_in_code.keys() | sources.words_in_stories | sources.default_names
    for slot in assistant.slots.values():
        if slot.name not in used and not slot.is_default and slot.place is not None:
            findings.warning(slot.place, "unused-slot", f"nothing uses slot '{slot.name}'")
    for name, variations in assistant.responses.items():
        place = variations[0].place
        if name not in used and place is not None:
            findings.warning(place, "unused-response", f"nothing uses response '{name}'")
    called = set(_actions_called(assistant, sources))
    for name in assistant.actions:
        place = sources.action_places.get(name)
        if name not in called and sources.words_in_code[name] < 2 and place is not None:
            findings.warning(place, "unused-action", f"nothing uses action '{name}'")


def check_fillable(assistant: Assistant, sources: Sources, findings: Findings) -> None:
    """Add a warning for each question whose slot nothing that the caller says can fill."""
    set_by_buttons = set(_set_by_buttons(assistant))
    set_by_flows = {
        name
        for flow in assistant.flows.values()
        for step in flow.steps
        if isinstance(step.task, SetSlotsTask | CallTask)
        for name in (*slots_written(step), *slots_from_tool(step))
    }
    for flow in assistant.flows.values():
        for step in flow.steps if not flow.is_default else ():
            slot = assistant.slots.get(step.task.slot) if isinstance(step.task, CollectTask) else None
            if slot is None or step.place is None or _is_heard(slot):
                continue
            is_known = slot.name in set_by_buttons | set_by_flows or slot.initial_value is not None
            if not is_known and not _is_set_by_code(slot, assistant, sources):
                message = (
                    f"nothing can fill '{slot.name}': its mappings leave that to actions and buttons, and none does"
                )
                findings.warning(step.place, "never-filled", message, "add a mapping from_llm, or buttons")


def _is_heard(slot: Slot) -> bool:
    return any(mapping.kind in _HEARD for mapping in slot.mappings)


def _is_set_by_code(slot: Slot, assistant: Assistant, sources: Sources) -> bool:
    """Tell whether an action may set the slot; one that runs elsewhere cannot be looked into."""
    if any("action" in mapping.options or "run_action_every_turn" in mapping.options for mapping in slot.mappings):
        return True
    return slot.name in sources.words_in_code or bool(assistant.actions and not sources.code)


def _set_by_buttons(assistant: Assistant) -> Iterator[str]:
    for variations in assistant.responses.values():
        for button in (button for variation in variations for button in variation.buttons):
            found = SET_SLOTS.fullmatch(button.payload.strip())
            pairs = found[1].split(",") if found else ()
            yield from (pair.partition("=")[0].strip() for pair in pairs)


def _actions_called(assistant: Assistant, sources: Sources) -> Iterator[str]:
    yield from BUILT_IN
    yield from sources.words_in_stories
    yield from (f"validate_{name}" for name in [*assistant.slots, *sources.forms])
    yield from (f"action_ask_{name}" for name in assistant.slots)
    yield from sources.forms
    yield from (name for name in _names_used(assistant) if name in assistant.custom_actions)
    for slot in assistant.slots.values():
        for mapping in slot.mappings:
            yield from (str(mapping.options.get(key)) for key in ("action", "run_action_every_turn"))


def _names_used(assistant: Assistant) -> Iterator[str]:
    for flow in assistant.flows.values():
        for condition in conditions_of(flow):
            yield from condition.slots
        for step in flow.steps:
            match step.task:
                case ActionTask(name):
                    yield name
                case CollectTask() as task:
                    yield from (task.slot, task.utter, task.action, *(one.utter for one in task.rejections))
                case SetSlotsTask(values):
                    yield from (name for name, _ in values)
                case CallTask(_, options):
                    yield from WORD.findall(str(options))
                case _:
                    pass
    for slot in assistant.slots.values():
        if slot.validation is not None:
            yield from (slot.validation.refill_utter, slot.validation.refill_action)
            yield from (rejection.utter for rejection in slot.validation.rejections)
            yield from (name for rejection in slot.validation.rejections for name in rejection.condition.slots)
    yield from _names_in_responses(assistant)


def _names_in_responses(assistant: Assistant) -> Iterator[str]:
    for response in (variation for variations in assistant.responses.values() for variation in variations):
        texts = [response.text or "", *map(str, response.translation.values()), *map(str, response.metadata.values())]
        outside = (response.custom, response.attachment, response.elements, response.quick_replies, response.image)
        texts += [str(value) for value in outside if value is not None]
        yield from (word for text in texts for word in WORD.findall(text))
        if response.condition is not None:
            yield from response.condition.slots
        yield from (word for button in response.buttons for word in WORD.findall(button.payload + " " + button.title))
