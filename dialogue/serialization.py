"""Events of the log to JSON and back.

An event is `{"type": <class name in snake_case>, ...its fields}`; commands within it have the same shape. Types
come from the two unions (`DialogueEvent`, `Command`), so that a new event needs no line here unless it has a
field that JSON does not carry as it is (a tuple, a command, a button); those few are in `_DECODERS`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, get_args

from dialogue.errors import EventInvalid
from dialogue.events import DialogueEvent
from dialogue.turn import Button
from flows.commands import Command, Json


def type_name(kind: type) -> str:
    """Return the JSON name of an event or command class: `FlowStarted` is `flow_started`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()


def event_to_json(event: DialogueEvent) -> dict[str, Json]:
    """Return the event as JSON-ready data."""
    return _tagged(event)


def command_to_json(command: Command) -> dict[str, Json]:
    """Return the command as JSON-ready data."""
    return _tagged(command)


def event_from_json(data: Json) -> DialogueEvent:
    """Return the event that `event_to_json` wrote. Raises EventInvalid for anything else."""
    event: DialogueEvent = _untagged(data, _EVENTS)
    return event


def command_from_json(data: Json) -> Command:
    """Return the command that `command_to_json` wrote. Raises EventInvalid for anything else."""
    command: Command = _untagged(data, _COMMANDS)
    return command


def _tagged(value: Any) -> dict[str, Json]:
    content = {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    rare = {name for name in _RARE if content.get(name, True) in (None, (), [])}
    return {"type": type_name(type(value)), **{name: item for name, item in content.items() if name not in rare}}


def _plain(value: Any) -> Json:
    if type(value) in _COMMAND_TYPES:
        return _tagged(value)
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    return value


def _untagged(data: Json, types: Mapping[str, type]) -> Any:
    if not isinstance(data, Mapping):
        raise EventInvalid(f"expected an object, found {type(data).__name__}")
    kind = types.get(str(data.get("type")))
    if kind is None:
        raise EventInvalid(f"unknown type {data.get('type')!r}: expected one of {', '.join(sorted(types))}")
    arguments: dict[str, Any] = {}
    for field in fields(kind):
        if field.name in data:
            arguments[field.name] = _field_from_json(kind, field.name, data[field.name])
        elif field.default is MISSING and field.default_factory is MISSING:
            raise EventInvalid(f"{data['type']} lacks its field {field.name!r}")
    return kind(**arguments)


def _field_from_json(kind: type, name: str, value: Json) -> Any:
    decode = _DECODERS.get((kind.__name__, name))
    if decode is None:
        return value
    try:
        return decode(value)
    except (TypeError, ValueError, KeyError) as problem:
        raise EventInvalid(f"{type_name(kind)}.{name} cannot be read: {problem}") from problem


def _buttons(value: Json) -> tuple[Button, ...]:
    return tuple(Button(title=item["title"], payload=item["payload"]) for item in value)


def _commands(value: Json) -> tuple[Command, ...]:
    return tuple(command_from_json(item) for item in value)


def _pairs(value: Json) -> tuple[tuple[str, Json], ...]:
    return tuple((name, item) for name, item in value)


def _union_types(union: Any) -> Mapping[str, type]:
    return {type_name(kind): kind for kind in get_args(union)}


_RARE = ("only_in", "fallbacks", "source", "by")
"""Fields that are left out where they are empty, which is nearly always."""
_EVENTS = _union_types(DialogueEvent)
_COMMANDS = _union_types(Command)
_COMMAND_TYPES = frozenset(_COMMANDS.values())
_DECODERS: Mapping[tuple[str, str], Callable[[Json], Any]] = {
    ("UserSaid", "commands"): _commands,
    ("UserSaid", "fallbacks"): tuple,
    ("AssistantSaid", "buttons"): _buttons,
    ("ActionReturned", "events"): tuple,
    ("ActionReturned", "responses"): tuple,
    ("Clarify", "options"): tuple,
    ("SetSlot", "only_in"): tuple,
    ("CorrectSlots", "corrections"): _pairs,
    ("ConversationParked", "steps"): tuple,
    ("ConversationParked", "resets"): tuple,
}
