"""Pure: from what was understood of a turn to what the flows do about it.

    Understood ──clean_up──> commands ──flows.engine.step──> (state, effects)

States are frozen, so trying a turn is deciding it and dropping the result. `preview` exists for the names: what
calls it promises to let nothing out, and what it returns says whether the rest hangs on an action.
"""

from __future__ import annotations

from dataclasses import dataclass

from dialogue.cleanup import clean_up
from dialogue.turn import Understood
from flows.effects import Effect, RunAction
from flows.engine import step
from flows.inputs import CommandsReceived
from flows.model import Assistant
from flows.state import ConversationState


@dataclass(frozen=True, slots=True)
class Preview:
    """What a turn would do. `action` is the one that stops it, None when it goes through to the question."""

    state: ConversationState
    effects: tuple[Effect, ...]
    action: RunAction | None


def decide(
    state: ConversationState, understood: Understood, assistant: Assistant
) -> tuple[ConversationState, tuple[Effect, ...]]:
    """Return the state after the turn's commands and the orders to carry out, up to the first action."""
    is_payload = understood.stage == "payload"
    commands = clean_up(understood.commands, state, assistant, is_payload=is_payload)
    return step(state, CommandsReceived(commands), assistant)


def preview(state: ConversationState, understood: Understood, assistant: Assistant) -> Preview:
    """Return what `decide` would do, for speculation: nothing of it may be carried out."""
    forked, effects = decide(state, understood, assistant)
    last = effects[-1] if effects else None
    return Preview(forked, effects, last if isinstance(last, RunAction) else None)
