"""Ports of `dialogue`: what it needs from models, user code and storage. Adapters live in `models` and here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from dialogue.events import ActionFailed, ActionReturned, DialogueEvent
from dialogue.turn import Understood, UserTurn
from flows.commands import Json
from flows.effects import ToolCall
from flows.state import ConversationState


@dataclass(frozen=True, slots=True)
class Completion:
    """What the language model wrote, and what it cost. `cached_tokens` of the prompt came from the KV cache."""

    text: str
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    took_ms: float


class LanguageModel(Protocol):
    """A model that completes a prompt under a grammar. Raises `ModelUnavailable` when it cannot."""

    async def complete(self, prefix: str, tail: str, *, grammar: str | None = None, max_tokens: int = 64) -> Completion:
        """Complete `prefix + tail`; `prefix` is byte-identical from turn to turn, so its KV state is reused."""
        ...

    async def warm(self, prefix: str) -> None:
        """Fill the KV cache with `prefix` ahead of the first turn."""
        ...


class SentenceEncoder(Protocol):
    """Maps sentences to unit vectors whose dot product is their similarity."""

    async def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return [n_texts, 384] float32, rows of unit length."""
        ...


class Understanding(Protocol):
    """Proposes commands for a turn. Pure as seen from outside: no effect, may be cancelled or repeated."""

    async def understand(self, turn: UserTurn, state: ConversationState) -> Understood: ...


class ActionRunner(Protocol):
    """Runs user-supplied actions; never raises for what user code does, but reports `ActionFailed`."""

    async def run(self, name: str, tracker: Json, domain: Json) -> ActionReturned | ActionFailed: ...

    def knows(self, name: str) -> bool: ...


@runtime_checkable
class ToolRunner(Protocol):
    """Calls tools of MCP servers: what an `ActionRunner` is as well where an assistant has such servers."""

    async def call(self, call: ToolCall) -> ActionReturned | ActionFailed: ...


class EventStore(Protocol):
    """The append-only event log. `sequence` counts from 0 within a conversation; one writer each."""

    async def append(self, conversation_id: str, events: Sequence[DialogueEvent]) -> None: ...

    async def load(self, conversation_id: str) -> Sequence[DialogueEvent]: ...

    async def last_written(self, conversation_id: str) -> float | None:
        """Return when it was last appended to, in seconds since the epoch; None for an unknown conversation."""
        ...
