"""Grammars as text: the part of GBNF that llama.cpp and vLLM (xgrammar) read alike.

Literals, groups, alternatives, `?`, and rules named in letters, digits and hyphens; no character classes, repetition
counts or comments. A set of literals is written as a prefix tree, because a sampler follows every alternative that
is open, and in a tree few are: `"s" ("et" | "kip")`.
"""

from __future__ import annotations

from collections.abc import Iterable

_ESCAPED = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def literal(text: str) -> str:
    """Write `text` as a literal. Whatever is not plainly printable is escaped."""
    return '"' + "".join(_escape(char) for char in text) + '"'


def one_of(texts: Iterable[str]) -> str:
    """Write an expression for exactly one of `texts`, none of them empty; an empty string where there are none."""
    ordered = sorted(set(texts))
    assert "" not in ordered, "an empty text would make the whole expression optional"
    return _tree(ordered, 0) if ordered else ""


def _tree(ordered: list[str], start: int) -> str:
    """One of the sorted `ordered`, which agree up to `start`; the empty rest is left to the caller's `?`."""
    branches = []
    first = 0
    while first < len(ordered):
        last = first + 1
        while last < len(ordered) and ordered[last][start] == ordered[first][start]:
            last += 1
        branches.append(_branch(ordered[first:last], start))
        first = last
    return branches[0] if len(branches) == 1 else f"({' | '.join(branches)})"


def _branch(group: list[str], start: int) -> str:
    """The texts of `group`, which agree in the character at `start` and maybe further."""
    end = _agreeing(group[0], group[-1])
    rest = [text for text in group if len(text) > end]
    if not rest:
        return literal(group[0][start:])
    tree = _tree(rest, end)
    optional = len(rest) < len(group)
    if optional and not tree.startswith("("):
        tree = f"({tree})"
    return f"{literal(group[0][start:end])} {tree}{'?' if optional else ''}"


def _agreeing(left: str, right: str) -> int:
    """How many characters the first and the last of a sorted group share, and so all of it."""
    both = min(len(left), len(right))
    return next((place for place in range(both) if left[place] != right[place]), both)


def _escape(char: str) -> str:
    if char in _ESCAPED:
        return _ESCAPED[char]
    if char.isprintable() and not "\ud800" <= char <= "\udfff":
        return char
    code = ord(char)
    return f"\\x{code:02X}" if code < 0x80 else f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"
