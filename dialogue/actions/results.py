"""What a custom action gave back, read for the engine and for the caller. Pure, so that a replay reads it again."""

from __future__ import annotations

from collections.abc import Mapping

from dialogue.events import ActionReturned
from flows.commands import Json
from flows.inputs import ActionDone
from flows.model import Assistant


def action_done(returned: ActionReturned, assistant: Assistant) -> ActionDone:
    """Return the engine's input for an action's events; of unknown slots and unknown events nothing comes."""
    slots: list[tuple[str, Json]] = []
    followup: str | None = None
    is_ended = False
    for event in returned.events:
        match event.get("event"):
            case "slot" if event.get("name") in assistant.slots:
                slots.append((str(event["name"]), event.get("value")))
            case "reset_slots":
                slots.extend((slot.name, slot.initial_value) for slot in assistant.slots.values())
            case "followup":
                followup = str(event["name"]) if event.get("name") else followup
            case "restart":
                followup = "action_restart"
            case "session_ended":
                is_ended = True
            case _:
                pass  # notes for other tools, such as that an action ran: nothing to do here
    return ActionDone(returned.name, tuple(slots), followup, is_ended)


def action_messages(returned: ActionReturned) -> tuple[Mapping[str, Json], ...]:
    """Return what the action wants to be said: its responses, then the bot events among its events."""
    from_events = [
        {**(event.get("data") or {}), "text": event.get("text")}
        for event in returned.events
        if event.get("event") == "bot"
    ]
    return (*returned.responses, *from_events)


def unknown_slots(returned: ActionReturned, assistant: Assistant) -> tuple[str, ...]:
    """Return the names of slots that the action set and the domain does not have."""
    names = [str(event.get("name")) for event in returned.events if event.get("event") == "slot"]
    return tuple(name for name in names if name not in assistant.slots)
