"""Preparing for the next turn while the assistant speaks and the caller is silent.

A language model's stage costs what it has left to read when the turn ends. All but the caller's words is known as
soon as the assistant waits, so it is read then, in the background and at the lowest priority. Conversations whose
understanding has no such model make no task and pay nothing.
"""

from __future__ import annotations

import asyncio

from dialogue.ports import Anticipating, Understanding
from flows.state import ConversationState


class Anticipation:
    """The preparation of one conversation: at most one runs, for the newest state."""

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None

    def begin(self, understanding: Understanding, state: ConversationState | None) -> None:
        """Prepare for a turn from `state` in place of what still runs; for none, where the conversation is over."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        if state is not None and isinstance(understanding, Anticipating) and understanding.anticipates:
            self._task = asyncio.create_task(understanding.anticipate(state), name="anticipation")
