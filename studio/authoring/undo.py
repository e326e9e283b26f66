"""What takes a gesture back: the stretches of text that it changed, with what stands around them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any, Final

from studio.authoring.commands import DeleteFile, Patch, Splice, WriteFile
from studio.authoring.errors import EditRefused
from studio.authoring.graph import Graph
from studio.authoring.project_files import ProjectFiles

_AROUND: Final = 120
"""Characters kept on each side of a stretch, by which it is found again; our own choice."""


def taking_back(old: ProjectFiles, new: ProjectFiles, paths: Iterable[str]) -> list[dict[str, Any]]:
    """Return the commands that turn the new texts into the old ones."""
    found = []
    for path in sorted(paths):
        before, after = old.text(path), new.text(path)
        if before == after:
            continue
        command: DeleteFile | WriteFile | Patch
        if before is None:
            command = DeleteFile(op="delete_file", path=path)
        elif after is None:
            command = WriteFile(op="write_file", path=path, text=before)
        else:
            command = Patch(op="patch", file=path, edits=[splice(after, before)])
        found.append(command.model_dump())
    return found


def replacing(path: str, old: str, new: str) -> list[dict[str, Any]]:
    """Return the commands that turn a file's text into another one where it still says what is replaced."""
    return [] if old == new else [Patch(op="patch", file=path, edits=[splice(old, new)]).model_dump()]


def splice(old: str, new: str) -> Splice:
    """Return the one stretch that turns a text into another."""
    limit = min(len(old), len(new))
    start = _common(old, new, limit)
    tail = _common(old[::-1], new[::-1], limit - start)
    end = len(old) - tail
    return Splice(
        start=start,
        end=end,
        old=old[start:end],
        new=new[start : len(new) - tail],
        before=old[max(0, start - _AROUND) : start],
        after=old[end : end + _AROUND],
    )


def _common(one: str, other: str, limit: int) -> int:
    """Return how many characters two texts begin with alike, by halving."""
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def patched(text: str, command: Patch) -> str:
    """Return a text with stretches replaced, each found by its place or by what stands around it.

    Raises:
        EditRefused: what should be replaced is not there any more.
    """
    for edit in sorted(command.edits, key=lambda one: one.start, reverse=True):
        start = edit.start
        if text[start : start + len(edit.old)] != edit.old or not _fits(text, edit, start):
            start = _search(text, edit, command.file)
        text = text[:start] + edit.new + text[start + len(edit.old) :]
    return text


def _fits(text: str, edit: Splice, start: int) -> bool:
    near = edit.before[-20:], edit.after[:20]
    end = start + len(edit.old)
    return text[max(0, start - len(near[0])) : start] == near[0] and text[end : end + len(near[1])] == near[1]


def _search(text: str, edit: Splice, file: str) -> int:
    for width in (_AROUND, 40, 12):
        before, after = edit.before[-width:], edit.after[:width]
        wanted = before + edit.old + after
        if wanted.strip() and text.count(wanted) == 1:
            return text.index(wanted) + len(before)
    raise EditRefused(f"This was changed in {file} by somebody else since, so it cannot be taken back on its own.")


def matched_keys(old: Graph, new: Graph) -> dict[str, str]:
    """Return where the keys of steps went when a flow's text was replaced: steps that read the same, in order."""
    gone = [step for step in old.steps if old.keys[step.path] not in new.paths or old.keys[step.path].startswith("~")]
    come = [step for step in new.steps if new.keys[step.path] not in old.paths or new.keys[step.path].startswith("~")]
    before, after = ([_content(step.data) for step in steps] for steps in (gone, come))
    found: dict[str, str] = {}
    for block in difflib.SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks():
        for offset in range(block.size):
            one, other = gone[block.a + offset], come[block.b + offset]
            if old.keys[one.path] != new.keys[other.path]:
                found[old.keys[one.path]] = new.keys[other.path]
    return found


def _content(data: object) -> str:
    table: Mapping[str, object] = data if isinstance(data, dict) else {}
    return repr([(key, value) for key, value in table.items() if key not in ("next", "id")])
