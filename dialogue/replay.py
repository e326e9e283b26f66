"""Reading the event log: the state it gives, and what was said last.

What came from outside is in the log (the caller's turns with their commands, what actions returned); everything
else the engine decides again, and must decide the same. A slot event that the engine did not give was set from
outside and is taken as it is.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import replace

from dialogue.actions.results import action_done
from dialogue.engine import decide
from dialogue.errors import ReplayDiverged
from dialogue.events import (
    ActionFailed,
    ActionReturned,
    AssistantSaid,
    ConversationEnded,
    ConversationStarted,
    DialogueEvent,
    UserSaid,
)
from dialogue.turn import Understood, UserTurn
from flows.commands import SessionStart
from flows.effects import Effect, Emit
from flows.engine import step
from flows.events import FlowEvent, SlotSet
from flows.inputs import ActionBroke, CommandsReceived
from flows.model import Assistant
from flows.state import ConversationState, initial_state


def replay(events: Sequence[DialogueEvent], assistant: Assistant) -> ConversationState:
    """Return the state after a log.

    Raises:
        ReplayDiverged: the assistant would have done something else than the log says.
    """
    state = initial_state(assistant)
    expected: deque[FlowEvent] = deque()
    for number, event in enumerate(events):
        if isinstance(event, (AssistantSaid, ConversationEnded)):
            continue
        decided = _decided(state, event, assistant)
        if decided is not None:
            _require_nothing(expected, number)
            state, effects = decided
            expected.extend(effect.event for effect in effects if isinstance(effect, Emit))
        elif expected and expected[0] == event:
            expected.popleft()
        elif isinstance(event, SlotSet):
            state = replace(state, slots={**state.slots, event.name: event.value})
        else:
            awaited = expected[0] if expected else "nothing"
            raise ReplayDiverged(f"event {number} is {event}, where this assistant gives {awaited}")
    _require_nothing(expected, len(events))
    return state


def last_messages(events: Sequence[DialogueEvent]) -> tuple[AssistantSaid, ...]:
    """Return what was said before the caller's latest turn, back to the turn before that had any answer."""
    said: list[AssistantSaid] = []
    is_before_turn = not any(isinstance(event, UserSaid) for event in events)
    for event in reversed(events):
        if isinstance(event, UserSaid):
            if said:
                break
            is_before_turn = True
        elif isinstance(event, AssistantSaid) and is_before_turn:
            said.append(event)
    return tuple(reversed(said))


def _decided(
    state: ConversationState, event: DialogueEvent, assistant: Assistant
) -> tuple[ConversationState, tuple[Effect, ...]] | None:
    """Return what the engine does about an event that came from outside; None for its own events."""
    match event:
        case ConversationStarted(metadata=metadata):
            return step(state, CommandsReceived((SessionStart(dict(metadata)),)), assistant)
        case UserSaid(text=text, commands=commands, stage=stage):
            return decide(state, Understood(UserTurn(text), commands, stage), assistant)
        case ActionReturned():
            return step(state, action_done(event, assistant), assistant)
        case ActionFailed(name=name, reason=reason):
            return step(state, ActionBroke(name, reason), assistant)
        case _:
            return None


def _require_nothing(expected: deque[FlowEvent], number: int) -> None:
    if expected:
        raise ReplayDiverged(f"before event {number} this assistant gives {expected[0]}, and the log does not")
