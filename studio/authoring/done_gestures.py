"""Which gestures were done, by the name that their page gave them: one whose answer was lost is not done twice.

A page that hears no answer sends its gesture again, perhaps to a server that was killed and started again in between.
So what a gesture will do is noted before its files are written, as the etags of the files before and after. At the
next start a gesture counts as done where the files are as it left them.

    noted ─► files written ─► sure                 sent again: answered, not done
      └────► killed: sure at the next start if the files have its texts; else it is forgotten, and can be done
"""

from __future__ import annotations

import contextlib
import json
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

_REMEMBERED: Final = 256
"""Gestures; a page sends one at a time, so that this is as many pages that have lost an answer. Our own choice."""
_MOST_FILE_BYTES: Final = 4_000_000
"""Of the file of notes, before only the newest are written anew."""
_MOST_UNDO_CHARACTERS: Final = 100_000
"""Of a gesture's undo that is noted on disk: one that deletes a large file cannot be undone after a kill."""


@dataclass(frozen=True, slots=True)
class Done:
    """What one gesture changed: etags of files by path (None: not there), flows, and what takes it back."""

    gesture: str
    before: Mapping[str, str | None]
    after: Mapping[str, str | None]
    flows: tuple[str, ...]
    removed: tuple[str, ...]
    moved: Mapping[str, Mapping[str, str]]
    undo: tuple[dict[str, Any], ...]
    notes: tuple[str, ...] = ()

    def to_line(self) -> str:
        """Return it as a line of the file of notes."""
        kept = asdict(self)
        if len(json.dumps(kept["undo"])) > _MOST_UNDO_CHARACTERS:
            kept["undo"] = ()
        return "\n" + json.dumps(kept)  # before it: a line that a kill has cut off stays one of its own


class DoneGestures:
    """The newest gestures of one project. `file` keeps them over a restart; None: only this process knows them."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._known: OrderedDict[str, Done] = OrderedDict()

    def read(self, etags: Mapping[str, str | None]) -> None:
        """Take up what an earlier process noted; `etags` are of the files as they are now."""
        if self._file is None:
            return
        notes = _read(self._file)[-_REMEMBERED:]
        now = dict(etags)
        sure: list[Done] = []
        for done in reversed(notes):
            if all(now.get(path) == etag for path, etag in done.after.items()):
                sure.append(done)
                now.update(done.before)
        self._known = OrderedDict((done.gesture, done) for done in reversed(sure))

    def find(self, gesture: str) -> Done | None:
        """Return what a gesture did; None where it was not done, or has no name."""
        return self._known.get(gesture) if gesture else None

    def note(self, done: Done) -> None:
        """Note what is about to be done. Where the disk takes no note, the files are still written."""
        if self._file is None or not done.gesture:
            return
        with contextlib.suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            if self._file.exists() and self._file.stat().st_size > _MOST_FILE_BYTES:
                newest = "".join(one.to_line() for one in self._known.values())
                beside = self._file.with_suffix(".part")
                beside.write_text(newest[-_MOST_FILE_BYTES // 2 :], encoding="utf-8")
                beside.replace(self._file)
            with self._file.open("a", encoding="utf-8") as file:
                file.write(done.to_line())

    def keep(self, done: Done) -> None:
        """Remember what is done."""
        if done.gesture:
            self._known[done.gesture] = done
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)


def _read(file: Path) -> list[Done]:
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError:
        return []
    found: list[Done] = []
    for line in lines:
        with contextlib.suppress(ValueError, TypeError):  # one may be half written
            done = Done(**json.loads(line))
            if isinstance(done.before, dict) and isinstance(done.after, dict):
                found.append(done)
    return found
