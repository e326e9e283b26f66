"""Which lines of a text belong to one entry of a map or list: its own, and the comments that travel with it.

# a comment directly above, in the same column   ← with the entry
- id: ask                  # on its lines        ← with the entry
  collect: name
    # deeper than the entry, behind it           ← with the entry
                                                  (blank lines and other comments stay where they are)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from studio.authoring.errors import EditRefused
from studio.authoring.tree import Node

_DASH: Final = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\r?\n)*[ \t]*-(?=\s|$)")
_COLON: Final = re.compile(r"[ \t]*:")


@dataclass(frozen=True, slots=True)
class Extent:
    """`lead` to `end` are whole lines, comments included; `start` is the key or dash, in `column`; `head_end` is
    behind the colon or dash; `is_first_inline` says that other things stand before it in its line."""

    lead: int
    start: int
    head_end: int
    end: int
    column: int
    is_first_inline: bool


def line_start(text: str, offset: int) -> int:
    return text.rfind("\n", 0, offset) + 1


def line_end(text: str, offset: int) -> int:
    """Return where the line of an offset ends, its line end included."""
    found = text.find("\n", offset)
    return len(text) if found < 0 else found + 1


def content_end(text: str, node: Node) -> int:
    """Return where a value's last content ends; of a block text, behind its last line."""
    while node.kind in ("map", "list") and not node.is_flow:
        children = list(node.children())
        if not children:
            return node.end
        node = children[-1]
    if node.style not in ("|", ">"):
        return node.end
    header = text[node.start : line_end(text, node.start)]
    if "+" in header.split("#")[0]:
        return node.end
    body = text[node.start : node.end].rstrip()
    return line_end(text, node.start + len(body))


def extent(text: str, container: Node, index: int) -> Extent:
    """Return what belongs to one entry of a block map or list.

    Raises:
        EditRefused: the key is written in the long form with a question mark.
    """
    n_before = index - 1
    if container.kind == "map":
        key, value = container.pairs[index]
        before = content_end(text, container.pairs[n_before][1]) if index else 0
        start, column = key.start, key.column
        colon = _COLON.match(text, key.end)
        if colon is None:
            raise EditRefused("A key written with '?' cannot be changed here. Change it in the text.")
        head_end = colon.end()
    else:
        value = container.items[index]
        before = content_end(text, container.items[n_before]) if index else 0
        start = _dash(text, container, before if index else container.start)
        column = start - line_start(text, start)
        head_end = start + 1
    is_first_inline = bool(text[line_start(text, start) : start].strip(" \ufeff"))
    lead = start if is_first_inline else _lead(text, line_start(text, start), column, before)
    return Extent(lead, start, head_end, _core_end(text, content_end(text, value), column), column, is_first_inline)


def _dash(text: str, container: Node, position: int) -> int:
    if text[position : position + 1] == "-":
        return position
    if (container.items and container.start == position) or text[
        position - 1 : position
    ] != "\n":  # an anchor or a tag stands before the first dash
        position = line_end(text, position)
    found = _DASH.match(text, position)
    if found is None:
        raise EditRefused("This list is written in a way that cannot be changed here. Change it in the text.")
    return found.end() - 1


def _comment_column(line: str) -> int | None:
    stripped = line.lstrip(" ")
    return len(line) - len(stripped) if stripped.startswith("#") else None


def _lead(text: str, start: int, column: int, bound: int) -> int:
    """Return where the comments begin that stand directly above a line, in its column."""
    while start > bound:
        above = line_start(text, start - 1)
        if above < bound or _comment_column(text[above : start - 1]) != column:
            break
        start = above
    return start


def _core_end(text: str, end: int, column: int) -> int:
    if not (end and text[end - 1] == "\n"):
        end = line_end(text, end)
    position = end
    while position < len(text):
        after = line_end(text, position)
        line = text[position:after]
        found = _comment_column(line)
        if found is not None and found > column:
            end = after
        elif line.strip():
            break
        position = after
    return end


def is_blank_before(text: str, offset: int) -> bool:
    """Whether the line above a line's start is blank."""
    return offset > 0 and not text[line_start(text, offset - 1) : offset].strip()


def blanks_before(text: str, offset: int) -> int:
    """Return where the blank lines directly above a line's start begin."""
    while offset > 0 and is_blank_before(text, offset):
        offset = line_start(text, offset - 1)
    return offset


def blanks_after(text: str, offset: int) -> int:
    """Return where the blank lines that begin at an offset end."""
    while offset < len(text):
        after = line_end(text, offset)
        if text[offset:after].strip():
            break
        offset = after
    return offset


def head_comment(text: str, node: Node, found: Extent) -> str:
    """Return the comment behind a key whose value begins in a later line, or is empty."""
    line = text[found.head_end : line_end(text, found.head_end)].rstrip("\r\n")
    if node.kind in ("map", "list") and not node.is_flow and "#" in line and not line.split("#")[0].strip():
        return line.rstrip()
    is_empty = node.kind == "scalar" and node.start == node.end
    return line.rstrip() if is_empty and line.lstrip().startswith("#") else ""


def after_value(text: str, node: Node) -> int:
    """Return where what a value is replaced by ends: with its last line, for maps and lists, or before a comment."""
    end = content_end(text, node)
    if node.kind in ("map", "list") and not node.is_flow and not (end and text[end - 1] == "\n"):
        return line_end(text, end)
    if node.kind == "scalar" and node.start == node.end:
        return end + len(text[end : line_end(text, end)].rstrip("\r\n"))
    return end
