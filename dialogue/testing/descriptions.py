"""Tests and turns in words, for the reader of a failure. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher, ndiff
from typing import assert_never

from dialogue.events import ActionFailed, AssistantSaid, ConversationEnded, DialogueEvent, UserSaid
from dialogue.testing.expectations import (
    ActionRuns,
    BotDoesNotSay,
    BotSays,
    ClarificationOffers,
    Expectation,
    FlowEnds,
    FlowStarts,
    NeedsJudge,
    SlotIsNotSet,
    SlotIsSet,
    Turn,
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

_PLUMBING = frozenset(("pattern_collect_information", "action_run_slot_rejections"))
"""What happens around every question: it would hide what a reader looks for."""
MAX_DIFFED_CHARACTERS = 20_000
"""Of both texts together: beyond that a difference takes too long, and nobody reads it."""


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
            return f"{kind} (needs a judging language model, which this runner does not have: see --skip-judged)"
        case _:
            assert_never(expected)


def describe_turn(turn: Turn) -> tuple[str, ...]:
    """Return what happened in a turn, a line each."""
    lines = [line for event in turn.events if not _is_plumbing(event) and (line := _event(event))]
    if turn.offered:
        lines.append(f"offered: {', '.join(sorted(turn.offered))}")
    return tuple(lines)


def conversation_lines(events: Sequence[DialogueEvent]) -> tuple[str, ...]:
    """Return what was said so far, by both."""
    lines: list[str] = []
    for event in events:
        match event:
            case UserSaid(text=text):
                lines.append(f"user: {text}")
            case AssistantSaid():
                lines.append(_said(event))
            case _:
                pass
    return tuple(lines)


def difference(expected: Expectation, turn: Turn) -> tuple[str, ...]:
    """Return how the most similar text that was said differs from the one expected; empty where no text is."""
    if not isinstance(expected, BotSays) or expected.text is None:
        return ()
    said = [event.text for event in turn.events if isinstance(event, AssistantSaid)]
    if not said:
        return ()
    wanted = expected.text
    if len(wanted) + max(map(len, said)) > MAX_DIFFED_CHARACTERS:
        return ()
    closest = max(said, key=lambda text: SequenceMatcher(None, wanted, text).quick_ratio())
    lines = ndiff(wanted.rstrip().splitlines(), closest.rstrip().splitlines())
    return tuple(line.rstrip("\n") for line in lines)


def _is_plumbing(event: DialogueEvent) -> bool:
    name = getattr(event, "flow_id", None) or (event.name if isinstance(event, ActionExecuted) else None)
    return name in _PLUMBING


def _event(event: DialogueEvent) -> str:
    match event:
        case AssistantSaid():
            return _said(event)
        case SlotSet(name=name, value=value):
            return f"slot {name} = {value!r}"
        case ActionExecuted(name=name):
            return "" if name.startswith("utter_") else f"action {name}"
        case ActionFailed(name=name, reason=reason):
            return f"action {name} failed: {reason}"
        case FlowStarted(flow_id=flow_id):
            return f"flow started: {flow_id}"
        case FlowInterrupted(flow_id=flow_id):
            return f"flow interrupted: {flow_id}"
        case FlowResumed(flow_id=flow_id):
            return f"flow resumed: {flow_id}"
        case FlowCompleted(flow_id=flow_id, step_id=step_id):
            return f"flow completed: {flow_id} at {step_id}"
        case FlowCancelled(flow_id=flow_id, step_id=step_id):
            return f"flow cancelled: {flow_id} at {step_id}"
        case ConversationEnded(reason=reason):
            return f"conversation ended: {reason}"
        case _:
            return ""


def _said(event: AssistantSaid) -> str:
    shown = f" [{' | '.join(button.title for button in event.buttons)}]" if event.buttons else ""
    who = f"bot ({event.response})" if event.response else "bot"
    return f"{who}: {event.text}{shown}"


def _wanted(said: BotSays) -> str:
    parts = [
        said.response or "",
        "" if said.text is None else repr(said.text),
        "" if said.pattern is None else f"matching {said.pattern!r}",
        _buttons(said),
    ]
    return " ".join(part for part in parts if part)


def _buttons(said: BotSays) -> str:
    if not said.buttons:
        return ""
    titles = [button.title + (f" → {button.payload}" if button.payload else "") for button in said.buttons]
    return f"with buttons {', '.join(titles)}"
