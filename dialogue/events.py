"""Events of the conversation that are not the flow engine's own. With `flows.events` they are the whole log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from dialogue.turn import Button, Stage, Understood
from flows.commands import Command, Json
from flows.events import FlowEvent


@dataclass(frozen=True, slots=True)
class ConversationStarted:
    assistant_id: str
    metadata: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UserSaid:
    """A committed turn of the caller, with the commands that understanding proposed for it.

    `metadata` came with it. `fallbacks` names the models that were asked in vain, each with the reason. A turn that
    found the conversation paused is not answered: its commands do nothing.
    """

    text: str
    commands: tuple[Command, ...]
    stage: Stage
    took_ms: float = 0.0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    metadata: Mapping[str, Json] = field(default_factory=dict)
    is_answered: bool = True
    fallbacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AssistantSaid:
    """The assistant said this. `source` is who made up its words, where it was no response and no action's own text."""

    text: str
    response: str | None = None
    buttons: tuple[Button, ...] = ()
    source: str | None = None


@dataclass(frozen=True, slots=True)
class ReplyCutShort:
    """The caller stopped what was being said since their last turn; of all that they heard `heard`, maybe nothing."""

    heard: str


@dataclass(frozen=True, slots=True)
class ActionReturned:
    """What a custom action gave back: outside results enter a conversation only through this event.

    `result` is that of a tool on an MCP server, from which the engine takes slots; None for an action.
    """

    name: str
    events: tuple[Mapping[str, Json], ...] = ()
    responses: tuple[Mapping[str, Json], ...] = ()
    took_ms: float = 0.0
    result: Mapping[str, Json] | None = None


@dataclass(frozen=True, slots=True)
class ActionFailed:
    name: str
    reason: str
    took_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class ConversationEnded:
    reason: str


@dataclass(frozen=True, slots=True)
class AssistantChanged:
    """The assistant's files were changed: the conversation goes on from `state` with this version of them."""

    version: str
    state: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class ConversationParked:
    """The conversation was put away in `state`, for whoever takes it up; the rest says what it stands on."""

    version: str
    state: Mapping[str, Json]
    steps: tuple[str, ...] = ()
    resets: tuple[str, ...] = ()


DialogueEvent: TypeAlias = (
    ConversationStarted
    | UserSaid
    | AssistantSaid
    | ReplyCutShort
    | ActionReturned
    | ActionFailed
    | ConversationEnded
    | AssistantChanged
    | ConversationParked
    | FlowEvent
)


def user_said(understood: Understood, *, is_answered: bool = True) -> UserSaid:
    """Return the event that commits a turn."""
    return UserSaid(
        understood.turn.text,
        understood.commands,
        understood.stage,
        understood.took_ms,
        understood.prompt_tokens,
        understood.completion_tokens,
        understood.turn.metadata,
        is_answered,
        understood.fallbacks,
    )
