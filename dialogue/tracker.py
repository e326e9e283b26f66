"""The conversation as custom actions get it: the `tracker` and `domain` objects of the action protocol."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from dialogue.events import (
    ActionReturned,
    AssistantSaid,
    ConversationEnded,
    ConversationStarted,
    DialogueEvent,
    UserSaid,
)
from dialogue.serialization import type_name
from flows.commands import (
    CannotHandle,
    ChitChat,
    Clarify,
    Command,
    Failed,
    Json,
    KnowledgeAnswer,
    SetSlot,
    StartFlow,
)
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

_INTENT: Final = re.compile(r"^\s*/([\w.-]+)\s*(?:@[\d.]+)?\s*(\{.*\})?\s*$", re.DOTALL)


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
    is_paused: bool = False,
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
        "paused": is_paused,
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
        case AssistantSaid(text=text, response=response, buttons=buttons, source=source):
            shown = [{"title": button.title, "payload": button.payload} for button in buttons]
            data = {"buttons": shown or None}
            about = {"utter_action": response} if source is None else {"utter_action": response, "utter_source": source}
            return {"event": "bot", "text": text, "data": data, "metadata": about}
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
    intent, entities = _intent_of(event.text)
    parsed = {
        "text": event.text,
        "intent": {"name": intent, "confidence": 0.0 if intent is None else 1.0},
        "entities": entities,
        "commands": [protocol_command(command) for command in event.commands],
    }
    metadata = dict(event.metadata)
    return {
        "event": "user",
        "text": event.text,
        "parse_data": parsed,
        "input_channel": channel,
        "metadata": metadata,
    }


def protocol_command(command: Command) -> dict[str, Json]:
    """Return a command as the protocol writes it: `{"command": "start flow", "flow": …}`."""
    match command:
        case StartFlow(flow):
            return {"command": "start flow", "flow": flow}
        case SetSlot(name, value, extractor):
            return {"command": "set slot", "name": name, "value": value, "extractor": extractor}
        case Clarify(options):
            return {"command": "clarify", "options": list(options)}
        case KnowledgeAnswer():
            return {"command": "knowledge"}
        case ChitChat():
            return {"command": "chitchat"}
        case CannotHandle(reason):
            return {"command": "cannot handle", "reason": reason}
        case Failed(error_type, info):
            return {"command": "error", "error_type": error_type, "info": info}
        case _:
            return {"command": type_name(type(command)).replace("_", " ")}


def _intent_of(text: str) -> tuple[str | None, list[Json]]:
    """Return the intent and the entities of a payload such as `/greet{"name": "Ann"}`; of other text there are none."""
    found = _INTENT.match(text)
    if found is None:
        return None, []
    try:
        given = json.loads(found[2]) if found[2] else {}
    except (ValueError, RecursionError):
        return None, []
    pairs = given.items() if isinstance(given, dict) else ()
    return found[1], [
        {"entity": name, "value": value}
        for name, values in pairs
        for value in (values if isinstance(values, list) else [values])
    ]


def _latest_message(user: Mapping[str, Json] | None) -> dict[str, Json]:
    parsed = user["parse_data"] if user else {"text": None, "intent": {}, "entities": [], "commands": []}
    return {
        **parsed,
        "intent_ranking": [parsed["intent"]] if parsed["intent"].get("name") else [],
        "message_id": None,
        "metadata": user["metadata"] if user else {},
        "flows_from_semantic_search": [],
        "flows_in_prompt": [],
    }


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
