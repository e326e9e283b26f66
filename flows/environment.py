"""`${NAME}` and `${NAME:-otherwise}` in the files that say where things are.

The environment is handed in, so that loading is a function of the files and of it. A variable that is not set is
a warning, and its `${NAME}` stays as it is: the part that needs it says so when it needs it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from flows.findings import Findings
from flows.source import Rows, Scalar, Table, Value

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^{}]*))?\}")


def is_on(name: str, environment: Mapping[str, str] | None) -> bool:
    """Tell whether a switch of the environment is set."""
    return (environment or {}).get(name, "").strip().lower() in ("true", "1", "yes", "on")


def expanded(value: Value, environment: Mapping[str, str], findings: Findings) -> Value:
    """Return the value with every variable filled in. What comes out is text, also where it looks like a number."""
    match value:
        case Table(entries, keys, place):
            return Table({key: expanded(inner, environment, findings) for key, inner in entries.items()}, keys, place)
        case Rows(items, place):
            return Rows(tuple(expanded(item, environment, findings) for item in items), place)
        case Scalar(str() as text) if "${" in text:
            filled = _filled(value, text, environment, findings)
            return replace(value, value=filled, text=filled)
        case _:
            return value


def _filled(value: Scalar, text: str, environment: Mapping[str, str], findings: Findings) -> str:
    def fill(match: re.Match[str]) -> str:
        name, otherwise = match.groups()
        found = environment.get(name) or otherwise
        if found is None:
            found = environment.get(name)
        if found is None:
            message = f"the environment variable {name} is not set"
            findings.warning(value.place, "environment", message, f"set it, or write ${{{name}:-otherwise}}")
            return match.group()
        return found

    return _VARIABLE.sub(fill, text)
