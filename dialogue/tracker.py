"""The conversation as custom actions get it: the `tracker` and `domain` objects of the action protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dialogue.events import (
    ActionReturned,
    AssistantSaid,
    ConversationEnded,
    ConversationStarted,
    DialogueEvent,
    UserSaid,
)
from dialogue.serialization import command_to_json, type_name
from flows.commands import Json
from flows.events import (
    ActionExecuted,
    FlowCancelled,
    FlowCompleted,
    FlowInterrupted,
    FlowResumed,
    FlowStarted,
    SlotSet,
)
from flows.model import Assistant
from flows.state import ConversationState


def tracker_event(event: DialogueEvent, timestamp: float, channel: str) -> dict[str, Json] | None:
    """Return the event as the protocol writes it, or None for one that it does not know.

    `timestamp` is in seconds since the epoch.
    """
    content = _content(event, channel)
    return None if content is None else {**content, "timestamp": timestamp}


def tracker_json(
    conversation_id: str,
    state: ConversationState,
    events: Sequence[Mapping[str, Json]],
    *,
    channel: str,
) -> dict[str, Json]:
    """Return the protocol's `tracker`. `events` are those of `tracker_event`, in order."""
    last_user = next((event for event in reversed(events) if event["event"] == "user"), None)
    last_action = next((event for event in reversed(events) if event["event"] == "action"), None)
    action_name = last_action["name"] if last_action else None
    return {
        "sender_id": conversation_id,
        "user_id": None,
        "current_session_id": conversation_id,
        "slots": dict(state.slots),
        "latest_message": _latest_message(last_user),
        "latest_event_time": events[-1]["timestamp"] if events else None,
        "followup_action": None,
        "paused": False,
        "stack": _stack(state),
        "events": list(events),
        "latest_input_channel": channel,
        "latest_action_name": action_name,
        "latest_action": {"action_name": action_name} if action_name else {},
        "active_loop": {},
    }


def domain_json(assistant: Assistant) -> dict[str, Json]:
    """Return the protocol's `domain`: what the assistant's own files say, all keys present."""
    empty: dict[str, Json] = {
        "config": {},
        "session_config": {},
        "intents": list(assistant.intents),
        "entities": [],
        "slots": {},
        "responses": {},
        "actions": list(assistant.actions),
        "forms": {},
    }
    return {**empty, **assistant.domain}


def _content(event: DialogueEvent, channel: str) -> dict[str, Any] | None:
    match event:
        case UserSaid():
            return _user(event, channel)
        case AssistantSaid(text=text, response=response, buttons=buttons):
            shown = [{"title": button.title, "payload": button.payload} for button in buttons]
            data = {"buttons": shown or None}
            return {"event": "bot", "text": text, "data": data, "metadata": {"utter_action": response}}
        case SlotSet(name=name, value=value):
            return {"event": "slot", "name": name, "value": value}
        case ActionExecuted(name=name):
            return {"event": "action", "name": name, "policy": "FlowPolicy", "confidence": 1.0}
        case FlowStarted(flow_id=flow_id):
            return {"event": "flow_started", "flow_id": flow_id}
        case FlowInterrupted() | FlowResumed() | FlowCompleted() | FlowCancelled():
            return {"event": type_name(type(event)), "flow_id": event.flow_id, "step_id": event.step_id}
        case ConversationStarted():
            return {"event": "session_started"}
        case ConversationEnded(reason=reason):
            return {"event": "session_ended", "metadata": {"reason": reason}}
        case ActionReturned() | _:
            return None  # the protocol has only what came of it


def _user(event: UserSaid, channel: str) -> dict[str, Any]:
    parsed = {
        "text": event.text,
        "intent": {},
        "entities": [],
        "commands": [command_to_json(command) for command in event.commands],
    }
    return {"event": "user", "text": event.text, "parse_data": parsed, "input_channel": channel}


def _latest_message(user: Mapping[str, Json] | None) -> dict[str, Json]:
    parsed = dict(user["parse_data"]) if user else {"text": None, "intent": {}, "entities": [], "commands": []}
    return {**parsed, "intent_ranking": [], "message_id": None, "metadata": {}}


def _stack(state: ConversationState) -> list[dict[str, Json]]:
    frames: list[dict[str, Json]] = []
    for frame in state.stack:
        described: dict[str, Json] = {
            "frame_id": str(frame.frame_id),
            "flow_id": frame.flow_id,
            "step_id": frame.step_id,
        }
        if frame.kind == "pattern":
            frames.append({**described, "type": frame.flow_id, **frame.context})
        else:
            frames.append({**described, "type": "flow", "frame_type": frame.kind})
    return frames
