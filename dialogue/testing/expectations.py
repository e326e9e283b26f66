"""What a test expects of a turn, and whether the turn's events meet it. Pure.

Each expectation finds the event that meets it, so that one mechanism serves both orders: by default each looks at
the whole turn; in sequence each looks only behind the event that met the one before. For that the log has an
action first, then what it said, then what it set.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from operator import eq
from typing import Literal, TypeAlias, assert_never

from dialogue.events import AssistantSaid, DialogueEvent
from dialogue.templates import printed
from flows.commands import Json
from flows.events import ActionExecuted, FlowCancelled, FlowCompleted, FlowStarted, SlotSet, StepEntered
from flows.expressions import MAX_MATCHED_CHARACTERS, MAX_PATTERN_CHARACTERS, compile_expression

PARAGRAPH = "\n\n"
"""Between the paragraphs of a reply, which a channel may send as messages of their own."""
_POINT_ZERO = re.compile(r"(?<![\d.])(\d+)\.0(?![\d.]*\d)")


@dataclass(frozen=True, slots=True)
class Turn:
    """What happened in one turn.

    `offered` are names and ids of the flows that a clarification offered; `steps` has, by flow, the step it had
    entered last before this turn.
    """

    events: tuple[DialogueEvent, ...]
    offered: frozenset[str] = frozenset()
    steps: Mapping[str, str] = field(default_factory=dict)


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
class ShownButton:
    """A button that should be shown. `payload` None: whatever it sends."""

    title: str
    payload: str | None = None


@dataclass(frozen=True, slots=True)
class BotSays:
    """Something was said for which everything given here holds. `text` is exact, `pattern` is searched."""

    text: str | None = None
    response: str | None = None
    pattern: str | None = None
    buttons: tuple[ShownButton, ...] = ()


@dataclass(frozen=True, slots=True)
class BotDoesNotSay:
    unwanted: BotSays


@dataclass(frozen=True, slots=True)
class NeedsJudge:
    """An assertion that only a judging language model could answer: it fails, or is skipped where that is allowed."""

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


def first_unmet(expectations: Sequence[Expectation], turn: Turn, *, in_order: bool = False) -> int | None:
    """Return the index of the first expectation that the turn does not meet, None when all are met."""
    start = 0
    for index, expected in enumerate(expectations):
        found = find(expected, turn, start)
        if found is None:
            return index
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
            found = _flow_ended(expected, turn, start)
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
            found = _in_paragraphs(events, expected) if found is None else found
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


def _first(events: Sequence[DialogueEvent], test: Callable[[DialogueEvent], bool]) -> int | None:
    return next((index for index, event in enumerate(events) if test(event)), None)


def _flows_started(expected: FlowStarts, events: Sequence[DialogueEvent]) -> int | None:
    indices = [_first(events, partial(eq, FlowStarted(flow_id))) for flow_id in expected.flow_ids]
    found = [index for index in indices if index is not None]
    if expected.operator == "any":
        return min(found, default=None)
    return max(found, default=-1) if len(found) == len(indices) else None


def _flow_ended(expected: FlowEnds, turn: Turn, start: int) -> int | None:
    kind = FlowCompleted if expected.how == "completed" else FlowCancelled
    last_step = turn.steps.get(expected.flow_id, "")
    for index, event in enumerate(turn.events):
        if isinstance(event, StepEntered) and event.flow_id == expected.flow_id:
            last_step = event.step_id
        if index >= start and isinstance(event, kind) and event.flow_id == expected.flow_id:
            # A flow that ran out is at END; tests also name the step before it, with or without the flow's id.
            steps = {event.step_id, last_step}
            named = steps | {f"{expected.flow_id}_{step}" for step in steps}
            if expected.step_id is None or expected.step_id in named:
                return index - start
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
        and (wanted.pattern is None or _matches(wanted.pattern, event.text))
        and (not wanted.buttons or _shows(event, wanted.buttons))
    )


def _matches(pattern: str, text: str) -> bool:
    """Search for a pattern in bounded time, however long the text is, unless the pattern itself is very long."""
    if len(pattern) > MAX_PATTERN_CHARACTERS:
        return re.search(pattern, text) is not None
    expression = compile_expression(pattern)
    if expression.longest >= MAX_MATCHED_CHARACTERS:
        return expression.pattern.search(text) is not None
    if len(text) > MAX_MATCHED_CHARACTERS and expression.automaton is not None:
        return expression.automaton.search(text)
    return expression.search(text)


def _shows(event: AssistantSaid, wanted: Sequence[ShownButton]) -> bool:
    return len(event.buttons) == len(wanted) and all(
        shown.title == button.title and button.payload in (None, shown.payload)
        for shown, button in zip(event.buttons, wanted, strict=True)
    )


def _in_paragraphs(events: Sequence[DialogueEvent], wanted: BotSays) -> int | None:
    """Find a text of several paragraphs that was said one after another: the index of the last."""
    if wanted.text is None or PARAGRAPH not in wanted.text or wanted.response or wanted.pattern or wanted.buttons:
        return None
    said = [(index, event.text) for index, event in enumerate(events) if isinstance(event, AssistantSaid)]
    for first in range(len(said)):
        whole = ""
        for index, text in said[first:]:
            whole = f"{whole}{PARAGRAPH}{text.rstrip()}" if whole else text.rstrip()
            if is_same_text(whole, wanted.text):
                return index
            if len(whole) > len(wanted.text):
                break
    return None


def _comparable(value: Json) -> str:
    if isinstance(value, (bool, str)) and str(value).lower() in ("true", "false"):
        return str(value).lower()
    if isinstance(value, str):
        try:
            return printed(float(value))
        except ValueError:
            return value
    return printed(float(value)) if isinstance(value, int) else printed(value)
