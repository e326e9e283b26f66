"""A YAML file cut into the entries of its sections, so that an edit touches and parses one entry alone.

    version: "3.1"            ┐ a gap
                              │
    flows:                    ┘
      # about money           ┐ an entry, ("flows", "transfer"), with the comments that travel with it
      transfer: …             ┘
                              ─ a gap
      balance: …              ─ an entry

The parts in a row are the file, character by character. A section that is no block map or list (`slots: {}`) is one
entry as a whole, named by the section alone.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import accumulate
from typing import Final

from flows.commands import Json
from flows.source import plain_scalar
from studio.authoring import extents, plain_data
from studio.authoring.emitting import Manner, manner_of, pair_lines
from studio.authoring.errors import EditRefused, TextInvalid
from studio.authoring.extents import extent
from studio.authoring.fragment import Fragment, Setting
from studio.authoring.tree import Node, Path, Tree, parse_text

_KEEPS_BLANKS: Final = re.compile(r"[|>][0-9]?\+")
_SAMPLED: Final = 12
"""Entries whose indents and quotes tell the manner of a file."""


def etag_of(text: str) -> str:
    """Name a text by its content."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def may_name(text: str, name: str) -> bool:
    """Whether a text can have a name in it, which may be written with escapes, as an alias or as another number."""
    return name in text or "\\" in text or "*" in text or not isinstance(plain_scalar(name), str)


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a file. `section` is None for a gap; `name` is None for a section that is not cut up."""

    text: str
    section: str | None = None
    name: str | None = None
    index: int | None = None
    """Of an item of a list section."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where an entry's value is: in which part, and below which path of that part."""

    part: int
    path: Path


