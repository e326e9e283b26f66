"""Events as JSON objects: `{"type": "turn_ended", ...fields}`, the same on every surface that shows a call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, get_args

from typing_extensions import TypeIs

from dialogue.events import DialogueEvent, UserSaid
from dialogue.serialization import event_to_json
from dialogue.understanding.parsing import format_command
from voice.events import CallEvent

_CALL_EVENTS: tuple[type, ...] = get_args(CallEvent)


def to_json(event: CallEvent | DialogueEvent) -> dict[str, Any]:
    """Return an event of the call, or of its conversation, as a JSON object."""
    if isinstance(event, UserSaid):
        # People read these on the page and in the terminal, so commands stand in the format's own syntax.
        return {**event_to_json(event), "commands": [format_command(command) for command in event.commands]}
    if not _is_call_event(event):
        return event_to_json(event)
    body = {field.name: getattr(event, field.name) for field in fields(event)}
    plain = {name: dict(value) if isinstance(value, Mapping) else value for name, value in body.items()}
    return {"type": type_name(event), **plain}


def type_name(event: object) -> str:
    """Return the snake_case name of an event's class."""
    name = type(event).__name__
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


def _is_call_event(event: CallEvent | DialogueEvent) -> TypeIs[CallEvent]:
    return isinstance(event, _CALL_EVENTS)
