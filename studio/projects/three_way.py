"""Merging two states of a project that began from a third. Pure.

A file that one side alone changed is taken from that side. One that both changed is merged by its entries and lines
(`studio.authoring.merging`); where that does not go, it is a conflict, and nothing of it is decided here. What the
studio alone keeps (`.studio/*.json`) is merged by its keys, comments one by one, and mine wins: nobody should have to
solve positions.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from studio.people.comments import FILE as COMMENTS
from studio.projects.comment_merging import merge_comments
from studio.projects.contents import is_of_studio
from studio.projects.paths import clashes

Files: TypeAlias = Mapping[str, bytes]
YAML: Final = (".yml", ".yaml")
"""How names of YAML files end."""


@dataclass(frozen=True, slots=True)
class MergedText:
    """What became of three texts; `conflicts` are ranges of lines of `text` (from 1, both ends in) that clash."""

    text: str
    conflicts: tuple[tuple[int, int], ...] = ()


MergeTexts: TypeAlias = Callable[[str, str, str, str], MergedText]
"""Takes path, base, mine and theirs."""


@dataclass(frozen=True, slots=True)
class FileConflict:
    """A file that both sides changed in ways that do not go together; a side that is None does not have it."""

    path: str
    base: bytes | None
    mine: bytes | None
    theirs: bytes | None
    merged: str | None = None
    ranges: tuple[tuple[int, int], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return it as the merge view takes it; contents that are no text are null, with `is_text` false."""
        sides = {"base": self.base, "mine": self.mine, "theirs": self.theirs}
        texts = {name: as_text(content) for name, content in sides.items()}
        ranges = [{"start_line": start, "end_line": end} for start, end in self.ranges]
        is_text = all(texts[name] is not None for name, content in sides.items() if content is not None)
        return {"path": self.path, **texts, "merged": self.merged, "conflicts": ranges, "is_text": is_text}


@dataclass(frozen=True, slots=True)
class Merge:
    """What is to be changed in mine; `merged` names the files that both sides had changed and that went together."""

    changes: Mapping[str, bytes | None] = field(default_factory=dict)
    merged: tuple[str, ...] = ()
    conflicts: tuple[FileConflict, ...] = ()


def merge(base: Files, mine: Files, theirs: Files, merge_texts: MergeTexts) -> Merge:
    """Bring their changes since `base` into mine."""
    changes: dict[str, bytes | None] = {}
    merged: list[str] = []
    conflicts: list[FileConflict] = []
    for path in sorted({*base, *mine, *theirs}):
        before, ours, other = base.get(path), mine.get(path), theirs.get(path)
        if other in (ours, before):
            continue
        if ours == before:
            changes[path] = other
            continue
        found = _merged_file(path, before, ours, other, merge_texts)
        if isinstance(found, FileConflict):
            conflicts.append(found)
        else:
            merged.append(path)
            if found != ours:
                changes[path] = found
    clashing = list(_clashing(mine, changes, base, theirs))
    settled = {conflict.path for conflict in clashing}
    kept = {path: content for path, content in changes.items() if path not in settled}
    return Merge(kept, tuple(merged), (*conflicts, *clashing))


def changed_paths(before: Mapping[str, object], after: Mapping[str, object]) -> dict[str, str]:
    """Return which files (or hashes of them) differ: `added`, `removed` or `changed`."""
    found = {}
    for path in sorted({*before, *after}):
        if before.get(path) != after.get(path):
            found[path] = "added" if path not in before else "removed" if path not in after else "changed"
    return found


def as_text(content: bytes | None) -> str | None:
    """Return a file's text, None where it is none."""
    if content is None or b"\0" in content:
        return None
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _merged_file(
    path: str, base: bytes | None, mine: bytes | None, theirs: bytes | None, merge_texts: MergeTexts
) -> bytes | FileConflict:
    if is_of_studio(path) and path.endswith(".json"):
        return _merged_json(path, base, mine, theirs)
    texts = as_text(base or b""), as_text(mine), as_text(theirs)
    if texts[0] is None or texts[1] is None or texts[2] is None:
        return FileConflict(path, base, mine, theirs)
    found = merge_texts(path, texts[0], texts[1], texts[2])
    if found.conflicts:
        return FileConflict(path, base, mine, theirs, found.text, found.conflicts)
    return found.text.encode("utf-8")


def _merged_json(path: str, base: bytes | None, mine: bytes | None, theirs: bytes | None) -> bytes:
    read = [_json(content) for content in (base, mine, theirs)]
    if mine is None or theirs is None:
        return (mine if mine is not None else theirs) or b"{}"
    if not all(isinstance(value, dict) for value in read):
        return (theirs if read[1] is None and read[2] is not None else mine) or b"{}"
    if path == COMMENTS:
        return merge_comments(*(as_text(content) or "" for content in (base, mine, theirs))).encode()
    return json.dumps(_merged_value(*read), indent=2, ensure_ascii=False, sort_keys=True).encode() + b"\n"


def _merged_value(base: Any, mine: Any, theirs: Any) -> Any:
    if not (isinstance(mine, dict) and isinstance(theirs, dict)):
        return theirs if mine == base else mine
    known = base if isinstance(base, dict) else {}
    absent = object()
    merged = {
        key: _merged_value(known.get(key, absent), mine.get(key, absent), theirs.get(key, absent))
        for key in {**mine, **theirs}
    }
    return {key: value for key, value in merged.items() if value is not absent}


def _json(content: bytes | None) -> Any:
    try:
        return json.loads(content or b"{}")
    except (ValueError, RecursionError):
        return None


def _clashing(mine: Files, changes: Mapping[str, bytes | None], base: Files, theirs: Files) -> list[FileConflict]:
    """Find files of theirs that some system would take for another of mine."""
    result = {path for path in {*mine, *changes} if changes.get(path, mine.get(path)) is not None}
    found = {path for pair in clashes(sorted(result)) for path in pair if changes.get(path) is not None}
    return [FileConflict(path, base.get(path), mine.get(path), theirs.get(path)) for path in sorted(found)]
