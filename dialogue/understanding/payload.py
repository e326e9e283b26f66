"""Payloads: what a button, a channel or a test sends in place of speech, beginning with a slash.

    /SetSlots(amount=50, recipient=Joe)    sets slots without asking any model
    /session_start   /session_end   /restart   /silence_timeout    the life of a call
    /intent{"entity": "value"}             speaks as a trained classifier would: it starts the flow whose `nlu_trigger`
    /intent@0.8{"entity": "value"}         names the intent, and fills the slots whose mappings take the entities

An entity that the domain does not declare, named as a slot that no classifier fills, is a value for that slot.

None is returned for text that is no payload; a payload that fits nothing is `CannotHandle` and never an error,
since any client may send one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from dialogue.understanding.bounded_json import MAX_BYTES, read_json
from dialogue.understanding.mappings import EXTRACTOR, Heard, entities_of, filled_slots
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

MAX_PAIRS: Final = 10
"""The format's bound on the pairs of one `/SetSlots`."""

_SET_SLOTS: Final = "/SetSlots("
_INTENT = re.compile(r"/([\w.-]+)\s*(?:@(\d{1,3}(?:\.\d{0,30})?)(?![\d.]))?")
_NULLS = frozenset({"None", "null", "undefined"})
_INVALID = (CannotHandle("cannot_handle_invalid_intent"),)


def parse_payload(
    text: str, assistant: Assistant, metadata: Mapping[str, Json] | None = None
) -> tuple[Command, ...] | None:
    """Read `text` as a payload; `metadata` of the turn becomes that of a session start."""
    written = text.strip()
    if not written.startswith("/"):
        return None
    if len(written) > MAX_BYTES:
        return _INVALID
    if written.startswith(_SET_SLOTS) and written.endswith(")"):
        return _set_slots(written[len(_SET_SLOTS) : -1])
    found = _INTENT.match(written)
    if found is None:
        return _INVALID
    rest = written[found.end() :].strip()
    session = _session_command(found[1], metadata or {})
    if session is not None:
        return (session,) if not rest or (rest[0] == "{" and rest[-1] == "}") else _INVALID
    try:
        entities = read_json(rest) if rest else {}
    except ValueError:
        return _INVALID
    if not isinstance(entities, dict):
        return _INVALID
    return _heard(found[1], float(found[2] or 1), entities, assistant)


def triggered_by(flow: Flow, intent: str, confidence: float = 1.0) -> bool:
    """Say whether one of the flow's `nlu_trigger` entries names this intent, heard with this confidence."""
    return any(trigger.intent == intent and confidence >= trigger.confidence_threshold for trigger in flow.nlu_trigger)


def _heard(intent: str, confidence: float, entities: Mapping[str, Json], assistant: Assistant) -> tuple[Command, ...]:
    """Return what a classifier would propose that heard this intent and these entities."""
    triggered = assistant.flows_by_intent.get(intent, ())
    if not triggered and intent not in assistant.intents:
        return _INVALID
    started = next((flow for flow in triggered if triggered_by(flow, intent, confidence)), None)
    heard = Heard(intent, entities_of(entities), started)
    commands: list[Command] = [] if started is None else [StartFlow(started.id, EXTRACTOR)]
    commands += filled_slots(heard, assistant)
    commands += _named_slots(entities, assistant)
    return tuple(commands) or (CannotHandle(),)


def _named_slots(entities: Mapping[str, Json], assistant: Assistant) -> Iterator[SetSlot]:
    for name, value in entities.items():
        slot = assistant.slots.get(name)
        if slot is not None and not slot.is_filled_by_classifier and name not in assistant.entities:
            yield SetSlot(name, value, "payload")


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
    pairs = [_pair(written) for written in inside.split(",", MAX_PAIRS)]
    if len(pairs) > MAX_PAIRS or None in pairs:
        return _INVALID
    return tuple(pair for pair in pairs if pair is not None)


def _pair(written: str) -> SetSlot | None:
    """Read `name=value`; brackets and commas are in neither."""
    name, equals, value = (part.strip() for part in written.partition("="))
    if not name or not equals or any(mark in written for mark in "(),"):
        return None
    return SetSlot(name, None if value in _NULLS else value, "payload")
