"""The port to the reader's model: an encoder of texts and of turns, with the heads that were trained on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from dialogue.understanding.reader.heads import Heads, ReadTurn, Vectors


class TurnReader(Protocol):
    """Maps texts and turns to vectors. Raises `ModelUnavailable` when it cannot."""

    @property
    def heads(self) -> Heads:
        """The maps from vectors to what a turn does."""
        ...

    async def encode(self, texts: Sequence[str]) -> Vectors:
        """Return [n_texts, 384] float32, rows of unit length."""
        ...

    async def read(self, asked: str, text: str) -> ReadTurn:
        """Read a turn behind what was asked for, a line about the slot; empty where nothing was."""
        ...
