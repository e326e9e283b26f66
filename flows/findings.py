"""Collecting what is wrong with an assistant's files, so that all of it is told at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final, Literal

from rapidfuzz import fuzz, process

from flows.errors import Finding
from flows.places import Place

MOST_OF_A_KIND: Final = 500
"""So many findings of one code are kept; past that a file is wrong as a whole, and telling more helps nobody."""
_LEAST_LIKENESS: Final = 60.0
"""Of 100: how alike two names must be for one to be suggested for the other."""
_LONGEST_NAME: Final = 100


class Findings:
    """Grows while files are read; `sorted()` gives every finding by file, line and column, each once."""

    def __init__(self) -> None:
        self._found: dict[Finding, None] = {}
        self._counts: Counter[tuple[str, str]] = Counter()
        self._left_out: frozenset[str] = frozenset()

    def leave_out(self, codes: frozenset[str]) -> None:
        """From now on, keep no findings of these codes."""
        self._left_out = codes

    def error(self, place: Place, code: str, message: str, suggestion: str = "") -> None:
        """Note what keeps the assistant from loading."""
        self._add(place, code, message, suggestion, "error")

    def warning(self, place: Place, code: str, message: str, suggestion: str = "") -> None:
        """Note what is probably not meant."""
        self._add(place, code, message, suggestion, "warning")

    def _add(
        self, place: Place, code: str, message: str, suggestion: str, severity: Literal["error", "warning"]
    ) -> None:
        finding = Finding(place.file, place.line, place.column, code, message, suggestion, severity)
        if finding in self._found or code in self._left_out:
            return
        self._counts[severity, code] += 1
        if self._counts[severity, code] <= MOST_OF_A_KIND:
            self._found[finding] = None

    def sorted(self) -> tuple[Finding, ...]:
        found = sorted(self._found)
        for (severity, code), count in sorted(self._counts.items()):
            if count > MOST_OF_A_KIND:
                last = next(one for one in reversed(found) if (one.severity, one.code) == (severity, code))
                message = f"and {count - MOST_OF_A_KIND} more findings of this kind"
                found.append(Finding(last.file, last.line, last.column, code, message, "", last.severity))
        return tuple(sorted(found, key=lambda one: (one.file, one.line, one.column)))

    @property
    def is_empty(self) -> bool:
        return not self._counts

    def has_errors(self) -> bool:
        return any(severity == "error" for severity, _ in self._counts)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return "did you mean 'x'?" for the closest known name, or nothing where none is close."""
    if len(name) > _LONGEST_NAME:
        return ""
    close = process.extractOne(
        name.lower(), sorted(known), scorer=fuzz.ratio, processor=str.lower, score_cutoff=_LEAST_LIKENESS
    )
    return f"did you mean '{close[0]}'?" if close else ""
