"""Sets of flow versions that were trained: each a snapshot, which can be tried and published as it was trained.

<data>/trained/<project>.sets.json    the latest sets; their files are snapshots of the project
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from studio.projects.errors import WritingFailed
from studio.projects.writing import write_file

MOST_SETS: Final = 5
"""Sets that can be published; of more the oldest are forgotten. Our own choice."""


@dataclass(frozen=True, slots=True)
class TrainedSet:
    """One set: `flows` names the commit of each flow that was not as in the draft, None for one that was left out."""

    version: str
    at: float
    by: str
    flows: Mapping[str, str | None]

    def to_json(self) -> dict[str, Any]:
        """Return it as the API tells it and as it is kept."""
        return {**asdict(self), "flows": dict(self.flows)}


class TrainedSets:
    """The sets of one project; `key` is the project's."""

    def __init__(self, data: Path, key: str) -> None:
        self._file = data / "trained" / f"{key}.sets.json"

    def all(self) -> tuple[TrainedSet, ...]:
        """Return the sets, the latest first; none where their file is missing or broken."""
        try:
            rows = json.loads(self._file.read_bytes())["sets"]
            return tuple(_read(row) for row in rows)
        except (OSError, ValueError, KeyError, TypeError):
            return ()

    def add(self, made: TrainedSet) -> None:
        """Keep a set as the latest. Failing to is no reason to fail the training: it can then not be published."""
        others = [one for one in self.all() if one.version != made.version]
        rows = [one.to_json() for one in (made, *others)][:MOST_SETS]
        with suppress(WritingFailed):
            write_file(self._file, json.dumps({"sets": rows}).encode())

    def forget(self) -> None:
        """Forget the sets of a project that is deleted."""
        with suppress(OSError):
            self._file.unlink(missing_ok=True)


def _read(row: Mapping[str, Any]) -> TrainedSet:
    return TrainedSet(str(row["version"]), float(row["at"]), str(row["by"]), dict(row["flows"]))
