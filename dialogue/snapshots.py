"""A conversation's whole state as JSON and back, for the moments at which the log alone could not give it again.

That is where another version of the assistant takes over, and where a conversation is put away: whoever takes it up
may have newer files. Every field of the state is written, so that one which is added later needs a line here only if
JSON does not carry it as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from dialogue.errors import EventInvalid
from flows.commands import Json
from flows.state import ConversationState, Frame


def state_to_json(state: ConversationState) -> dict[str, Json]:
    """Return the state as JSON-ready data."""
    content = {field.name: getattr(state, field.name) for field in fields(state) if field.init}
    return {
        **content,
        "slots": dict(state.slots),
        "misfits": dict(state.misfits),
        "offered": list(state.offered),
        "kept_slots": sorted(state.kept_slots),
        "heard_by_nlu": sorted(state.heard_by_nlu),
        "stack": [{**frame._asdict(), "context": dict(frame.context)} for frame in state.stack],
    }


def state_from_json(data: Json) -> ConversationState:
    """Return the state that `state_to_json` wrote. Raises EventInvalid for anything else."""
    try:
        content: dict[str, Any] = {
            field.name: data[field.name] for field in fields(ConversationState) if field.name in data and field.init
        }
        content["slots"] = _mapping(content["slots"])
        content["misfits"] = _mapping(content.get("misfits", {}))
        content["offered"] = tuple(map(str, content.get("offered", ())))
        content["kept_slots"] = frozenset(content.get("kept_slots", ()))
        content["heard_by_nlu"] = frozenset(content.get("heard_by_nlu", ()))
        content["stack"] = tuple(_frame(frame) for frame in content.get("stack", ()))
        return ConversationState(**content)
    except (TypeError, KeyError, ValueError) as problem:
        raise EventInvalid(f"a state in the log cannot be read: {type(problem).__name__}: {problem}") from problem


def _frame(data: Json) -> Frame:
    known = {name: data[name] for name in Frame._fields if name in data}
    return Frame(**{**known, "context": _mapping(known.get("context", {}))})


def _mapping(data: Json) -> dict[str, Json]:
    if not isinstance(data, Mapping):
        raise TypeError(f"expected an object, found {type(data).__name__}")
    return dict(data)
