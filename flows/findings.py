"""Collecting what is wrong with an assistant's files, so that all of it is told at once."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from flows.errors import Finding
from flows.places import Place


class Findings:
    """Grows while files are read; `sorted()` gives every finding by file, line and column, each once."""

    def __init__(self) -> None:
        self._found: dict[Finding, None] = {}

    def error(self, place: Place, code: str, message: str, suggestion: str = "") -> None:
        """Note what keeps the assistant from loading."""
        self._found[Finding(place.file, place.line, place.column, code, message, suggestion, "error")] = None

    def warning(self, place: Place, code: str, message: str, suggestion: str = "") -> None:
        """Note what is probably not meant."""
        self._found[Finding(place.file, place.line, place.column, code, message, suggestion, "warning")] = None

    def sorted(self) -> tuple[Finding, ...]:
        return tuple(sorted(self._found))

    def has_errors(self) -> bool:
        return any(finding.severity == "error" for finding in self._found)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return "did you mean 'x'?" for the closest known name, or nothing where none is close."""
    names = {candidate.lower(): candidate for candidate in known}
    close = get_close_matches(name.lower(), names, n=1, cutoff=0.6)
    return f"did you mean '{names[close[0]]}'?" if close else ""
