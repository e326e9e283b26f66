"""Hypothesis strategies that make any event or command from its fields' types."""

from __future__ import annotations

from typing import Any, get_args

from hypothesis import strategies as st

from dialogue.events import DialogueEvent
from dialogue.turn import Button
from flows.commands import Command

TEXTS = st.text(max_size=12)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
MAPS = st.dictionaries(TEXTS, JSON_VALUES, max_size=3)


def events(kind: type) -> st.SearchStrategy[Any]:
    """Make events (or commands) of one class."""
    return st.builds(kind, **{name: _FIELDS[name] for name in kind.__dataclass_fields__})  # type: ignore[attr-defined]


def any_event() -> st.SearchStrategy[DialogueEvent]:
    """Make events of all classes."""
    return st.one_of([events(kind) for kind in get_args(DialogueEvent)])


_PLAIN: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(
        ("flow", "flow_id", "step_id", "name", "text", "reason", "error_type", "assistant_id", "version", "heard"),
        TEXTS,
    ),
    "extractor": st.sampled_from(["llm", "nlu", "fast_path", "payload"]),
    "stage": st.sampled_from(["payload", "fast_path", "router", "llm", "recorded", "none"]),
    "value": JSON_VALUES,
    "info": MAPS,
    "metadata": MAPS,
    "is_answered": st.booleans(),
    "state": MAPS,
    "options": st.lists(TEXTS, max_size=3).map(tuple),
    "only_in": st.lists(TEXTS, max_size=3).map(tuple),
    "steps": st.lists(TEXTS, max_size=3).map(tuple),
    "resets": st.lists(TEXTS, max_size=3).map(tuple),
    "fallbacks": st.lists(TEXTS, max_size=3).map(tuple),
    "corrections": st.lists(st.tuples(TEXTS, JSON_VALUES), max_size=3).map(tuple),
    "took_ms": st.floats(0, 1e6),
    "prompt_tokens": st.integers(0, 5000),
    "completion_tokens": st.integers(0, 5000),
    "response": st.none() | TEXTS,
    "source": st.none() | TEXTS,
    "by": st.none() | TEXTS,
    "buttons": st.lists(st.builds(Button, TEXTS, TEXTS), max_size=3).map(tuple),
    "events": st.lists(MAPS, max_size=2).map(tuple),
    "responses": st.lists(MAPS, max_size=2).map(tuple),
    "result": st.none() | MAPS,
}
_FIELDS: dict[str, st.SearchStrategy[Any]] = {
    **_PLAIN,
    "commands": st.deferred(
        lambda: st.lists(st.one_of([events(kind) for kind in get_args(Command)]), max_size=3).map(tuple)
    ),
}
