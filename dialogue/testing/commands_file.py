"""Recorded commands: what understanding proposed in each turn of a test, so that tests run without a model.

    e2e_tests/transfer.yml::happy path:
      - ["start flow transfer_money", "set slot amount 50"]
      - []                                   # a payload speaks for itself

A key is `path/of/file.yml::case name` or the name alone. A turn is a list of command lines in any syntax of the
format; read are also a text of several lines, several commands in a line, null for no commands, and a command as a
map (`{command: set slot, name: amount, value: 50}`). The same content may be a JSON file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final, TypeAlias

from dialogue.errors import TestsInvalid
from dialogue.testing.yaml_text import key as yaml_key
from dialogue.testing.yaml_text import plain, quoted
from dialogue.understanding.parsing import format_command, parse_commands
from flows.commands import CannotHandle, Clarify, Command, Json, SetSlot, StartFlow
from flows.findings import Findings
from flows.places import Place
from flows.source import Rows, Scalar, Table, Value, read_yaml

Turns: TypeAlias = tuple[tuple[Command, ...], ...]
"""The commands of each user step of a case, in order."""

_UP: Final = re.compile(r"^(?:\.{0,2}/+)+")


def read_commands(file: Path, findings: Findings | None = None) -> Mapping[str, Turns]:
    """Read a commands file. `findings` gets the warnings: lines that are no command, for which nothing was understood.

    Raises:
        TestsInvalid: with everything about the file that makes it no recording.
    """
    findings = Findings() if findings is None else findings
    start = Place(str(file), 1, 1)
    content: Value | None = None
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as problem:
        findings.error(start, "unreadable", f"cannot read the file: {problem.strerror}")
    except UnicodeDecodeError:
        findings.error(start, "unreadable", "cannot read the file: it is not UTF-8 text")
    else:
        content = _read_json(text, start, findings) if file.suffix == ".json" else read_yaml(text, str(file), findings)
    recorded: dict[str, Turns] = {}
    if isinstance(content, Table):
        recorded = {normalised(key): _turns(key, value, findings) for key, value in content.entries.items()}
    elif content is not None and not _is_null(content):
        findings.error(content.place, "commands", "a commands file maps cases to lists of turns")
    if findings.has_errors():
        raise TestsInvalid(findings.sorted())
    return recorded


def write_commands(file: Path, recorded: Mapping[str, Turns]) -> None:
    """Write a commands file that `read_commands` reads back."""
    file.write_text(format_commands(recorded), encoding="utf-8")


def format_commands(recorded: Mapping[str, Turns]) -> str:
    """Return the text of a commands file: a line a turn, so that differences read well."""
    lines: list[str] = []
    for key, turns in recorded.items():
        lines.append(yaml_key(key) + ("" if turns else " []"))
        lines += [f"  - [{', '.join(_written(command) for command in turn)}]" for turn in turns]
    return "\n".join(lines) + "\n" if lines else "{}\n"


def normalised(key: str) -> str:
    """Return a case's key with `/` between folders, and without what leads up and down before the path."""
    path, separator, name = key.partition("::")
    return _UP.sub("", path.replace("\\", "/")) + separator + name if separator else key


def _turns(key: str, value: Value, findings: Findings) -> Turns:
    if not isinstance(value, Rows) and not _is_null(value):
        findings.error(value.place, "commands", f"{key!r} needs one list of commands for each user step")
    return tuple(_turn(row, findings) for row in (value.items if isinstance(value, Rows) else ()))


def _turn(row: Value, findings: Findings) -> tuple[Command, ...]:
    return tuple(
        command
        for line in (row.items if isinstance(row, Rows) else (row,))
        if not _is_null(line)
        for command in _commands(line, findings)
    )


def _commands(line: Value, findings: Findings) -> tuple[Command, ...]:
    found: tuple[Command, ...] = ()
    told = "a list"
    if isinstance(line, Scalar):
        if not line.text.strip():
            return ()
        found = parse_commands(line.text)
        if not found:  # as with a model that writes it
            findings.warning(line.place, "command", f"this is no command: {line.text}", "nothing is understood from it")
            return (CannotHandle(),)
    elif isinstance(line, Table):
        found, told = _described(line), json.dumps(line.plain(), ensure_ascii=False)
    if not found:
        findings.error(line.place, "command", f"this is no command: {told}")
    return found


def _described(line: Table) -> tuple[Command, ...]:
    """Read a command as the format's trackers write it: its name under `command`, its arguments beside it."""
    name = line.text("command") or ""
    extractor = "nlu" if "nlu" in (line.text("extractor") or "").lower() else "llm"
    match name:
        case "set slot" if line.text("name") is not None:
            value = line.get("value")
            return (SetSlot(line.text("name") or "", value.plain() if value else None, extractor),)
        case "start flow" if line.text("flow") is not None:
            return (StartFlow(line.text("flow") or "", extractor),)
        case "clarify" | "disambiguate flows":
            options = line.get("options")
            items = options.items if isinstance(options, Rows) else ()
            return (Clarify(tuple(item.text for item in items if isinstance(item, Scalar))),)
        case "cannot handle" if line.text("reason") is not None:
            return parse_commands(f"{name} {line.text('reason')}")
        case "knowledge":
            return parse_commands("search and reply")
        case "chitchat":
            return parse_commands("offtopic reply")
        case "human handoff":
            return parse_commands("hand over")
        case _:
            return parse_commands(name)


def _is_null(value: Value) -> bool:
    return isinstance(value, Scalar) and value.value is None


def _read_json(text: str, start: Place, findings: Findings) -> Value | None:
    try:
        return _from_json(json.loads(text), start)
    except json.JSONDecodeError as problem:
        findings.error(
            Place(start.file, problem.lineno, problem.colno), "json", f"this is not valid JSON: {problem.msg}"
        )
    except (RecursionError, ValueError) as problem:
        findings.error(start, "json", f"this is not valid JSON: {problem}")
    return None


def _from_json(data: Json, place: Place) -> Value:
    if isinstance(data, dict):
        entries = {str(key): _from_json(value, place) for key, value in data.items()}
        return Table(entries, dict.fromkeys(entries, place), place)
    if isinstance(data, list):
        return Rows(tuple(_from_json(item, place) for item in data), place)
    return Scalar(data, data if isinstance(data, str) else json.dumps(data), place)


def _written(command: Command) -> str:
    """Return a command as an item of a YAML list: its line, or a map where the line would lose who heard it."""
    if isinstance(command, SetSlot) and command.extractor == "nlu":
        return quoted({"command": "set slot", "name": command.name, "value": command.value, "extractor": "nlu"})
    if isinstance(command, StartFlow) and command.extractor == "nlu":
        return quoted({"command": "start flow", "flow": command.flow, "extractor": "nlu"})
    return plain(format_command(command))
