"""Pure: from what was understood of a turn to what the flows do about it.

    Understood ──clean_up──> commands ──flows.engine.step──> (state, effects)

States are frozen, so trying a turn is deciding it and dropping the result (`dialogue.rehearsal`).

A turn that finds the assistant changed is two in one: pattern_code_change clears what was going on, and then a wish of
the caller's is heard against the state that this leaves. An answer to the question that is gone is none.
"""

from __future__ import annotations

from dialogue.cleanup import clean_up
from dialogue.turn import Understood
from flows.commands import (
    ChitChat,
    Clarify,
    Command,
    HandleCodeChange,
    HumanHandoff,
    KnowledgeAnswer,
    Restart,
    SessionEnd,
    SessionStart,
    StartFlow,
)
from flows.effects import Effect, Listen
from flows.engine import step
from flows.inputs import CommandsReceived
from flows.model import Assistant
from flows.state import ConversationState

_WISHES = (StartFlow, Clarify, KnowledgeAnswer, ChitChat, HumanHandoff, Restart, SessionStart, SessionEnd)


def decide(
    state: ConversationState, understood: Understood, assistant: Assistant
) -> tuple[ConversationState, tuple[Effect, ...]]:
    """Return the state after the turn's commands and the orders to carry out, up to the first action."""
    commands = tuple(command for command in understood.commands if not isinstance(command, HandleCodeChange))
    if len(commands) == len(understood.commands):
        return step(state, CommandsReceived(_cleaned(commands, state, understood, assistant)), assistant)
    cleared, told = step(state, CommandsReceived((HandleCodeChange(),)), assistant)
    if cleared.stack or not isinstance(told[-1], Listen):
        return cleared, told  # the pattern is the assistant's own, and is not through yet
    wishes = _cleaned(commands, cleared, understood, assistant)
    if not any(isinstance(wish, _WISHES) and wish != Clarify() for wish in wishes):
        return cleared, told
    after, effects = step(cleared, CommandsReceived(wishes), assistant)
    return after, (*told[:-1], *effects)


def _cleaned(
    commands: tuple[Command, ...], state: ConversationState, understood: Understood, assistant: Assistant
) -> tuple[Command, ...]:
    return clean_up(commands, state, assistant, is_payload=understood.stage == "payload")
