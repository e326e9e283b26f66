"""What a test expects of a turn, and whether the turn's events meet it. Pure.

Each expectation finds the event that meets it, so that one mechanism serves both orders: by default each looks at
the whole turn; in sequence each looks only behind the event that met the one before.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from operator import eq
from typing import Literal, TypeAlias, assert_never

from dialogue.events import AssistantSaid, DialogueEvent
from dialogue.templates import printed
from dialogue.turn import Button
from flows.commands import Json
from flows.events import ActionExecuted, FlowCancelled, FlowCompleted, FlowStarted, SlotSet, StepEntered

_POINT_ZERO = re.compile(r"(?<![\d.])(\d+)\.0(?![\d.]*\d)")


@dataclass(frozen=True, slots=True)
class Turn:
    """What happened in one turn. `offered` are names and ids of the flows that a clarification offered."""

    events: tuple[DialogueEvent, ...]
    offered: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class FlowStarts:
    flow_ids: tuple[str, ...]
    operator: Literal["all", "any"] = "all"


@dataclass(frozen=True, slots=True)
class FlowEnds:
    how: Literal["completed", "cancelled"]
    flow_id: str
    step_id: str | None = None


@dataclass(frozen=True, slots=True)
class ClarificationOffers:
    flows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SlotIsSet:
    """The slot was set in the turn: to anything (null included), or to `value` when `has_value`."""

    name: str
    value: Json = None
    has_value: bool = False


@dataclass(frozen=True, slots=True)
class SlotIsNotSet:
    """The slot is not filled at the turn's end, or was never set to `value` when `has_value`."""

    name: str
    value: Json = None
    has_value: bool = False


@dataclass(frozen=True, slots=True)
class ActionRuns:
    name: str


@dataclass(frozen=True, slots=True)
class BotSays:
    """Something was said for which everything given here holds. `text` is exact, `pattern` is searched."""

    text: str | None = None
    response: str | None = None
    pattern: str | None = None
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class BotDoesNotSay:
    unwanted: BotSays


@dataclass(frozen=True, slots=True)
class NeedsJudge:
    """An assertion that only a judging language model could answer; it fails, since nobody checked it."""

    kind: str


Expectation: TypeAlias = (
    FlowStarts
    | FlowEnds
    | ClarificationOffers
    | SlotIsSet
    | SlotIsNotSet
    | ActionRuns
    | BotSays
    | BotDoesNotSay
    | NeedsJudge
)


def first_unmet(expectations: Sequence[Expectation], turn: Turn, *, in_order: bool = False) -> Expectation | None:
    """Return the first expectation that the turn does not meet, None when all are met."""
    start = 0
    for expected in expectations:
        found = find(expected, turn, start)
        if found is None:
            return expected
        if in_order:
            start = max(start, found + 1)
    return None


def find(expected: Expectation, turn: Turn, start: int = 0) -> int | None:
    """Return the index of the event that meets an expectation, looking from `start`; None when none does.

    An expectation that something did not happen is met by no event: it returns `start - 1` when it holds.
    """
    events = turn.events[start:]
    match expected:
        case FlowStarts():
            found = _flows_started(expected, events)
        case FlowEnds():
            found = _flow_ended(expected, events)
        case ClarificationOffers(flows=flows):
            found = -1 if set(flows) <= turn.offered else None
        case SlotIsSet():
            found = _first(events, lambda event: _sets(event, expected))
        case SlotIsNotSet():
            found = -1 if _is_not_set(expected, events) else None
        case ActionRuns(name=name):
            found = _first(events, lambda event: event == ActionExecuted(name))
        case BotSays():
            found = _first(events, lambda event: _says(event, expected))
        case BotDoesNotSay(unwanted=unwanted):
            found = -1 if _first(events, lambda event: _says(event, unwanted)) is None else None
        case NeedsJudge():
            found = None
        case _:
            assert_never(expected)
    return None if found is None else start + found


def is_same(actual: Json, expected: Json) -> bool:
    """Compare a slot's value with a test's: "100", 100 and 100.0 are the same, and so are True and "true"."""
    if actual is None or expected is None:
        return actual is expected
    if isinstance(actual, Mapping) and isinstance(expected, Mapping):
        return actual.keys() == expected.keys() and all(is_same(actual[k], expected[k]) for k in actual)
    if isinstance(actual, (list, tuple)) and isinstance(expected, (list, tuple)):
        return len(actual) == len(expected) and all(map(is_same, actual, expected))
    return _comparable(actual) == _comparable(expected)


def is_same_text(actual: str, expected: str) -> bool:
    """Compare what was said with a test's text: without newlines at the end, `5.0` being the same as `5`."""
    return _POINT_ZERO.sub(r"\1", actual.rstrip()) == _POINT_ZERO.sub(r"\1", expected.rstrip())


