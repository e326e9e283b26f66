"""YAML text to nodes that know exactly which characters they are made of.

The parser's events are folded without recursion, with the limits of `flows.source`, so that what the engine refuses
is refused here. Offsets count characters of the text; a node ends where its last content does, before comments.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

import yaml  # type: ignore[import-untyped]
from yaml.error import MarkedYAMLError, YAMLError  # type: ignore[import-untyped]
from yaml.events import (  # type: ignore[import-untyped]
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from flows.commands import Json
from flows.source import MAX_DEPTH, MAX_FILE_CHARACTERS, MAX_NODES, plain_scalar
from studio.authoring.errors import TextInvalid

BOM: Final = "\ufeff"
Path: TypeAlias = tuple[str | int, ...]
Kind: TypeAlias = Literal["scalar", "map", "list", "alias"]
_Parser: Final[Any] = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
_NUMBER_TAGS: Final = (":int", ":float", ":bool", ":null")


@dataclass(slots=True, eq=False)
class Node:
    """One value. `end` is where its last content ends; `style` is the quote, `|`, `>`, `flow` or empty."""

    kind: Kind
    start: int
    end: int
    line: int
    column: int
    style: str = ""
    value: Json = None
    text: str = ""
    """Of a scalar as it reads; of an alias the anchor's name."""
    anchor: str | None = None
    tag: str | None = None
    items: Sequence[Node] = ()
    pairs: Sequence[tuple[Node, Node]] = ()
    height: int = 0

    @property
    def is_flow(self) -> bool:
        return self.style == "flow"

    def pair(self, key: str) -> tuple[Node, Node] | None:
        """Return the key and value written here; what a merge brings in is not written here."""
        return next((pair for pair in self.pairs if pair[0].text == key), None)

    def children(self) -> Iterator[Node]:
        yield from self.items
        for key, value in self.pairs:
            yield key
            yield value

    def walk(self) -> Iterator[Node]:
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting += node.children()


@dataclass(frozen=True, slots=True)
class Tree:
    """A parsed text. `known` has what aliases stand for that are defined elsewhere in the file."""

    text: str
    root: Node | None
    known: Mapping[str, Json] = field(default_factory=dict)

    def find(self, path: Path) -> Node | None:
        """Return the node that is written at a path, None where it is missing or only stands behind an alias."""
        node = self.root
        for step in path:
            if node is None:
                return None
            if isinstance(step, int):
                node = node.items[step] if node.kind == "list" and 0 <= step < len(node.items) else None
            else:
                pair = node.pair(step) if node.kind == "map" else None
                node = pair[1] if pair else None
        return node

    def plain(self) -> Json:
        """Return the values, aliases and merges unfolded."""
        return None if self.root is None else _plain(self.root, dict(self.known))

    def anchors(self) -> dict[str, Json]:
        """Return what each anchor of the text stands for."""
        known: dict[str, Json] = dict(self.known)
        self.root is not None and _plain(self.root, known)
        return known


def _plain(node: Node, known: dict[str, Json]) -> Json:
    value: Json
    if node.kind == "scalar":
        value = node.value
    elif node.kind == "alias":
        return known.get(node.text)
    elif node.kind == "list":
        value = [_plain(item, known) for item in node.items]
    else:
        merged: dict[str, Json] = {}
        own: dict[str, Json] = {}
        for key, inner in node.pairs:
            found = _plain(inner, known)
            if key.text == "<<":
                for table in reversed(found) if isinstance(found, list) else (found,):
                    merged.update(table if isinstance(table, dict) else {})
            elif key.kind == "scalar" and key.text:  # the first of two counts, as for the engine; findings tell
                own.setdefault(key.text, found)
        value = {**own, **{name: inner for name, inner in merged.items() if name not in own}}
    if node.anchor is not None:
        known[node.anchor] = value
    return value


def parse_text(text: str, file: str = "", known: Mapping[str, Json] | None = None, depth: int = MAX_DEPTH) -> Tree:
    """Parse one document.

    Args:
        text: with or without a byte order mark.
        file: how errors name it.
        known: what aliases stand for whose anchors are elsewhere in the file.
        depth: nodes further inside than so many levels are left out; the limits still hold for them.

    Raises:
        TextInvalid: with the place.
    """
    if len(text) > MAX_FILE_CHARACTERS:
        raise TextInvalid(f"the file is larger than {MAX_FILE_CHARACTERS} characters", file, 1, 1)
    shift = 1 if text.startswith(BOM) else 0
    try:
        return Tree(text, _Builder(file, shift, depth, known).build(text[shift:]), known or {})
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise TextInvalid(f"this is not valid YAML: {error.problem or error.context}", file, line, column) from None
    except (YAMLError, ValueError) as error:
        position = getattr(error, "position", 0)
        before = text.encode("utf-8", "replace")[: position if isinstance(position, int) else 0]
        reason = getattr(error, "reason", None) or str(error).splitlines()[0]
        raise TextInvalid(f"this is not valid YAML: {reason}", file, before.count(b"\n") + 1, 1) from None


