"""YAML text to values that know where they stand.

Scalars follow YAML 1.2: `yes`, `no`, `on` and dates stay text. A key written twice in one map is a finding, and
so is whatever does not parse.

The parser's events are folded into values with a stack of our own: no recursion, so depth cannot exhaust anything,
and an alias is one value used twice, so a small file cannot unfold to gigabytes before it is counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

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
from yaml.reader import ReaderError  # type: ignore[import-untyped]

from flows.commands import Json
from flows.findings import Findings
from flows.places import Place

MAX_FILE_CHARACTERS: Final = 8_000_000
MAX_DEPTH: Final = 100
MAX_NODES: Final = 500_000
"""A file of aliases can be small and unfold to gigabytes; nodes are counted as if unfolded."""
_INTEGER = re.compile(r"[-+]?[0-9]+")
_MAX_INTEGER_CHARACTERS = 300  # what is longer is no number that anyone means, and costs more to read than it is worth
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NUMBER_STARTS: Final = frozenset("+-.0123456789")
_WORDS: Final[dict[str, Json]] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_Parser: Final[Any] = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
"""libyaml where the installed package has it (all its wheels do), else the same parser in Python."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value. `text` is as written; `offset` is where the text begins after `place` (1 behind a quote)."""

    value: Json
    text: str
    place: Place
    offset: int | None = 0
    """None where positions inside the text do not map to one line of the file (block scalars)."""

    def plain(self) -> Json:
        return self.value


@dataclass(frozen=True, slots=True)
class Rows:
    items: tuple[Value, ...]
    place: Place

    def plain(self) -> Json:
        return [item.plain() for item in self.items]


@dataclass(frozen=True, slots=True)
class Table:
    """A map; `keys` has each key with its own place."""

    entries: dict[str, Value]
    keys: dict[str, Place]
    place: Place

    def plain(self) -> Json:
        return {key: value.plain() for key, value in self.entries.items()}

    def get(self, key: str) -> Value | None:
        return self.entries.get(key)

    def text(self, key: str) -> str | None:
        """Return a scalar as text, None where it is missing, null or not a scalar."""
        value = self.entries.get(key)
        return value.text if isinstance(value, Scalar) and value.value is not None else None

    def place_of(self, key: str) -> Place:
        """Return the place of a key's value, or of the key where the value is empty."""
        value = self.entries.get(key)
        if value is None:
            return self.place
        return self.keys[key] if isinstance(value, Scalar) and value.value is None else value.place


Value: TypeAlias = Scalar | Rows | Table


class _Unreadable(Exception):
    """The file says something that cannot be a value; reading stops there."""

    def __init__(self, place: Place, code: str, message: str) -> None:
        self.place, self.code, self.message = place, code, message
        super().__init__(message)


def read_yaml(text: str, file: str, findings: Findings) -> Value | None:
    """Parse one document; None where the file is empty or does not parse."""
    start = Place(file, 1, 1)
    if len(text) > MAX_FILE_CHARACTERS:
        findings.error(start, "file-too-large", f"the file is larger than {MAX_FILE_CHARACTERS} characters")
        return None
    try:
        return _Reader(file, findings).document(text)
    except _Unreadable as error:
        findings.error(error.place, error.code, error.message)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(file, mark.line + 1, mark.column + 1) if mark else start
        findings.error(place, "yaml", f"this is not valid YAML: {error.problem or error.context}", _hint(error))
    except ReaderError as error:
        before = text.encode("utf-8", "replace")[: error.position].decode("utf-8", "replace")
        place = Place(file, before.count("\n") + 1, len(before) - before.rfind("\n"))
        findings.error(place, "yaml", f"this is not valid YAML: {error.reason}")
    except (YAMLError, RecursionError, ValueError) as error:
        findings.error(start, "yaml", f"this is not valid YAML: {str(error).splitlines()[0]}")
    return None


def _hint(error: MarkedYAMLError) -> str:
    problem = error.problem or ""
    if "cannot start any token" in problem:
        return "indent with spaces, and put text that begins with %, @, ` or a tab in quotes"
    return "put the text in quotes" if "mapping values are not allowed" in problem else ""


@dataclass(slots=True)
class _Open:
    """A map or list whose end has not been read. `key` is the key whose value comes next, None before a key."""

    place: Place
    anchor: str | None
    is_map: bool
    n_before: int
    items: list[Value] = field(default_factory=list)
    entries: dict[str, Value] = field(default_factory=dict)
    keys: dict[str, Place] = field(default_factory=dict)
    merged: dict[str, tuple[Place, Value]] = field(default_factory=dict)
    key: tuple[str, Place] | None = None
    height: int = 1
    """How many levels of maps and lists it has, itself included."""


