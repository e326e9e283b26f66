"""A stage of understanding that goes before others, or behind them, and leaves preparing for a turn to them."""

from __future__ import annotations

from dialogue.ports import Anticipating, Understanding
from flows.state import ConversationState


class BeforeOthers:
    """What such a stage passes on; `_others` is the understanding that it stands before."""

    _others: Understanding

    @property
    def anticipates(self) -> bool:
        """Whether the other stages would save anything by preparing for a turn now."""
        return isinstance(self._others, Anticipating) and self._others.anticipates

    async def anticipate(self, state: ConversationState) -> None:
        """Let the other stages prepare for the next turn."""
        if isinstance(self._others, Anticipating):
            await self._others.anticipate(state)
