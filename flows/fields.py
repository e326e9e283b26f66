"""Reading one key of a map: flags, numbers and lists of names, each with a finding where it is something else."""

from __future__ import annotations

from collections.abc import Iterable

from flows.commands import Json
from flows.findings import Findings, did_you_mean
from flows.source import Rows, Scalar, Table, Value

_TRUE = ("true", "yes", "on")
_FALSE = ("false", "no", "off")
_LONGEST_NUMBER = 40


def is_given(table: Table, key: str) -> bool:
    """Whether a key is there and not empty."""
    value = table.get(key)
    return value is not None and not (isinstance(value, Scalar) and value.value is None)


def flag(table: Table, key: str, default: bool, findings: Findings) -> bool:
    """Read true or false, quoted or not, or the other words that YAML 1.1 had for them."""
    if not is_given(table, key):
        return default
    value = table.entries[key]
    if isinstance(value, Scalar) and value.text.lower() in _TRUE + _FALSE:
        return value.text.lower() in _TRUE
    findings.error(value.place, "not-a-bool", f"'{key}' must be true or false")
    return default


def number(value: Value) -> float | None:
    """Return a number, None where the value is none. Numbers in quotes count."""
    return as_number(value.value) if isinstance(value, Scalar) else None


def as_number(value: Json) -> float | None:
    """Return a value as a number, None where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str) or len(str(value)) > _LONGEST_NUMBER:
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def names(table: Table, key: str, findings: Findings) -> list[Scalar]:
    """Read a list of names; a single name counts as a list of one."""
    if not is_given(table, key):
        return []
    value = table.entries[key]
    found: list[Scalar] = []
    for item in value.items if isinstance(value, Rows) else (value,):
        if isinstance(item, Scalar) and item.value is not None:
            found.append(item)
        else:
            findings.error(item.place, "names", f"'{key}' must be a list of names")
    return found


def warn_of_unknown_keys(table: Table, known: Iterable[str], what: str, findings: Findings) -> None:
    """Add a warning for each key that means nothing here. Never an error: other tools may know it."""
    for key in table.entries.keys() - set(known):
        findings.warning(table.keys[key], "unknown-key", f"{what} has no '{key}'", did_you_mean(key, known))
