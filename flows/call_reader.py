"""Reading a `call` step: of a flow, of a tool on an MCP server, or of a sub-agent.

The mapping of a tool is brought to one form: `value`, as the reference has it, also where a file says `result_key`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flows.commands import Json
from flows.condition_reader import read_condition
from flows.fields import is_given, warn_of_unknown_keys
from flows.findings import Findings
from flows.model import CallTask
from flows.source import Rows, Scalar, Table, Value
from flows.templates import syntax_error

CALL_KEYS: Final = {"mcp_server", "mapping", "exit_if"}
_VALUE_KEYS: Final = ("value", "result_key")
_SIDES: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    "input": (("param",), ("slot",)),
    "output": (("slot",), _VALUE_KEYS),
}
"""For each side of a mapping, what an entry needs: one key of each group."""


def read_call(name: str, node: Table, findings: Findings) -> CallTask:
    """Read what a call step hands over and takes back."""
    options: dict[str, Json] = {}
    if is_given(node, "mcp_server"):
        server = node.text("mcp_server")
        if server is None:
            findings.error(node.place_of("mcp_server"), "call", "'mcp_server' must be a name from endpoints.yml")
        options["mcp_server"] = server
        if not is_given(node, "mapping"):
            findings.warning(node.place_of("mcp_server"), "call", f"'{name}' has no 'mapping': nothing goes in or out")
    if is_given(node, "mapping"):
        options["mapping"] = _mapping(node.entries["mapping"], findings)
    if is_given(node, "exit_if"):
        options["exit_if"] = _exits(node.entries["exit_if"], findings)
    return CallTask(name, options)


def _mapping(value: Value, findings: Findings) -> Json:
    if not isinstance(value, Table):
        findings.error(value.place, "call", "'mapping' must be a map with the lists 'input' and 'output'")
        return {}
    warn_of_unknown_keys(value, _SIDES, "a mapping", findings)
    found: dict[str, Json] = {}
    for side, groups in _SIDES.items():
        rows = value.get(side)
        items = rows.items if isinstance(rows, Rows) else () if rows is None else (rows,)
        entries = [_entry(item, side, groups, findings) for item in items if not _is_null(item)]
        found[side] = [entry for entry in entries if entry]
    return found


def _entry(item: Value, side: str, groups: tuple[tuple[str, ...], ...], findings: Findings) -> dict[str, Json]:
    entry: dict[str, Json] = {}
    for group in groups:
        given = item.text(key) if isinstance(item, Table) and (key := _first(item, group)) else None
        if given is None:
            wanted = " and ".join(f"'{keys[0]}'" for keys in groups)
            findings.error(item.place, "call", f"an entry of '{side}' needs {wanted}")
            return {}
        entry[group[0]] = given
    problem = syntax_error("{{ " + str(entry["value"]) + " }}") if "value" in entry else None
    if problem:
        findings.error(item.place, "template", f"'{entry['value']}' is no expression over the result: {problem}")
    return entry


def _first(item: Table, keys: tuple[str, ...]) -> str | None:
    return next((key for key in keys if is_given(item, key)), None)


def _exits(value: Value, findings: Findings) -> list[str]:
    conditions = [read_condition(item, findings) for item in (value.items if isinstance(value, Rows) else (value,))]
    return [condition.text for condition in conditions if condition is not None]


def _is_null(value: Value) -> bool:
    return isinstance(value, Scalar) and value.value is None
