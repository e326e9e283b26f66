"""Values to YAML text in the manner of the file they go into: its indents, its quotes, its line ends.

What is written reads back as the same value here and in tools that follow YAML 1.1: a text such as `yes`, `12:30`
or `2024-01-01` is put in quotes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from flows.commands import Json
from flows.source import plain_scalar
from studio.authoring.errors import EditRefused
from studio.authoring.tree import Node

WIDEST_INLINE: Final = 100
"""Characters of a list or map that stays on one line; our own choice."""
_OLD_WORDS: Final = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null", "~"])
_LOOKS_TYPED: Final = re.compile(
    r"[-+]?(0[xob][0-9a-fA-F_]+|[0-9][0-9_,]*(:[0-5]?[0-9])+(\.[0-9]*)?|[0-9][0-9_]*(\.[0-9_]*)?([eE][-+]?[0-9]+)?"
    r"|\.[0-9_]+|\.(inf|nan))|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*|=|<<",
    re.IGNORECASE,
)
_STARTS: Final = frozenset("-?:,[]{}#&*!|>'\"%@` \t")
_PLAIN_FORBIDDEN: Final = re.compile(r": |:$|:\t| #|\t#|^---|^\.\.\.|\s$")
_UNPRINTABLE: Final = re.compile(r"[^\n\t -~\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0"}
_IN_FLOW: Final = re.compile(r"[,\[\]{}]")


@dataclass(frozen=True, slots=True)
class Manner:
    """How a file is written: `step` columns a level, `dash` columns from a key to the dashes of its list."""

    step: int = 2
    dash: int = 2
    quote: str = '"'
    newline: str = "\n"


def manner_of(text: str, roots: Iterable[Node]) -> Manner:
    """Return how a text is mostly written."""
    steps: Counter[int] = Counter()
    dashes: Counter[int] = Counter()
    for root in roots:
        for node in root.walk():
            for key, value in node.pairs:
                if not node.is_flow and not value.is_flow and value.line > key.line:
                    if value.kind == "map" and value.pairs:
                        steps[value.column - key.column] += 1
                    elif value.kind == "list" and value.items:
                        dashes[value.column - key.column] += 1
    quotes = Counter(re.findall(r"(?:: |- |\[|, )(['\"])", text))
    newline = "\r\n" if text.count("\r\n") * 2 > text.count("\n") else "\n"
    step = next((step for step, _ in steps.most_common() if 1 <= step <= 10), 2)
    dash = next((dash for dash, _ in dashes.most_common() if 0 <= dash <= 10), 2)
    return Manner(step, dash, quotes.most_common(1)[0][0] if quotes else '"', newline)


def check_saveable(value: Json) -> None:
    """Refuse what no file can hold.

    Raises:
        EditRefused: half a character, a key that is no text, a number that is none.
    """
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            if any("\ud800" <= letter <= "\udfff" for letter in one):
                raise EditRefused("The text has half of a character in it, which no file can hold. Type it again.")
        elif isinstance(one, float) and one != one:
            raise EditRefused("'not a number' cannot be saved. Give a number.")
        elif isinstance(one, dict):
            if any(not isinstance(key, str) or not key or key == "<<" for key in one):
                raise EditRefused("Every key needs a name, and not '<<'.")
            waiting += one.keys()
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one


def inline(value: Json, manner: Manner, *, in_flow: bool = False) -> str:
    """Write a value on one line."""
    if isinstance(value, dict):
        inner = ", ".join(
            f"{inline_key(key, manner)}: {inline(one, manner, in_flow=True)}" for key, one in value.items()
        )
        return "{" + inner + "}"
    if isinstance(value, list):
        return "[" + ", ".join(inline(one, manner, in_flow=True) for one in value) + "]"
    if isinstance(value, str):
        return _text(value, manner, in_flow)
    return _typed(value)


def inline_key(key: str, manner: Manner) -> str:
    """Write a key; one that is long or has line ends is quoted."""
    return _text(key, manner, True)


def _typed(value: Json) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return "1e999" if value > 0 else "-1e999"
    return repr(value)


def _text(value: str, manner: Manner, in_flow: bool) -> str:
    if _is_plain(value, in_flow):
        return value
    can_be_single = "\n" not in value and "\t" not in value and not _UNPRINTABLE.search(value)
    if can_be_single and (manner.quote == "'" or ('"' in value or "\\" in value)) and "'" not in value:
        return f"'{value}'"
    return _double(value)


def _is_plain(value: str, in_flow: bool) -> bool:
    if not value or value[0] in _STARTS or value.lower() in _OLD_WORDS or _PLAIN_FORBIDDEN.search(value):
        return False
    if "\n" in value or "\t" in value or _UNPRINTABLE.search(value) or (in_flow and _IN_FLOW.search(value)):
        return False
    return plain_scalar(value) == value and not _LOOKS_TYPED.fullmatch(value)


def _double(value: str) -> str:
    letters = (_ESCAPES.get(letter) or (_escaped(letter) if _UNPRINTABLE.match(letter) else letter) for letter in value)
    return '"' + "".join(letters) + '"'


def _escaped(letter: str) -> str:
    code = ord(letter)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def is_inline(value: Json) -> bool:
    """Whether a value always stands on one line: all but maps, lists, and texts of several lines."""
    return not (isinstance(value, dict | list) and value) and not (isinstance(value, str) and _is_block_text(value))


def _is_block_text(value: str) -> bool:
    if "\n" not in value.rstrip("\n") and not value.endswith("\n"):
        return False
    body = value.rstrip("\n")
    if not body or body[0] in " \t\n" or _UNPRINTABLE.search(value) or "\r" in value:
        return False
    return not any(line.startswith("\t") for line in body.split("\n"))


def pair_lines(key: str, value: Json, column: int, manner: Manner) -> list[str]:
    """Write `key: value` as the lines of a block that begins in a column; without line ends."""
    head = " " * column + inline_key(key, manner) + ":"
    return _after(head, value, column, manner)


def item_lines(value: Json, column: int, manner: Manner) -> list[str]:
    """Write `- value` as the lines of a block whose dash is in a column."""
    if isinstance(value, dict) and value:
        lines = [line for key, inner in value.items() for line in pair_lines(key, inner, column + 2, manner)]
        return [" " * column + "- " + lines[0].lstrip(" "), *lines[1:]]
    if isinstance(value, list) and value:
        return [" " * column + "- " + inline(value, manner)]
    return _after(" " * column + "-", value, column, manner)


def _after(head: str, value: Json, column: int, manner: Manner) -> list[str]:
    if is_inline(value):
        return [f"{head} {inline(value, manner)}"]
    if isinstance(value, str):
        return [f"{head} {_header(value)}", *_body(value, column + manner.step)]
    return [head, *block_lines(value, column, manner)]


def block_lines(value: Json, column: int, manner: Manner) -> list[str]:
    """Write a map, list or text of several lines below a key in a column."""
    if isinstance(value, dict):
        return [line for key, inner in value.items() for line in pair_lines(key, inner, column + manner.step, manner)]
    return [line for item in value for line in item_lines(item, column + manner.dash, manner)]


def _header(value: str) -> str:
    n_ends = len(value) - len(value.rstrip("\n"))
    return "|" + ("-" if n_ends == 0 else "" if n_ends == 1 else "+")


def _body(value: str, column: int) -> Iterator[str]:
    lines = value.split("\n")
    if value.endswith("\n"):
        lines.pop()
    for line in lines:
        yield " " * column + line if line else ""
