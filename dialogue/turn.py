"""What goes into a turn of conversation and what comes out of it: the words between `voice` and `dialogue`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from flows.commands import Command, Json
from flows.effects import Expectation
from flows.events import FlowEvent

Stage: TypeAlias = Literal["payload", "fast_path", "reader", "router", "llm", "documents", "recorded", "none"]


@dataclass(frozen=True, slots=True)
class UserTurn:
    """What the caller said (or typed, or a payload such as `/SetSlots(a=1)`), as committed by turn-taking."""

    text: str
    metadata: Mapping[str, Json] = field(default_factory=dict)
    history: tuple[str, ...] = field(default=(), compare=False)
    """What was said before, oldest first, as `USER: …` and `AI: …` lines. `Conversation.understand` fills it in."""
    local_time: datetime | None = field(default=None, compare=False)
    """What time it is where the caller is, from the same place; None where nobody knows."""


@dataclass(frozen=True, slots=True)
class Understood:
    """Commands proposed for a turn, which stage of the cascade decided, and what it cost. No effect yet.

    `took_ms` is wall time. `prompt` and the token counts are set when the language model was asked.
    """

    turn: UserTurn
    commands: tuple[Command, ...]
    stage: Stage
    took_ms: float = 0.0
    confidence: float = 1.0
    prompt: str | None = None
    completion: str | None = None
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    fallbacks: tuple[str, ...] = ()
    """Models that were asked in vain before this came out, each with its reason: `openai/gpt-5-mini: timeout`."""


@dataclass(frozen=True, slots=True)
class Button:
    title: str
    payload: str


@dataclass(frozen=True, slots=True)
class Said:
    """The assistant says `text`. `response` is the domain's name for it, None for an action's free text."""

    text: str
    response: str | None = None
    buttons: tuple[Button, ...] = ()
    custom: Json = None
    image: str | None = None
    attachment: Json = None
    allow_interruptions: bool = True
    metadata: Mapping[str, Json] = field(default_factory=dict)

    @property
    def source(self) -> str | None:
        """Who made up the words (`utter_source` of the format), where that is known."""
        named = self.metadata.get("utter_source")
        return named if isinstance(named, str) else None


@dataclass(frozen=True, slots=True)
class Happened:
    """A flow event that was appended to the log during this turn."""

    event: FlowEvent


@dataclass(frozen=True, slots=True)
class Waiting:
    """The turn is over and the assistant waits for the caller. Always the last output, unless the call ends."""

    expectation: Expectation


@dataclass(frozen=True, slots=True)
class Ended:
    """The assistant ends the conversation once everything said was played. Always the last output."""

    reason: str = "hangup"


TurnOutput: TypeAlias = Said | Happened | Waiting | Ended
