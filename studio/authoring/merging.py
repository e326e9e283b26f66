"""Three-way merging of YAML by entries, and of other text by lines.

A text is cut at its entries (a flow's properties and steps, a section's entries). What only one side changed is taken,
also directly beside what the other changed; where both changed one entry differently, that is a conflict, and the
merged text has theirs there, so that saving it unseen loses nothing of anybody else's. What neither side said twice
and the merged text would (both made a slot of one name) is a conflict as well.
"""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from flows.findings import Findings
from flows.source import read_yaml
from studio.authoring.errors import EditRefused, TextInvalid
from studio.authoring.extents import extent
from studio.authoring.shapes import Lines
from studio.authoring.tree import Node, parse_text

_LINE: Final = re.compile(r"\d+$")
"""Of the message about a second entry: the line of the first, which a merge moves."""
_STEP_LISTS: Final = frozenset({"steps", "next", "then", "else"})
_MAPS_DEEP: Final = 2
"""Sections and their entries are entries of their own; below, a flow's properties are, but not, say, a slot's: an entry
that is renamed here and changed there must not become a third one."""


@dataclass(frozen=True, slots=True)
class Merged:
    text: str
    conflicts: list[Lines]


@dataclass(frozen=True, slots=True)
class _Change:
    """Pieces `start` to `end` of the base become others."""

    start: int
    end: int
    pieces: tuple[str, ...]


def merge(base: str, theirs: str, mine: str, *, is_yaml: bool = True) -> Merged:
    """Merge two texts that were made from one."""
    if theirs == mine or base == mine:
        return Merged(theirs, [])
    if base == theirs:
        return Merged(mine, [])
    if not is_yaml:
        return _merged(_lines(base), _lines(theirs), _lines(mine), keeps_apart=False)
    pieces = cut(base), cut(theirs), cut(mine)
    merged = _merged(*pieces, keeps_apart=True)
    if not merged.conflicts and not _parses(merged.text):
        return Merged(theirs, [Lines(start_line=1, end_line=_count(theirs))])
    known = _said_twice(base) | _said_twice(theirs) | _said_twice(mine)
    if not _said_twice(merged.text).keys() - known.keys():
        return merged
    closer = _merged(*pieces, keeps_apart=False)  # both may have made it at one place: then theirs stands there
    if closer.conflicts and not _said_twice(closer.text).keys() - known.keys():
        return closer
    twice = [line for name, line in _said_twice(merged.text).items() if name not in known]
    return Merged(merged.text, [*merged.conflicts, *(Lines(start_line=line, end_line=line) for line in sorted(twice))])


def _said_twice(text: str) -> dict[str, int]:
    """Return what a text says twice where once is meant, such as two slots of one name, with the line of the second."""
    findings = Findings()
    read_yaml(text, "", findings)
    return {
        _LINE.sub("", finding.message): finding.line for finding in findings.sorted() if finding.code == "duplicate-key"
    }


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def _parses(text: str) -> bool:
    try:
        parse_text(text)
    except TextInvalid:
        return False
    return True


def _count(text: str) -> int:
    return max(1, len(_lines(text)))


def cut(text: str) -> list[str]:
    """Cut a text where its entries begin; one that does not parse is cut into lines."""
    try:
        root = parse_text(text).root
        starts = sorted({0, *(_starts(text, root, 0, "") if root is not None else ()), len(text)})
    except (TextInvalid, EditRefused):
        return _lines(text)
    return [text[start:end] for start, end in itertools.pairwise(starts)]


def _starts(text: str, node: Node, depth: int, key: str) -> Iterator[int]:
    if node.is_flow:
        return
    if node.kind == "list" and (key in _STEP_LISTS or depth <= 1):
        for index, item in enumerate(node.items):
            found = extent(text, node, index)
            yield found.lead
            if item.kind == "map" and not item.is_flow:
                for name, value in item.pairs:
                    if name.text in _STEP_LISTS:
                        yield from _starts(text, value, _MAPS_DEEP + 1, name.text)
    elif node.kind == "map":
        is_cut = depth < _MAPS_DEEP or (depth == _MAPS_DEEP and node.pair("steps") is not None)
        for index, (name, value) in enumerate(node.pairs):
            if is_cut:
                yield extent(text, node, index).lead
            if is_cut or name.text in _STEP_LISTS:
                yield from _starts(text, value, depth + 1, name.text)


def _changes(base: Sequence[str], other: Sequence[str]) -> list[_Change]:
    codes = difflib.SequenceMatcher(None, base, other, autojunk=False).get_opcodes()
    return [_Change(a, b, tuple(other[c:d])) for tag, a, b, c, d in codes if tag != "equal"]


def _clash(one: _Change, other: _Change) -> bool:
    return one.start < other.end and other.start < one.end


def _merged(base: list[str], theirs: list[str], mine: list[str], *, keeps_apart: bool) -> Merged:
    """Merge texts cut into pieces; `keeps_apart`: what the two changed beside each other is no conflict."""
    mixed = [(change, True) for change in _changes(base, theirs)] + [(change, False) for change in _changes(base, mine)]
    mixed.sort(key=lambda one: (one[0].start, one[0].end, not one[1]))
    text, conflicts, position, index = "", list[Lines](), 0, 0
    while index < len(mixed):
        group = [mixed[index]]
        end = mixed[index][0].end
        index += 1
        while index < len(mixed) and _joins(group, end, mixed[index], keeps_apart=keeps_apart):
            group.append(mixed[index])
            end = max(end, mixed[index][0].end)
            index += 1
        start = group[0][0].start
        text += "".join(base[position:start])
        ours, yours = (
            _side(base, start, end, [one for one, is_theirs in group if is_theirs is side]) for side in (False, True)
        )
        sides = {is_theirs for _, is_theirs in group}
        if len(sides) == 2 and ours != yours:
            first = text.count("\n") + 1
            text += yours
            conflicts.append(Lines(start_line=first, end_line=max(first, text.count("\n"))))
        else:
            text += yours if True in sides else ours
        position = end
    return Merged(text + "".join(base[position:]), conflicts)


def _joins(group: list[tuple[_Change, bool]], end: int, other: tuple[_Change, bool], *, keeps_apart: bool) -> bool:
    """Whether a change is to be looked at together with those before it."""
    change, is_theirs = other
    if any(_clash(one, change) for one, _ in group):
        return True
    same = [one for one, side in group if side is not is_theirs and (one.start, one.end) == (change.start, change.end)]
    if same and any(one.pieces == change.pieces for one in same):
        return True
    return not keeps_apart and change.start <= end and any(side is not is_theirs for _, side in group)


def _side(base: list[str], start: int, end: int, changes: list[_Change]) -> str:
    text, position = "", start
    for change in changes:
        text += "".join(base[position : change.start]) + "".join(change.pieces)
        position = change.end
    return text + "".join(base[position:end])
