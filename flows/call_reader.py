"""Reading a `call` step: of a flow, of a tool on an MCP server, or of a sub-agent.

The mapping of a tool is brought to one form: `value`, as the reference has it, also where a file says `result_key`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, get_args

from flows.commands import Json
from flows.condition_reader import read_condition
from flows.fields import is_given, warn_of_unknown_keys
from flows.findings import Findings
from flows.model import ActionEffect, CallTask
from flows.places import Place
from flows.result_expressions import bare, expression_error
from flows.source import Rows, Scalar, Table, Value

CALL_KEYS: Final = {"mcp_server", "mapping", "exit_if", "effect"}
_VALUE_KEYS: Final = ("value", "result_key")
_SIDES: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    "input": (("param",), ("slot",)),
    "output": (("slot",), _VALUE_KEYS),
}
"""For each side of a mapping, what an entry needs: one key of each group."""


@dataclass(frozen=True, slots=True)
class _Reading:
    findings: Findings
    places: dict[str, Place] = field(default_factory=dict)


def read_call(name: str, node: Table, findings: Findings) -> CallTask:
    """Read what a call step hands over and takes back."""
    options: dict[str, Json] = {}
    reading = _Reading(findings)
    if is_given(node, "mcp_server"):
        _read_tool(name, node, options, reading)
    if is_given(node, "mapping"):
        options["mapping"] = _mapping(node.entries["mapping"], reading)
    if is_given(node, "exit_if"):
        options["exit_if"] = _exits(node.entries["exit_if"], findings)
    return CallTask(name, options, reading.places)


def _read_tool(name: str, node: Table, options: dict[str, Json], reading: _Reading) -> None:
    place = reading.places["mcp_server"] = node.place_of("mcp_server")
    options["mcp_server"] = node.text("mcp_server") or ""
    if not options["mcp_server"]:
        reading.findings.error(place, "call", "'mcp_server' must be a name from endpoints.yml")
    if not is_given(node, "mapping"):
        message = f"the tool '{name}' needs a 'mapping': what goes in, and which slots its result fills"
        reading.findings.error(place, "call", message, "write mapping: {input: [], output: []} where it is nothing")
    effect = node.text("effect")
    if effect in get_args(ActionEffect):
        options["effect"] = effect
    elif is_given(node, "effect"):
        told = f"'{effect}' is no effect" if effect else "'effect' must be a word"
        reading.findings.error(node.place_of("effect"), "effect", told, "write none, read or write")


def _mapping(value: Value, reading: _Reading) -> Json:
    if not isinstance(value, Table):
        reading.findings.error(value.place, "call", "'mapping' must be a map with the lists 'input' and 'output'")
        return {}
    warn_of_unknown_keys(value, _SIDES, "a mapping", reading.findings)
    found: dict[str, Json] = {}
    for side, groups in _SIDES.items():
        rows = value.get(side)
        items = rows.items if isinstance(rows, Rows) else () if rows is None else (rows,)
        entries = [_entry(item, side, groups, reading) for item in items if not _is_null(item)]
        found[side] = [entry for entry in entries if entry]
    return found


def _entry(item: Value, side: str, groups: tuple[tuple[str, ...], ...], reading: _Reading) -> dict[str, Json]:
    entry: dict[str, Json] = {}
    for group in groups:
        key = _first(item, group) if isinstance(item, Table) else None
        given = item.text(key) if isinstance(item, Table) and key is not None else None
        if given is None or key is None or not isinstance(item, Table):
            wanted = " and ".join(f"'{keys[0]}'" for keys in groups)
            reading.findings.error(item.place, "call", f"an entry of '{side}' needs {wanted}")
            return {}
        place = item.place_of(key)
        if group[0] == "slot":
            reading.places[f"slot {given}"] = place
        entry[group[0]] = _expression(given, place, reading.findings) if group is _VALUE_KEYS else given
    return entry


def _expression(text: str, place: Place, findings: Findings) -> str:
    expression = bare(text)
    problem = expression_error(expression)
    if problem is not None:
        findings.error(place, "template", f"{expression[:80]!r} is no expression over the result: {problem}")
    return expression


def _first(item: Table, keys: tuple[str, ...]) -> str | None:
    return next((key for key in keys if is_given(item, key)), None)


def _exits(value: Value, findings: Findings) -> list[str]:
    conditions = [read_condition(item, findings) for item in (value.items if isinstance(value, Rows) else (value,))]
    return [condition.text for condition in conditions if condition is not None]


def _is_null(value: Value) -> bool:
    return isinstance(value, Scalar) and value.value is None
