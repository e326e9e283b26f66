"""Payloads: what a button, a channel or a test sends in place of speech, beginning with a slash.

    /SetSlots(amount=50, recipient=Joe)    sets slots without asking any model
    /session_start   /session_end   /restart   /silence_timeout    the life of a call
    /intent{"entity": "value"}             starts the flow whose `nlu_trigger` names the intent

None is returned for text that is no payload; a payload that fits nothing is `CannotHandle` and never an error,
since any client may send one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from flows.commands import (
    CannotHandle,
    Command,
    Json,
    Restart,
    SessionEnd,
    SessionStart,
    SetSlot,
    StartFlow,
    UserSilence,
)
from flows.model import Assistant, Flow

MAX_PAIRS = 10
"""The format's bound on the pairs of one `/SetSlots`."""

_SET_SLOTS = re.compile(r"^/SetSlots\((.*)\)\s*$", re.DOTALL)
_PAIR = re.compile(r"^\s*([^=,()]+?)\s*=\s*([^,()]*?)\s*$")
_INTENT = re.compile(r"^/([\w.-]+)\s*(?:@[\d.]+)?\s*(\{.*\})?\s*$", re.DOTALL)
_NULLS = frozenset({"None", "null", "undefined"})
_INVALID = (CannotHandle("cannot_handle_invalid_intent"),)


def parse_payload(
    text: str, assistant: Assistant, metadata: Mapping[str, Json] | None = None
) -> tuple[Command, ...] | None:
    """Read `text` as a payload; `metadata` of the turn becomes that of a session start."""
    written = text.strip()
    if not written.startswith("/"):
        return None
    if found := _SET_SLOTS.match(written):
        return _set_slots(found[1])
    found = _INTENT.match(written)
    if found is None:
        return _INVALID
    intent = found[1]
    session = _session_command(intent, metadata or {})
    if session is not None:
        return (session,)
    try:
        entities = json.loads(found[2]) if found[2] else {}
    except ValueError:
        return _INVALID
    started = [StartFlow(flow.id) for flow in assistant.flows.values() if triggered_by(flow, intent)]
    if not started:
        return _INVALID
    given = entities if isinstance(entities, dict) else {}
    filled = [SetSlot(name, value, "payload") for name, value in given.items() if name in assistant.slots]
    return (started[0], *filled)


def triggered_by(flow: Flow, intent: str) -> bool:
    """Say whether one of the flow's `nlu_trigger` entries names this intent."""
    return any(trigger.intent == intent for trigger in flow.nlu_trigger)


def _session_command(intent: str, metadata: Mapping[str, Json]) -> Command | None:
    match intent:
        case "session_start":
            return SessionStart(dict(metadata))
        case "session_end":
            return SessionEnd()
        case "restart":
            return Restart()
        case "silence_timeout":
            return UserSilence()
        case _:
            return None


def _set_slots(inside: str) -> tuple[Command, ...]:
    pairs = inside.split(",") if inside.strip() else []
    found = [_PAIR.match(pair) for pair in pairs]
    if not found or len(found) > MAX_PAIRS or any(pair is None for pair in found):
        return _INVALID
    return tuple(
        SetSlot(pair[1], None if pair[2] in _NULLS else pair[2], "payload") for pair in found if pair is not None
    )