@dataclass(frozen=True, eq=False)
class YamlFile:
    """One file's text and parts. `problem` is set where it does not parse; it has one part then."""

    path: str
    parts: tuple[Part, ...]
    problem: TextInvalid | None = None
    known: Mapping[str, Json] = field(default_factory=dict)
    users: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """For each anchor's name, the parts in which an alias uses it."""
    anchors: Mapping[int, frozenset[str]] = field(default_factory=dict)
    """For each part, the names of the anchors that are written in it."""
    last: YamlFile | None = None
    """Where it does not parse: the file as it was when it last did, if that is known."""

    @cached_property
    def text(self) -> str:
        return "".join(part.text for part in self.parts)

    @cached_property
    def etag(self) -> str:
        return etag_of(self.text)

    @cached_property
    def spots(self) -> dict[tuple[str, str], Spot]:
        """Each named entry of each section; the first of two of one name counts."""
        found: dict[tuple[str, str], Spot] = {}
        for number, part in enumerate(self.parts):
            if part.section is None:
                continue
            if part.name is not None:
                path: Path = (part.name,) if part.index is None else (0,)
                found.setdefault((part.section, part.name), Spot(number, path))
            else:
                inner = plain_data.at(self.fragment(number).data, (part.section,))
                for name in inner if isinstance(inner, dict) else ():
                    found.setdefault((part.section, name), Spot(number, (part.section, name)))
        return found

    @cached_property
    def sections(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(part.section for part in self.parts if part.section is not None))

    @cached_property
    def _lines_before(self) -> list[int]:
        return [0, *accumulate(part.text.count("\n") for part in self.parts)]

    def first_line(self, part: int) -> int:
        """Return the number of the line, from 1, in which a part begins."""
        return self._lines_before[part] + 1

    @cached_property
    def manner(self) -> Manner:
        entries = [part.text for part in self.parts if part.section is not None][:_SAMPLED]
        roots = [root for text in entries if (root := self._tree(text)) is not None]
        sampled = "".join(entries)
        found = manner_of(sampled, roots)
        return replace(found, newline="\r\n" if "\r\n" in sampled or "\r\n" in self.parts[0].text else "\n")

    def _tree(self, text: str) -> Node | None:
        return parse_text(text, self.path, self.known).root

    def fragment(self, part: int) -> Fragment:
        """Return one part for reading or changing; what is changed comes back by `with_part`."""
        shared = {name for name in self.anchors.get(part, ()) if self.users.get(name, frozenset()) - {part}}
        known = {name: self.known[name] for name in self._aliases.get(part, ())}
        return Fragment(
            self.parts[part].text, Setting(self.path, self.manner if self.parts else Manner(), known, shared)
        )

    @cached_property
    def _aliases(self) -> Mapping[int, list[str]]:
        """For each part, the names that its aliases use: of ten thousand anchors a part has to know those alone."""
        found: dict[int, list[str]] = {}
        for name, parts in self.users.items():
            for part in parts:
                found.setdefault(part, []).append(name)
        return found

    def whole(self) -> Fragment:
        """Return the file as one fragment."""
        return Fragment(self.text, Setting(self.path, self.manner))

    def entries(self, section: str) -> Iterator[tuple[str, Spot]]:
        for (found, name), spot in self.spots.items():
            if found == section:
                yield name, spot

    def with_part(self, number: int, text: str, name: str | None = None) -> YamlFile:
        """Return the file with another text for one part; it parses, which whoever made it has checked."""
        if self.known or "&" in text:
            return read_file(self.path, "".join(self._texts(number, text)))
        old = self.parts[number]
        new = Part(text, old.section, old.name if name is None else name, old.index)
        return YamlFile(self.path, (*self.parts[:number], new, *self.parts[number + 1 :]))

    def _texts(self, number: int, text: str) -> Iterator[str]:
        for index, part in enumerate(self.parts):
            yield text if index == number else part.text

    def without(self, section: str, name: str) -> YamlFile:
        """Return the file without an entry, its comments, and the blank lines behind it.

        Raises:
            EditRefused: other entries use something in it by an anchor.
        """
        spot = self.spots[section, name]
        part = self.parts[spot.part]
        same = [one for one in self.parts if one.section == section]
        if part.name is None or len(same) == 1:
            fragment = self.whole()
            fragment.remove((section, name if part.index is None else part.index))
            return read_file(self.path, fragment.text)
        fragment = self.fragment(spot.part)
        fragment.check_unshared(_root(fragment))
        before, after = self.parts[spot.part - 1].text, self.parts[spot.part + 1].text
        if same[-1] is part:
            before = before[: extents.blanks_before(before, len(before))]
        elif same[0] is part or not before.strip():
            after = after[extents.blanks_after(after, 0) :]
        joined = Part(before + after)
        parts = (*self.parts[: spot.part - 1], joined, *self.parts[spot.part + 2 :])
        if self.known or part.index is not None:
            return read_file(self.path, "".join(one.text for one in parts))
        return YamlFile(self.path, parts)

    def with_entry(self, section: str, name: str, value: Json, *, lines: Sequence[str] | None = None) -> YamlFile:
        """Return the file with a new entry at the end of a section, which is made where it is missing."""
        last = [number for number, part in enumerate(self.parts) if part.section == section and part.name is not None]
        if not last or self.parts[last[0]].index is not None:
            return self._with_entry_in_whole(section, name, value)
        newline = self.manner.newline
        column = _root(self.fragment(last[0])).column
        written = list(lines) if lines is not None else pair_lines(name, value, 0, self.manner)
        indented = [" " * column + line if line.strip() else "" for line in written]
        number = last[-1]
        end = self.parts[number].text
        gap = "" if end.endswith("\n") else newline
        if len(last) == 1:
            is_airy = section in ("flows", "responses")
        else:
            is_airy = any(not line.strip() for line in self.parts[last[0] + 1].text.split("\n")[:-1])
        gap += newline if is_airy else ""
        text = newline.join(indented) + newline
        after = self.parts[number + 1].text
        if after.split("\n")[0].strip() and is_airy:
            after = newline + after
        new = (Part(gap), Part(text, section, name), Part(after))
        result = YamlFile(self.path, (*self.parts[: number + 1], *new, *self.parts[number + 2 :]))
        return read_file(self.path, result.text) if self.known or "&" in text else result

    def _with_entry_in_whole(self, section: str, name: str, value: Json) -> YamlFile:
        fragment = self.whole() if self.text.strip("\ufeff \r\n") else Fragment(self.text, Setting(self.path))
        if isinstance(fragment.data, list | str | int | float):
            raise EditRefused(f"{self.path} is no map, so '{section}' cannot be put into it.")
        above = fragment.at((section,))
        if isinstance(above, list):
            raise EditRefused(f"'{section}' of {self.path} is a list. Change it in the text.")
        fragment.insert_pair((section, name), value)
        return read_file(self.path, fragment.text)


