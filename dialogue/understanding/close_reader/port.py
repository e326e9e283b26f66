"""The port to the close reader's model."""

from __future__ import annotations

from typing import Protocol

from dialogue.understanding.close_reader.heads import CloseHeads, ReadPage
from dialogue.understanding.close_reader.page import Page


class PageReader(Protocol):
    """Reads pages. Raises `ModelUnavailable` when it cannot."""

    @property
    def heads(self) -> CloseHeads:
        """The maps from vectors to what a turn means."""
        ...

    async def read(self, page: Page) -> ReadPage:
        """Read a page."""
        ...
