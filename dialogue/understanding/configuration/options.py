"""Reads a map of options key by key: what has the wrong type, and what nobody asked for, is a finding."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from math import isfinite

from typing_extensions import TypeIs

from flows.commands import Json
from flows.findings import Findings, did_you_mean
from flows.places import Place
from flows.source import Rows, Scalar, Table, Value, plain_scalar

CODE = "understanding"
"""The code of every finding about understanding's configuration."""
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)[^}]*\}")
_MAX_SHOWN = 60
MOST_UNKNOWN = 20
"""So many unknown options of one map are told of: a file with more is another program's."""


class Options:
    """One map of the file. Each `get` marks its key as known; `finish` complains about the others.

    `code` is that of what is complained about.
    """

    def __init__(self, table: Table, what: str, findings: Findings, code: str = CODE) -> None:
        self.table = table
        self.what = what
        self.findings = findings
        self.code = code
        self._known: set[str] = set()

    @property
    def place(self) -> Place:
        return self.table.place

    def get(self, *names: str) -> Value | None:
        """Return the value under the first of these names that is there and not null."""
        self._known.update(names)
        for name in names:
            value = self.table.get(name)
            if value is not None and not (isinstance(value, Scalar) and value.value is None):
                return value
        return None

    def text(self, *names: str) -> str:
        """Return a text, empty where there is none."""
        value = self.get(*names)
        if value is None:
            return ""
        if isinstance(value, Scalar):
            return value.text.strip()
        self.complain(value.place, f"{self.what}: '{names[0]}' must be a text")
        return ""

    def number(self, *names: str, otherwise: float, least: float = 0.0, most: float = 1e9) -> float:
        """Return a finite number between two bounds."""
        value = self.get(*names)
        if value is None:
            return otherwise
        given = plain_scalar(value.text) if isinstance(value, Scalar) else None
        if _is_number(given) and least <= given <= most:
            return float(given)
        shown = str(value.plain())[:_MAX_SHOWN]
        message = f"{self.what}: '{names[0]}' must be a number from {least:g} to {most:g}, not {shown}"
        self.complain(value.place, message, f"{otherwise:g} is taken")
        return otherwise

    def flag(self, *names: str, otherwise: bool) -> bool:
        """Return true or false; texts that an environment variable filled in are read too."""
        value = self.get(*names)
        if value is None:
            return otherwise
        given = value.text.strip().lower() if isinstance(value, Scalar) else ""
        if given in ("true", "yes", "on", "1"):
            return True
        if given in ("false", "no", "off", "0"):
            return False
        message = f"{self.what}: '{names[0]}' must be true or false, not {str(value.plain())[:_MAX_SHOWN]}"
        self.complain(value.place, message, f"{str(otherwise).lower()} is taken")
        return otherwise

    def inner(self, name: str) -> Options | None:
        """Return a map within this one."""
        value = self.get(name)
        if isinstance(value, Table):
            return Options(value, f"{self.what}: {name}", self.findings, self.code)
        if value is not None:
            self.complain(value.place, f"{self.what}: '{name}' must be a map")
        return None

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts; one text alone is a list of one."""
        value = self.get(name)
        rows = value.items if isinstance(value, Rows) else () if value is None else (value,)
        found: list[str] = []
        for row in rows:
            if isinstance(row, Scalar):
                found.append(row.text.strip())
            else:
                self.complain(row.place, f"{self.what}: '{name}' must be a list of texts")
        return tuple(text for text in found if text)

    def plain_map(self, name: str) -> Mapping[str, Json]:
        """Return a map as it is, empty where there is none."""
        inner = self.inner(name)
        return {} if inner is None else inner.table.plain()

    def ignore(self, names: Iterable[str], why: str) -> None:
        """Say of each of these keys that is there that it does nothing here."""
        for name in names:
            self._known.add(name)
            if name in self.table.entries:
                self.complain(self.table.keys[name], f"{self.what}: '{name}' is ignored: {why}")

    def allow(self, *names: str) -> None:
        """Take these keys as known although nothing is read of them."""
        self._known.update(names)

    def complain(self, place: Place, message: str, suggestion: str = "") -> None:
        self.findings.warning(place, self.code, message, suggestion)

    def finish(self) -> None:
        """Complain about every key that nobody asked for."""
        unknown = [name for name in self.table.entries if name not in self._known]
        for name in unknown[:MOST_UNKNOWN]:
            message = f"{self.what} has no option '{name[:_MAX_SHOWN]}', so it does nothing"
            self.complain(self.table.keys[name], message, did_you_mean(name, self._known))


def _is_number(given: Json) -> TypeIs[float]:
    return isinstance(given, int | float) and not isinstance(given, bool) and isfinite(given)


def first_items(rows: Rows, most: int, what: str, findings: Findings) -> tuple[Value, ...]:
    """Return the items of a list, no more than `most`; of the others it is said that they are not read."""
    if len(rows.items) > most:
        findings.warning(rows.items[most].place, CODE, f"{what} has more than {most} entries; the others are not read")
    return rows.items[:most]


def unset_variables(text: str) -> Iterator[str]:
    """Name the variables of the environment that a text still asks for."""
    yield from _VARIABLE.findall(text)


def as_value(plain: Json, place: Place) -> Value:
    """Make of plain data what a file's reader makes, all of it at one place."""
    if isinstance(plain, Mapping):
        names = [str(name) for name in plain]
        entries = {str(name): as_value(item, place) for name, item in plain.items()}
        return Table(entries, dict.fromkeys(names, place), place)
    if isinstance(plain, list | tuple):
        return Rows(tuple(as_value(item, place) for item in plain), place)
    text = "" if plain is None else str(plain)
    return Scalar(plain, text, place)