class _Builder:
    """Folds events; `open` holds the maps and lists whose end has not come."""

    def __init__(self, file: str, shift: int, depth: int, known: Mapping[str, Json] | None) -> None:
        self.file, self.shift, self.depth = file, shift, depth
        self.known = known
        self.n_nodes = 0
        self.open: list[tuple[Node, int, list[Node]]] = []
        self.sizes: dict[str, tuple[int, int]] = {}

    def build(self, text: str) -> Node | None:
        parser = _Parser(text)
        try:
            return self._build(parser)
        finally:
            parser.dispose()

    def _build(self, parser: Any) -> Node | None:
        root: Node | None = None
        n_documents = 0
        while True:
            event = parser.get_event()
            kind = type(event)
            if kind is ScalarEvent:
                node = self._scalar(event)
                if node.anchor is not None:
                    self.sizes[node.anchor] = (1, 0)
            elif kind is AliasEvent:
                node = self._node(event, "alias")
                node.text = event.anchor
                n_nodes, height = self._known_size(node)
                node.height = height
                self._count(node, n_nodes, height)
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                node = self._node(event, "map" if kind is MappingStartEvent else "list")
                node.style = "flow" if event.flow_style else ""
                node.height = 1
                self._count(node, 1, 1)
                self.open.append((node, self.n_nodes - 1, []))
                continue
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                node = self._close(event)
            elif kind is StreamEndEvent:
                return root
            else:
                n_documents += kind is DocumentStartEvent
                if n_documents > 1:
                    mark = event.start_mark
                    message = "the file has more than one YAML document"
                    raise TextInvalid(message, self.file, mark.line + 1, mark.column + 1)
                continue
            if self.open:
                self._add(node)
            else:
                root = node

    def _node(self, event: Any, kind: Kind) -> Node:
        start, end = event.start_mark, event.end_mark
        node = Node(kind, start.index + self.shift, end.index + self.shift, start.line, start.column)
        if kind != "alias":
            node.anchor, node.tag = event.anchor, event.tag
        return node

    def _known_size(self, node: Node) -> tuple[int, int]:
        size = self.sizes.get(node.text)
        if size is None and self.known is not None and node.text in self.known:
            return 1, 0
        if size is None:
            message = f"nothing before this has the anchor '&{node.text}'"
            raise TextInvalid(message, self.file, node.line + 1, node.column + 1)
        return size

    def _count(self, node: Node, n_nodes: int, height: int) -> None:
        self.n_nodes += n_nodes
        place = (self.file, node.line + 1, node.column + 1)
        if self.n_nodes > MAX_NODES:
            raise TextInvalid(f"the file has, or unfolds to, more than {MAX_NODES} values", *place)
        if len(self.open) + height > MAX_DEPTH:
            raise TextInvalid(f"the file is nested more than {MAX_DEPTH} levels deep", *place)

    def _scalar(self, event: Any) -> Node:
        node = self._node(event, "scalar")
        self._count(node, 1, 0)
        node.text, node.style, tag = event.value, event.style or "", event.tag
        is_number = tag is not None and tag.endswith(_NUMBER_TAGS)
        if node.style in ("|", ">"):
            node.value = plain_scalar(node.text.strip()) if is_number else node.text
        elif node.style:
            node.value = plain_scalar(node.text) if is_number else node.text
        else:
            node.value = plain_scalar(node.text) if tag is None or is_number else node.text
        return node

    def _close(self, event: Any) -> Node:
        node, n_before, waiting = self.open.pop()
        if node.kind == "map":
            node.pairs = list(zip(waiting[::2], waiting[1::2], strict=True)) if self._is_kept(1) else ()
        else:
            node.items = waiting if self._is_kept(1) else ()
        if node.is_flow:
            node.end = event.end_mark.index + self.shift
        if node.anchor is not None:
            self.sizes[node.anchor] = (self.n_nodes - n_before, node.height)
        return node

    def _is_kept(self, more: int) -> bool:
        return len(self.open) + more <= self.depth

    def _add(self, node: Node) -> None:
        top, _, waiting = self.open[-1]
        top.height = max(top.height, node.height + 1)
        if not top.is_flow:
            top.end = max(top.end, node.end)
        if len(self.open) > self.depth:
            return
        waiting.append(node)
