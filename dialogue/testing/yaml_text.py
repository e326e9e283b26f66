"""Writes values as YAML that every reader takes the same way: YAML 1.1 and 1.2, and line by line where it may. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

from flows.commands import Json

MAX_SIMPLE_KEY: Final = 1000
"""Characters of a key in YAML's short form, with a margin to the 1024 of its specification (7.4.2)."""
_PLAIN: Final = re.compile(r"[A-Za-z_](?:[\w ./-]*[\w./-])?", re.ASCII)
_WORDS: Final = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null", "none"))
_NOT_PRINTABLE: Final = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def plain(text: str) -> str:
    """Return a text as a scalar, in quotes where it could be taken for something else."""
    return text if _PLAIN.fullmatch(text) and text.lower() not in _WORDS else quoted(text)


def quoted(value: Json) -> str:
    """Return a value as JSON that is YAML as well. What no file can hold is replaced."""
    text = _SURROGATE.sub("\ufffd", json.dumps(value, ensure_ascii=False))
    return _NOT_PRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def key(text: str) -> str:
    """Return the key of a map, with its colon."""
    written = plain(text)
    return f"{written}:" if len(written) <= MAX_SIMPLE_KEY else f"? {written}\n:"


def block(value: Json) -> str:
    """Return maps and lists as YAML, one entry a line."""
    return "\n".join(_lines(value)) + "\n"


def _lines(value: Json) -> Iterator[str]:
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from _entry(key(str(name)), inner, "  ")
    elif isinstance(value, list) and value:
        for inner in value:
            yield from _entry("-", inner, "  ")
    else:
        yield _scalar(value)


def _entry(head: str, inner: Json, indent: str) -> Iterator[str]:
    if not isinstance(inner, dict | list) or not inner:
        yield f"{head} {_scalar(inner)}"
        return
    lines = _lines(inner)
    if head == "-":
        yield f"- {next(lines)}"
    else:
        yield head
    for line in lines:
        yield f"{indent}{line}"


def _scalar(value: Json) -> str:
    return plain(value) if isinstance(value, str) else quoted(value)
