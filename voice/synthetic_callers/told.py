"""Reads what a server told over the data channel back into the events of a conversation. Pure.

These are outside data: what is of no known shape is left out, since a test must never fail of an event that it does
not look at.

A channel tells things as a caller meets them, which is not quite what the log holds (decision 16): a reply may be shown
before its turn is committed, so its words come ahead of the events that led to them; and a turn that is taken back was
shown and never happened. Both are put right here, so that a test means the same typed and spoken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dialogue.errors import EventInvalid
from dialogue.events import AssistantSaid, DialogueEvent, UserSaid
from dialogue.serialization import event_from_json
from dialogue.testing.expectations import Turn
from dialogue.understanding.parsing import parse_commands
from flows.commands import Clarify, Command
from flows.events import ActionExecuted
from flows.model import Assistant
from voice.caller.log import ServerEvent

_TAKEN_BACK = ("turn_ended", "user_said", "assistant_said")


def dialogue_events(told: Iterable[ServerEvent]) -> tuple[DialogueEvent, ...]:
    """Return the conversation's own events in the log's order; those of the call are left out."""
    found = (_event(event.message) for event in standing(told))
    return in_log_order([event for event in found if event is not None])


def standing(told: Iterable[ServerEvent]) -> tuple[ServerEvent, ...]:
    """Leave out what was shown of turns that were taken back: that they ended, and what both sides said in them."""
    kept: list[ServerEvent] = []
    for event in told:
        if event.type == "turn_retracted":
            revision = event.message.get("revision")
            ended = [
                index
                for index, other in enumerate(kept)
                if other.type == "turn_ended" and other.message.get("revision") == revision
            ]
            if ended:
                begin = ended[-1]
                kept[begin:] = [other for other in kept[begin:] if other.type not in _TAKEN_BACK]
        kept.append(event)
    return tuple(kept)


def in_log_order(events: Sequence[DialogueEvent]) -> tuple[DialogueEvent, ...]:
    """Put words that were shown ahead of their turn's events where the log has them: behind their response's action."""
    ordered = list(events)
    for said in events:
        if not isinstance(said, AssistantSaid) or said.response is None:
            continue
        at = next(index for index, other in enumerate(ordered) if other is said)
        own = ActionExecuted(said.response)
        if at and ordered[at - 1] == own:
            continue
        later = _unsaid(ordered, at + 1, own)
        if later is not None:
            ordered.insert(later + 1, said)
            del ordered[at]
    return tuple(ordered)


def _unsaid(events: Sequence[DialogueEvent], start: int, own: ActionExecuted) -> int | None:
    """Return where in the same turn a response's action stands without its words."""
    for index in range(start, len(events)):
        if isinstance(events[index], UserSaid):
            return None
        following = events[index + 1] if index + 1 < len(events) else None
        is_said = isinstance(following, AssistantSaid) and following.response == own.name
        if events[index] == own and not is_said:
            return index
    return None


def turn_of(told: Sequence[ServerEvent], assistant: Assistant, steps: Mapping[str, str]) -> Turn:
    """Return what happened in a turn, for the comparison with what a test expects of it.

    `steps`: by flow, the step that it had entered last before.
    """
    events = dialogue_events(told)
    commands = commands_of(events)
    ids = {option for command in commands if isinstance(command, Clarify) for option in command.options}
    names = {assistant.flows[flow_id].name for flow_id in ids if flow_id in assistant.flows}
    return Turn(events, frozenset(ids | names), steps)


def commands_of(events: Iterable[DialogueEvent]) -> tuple[Command, ...]:
    """Return everything that the caller's turns among these events were understood as."""
    return tuple(command for event in events if isinstance(event, UserSaid) for command in event.commands)


def stages_of(events: Iterable[DialogueEvent]) -> tuple[str, ...]:
    """Return who understood the caller's turns."""
    return tuple(dict.fromkeys(event.stage for event in events if isinstance(event, UserSaid)))


def heard_in(told: Sequence[ServerEvent]) -> str:
    """Return what the server took the caller to say: committed turns, else what it recognised and dropped."""
    stood = standing(told)
    said = [text for event in stood if event.type == "user_said" and (text := _text(event)) and _is_speech(event)]
    ended = [text for event in stood if event.type == "turn_ended" and (text := _text(event))]
    return " ".join(said or ended)


def dropped_in(told: Sequence[ServerEvent]) -> tuple[str, ...]:
    """Return why turns of the caller were dropped, and faults, in words: what a reader of a failure must know."""
    lines = []
    for event in told:
        if event.type == "turn_dropped":
            lines.append(f"a turn was dropped: {event.message.get('reason')}")
        if event.type == "fault":
            lines.append(f"fault [{event.message.get('code')}]: {event.message.get('message')}")
    return tuple(lines)


def _event(message: Mapping[str, Any]) -> DialogueEvent | None:
    data = dict(message)
    commands = data.get("commands")
    if data.get("type") == "user_said" and isinstance(commands, list):
        data["commands"] = []  # the channel has them as lines for people, not as the log has them
    try:
        event = event_from_json(data)
    except EventInvalid:
        return None
    if isinstance(event, UserSaid) and isinstance(commands, list):
        parsed = tuple(command for line in commands for command in parse_commands(str(line)))
        return UserSaid(event.text, parsed, event.stage, event.took_ms)
    return event


def _text(event: ServerEvent) -> str:
    return str(event.message.get("text") or "").strip()


def _is_speech(event: ServerEvent) -> bool:
    """Tell a turn that was spoken from a payload, and from what nobody said (a silence)."""
    return event.message.get("stage") != "payload"
