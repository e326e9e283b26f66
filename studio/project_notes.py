"""What is noted of each project beside its files: in one small file each, who did it, when, and what it was done to.

A note that is missing or broken is none, and one that cannot be written is left out: the page then says less.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from studio.projects.errors import WritingFailed
from studio.projects.writing import write_file


@dataclass(frozen=True, slots=True)
class Note:
    """What was done, and what the project was like: `files` are the hashes of all files, `flows` the flows' etags."""

    at: float
    by: str
    files: Mapping[str, str]
    flows: Mapping[str, str]


N = TypeVar("N", bound=Note)


def noted(told: Mapping[str, Any]) -> tuple[float, str, dict[str, str], dict[str, str]]:
    """Return the fields of a note. Raises KeyError, TypeError or ValueError where it is broken. Pure."""
    return float(told["at"]), str(told["by"]), dict(told["files"]), dict(told["flows"])


class ProjectNotes(Generic[N]):
    """Keeps one file for each project; `made` makes a note of what stands in it, or raises."""

    def __init__(self, folder: Path, made: Callable[[Mapping[str, Any]], N]) -> None:
        self._folder = folder
        self._made = made

    def _file(self, project: str) -> Path:
        return self._folder / f"{project}.json"

    def read(self, project: str) -> N | None:
        """Return the last note; None where there was none or its file is broken."""
        try:
            return self._made(json.loads(self._file(project).read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None

    def write(self, project: str, note: N) -> None:
        """Keep a note. Failing to is no reason to fail what it tells of: it is forgotten with the server then."""
        with suppress(WritingFailed):
            write_file(self._file(project), json.dumps(asdict(note)).encode())

    def forget(self, project: str) -> None:
        """Forget a project that is deleted: a new one of its name has nothing to do with it."""
        with suppress(OSError):
            self._file(project).unlink(missing_ok=True)
