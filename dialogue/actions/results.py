"""What a custom action gave back, read for the engine and for the caller. Pure, so that a replay reads it again.

| event                              | effect                                                               |
|------------------------------------|----------------------------------------------------------------------|
| slot, reset_slots                  | stored as they are, in order                                         |
| followup, restart, session_ended   | the engine runs the action, forgets everything, ends the call        |
| bot                                | said after the action's responses                                    |
| pause, resume, (cancel_)reminder   | kept in the conversation's agenda                                    |
| action, user, session_started, export | notes that an action ran, and so on: nothing to do                |
| anything else, rewind and undo too | none, and the log says so                                            |
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from dialogue.events import ActionFailed, ActionReturned
from flows.commands import Json
from flows.inputs import ActionBroke, ActionDone
from flows.model import Assistant

_KNOWN: Final = frozenset(
    {"slot", "reset_slots", "followup", "restart", "session_ended", "bot", "pause", "resume"}
    | {"reminder", "cancel_reminder", "action", "user", "session_started", "export"}
)


def engine_input(result: ActionReturned | ActionFailed, assistant: Assistant) -> ActionDone | ActionBroke:
    """Return what an action's result is to the engine."""
    if isinstance(result, ActionFailed):
        return ActionBroke(result.name, result.reason)
    return action_done(result, assistant)


def action_done(returned: ActionReturned, assistant: Assistant) -> ActionDone:
    """Return the engine's input for an action's events; of unknown slots and unknown events nothing comes."""
    followup: str | None = None
    restarts = is_ended = False
    for event in returned.events:
        match event.get("event"):
            case "followup":
                followup = str(event["name"]) if event.get("name") else followup
            case "restart":
                restarts = True
            case "session_ended":
                is_ended = True
            case _:
                pass
    return ActionDone(returned.name, slots_set(returned, assistant), followup, is_ended, restarts, returned.result)


def slots_set(returned: ActionReturned, assistant: Assistant) -> tuple[tuple[str, Json], ...]:
    """Return the slots that an action sets, in order and with their values as they are."""
    slots: list[tuple[str, Json]] = []
    for event in returned.events:
        match event.get("event"):
            case "slot" if _is_slot(event.get("name"), assistant):
                slots.append((event["name"], event.get("value")))
            case "reset_slots":
                slots.extend((slot.name, slot.initial_value) for slot in assistant.slots.values())
            case _:
                pass
    return tuple(slots)


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
    names = [event.get("name") for event in returned.events if event.get("event") == "slot"]
    return tuple(str(name) for name in names if not _is_slot(name, assistant))


def _is_slot(name: Json, assistant: Assistant) -> bool:
    return isinstance(name, str) and name in assistant.slots


def events_without_effect(returned: ActionReturned) -> tuple[str, ...]:
    """Return the kinds of events that the action returned and that do nothing here, each once."""
    kinds = dict.fromkeys(str(event.get("event")) for event in returned.events)
    return tuple(kind for kind in kinds if kind not in _KNOWN)
