"""One entry of a file as text and values at once: small changes that leave every other character alone.

Each change is made in the text by splicing, and in the values; then the text is parsed again and must say what the
values say. So a change either does exactly what was asked for, or is refused and nothing has happened.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from flows.commands import Json
from studio.authoring import extents, plain_data
from studio.authoring.emitting import (
    WIDEST_INLINE,
    Manner,
    check_saveable,
    inline,
    inline_key,
    is_inline,
    item_lines,
    pair_lines,
)
from studio.authoring.errors import EditRefused, TextInvalid
from studio.authoring.extents import Extent, extent
from studio.authoring.tree import Node, Path, Tree, parse_text


@dataclass(frozen=True, slots=True)
class Setting:
    """What a fragment's file is to it: its manner, its anchors, and which of them are used outside the fragment."""

    file: str = ""
    manner: Manner = field(default_factory=Manner)
    known: Mapping[str, Json] = field(default_factory=dict)
    shared: Collection[str] = ()


class Fragment:
    """Text that is changed in place. Paths begin at its root."""

    def __init__(self, text: str, setting: Setting) -> None:
        self.setting = setting
        self._take(text)

    def _take(self, text: str) -> None:
        self.tree: Tree = parse_text(text, self.setting.file, self.setting.known)
        self.data: Json = self.tree.plain()

    @property
    def text(self) -> str:
        return self.tree.text

    def at(self, path: Path) -> Json:
        return plain_data.at(self.data, path)

    def has(self, path: Path) -> bool:
        return plain_data.has(self.data, path)

    # what is changed

    def update(self, path: Path, value: Json) -> None:
        """Make the value at a path another one, keeping the text of every part that stays the same."""
        old = self.at(path)
        if plain_data.same(old, value) and self.has(path):
            return
        node = self.tree.find(path)
        if node is not None and not node.is_flow and node.kind == "map" and isinstance(value, dict) and value:
            self._update_map(path, value)
        elif node is not None and not node.is_flow and node.kind == "list" and isinstance(value, list) and value:
            self._update_list(path, old, value)
        elif self.has(path):
            self.set_value(path, value)
        else:
            self.insert_pair(path, value)

    def _update_map(self, path: Path, value: Mapping[str, Json]) -> None:
        for key in [key for key in self.at(path) if key not in value]:
            if len(self.at(path)) > 1:
                self.remove((*path, key))
        before: str | None = None
        for key, inner in value.items():
            if self.has((*path, key)):
                self.update((*path, key), inner)
            else:
                self.insert_pair((*path, key), inner, after=before)
            before = key
        for key in [key for key in self.at(path) if key not in value]:
            self.remove((*path, key))

    def _update_list(self, path: Path, old: list[Json], new: list[Json]) -> None:
        start = 0
        while start < min(len(old), len(new)) and plain_data.same(old[start], new[start]):
            start += 1
        n_after = 0
        while n_after < min(len(old), len(new)) - start and plain_data.same(old[-1 - n_after], new[-1 - n_after]):
            n_after += 1
        n_old, n_new = len(old) - start - n_after, len(new) - start - n_after
        for index in range(min(n_old, n_new)):
            self.update((*path, start + index), new[start + index])
        for index in range(n_old, n_new):
            self.insert_item(path, start + index, new[start + index])
        for _ in range(n_new, n_old):
            self.remove((*path, start + n_new))

    def set_value(self, path: Path, value: Json, blocks: list[list[str]] | None = None) -> None:
        """Replace the value at a path. `blocks` are the lines of each item, where the value is a list with comments."""
        check_saveable(value)
        node = self._own(path, is_replaced=True)
        if self._is_in_flow(path):
            self._set_in_flow(path, node, value)
            return
        found, container = self._extent(path)
        if blocks is None and node.kind in ("scalar", "alias") and node.style not in ("|", ">") and is_inline(value):
            text = inline(value, self.setting.manner)
            new = f" {text}" if node.start == node.end else text
            start = found.head_end if node.start == node.end else node.start
            self._splice(start, max(start, node.end), new, plain_data.with_value(self.data, path, value))
            return
        lines = self._entry_lines(path, container, value, found, blocks)
        lead = self.text[found.start : found.head_end] if container.kind == "map" else "-"
        comment = extents.head_comment(self.text, node, found)
        if container.kind == "map":
            rest = lines[0].lstrip(" ").removeprefix(inline_key(str(path[-1]), self.setting.manner) + ":")
            lines[0] = lead + rest + comment
        else:
            lines[0] = lines[0].lstrip(" ")
        end = extents.after_value(self.text, node)
        newline = self.setting.manner.newline
        tail = newline if self.text[end - 1 : end] == "\n" else ""
        self._splice(found.start, end, newline.join(lines) + tail, plain_data.with_value(self.data, path, value))

    def insert_pair(self, path: Path, value: Json, *, after: str | None = None, first: bool = False) -> None:
        """Add a key that is not there; `after` names the key it comes behind, else it comes last."""
        check_saveable({str(path[-1]): value})
        above = path[:-1]
        table = self.at(above)
        if not isinstance(table, dict) or not table:
            self._make_map(above, str(path[-1]), value)
            return
        expected = plain_data.with_value(self.data, path, value)
        node = self._own(above)
        if self._is_in_flow(path):
            self._reflow(self._flow_root(path), expected)
            return
        written = [key.text for key, _ in node.pairs]
        index = 0 if first else written.index(after) + 1 if after in written else len(written)
        self._insert(
            node, index, lambda column: pair_lines(str(path[-1]), value, column, self.setting.manner), expected
        )

    def _make_map(self, path: Path, key: str, value: Json) -> None:
        if path and self.has(path):
            self.set_value(path, {key: value})
        elif path:
            self.insert_pair(path, {key: value})
        else:
            self._begin(key, value)

    def _begin(self, key: str, value: Json) -> None:
        """Write the first key of a file that has none: empty, comments only, or `{}`."""
        newline = self.setting.manner.newline
        lines = newline.join(pair_lines(key, value, 0, self.setting.manner))
        root = self.tree.root
        if root is not None and root.start < root.end:
            text = self.text[: root.start] + lines + self.text[root.end :]
        else:
            text = self.text + ("" if not self.text or self.text.endswith("\n") else newline) + lines
        self._settle(text if text.endswith("\n") else text + newline, {key: value})

    def insert_item(self, path: Path, index: int, value: Json, block: list[str] | None = None) -> None:
        """Put an item into the list at a path. `block` are its lines as written elsewhere, dash in column 0."""
        check_saveable(value)
        rows = self.at(path)
        if not isinstance(rows, list) or not rows:
            if self.has(path):
                self.set_value(path, [value], [block] if block else None)
            else:
                self.insert_pair(path, [])
                self.set_value(path, [value], [block] if block else None)
            return
        expected = plain_data.with_item(self.data, path, index, value)
        node = self._own(path)
        if self._is_in_flow((*path, 0)):
            self._reflow(self._flow_root((*path, 0)), expected)
            return
        self._insert(node, index, lambda column: self._item(value, column, block), expected)

    def _item(self, value: Json, column: int, block: list[str] | None) -> list[str]:
        if block is None:
            return item_lines(value, column, self.setting.manner)
        return [" " * column + line if line.strip() else "" for line in block]

    def _insert(self, node: Node, index: int, lines_at: Callable[[int], list[str]], expected: Json) -> None:
        newline = self.setting.manner.newline
        n_entries = len(node.pairs) if node.kind == "map" else len(node.items)
        found = extent(self.text, node, min(index, n_entries - 1))
        lines = lines_at(found.column)
        if index < n_entries and found.is_first_inline:
            new = newline.join(lines).lstrip(" ") + newline + " " * found.column
            self._splice(found.start, found.start, new, expected)
            return
        position = found.lead if index < n_entries else found.end
        new = newline.join(lines) + newline
        if position and self.text[position - 1] != "\n":
            new = newline + newline.join(lines)
        if self._is_airy(node) and node.kind == "list":
            new = newline + new if index == n_entries else new + newline
        self._splice(position, position, new, expected)

    def _is_airy(self, node: Node) -> bool:
        """Whether a blank line stands between the first two entries."""
        n_entries = len(node.pairs) if node.kind == "map" else len(node.items)
        return n_entries > 1 and extents.is_blank_before(self.text, extent(self.text, node, 1).lead)

    def remove(self, path: Path) -> list[str]:
        """Take an entry out; return its lines, comments included, with the first column taken to 0."""
        node = self._own(path, is_replaced=True)
        expected = plain_data.without(self.data, path)
        self.check_unshared(node)
        if self._is_in_flow(path):
            lines = self._lines_of_value(path)
            self._reflow(self._flow_root(path), expected)
            return lines
        found, container = self._extent(path)
        n_entries = len(container.pairs) if container.kind == "map" else len(container.items)
        lines = self._lines(path, found)
        if n_entries == 1:
            if len(path) == 1:
                self._settle("", expected if expected else None)
            else:
                self.set_value(path[:-1], [] if container.kind == "list" else {})
            return lines
        index = self._index(container, path[-1])
        if found.is_first_inline:
            following = extent(self.text, container, 1)
            new = self.text[following.start : following.end]
            self._splice(found.start, following.end, new, expected)
            return lines
        start, end = found.lead, found.end
        if index == n_entries - 1:
            start = extents.blanks_before(self.text, start)
        elif index == 0 or extents.is_blank_before(self.text, start):
            end = extents.blanks_after(self.text, end)
        self._splice(start, end, "", expected)
        return lines

    def rename_key(self, path: Path, name: str) -> None:
        """Give the entry at a path another key."""
        check_saveable({name: None})
        if self.has((*path[:-1], name)):
            raise EditRefused(f"'{name}' is already there. Choose another name.")
        self._own(path)
        container = self.tree.find(path[:-1])
        pair = container.pair(str(path[-1])) if container is not None else None
        if pair is None:
            raise EditRefused(f"'{path[-1]}' is not written here.")
        new = inline_key(name, self.setting.manner)
        self._splice(pair[0].start, pair[0].end, new, plain_data.renamed(self.data, path, name))

    def lines(self, path: Path) -> list[str]:
        """Return an entry's lines, comments included, with its column taken to 0."""
        if self._is_in_flow(path):
            return self._lines_of_value(path)
        return self._lines(path, self._extent(path)[0])

    # how

    def _lines_of_value(self, path: Path) -> list[str]:
        manner = self.setting.manner
        if isinstance(path[-1], int):
            return item_lines(self.at(path), 0, manner)
        return pair_lines(path[-1], self.at(path), 0, manner)

    def _lines(self, path: Path, found: Extent) -> list[str]:
        if found.is_first_inline and isinstance(path[-1], int):
            text = " " * found.column + self.text[found.start : found.end]
        elif found.is_first_inline:
            return self._lines_of_value(path)
        else:
            text = self.text[found.lead : found.end]
        prefix = " " * found.column
        return [line.removeprefix(prefix).rstrip("\r") for line in text.rstrip("\n").split("\n")]

    def _entry_lines(
        self, path: Path, container: Node, value: Json, found: Extent, blocks: list[list[str]] | None
    ) -> list[str]:
        manner = self.setting.manner
        if blocks is not None:
            dash = found.column + (manner.dash if container.kind == "map" else 2)
            inner = [line for block in blocks for line in self._item(None, dash, block)]
            head = f"{inline_key(str(path[-1]), manner)}:" if container.kind == "map" else "-"
            return [" " * found.column + head, *inner]
        if container.kind == "map":
            return pair_lines(str(path[-1]), value, found.column, manner)
        return item_lines(value, found.column, manner)

    def _extent(self, path: Path) -> tuple[Extent, Node]:
        container = self.tree.find(path[:-1])
        assert container is not None
        return extent(self.text, container, self._index(container, path[-1])), container

    def _index(self, container: Node, step: str | int) -> int:
        if isinstance(step, int):
            return step
        return next(index for index, (key, _) in enumerate(container.pairs) if key.text == step)

    def _is_in_flow(self, path: Path) -> bool:
        return any((node := self.tree.find(path[:length])) is not None and node.is_flow for length in range(len(path)))

    def _flow_root(self, path: Path) -> Path:
        for length in range(len(path)):
            node = self.tree.find(path[:length])
            if node is not None and node.is_flow:
                return path[:length]
        return path

    def _set_in_flow(self, path: Path, node: Node, value: Json) -> None:
        expected = plain_data.with_value(self.data, path, value)
        if node.kind == "scalar" and node.start < node.end and not isinstance(value, dict | list):
            text = inline(value, self.setting.manner, in_flow=True)
            self._splice(node.start, node.end, text, expected)
        else:
            self._reflow(self._flow_root(path), expected)

    def _reflow(self, path: Path, expected: Json) -> None:
        """Write a list or map in brackets anew: on one line where it fits, else in lines."""
        node = self._own(path)
        end = node.start
        for scalar in sorted((one for one in node.walk() if one.kind == "scalar"), key=lambda one: one.start):
            if "#" in self.text[end : scalar.start]:
                break
            end = max(end, scalar.end)
        if "#" in self.text[end : node.end] or (end < node.end and "#" in self.text[end : node.end]):
            raise EditRefused("There are comments between these brackets, which would be lost. Change it in the text.")
        value = plain_data.at(expected, path)
        text = inline(value, self.setting.manner)
        if not path or len(text) <= max(WIDEST_INLINE - node.column, node.end - node.start):
            self._splice(node.start, node.end, text, expected)
            return
        self.set_value(path, None)  # then as lines
        self.set_value(path, value)

    def _own(self, path: Path, *, is_replaced: bool = False) -> Node:
        """Return the node written at a path, refusing what is shared by an alias."""
        aliased = {node.text for node in self.tree.root.walk() if node.kind == "alias"} if self.tree.root else set()
        aliased |= set(self.setting.shared)
        node = self.tree.root
        for length in range(len(path) + 1):
            node = self.tree.find(path[:length])
            if node is None or (node.kind == "alias" and not (is_replaced and length == len(path))):
                raise EditRefused(
                    f"'{_told(path)}' is not written here but comes from another place of the file, by an alias (*). "
                    "Change it there, or replace the alias by a text of its own."
                )
            if node.anchor is not None and node.anchor in aliased:
                raise EditRefused(
                    f"'{_told(path)}' is used in other places too, by the anchor &{node.anchor}. "
                    "Changing it would change them all: do that in the text."
                )
        assert node is not None
        return node

    def check_unshared(self, node: Node) -> None:
        """Refuse to take out what has an anchor that something outside uses."""
        inside = list(node.walk())
        anchors = {one.anchor for one in inside if one.anchor}
        if not anchors:
            return
        within = [one.text for one in inside if one.kind == "alias"]
        root = self.tree.root
        everywhere = [one.text for one in root.walk() if one.kind == "alias"] if root else []
        outside = {name for name in everywhere if everywhere.count(name) > within.count(name)} | set(
            self.setting.shared
        )
        if anchors & outside:
            name = sorted(anchors & outside)[0]
            raise EditRefused(f"Other places use this by the anchor &{name}. Change them first.")

    def _splice(self, start: int, end: int, new: str, expected: Json) -> None:
        self._settle(self.text[:start] + new + self.text[end:], expected)

    def _settle(self, text: str, expected: Json, *, is_checked: bool = True) -> None:
        before = self.tree, self.data
        try:
            self._take(text)
        except TextInvalid as error:
            self.tree, self.data = before
            raise EditRefused(f"This cannot be changed here ({error.reason}). Change it in the text.") from None
        if is_checked and not plain_data.same(self.data, expected):
            self.tree, self.data = before
            raise EditRefused("This is written in a way that cannot be changed here. Change it in the text.")


def _told(path: Path) -> str:
    return ".".join(str(step) for step in path)