def _root(fragment: Fragment) -> Node:
    root = fragment.tree.root
    if root is None:
        raise EditRefused("There is nothing here to change.")
    return root


def read_file(path: str, text: str) -> YamlFile:
    """Cut a file up. Never raises: one that does not parse has a `problem`."""
    try:
        tree = parse_text(text, path, depth=3)
    except TextInvalid as problem:
        return YamlFile(path, (Part(text),), problem)
    try:
        parts = tuple(_cut(text, tree.root))
    except EditRefused:  # keys written with a question mark: one whole
        parts = (Part(text),)
    if "&" not in text or "*" not in text:
        return YamlFile(path, parts)
    full = parse_text(text, path)
    return YamlFile(path, parts, None, full.anchors(), *_users(full, parts))


def _users(tree: Tree, parts: Sequence[Part]) -> tuple[dict[str, frozenset[int]], dict[int, frozenset[str]]]:
    """Return the parts in which each anchor is used, and the anchors that are written in each part."""
    ends = list(accumulate(len(part.text) for part in parts))
    users: dict[str, set[int]] = {}
    anchors: dict[int, set[str]] = {}
    for node in tree.root.walk() if tree.root is not None else ():
        if node.kind == "alias":
            users.setdefault(node.text, set()).add(bisect_right(ends, node.start))
        elif node.anchor is not None:
            anchors.setdefault(bisect_right(ends, node.start), set()).add(node.anchor)
    return (
        {name: frozenset(numbers) for name, numbers in users.items()},
        {number: frozenset(names) for number, names in anchors.items()},
    )


def _cut(text: str, root: Node | None) -> Iterator[Part]:
    """Yield gaps and entries in turn, beginning and ending with a gap."""
    position = 0
    if root is not None and root.kind == "map" and not root.is_flow:
        for index, (key, value) in enumerate(root.pairs):
            for start, end, part in _entries(text, root, index, key, value):
                start = max(start, 1 if text.startswith("\ufeff") else 0)
                yield Part(text[position:start])
                yield replace(part, text=text[start:end])
                position = end
    yield Part(text[position:])


def _entries(text: str, root: Node, index: int, key: Node, value: Node) -> Iterator[tuple[int, int, Part]]:
    is_cut = value.kind in ("map", "list") and not value.is_flow and value.anchor is None and not value.tag
    n_entries = len(value.pairs) if value.kind == "map" else len(value.items)
    if not is_cut or not n_entries or value.line == key.line:
        found = extent(text, root, index)
        yield found.lead, _trimmed(text, found.lead, found.end), Part("", key.text)
        return
    for number in range(n_entries):
        found = extent(text, value, number)
        end = _trimmed(text, found.lead, found.end)
        if value.kind == "map":
            yield found.lead, end, Part("", key.text, value.pairs[number][0].text)
        else:
            yield found.lead, end, Part("", key.text, str(number), number)


def _trimmed(text: str, start: int, end: int) -> int:
    """Leave blank lines out at the end, unless they may be a text's own."""
    if _KEEPS_BLANKS.search(text, start, end):
        return end
    body = text[start:end].rstrip()
    return extents.line_end(text, start + len(body)) if body else end
