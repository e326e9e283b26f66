"""YAML text to values that know where they stand.

Scalars follow YAML 1.2: `yes`, `no`, `on` and dates stay text. A key written twice in one map is a finding, and
so is whatever does not parse; reading goes on with what is left.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias, cast

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from flows.commands import Json
from flows.findings import Findings
from flows.places import Place

MAX_FILE_CHARACTERS: Final = 5_000_000
MAX_DEPTH: Final = 60
MAX_NODES: Final = 200_000
"""A file of aliases can be small and unfold to gigabytes; nodes are counted after unfolding."""
_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS: Final[dict[str, Json]] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip


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


def read_yaml(text: str, file: str, findings: Findings) -> Value | None:
    """Parse one document; None where the file is empty or does not parse."""
    start = Place(file, 1, 1)
    if len(text) > MAX_FILE_CHARACTERS:
        findings.error(start, "file-too-large", f"the file is larger than {MAX_FILE_CHARACTERS} characters")
        return None
    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(file, mark.line + 1, mark.column + 1) if mark else start
        findings.error(place, "yaml", f"this is not valid YAML: {error.problem or error.context}")
        return None
    except (YAMLError, RecursionError, ValueError) as error:
        findings.error(start, "yaml", f"this is not valid YAML: {str(error).splitlines()[0]}")
        return None
    return None if node is None else _Reader(file, findings).value(node, 0)


@dataclass(slots=True)
class _Reader:
    file: str
    findings: Findings
    n_nodes: int = field(default=0)

    def value(self, node: Node, depth: int) -> Value:
        self.n_nodes += 1
        place = Place(self.file, node.start_mark.line + 1, node.start_mark.column + 1)
        if depth > MAX_DEPTH or self.n_nodes > MAX_NODES:
            self.findings.error(place, "too-deep", "the file is nested too deeply or unfolds to too many values")
            return Scalar(None, "", place)
        if isinstance(node, MappingNode):
            return self._table(node, place, depth)
        if isinstance(node, SequenceNode):
            return Rows(tuple(self.value(item, depth + 1) for item in node.value), place)
        return self._scalar(cast(ScalarNode, node), place)

    def _scalar(self, node: ScalarNode, place: Place) -> Scalar:
        text = str(node.value)
        style = node.style
        if style in ("'", '"'):
            return Scalar(text, text, place, 1)
        if style in ("|", ">"):
            return Scalar(text, text, place, None)
        tag = str(node.tag)
        return Scalar(text if tag.endswith(":str") else plain_scalar(text), text, place)

    def _table(self, node: MappingNode, place: Place, depth: int) -> Table:
        table = Table({}, {}, place)
        merged: dict[str, tuple[Place, Value]] = {}
        for key_node, value_node in node.value:
            key_place = Place(self.file, key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            if not isinstance(key_node, ScalarNode):
                self.findings.error(key_place, "yaml", "a key must be a plain name", "quote it if it has braces")
                continue
            key, value = str(key_node.value), self.value(value_node, depth + 1)
            if key == "<<":
                merged.update(_merged(value))
                continue
            if key in table.entries:
                first = table.keys[key].line
                self.findings.error(key_place, "duplicate-key", f"'{key}' is already given in line {first}")
                continue
            table.keys[key], table.entries[key] = key_place, value
        for key, (key_place, value) in merged.items():
            if key not in table.entries:
                table.keys[key], table.entries[key] = key_place, value
        return table


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
    if _INTEGER.fullmatch(text) and len(text) < 18:
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text