@dataclass(slots=True)
class _Reader:
    file: str
    findings: Findings
    n_nodes: int = 0
    stack: list[_Open] = field(default_factory=list)
    anchors: dict[str, tuple[Value, int, int]] = field(default_factory=dict)
    """Value, number of values in it, and its height."""

    def document(self, text: str) -> Value | None:
        parser = _Parser(text)
        try:
            return self._root(parser)
        finally:
            parser.dispose()

    def _root(self, parser: Any) -> Value | None:
        root: Value | None = None
        n_documents = 0
        while True:
            event = parser.get_event()
            kind = type(event)
            value: Value
            if kind is ScalarEvent:
                value, height = self._scalar(event), 0
                if event.anchor is not None:
                    self.anchors[event.anchor] = (value, 1, 0)
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                self._open(event, kind is MappingStartEvent)
                continue
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                height = self.stack[-1].height
                value = self._close()
            elif kind is AliasEvent:
                value, height = self._alias(event)
            elif kind is StreamEndEvent:
                return root
            else:
                n_documents += kind is DocumentStartEvent
                if n_documents > 1:
                    raise _Unreadable(self._place(event), "yaml", "the file has more than one YAML document")
                continue
            if self.stack:
                self._add(value, height)
            else:
                root = value

    def _place(self, event: Any) -> Place:
        mark = event.start_mark
        return Place(self.file, mark.line + 1, mark.column + 1)

    def _count(self, event: Any, n_nodes: int, height: int) -> Place:
        place = self._place(event)
        self.n_nodes += n_nodes
        if self.n_nodes > MAX_NODES:
            raise _Unreadable(place, "too-many-values", f"the file has, or unfolds to, more than {MAX_NODES} values")
        if len(self.stack) + height > MAX_DEPTH:
            raise _Unreadable(place, "too-deep", f"the file is nested more than {MAX_DEPTH} levels deep")
        return place

    def _scalar(self, event: Any) -> Scalar:
        place = self._count(event, 1, 0)
        text, style, tag = event.value, event.style, event.tag
        is_number = tag is not None and tag.endswith((":int", ":float", ":bool", ":null"))
        if style in ("'", '"'):
            return Scalar(plain_scalar(text) if is_number else text, text, place, 1)
        if style in ("|", ">"):
            return Scalar(plain_scalar(text.strip()) if is_number else text, text, place, None)
        return Scalar(plain_scalar(text) if tag is None or is_number else text, text, place)

    def _open(self, event: Any, is_map: bool) -> None:
        place = self._count(event, 1, 1)
        self.stack.append(_Open(place, event.anchor, is_map, self.n_nodes - 1))

    def _alias(self, event: Any) -> tuple[Value, int]:
        known = self.anchors.get(event.anchor)
        if known is None:
            message = f"nothing before this has the anchor '&{event.anchor}'"
            raise _Unreadable(self._place(event), "yaml", message)
        value, n_nodes, height = known
        self._count(event, n_nodes, height)
        return value, height

    def _close(self) -> Value:
        done = self.stack.pop()
        value: Value
        if done.is_map:
            for key, (place, inner) in done.merged.items():
                if key not in done.entries:
                    done.keys[key], done.entries[key] = place, inner
            value = Table(done.entries, done.keys, done.place)
        else:
            value = Rows(tuple(done.items), done.place)
        if done.anchor is not None:
            self.anchors[done.anchor] = (value, self.n_nodes - done.n_before, done.height)
        return value

    def _add(self, value: Value, height: int) -> None:
        """Put a finished value into the innermost open map or list."""
        top = self.stack[-1]
        if height >= top.height:
            top.height = height + 1
        if not top.is_map:
            top.items.append(value)
        elif top.key is None:
            top.key = self._key(value, top)
        else:
            (key, place), top.key = top.key, None
            if key == "<<":
                top.merged.update(_merged(value))
            elif key and key not in top.entries:
                top.keys[key], top.entries[key] = place, value

    def _key(self, value: Value, top: _Open) -> tuple[str, Place]:
        """Return the key; an empty one, whose value is dropped, where it cannot be a key."""
        place = value.place
        if not isinstance(value, Scalar):
            self.findings.error(place, "yaml", "a key must be a plain name", "quote it if it has braces")
            return "", place
        if not value.text:
            self.findings.error(place, "yaml", "a key is missing here")
        elif value.text in top.entries:
            first = top.keys[value.text].line
            self.findings.error(place, "duplicate-key", f"'{value.text}' is already given in line {first}")
            return "", place
        return value.text, place


def _merged(value: Value) -> Iterator[tuple[str, tuple[Place, Value]]]:
    tables = value.items if isinstance(value, Rows) else (value,)
    for table in reversed(tables):
        if isinstance(table, Table):
            for key, inner in table.entries.items():
                yield key, (table.keys[key], inner)


def plain_scalar(text: str) -> Json:
    """Return the value of an unquoted scalar."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBER_STARTS:
        return text
    if len(text) <= _MAX_INTEGER_CHARACTERS and _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text