def describe(expected: Expectation) -> str:
    """Return an expectation in words."""
    match expected:
        case FlowStarts(flow_ids=flow_ids, operator=operator):
            return f"flow_started: {operator} of {', '.join(flow_ids)}"
        case FlowEnds(how=how, flow_id=flow_id, step_id=step_id):
            return f"flow_{how}: {flow_id}" + (f" at {step_id}" if step_id else "")
        case ClarificationOffers(flows=flows):
            return f"pattern_clarification_contains: {', '.join(flows)}"
        case SlotIsSet(name=name, value=value, has_value=has_value):
            return f"slot_was_set: {name}" + (f" = {value!r}" if has_value else "")
        case SlotIsNotSet(name=name, value=value, has_value=has_value):
            return f"slot_was_not_set: {name}" + (f" = {value!r}" if has_value else "")
        case ActionRuns(name=name):
            return f"action_executed: {name}"
        case BotSays():
            return f"bot_uttered: {_wanted(expected)}"
        case BotDoesNotSay(unwanted=unwanted):
            return f"bot_did_not_utter: {_wanted(unwanted)}"
        case NeedsJudge(kind=kind):
            return f"{kind} (needs a judging language model, which this runner does not have)"
        case _:
            assert_never(expected)


def describe_turn(turn: Turn) -> tuple[str, ...]:
    """Return what happened in a turn, a line each, for the reader of a failure."""
    lines: list[str] = []
    for event in turn.events:
        match event:
            case AssistantSaid(text=text, response=response):
                lines.append(f"bot ({response}): {text}" if response else f"bot: {text}")
            case SlotSet(name=name, value=value):
                lines.append(f"slot {name} = {value!r}")
            case ActionExecuted(name=name) if not name.startswith("utter_"):
                lines.append(f"action {name}")
            case FlowStarted(flow_id=flow_id):
                lines.append(f"flow started: {flow_id}")
            case FlowCompleted(flow_id=flow_id):
                lines.append(f"flow completed: {flow_id}")
            case FlowCancelled(flow_id=flow_id):
                lines.append(f"flow cancelled: {flow_id}")
            case _:
                pass
    return tuple(lines)


def _first(events: Sequence[DialogueEvent], test: Callable[[DialogueEvent], bool]) -> int | None:
    return next((index for index, event in enumerate(events) if test(event)), None)


def _flows_started(expected: FlowStarts, events: Sequence[DialogueEvent]) -> int | None:
    indices = [_first(events, partial(eq, FlowStarted(flow_id))) for flow_id in expected.flow_ids]
    found = [index for index in indices if index is not None]
    if expected.operator == "any":
        return min(found, default=None)
    return max(found, default=-1) if len(found) == len(indices) else None


def _flow_ended(expected: FlowEnds, events: Sequence[DialogueEvent]) -> int | None:
    kind = FlowCompleted if expected.how == "completed" else FlowCancelled
    last_step = ""
    for index, event in enumerate(events):
        if isinstance(event, StepEntered) and event.flow_id == expected.flow_id:
            last_step = event.step_id
        if isinstance(event, kind) and event.flow_id == expected.flow_id:
            # A flow that ran out is at END; tests also name the step before it, with or without the flow's id.
            steps = {event.step_id, last_step}
            named = steps | {f"{expected.flow_id}_{step}" for step in steps}
            if expected.step_id is None or expected.step_id in named:
                return index
    return None


def _sets(event: DialogueEvent, expected: SlotIsSet) -> bool:
    if not isinstance(event, SlotSet) or event.name != expected.name:
        return False
    return not expected.has_value or is_same(event.value, expected.value)


def _is_not_set(expected: SlotIsNotSet, events: Sequence[DialogueEvent]) -> bool:
    values = [event.value for event in events if isinstance(event, SlotSet) and event.name == expected.name]
    if expected.has_value:
        return not any(is_same(value, expected.value) for value in values)
    return not values or values[-1] is None


def _says(event: DialogueEvent, wanted: BotSays) -> bool:
    return (
        isinstance(event, AssistantSaid)
        and (wanted.text is None or is_same_text(event.text, wanted.text))
        and (wanted.response is None or event.response == wanted.response)
        and (wanted.pattern is None or re.search(wanted.pattern, event.text) is not None)
        and (not wanted.buttons or event.buttons == wanted.buttons)
    )


def _wanted(said: BotSays) -> str:
    parts = [
        said.response or "",
        "" if said.text is None else repr(said.text),
        "" if said.pattern is None else f"matching {said.pattern!r}",
        f"with buttons {', '.join(button.title for button in said.buttons)}" if said.buttons else "",
    ]
    return " ".join(part for part in parts if part)


def _comparable(value: Json) -> str:
    if isinstance(value, (bool, str)) and str(value).lower() in ("true", "false"):
        return str(value).lower()
    if isinstance(value, str):
        try:
            return printed(float(value))
        except ValueError:
            return value
    return printed(float(value)) if isinstance(value, int) else printed(value)
