"""What an action gave back, checked before anything of it enters a conversation. Pure.

The answer comes from other people's code, or over a network, and goes into the event log, to the engine and to the
caller. So it is plain JSON here, not too deep and not too large, with text that can be encoded; every event and every
response in it has the shape that whoever reads it later counts on. What is wrong is told without quoting any value.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any, Final

from dialogue.actions.errors import AnswerInvalid
from dialogue.events import ActionReturned
from flows.commands import Json

LARGEST_BYTES: Final = 2 * 1024 * 1024
"""An answer may have so many bytes as JSON; more is a mistake, or an attack on memory."""
DEEPEST: Final = 64
"""Lists and maps may be nested so deep: far more than any answer needs, and far from where recursion ends."""
_Rule = tuple[str, Callable[[Json], bool], str]


def parse_answer(body: bytes) -> Json:
    """Return the JSON of a response's body. Raises AnswerInvalid."""
    try:
        return json.loads(body, parse_constant=_refuse_constant, parse_float=_finite)
    except (ValueError, RecursionError) as problem:
        reason = "nested too deep" if isinstance(problem, RecursionError) else str(problem)
        raise AnswerInvalid(f"did not answer with JSON: {reason}") from None


def plain_content(content: Mapping[str, Any]) -> Json:
    """Return what Python code gave back as plain JSON. Raises AnswerInvalid, and TypeError for other objects."""
    text = json.dumps(content, allow_nan=False, default=_plain_object)
    if len(text) > LARGEST_BYTES:
        raise too_large(len(text))
    return json.loads(text)


def read_answer(name: str, content: Json, took_ms: float) -> ActionReturned:
    """Return the checked event of what an action gave back. Raises AnswerInvalid."""
    if not isinstance(content, Mapping):
        raise AnswerInvalid(f"answered with {_kind(content)}, where a map with 'events' and 'responses' is due")
    events = _maps(_bounded(content.get("events"), 0), "events")
    responses = _maps(_bounded(content.get("responses"), 0), "responses")
    for number, event in enumerate(events, 1):
        kind = event.get("event")
        if not isinstance(kind, str) or not kind:
            raise AnswerInvalid(f"its event {number} does not say which event it is")
        where = f"its event {number} ({kind[:40]})"
        _require(event, _EVENT_RULES.get(kind, ()), where)
        if kind == "bot":
            _require({**(event.get("data") or {}), "text": event.get("text")}, _RESPONSE_RULES, where)
    for number, response in enumerate(responses, 1):
        _require(response, _RESPONSE_RULES, f"its response {number}")
    return ActionReturned(name, events, responses, took_ms)


def too_large(n_bytes: int) -> AnswerInvalid:
    """Return the error for an answer of at least so many bytes."""
    return AnswerInvalid(f"answered with {n_bytes:,} bytes or more, where at most {LARGEST_BYTES:,} are taken")


def _maps(value: Json, key: str) -> tuple[dict[str, Json], ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise AnswerInvalid(f"its {key!r} is {_kind(value)}, where a list is due")
    for number, item in enumerate(value, 1):
        if not isinstance(item, dict):
            raise AnswerInvalid(f"its {key!r} has {_kind(item)} as item {number}, where a map is due")
    return tuple(value)


def _bounded(value: Json, depth: int) -> Json:
    """Return a copy of JSON data whose text can be encoded; halves of characters become a question mark."""
    if depth > DEEPEST:
        raise AnswerInvalid(f"its answer is nested deeper than {DEEPEST} levels")
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, Mapping):
        return {_bounded(str(key), depth): _bounded(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_bounded(item, depth + 1) for item in value]
    return value


def _require(content: Mapping[str, Json], rules: tuple[_Rule, ...], where: str) -> None:
    for key, is_right, wanted in rules:
        if not is_right(content.get(key)):
            raise AnswerInvalid(f"{where} has {_kind(content.get(key))} as {key!r}, where {wanted} is due")


def _kind(value: Json) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "a yes or no"
        case int() | float():
            return "a number"
        case str():
            return "a text" if value else "an empty text"
        case list():
            return "a list"
        case _:
            return "a map"


def _is_name(value: Json) -> bool:
    return isinstance(value, str) and bool(value)


def _is_text(value: Json) -> bool:
    return value is None or isinstance(value, (str, int, float))


def _is_name_or_none(value: Json) -> bool:
    return value is None or isinstance(value, str)


def _is_list_or_none(value: Json) -> bool:
    return value is None or isinstance(value, list)


def _is_map_or_none(value: Json) -> bool:
    return value is None or isinstance(value, dict)


def _is_time(value: Json) -> bool:
    try:
        datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return False
    return True


_NAME: Final[_Rule] = ("name", _is_name, "a name")
_EVENT_RULES: Final[Mapping[str, tuple[_Rule, ...]]] = {
    "slot": (_NAME,),
    "followup": (_NAME,),
    "bot": (("data", _is_map_or_none, "a map"),),
    "reminder": (("intent", _is_name, "an intent"), ("date_time", _is_time, "a date and time in ISO 8601")),
}
_RESPONSE_RULES: Final[tuple[_Rule, ...]] = (
    ("text", _is_text, "a text"),
    ("response", _is_name_or_none, "a name"),
    ("template", _is_name_or_none, "a name"),
    ("image", _is_name_or_none, "an address"),
    ("buttons", _is_list_or_none, "a list"),
)


def _refuse_constant(name: str) -> Json:
    raise ValueError(f"{name} is no number of JSON")


def _finite(written: str) -> float:
    value = float(written)
    if not isfinite(value):
        raise ValueError("a number in it is out of range")
    return value


def _plain_object(value: Any) -> Json:
    """Return what databases and calendars give as JSON, as servers of the protocol do."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"gave back a {type(value).__name__}, which is not JSON serializable")
