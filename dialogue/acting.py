"""Runs one action or tool for a conversation: never raises, and tells the log what an author would want to know."""

from __future__ import annotations

from random import Random
from typing import TypeAlias

import structlog

from dialogue.actions.results import action_messages, events_without_effect, unknown_slots
from dialogue.errors import DialogueError
from dialogue.events import ActionFailed, ActionReturned
from dialogue.ports import ActionRunner, ToolRunner
from dialogue.responses import Moment, say_for_action
from dialogue.turn import Said
from flows.commands import Json
from flows.effects import ToolCall
from flows.model import Assistant

Message: TypeAlias = tuple[Said, DialogueError | None]

log = structlog.get_logger(__name__)


async def perform(
    actions: ActionRunner, name: str, tracker: Json, domain: Json, assistant: Assistant, call: ToolCall | None = None
) -> ActionReturned | ActionFailed:
    """Run an action, or call a tool; whatever goes wrong comes back as ActionFailed."""
    try:
        if call is None:
            result = await actions.run(name, tracker, domain)
        elif isinstance(actions, ToolRunner):
            result = await actions.call(call)
        else:
            result = ActionFailed(name, "nothing calls tools of MCP servers here")
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


def messages(
    result: ActionReturned | ActionFailed, assistant: Assistant, moment: Moment, random: Random
) -> list[Message]:
    """Return what an action wants to be said, each with the fault in it, if there is one."""
    wanted = action_messages(result) if isinstance(result, ActionReturned) else ()
    return [say_for_action(message, assistant, moment, random) for message in wanted]
