"""Places in an assistant's files, for findings and for the studio to jump to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands in the assistant's files; line and column count from 1."""

    file: str
    line: int
    column: int

    def plus(self, characters: int) -> Place:
        """Return the place this many characters further in the same line."""
        return Place(self.file, self.line, self.column + characters)
