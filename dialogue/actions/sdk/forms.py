"""Actions that check, and extract, many slots at once: a method for each, found by its name.

    events of the turn ──slots_to_validate──┐
    extract_<slot>() ───────────────────────┴──▶ validate_<slot>(value) ──▶ SlotSet for each

A slot without a `validate_` method keeps its value; a method that does not return a dict counts as if it were not
there. What is looked at are the `required_slots`: for a form those that the domain lists, otherwise all slots that no
form claims.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Mapping
from typing import Any

from dialogue.actions.sdk.events import SlotSet
from dialogue.actions.sdk.executor import CollectingDispatcher
from dialogue.actions.sdk.interfaces import Action, Tracker
from dialogue.actions.sdk.types import DomainDict, EventType

__all__ = [
    "ACTION_VALIDATE_SLOT_MAPPINGS",
    "LOOP_INTERRUPTED_KEY",
    "REQUESTED_SLOT",
    "FormValidationAction",
    "ValidationAction",
]

REQUESTED_SLOT = "requested_slot"
LOOP_INTERRUPTED_KEY = "is_interrupted"
ACTION_VALIDATE_SLOT_MAPPINGS = "action_validate_slot_mappings"

logger = logging.getLogger(__name__)


class ValidationAction(Action):
    """Checks slots outside forms, under the name `action_validate_slot_mappings`."""

    def name(self) -> str:
        """Return the name under which this runs."""
        return ACTION_VALIDATE_SLOT_MAPPINGS

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Extract, then validate."""
        await self.get_extraction_events(dispatcher, tracker, domain)
        return await self.get_validation_events(dispatcher, tracker, domain)

    async def required_slots(
        self, domain_slots: list[str], dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[str]:
        """Return the slots to look at; to be overridden where they depend on the conversation."""
        return domain_slots

    def domain_slots(self, domain: DomainDict) -> list[str]:
        """Return the slots to look at as far as the domain tells."""
        return self.global_slots(domain)

    def global_slots(self, domain: DomainDict) -> list[str]:
        """Return the slots none of whose mappings belongs to a form."""
        slots = domain.get("slots") or {}
        return [name for name, slot in slots.items() if not _is_mapped_to_form(slot)]

    async def get_extraction_events(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Call `extract_<slot>` for every required slot that has one; the tracker then holds the values."""
        known = self.domain_slots(domain)
        found: dict[str, Any] = {}
        for slot in await self.required_slots(list(known), dispatcher, tracker, domain):
            method = getattr(self, f"extract_{slot.replace('-', '_')}", None)
            if method is None:
                if slot not in known:
                    logger.warning("no method 'extract_%s' for a slot that the domain does not fill", slot)
                continue
            found.update(await _outcome(method, slot, dispatcher, tracker, domain) or {})
        events = [SlotSet(name, value) for name, value in found.items()]
        tracker.add_slots(events)
        return events

    async def get_validation_events(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Call `validate_<slot>` for every required slot that was just set."""
        required = await self.required_slots(self.domain_slots(domain), dispatcher, tracker, domain)
        checked = {name: value for name, value in tracker.slots_to_validate().items() if name in required}
        for name, value in list(checked.items()):
            method = getattr(self, f"validate_{name.replace('-', '_')}", None)
            if method is not None:
                checked.update(await _outcome(method, name, value, dispatcher, tracker, domain) or {})
                tracker.slots.update(checked)
        return [SlotSet(name, value) for name, value in checked.items()]


class FormValidationAction(ValidationAction):
    """Checks the slots of one form, under the name `validate_<form>`."""

    def name(self) -> str:
        """Return the name under which this runs."""
        raise NotImplementedError("a form's validation must say its name: validate_<form>")

    def form_name(self) -> str:
        """Return the name of the form."""
        return self.name().replace("validate_", "", 1)

    def domain_slots(self, domain: DomainDict) -> list[str]:
        """Return the slots that the domain lists for the form."""
        form = (domain.get("forms") or {}).get(self.form_name()) or {}
        return list(form.get("required_slots") or [])

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Extract, validate, and say which slot comes next where `required_slots` is the form's own."""
        events = await super().run(dispatcher, tracker, domain)
        following = await self.next_requested_slot(dispatcher, tracker, domain)
        return [*events, following] if following is not None else events

    async def next_requested_slot(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> EventType | None:
        """Return the event that names the slot to ask for next; None when the domain decides that."""
        if type(self).required_slots is ValidationAction.required_slots:
            return None
        required = await self.required_slots(self.domain_slots(domain), dispatcher, tracker, domain)
        missing = next((name for name in required if tracker.slots.get(name) is None), None)
        return SlotSet(REQUESTED_SLOT, missing)


def _is_mapped_to_form(slot: Any) -> bool:
    mappings = slot.get("mappings") if isinstance(slot, Mapping) else None
    conditions = [
        condition
        for mapping in mappings or []
        if isinstance(mapping, Mapping)
        for condition in mapping.get("conditions") or []
    ]
    return any(isinstance(condition, Mapping) and condition.get("active_loop") for condition in conditions)


async def _outcome(method: Any, slot: str, *arguments: Any) -> dict[str, Any] | None:
    """Call a method of user code, plain or async; None, with a warning, where it gives back no dict."""
    result = method(*arguments)
    if inspect.isawaitable(result):
        result = await result
    if isinstance(result, dict):
        return result
    logger.warning("%s must return a dict of slots, not %r", getattr(method, "__name__", slot), result)
    return None
