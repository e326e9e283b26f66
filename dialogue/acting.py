"""Runs one custom action for a conversation: never raises, and tells the log what an author would want to know."""

from __future__ import annotations

import structlog

from dialogue.actions.results import events_without_effect, unknown_slots
from dialogue.events import ActionFailed, ActionReturned
from dialogue.ports import ActionRunner
from flows.commands import Json
from flows.model import Assistant

log = structlog.get_logger(__name__)


async def perform(
    actions: ActionRunner, name: str, tracker: Json, domain: Json, assistant: Assistant
) -> ActionReturned | ActionFailed:
    """Run an action; whatever goes wrong comes back as ActionFailed."""
    try:
        result = await actions.run(name, tracker, domain)
    except Exception as problem:  # the plugin boundary: a runner must not end a call
        result = ActionFailed(name, f"{type(problem).__name__}: {problem}")
    if isinstance(result, ActionFailed):
        log.warning("custom action failed", action=result.name, reason=result.reason)
        return result
    for slot in unknown_slots(result, assistant):
        log.warning("custom action sets a slot that the domain lacks", action=name, slot=slot)
    for kind in events_without_effect(result):
        log.warning("custom action returned an event that has no effect here", action=name, event_kind=kind)
    return result
