"""Ports of `dialogue`: what it needs from models, user code and storage. Adapters live in `models` and here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias, runtime_checkable

import numpy as np
import numpy.typing as npt

from dialogue.events import ActionFailed, ActionReturned, DialogueEvent
from dialogue.knowledge.passages import Found, Question
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


OnText: TypeAlias = Callable[[str], bool]
"""Takes each piece of a completion as it is written; returns whether the model has said enough and may stop."""


class LanguageModel(Protocol):
    """A model that completes a prompt under a grammar. Raises `ModelUnavailable` when it cannot."""

    async def complete(
        self,
        prefix: str,
        tail: str,
        *,
        grammar: str | None = None,
        max_tokens: int = 64,
        stop: Sequence[str] = (),
        on_text: OnText | None = None,
    ) -> Completion:
        """Complete `prefix + tail`; `prefix` is byte-identical from turn to turn, so its KV state is reused.

        Args:
            grammar: GBNF that the text obeys.
            stop: the completion ends before the first of these; they are not part of it.
            on_text: told of the text while it is written, in pieces of any size that add up to the completion's
                text. A model that cannot stream tells it once, at the end.
        """
        ...

    async def warm(self, prefix: str, tail: str = "") -> None:
        """Fill the KV cache with `prefix + tail` ahead of the turn that needs it. A real request goes first."""
        ...


class SentenceEncoder(Protocol):
    """Maps sentences to unit vectors whose dot product is their similarity."""

    @property
    def digest(self) -> str:
        """What the vectors depend on besides the sentence: a hash of the weights. What is kept is named by it."""
        ...

    async def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return [n_texts, 384] float32, rows of unit length."""
        ...


class PassageStore(Protocol):
    """Where an assistant's documents are looked up. Raises `KnowledgeUnavailable` when it cannot."""

    async def find(self, query: str, question: Question, limit: int) -> Sequence[Found]:
        """Return at most `limit` passages that come nearest to `query`, the best first.

        Args:
            query: what is looked for, as a text: the question, or the question with the turn before it.
            question: what the caller asked, with the conversation that it stands in.
        """
        ...


class Understanding(Protocol):
    """Proposes commands for a turn. Pure as seen from outside: no effect, may be cancelled or repeated."""

    async def understand(self, turn: UserTurn, state: ConversationState) -> Understood: ...


@runtime_checkable
class Anticipating(Protocol):
    """What an `Understanding` is as well that can prepare for a turn before the caller speaks."""

    @property
    def anticipates(self) -> bool:
        """Whether preparing would save anything now."""
        ...

    async def anticipate(self, state: ConversationState) -> None:
        """Prepare for the next turn from `state`. Without effect: never raises, may be cancelled."""
        ...


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
