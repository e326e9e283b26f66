"""Recorded commands: what understanding proposed in each turn of a test, so that tests run without a model.

    e2e_tests/transfer.yml::happy path:
      - ["start flow transfer_money", "set slot amount 50"]
      - []                                   # a payload speaks for itself

A key is `path/of/file.yml::case name` or the name alone.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from ruamel.yaml import YAML

from dialogue.errors import TestsInvalid
from dialogue.testing.case import Case
from dialogue.turn import Understood, UserTurn
from dialogue.understanding.parsing import format_command, parse_commands
from dialogue.understanding.payload import parse_payload
from flows.commands import Command
from flows.findings import Findings
from flows.model import Assistant
from flows.places import Place
from flows.source import Rows, Scalar, Table, Value, read_yaml
from flows.state import ConversationState

Turns: TypeAlias = tuple[tuple[Command, ...], ...]
"""The commands of each user step of a case, in order."""


def read_commands(file: Path) -> Mapping[str, Turns]:
    """Read a commands file. Raises TestsInvalid with every line that is not understood."""
    findings = Findings()
    try:
        content = read_yaml(file.read_text(encoding="utf-8"), str(file), findings)
    except (OSError, UnicodeDecodeError) as problem:
        findings.error(Place(str(file), 1, 1), "unreadable", f"cannot read the file: {problem}")
        content = None
    recorded: dict[str, Turns] = {}
    if isinstance(content, Table):
        recorded = {key: _turns(key, value, findings) for key, value in content.entries.items()}
    elif content is not None:
        findings.error(content.place, "commands", "a commands file maps cases to lists of turns")
    if findings.has_errors():
        raise TestsInvalid(findings.sorted())
    return recorded


def write_commands(file: Path, recorded: Mapping[str, Turns]) -> None:
    """Write a commands file that `read_commands` reads back."""
    content = {key: [[format_command(c) for c in turn] for turn in turns] for key, turns in recorded.items()}
    text = io.StringIO()
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = None
    yaml.width = 1_000_000  # a command is one line
    yaml.dump(content, text)
    file.write_text(text.getvalue(), encoding="utf-8")


def commands_of(case: Case, recorded: Mapping[str, Turns]) -> Turns | None:
    """Return the recorded turns of a case, None when there are none."""
    return next((recorded[key] for key in case.keys if key in recorded), None)


class RecordedUnderstanding:
    """Understanding that answers from a recording, turn by turn; payloads are read as always."""

    def __init__(self, assistant: Assistant, turns: Sequence[tuple[Command, ...]]) -> None:
        self._assistant = assistant
        self._turns = turns
        self._next = 0

    async def understand(self, turn: UserTurn, _state: ConversationState) -> Understood:
        """Return the next turn's commands; none behind the end of the recording."""
        index = self._next
        self._next += 1
        payload = parse_payload(turn.text, self._assistant, turn.metadata)
        if payload is not None:
            return Understood(turn, payload, "payload")
        commands = self._turns[index] if index < len(self._turns) else ()
        return Understood(turn, commands, "recorded")


def _turns(key: str, value: Value, findings: Findings) -> Turns:
    rows = value.items if isinstance(value, Rows) else ()
    if not isinstance(value, Rows) and not (isinstance(value, Scalar) and value.value is None):
        findings.error(value.place, "commands", f"{key!r} needs one list of commands for each user step")
    return tuple(_turn(row, findings) for row in rows)


def _turn(row: Value, findings: Findings) -> tuple[Command, ...]:
    lines = row.items if isinstance(row, Rows) else (row,)
    commands: list[Command] = []
    for line in lines:
        if isinstance(line, Scalar) and line.value is None:
            continue
        found = parse_commands(line.text) if isinstance(line, Scalar) else ()
        if not found:
            text = line.text if isinstance(line, Scalar) else "a list or a map"
            findings.error(line.place, "command", f"this is no command: {text}")
        commands += found
    return tuple(commands)
