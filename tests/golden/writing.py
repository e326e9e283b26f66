"""Test files and recorded commands as YAML text: every word quoted, so that no tool reads a `yes` as a truth value."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from tests.golden.turns import Expect, GoldenCase, Json, Turn

_PLAIN = {"says", "sets", "is_unset"}
HEAD = "# Written by `python -m tests.golden.generate`; edit the scripts and behaviours, not this file.\n"


def written_cases(cases: Sequence[GoldenCase], fixtures: Mapping[str, Mapping[str, Json]], head: str = HEAD) -> str:
    """Return a test file."""
    used = {case.fixture for case in cases}
    lines = [head.rstrip("\n")] if head else []
    named = {name: slots for name, slots in fixtures.items() if name in used}
    if named:
        lines.append("fixtures:")
        for name, slots in named.items():
            lines.append(f"  - {name}:")
            lines += [f"      - {slot}: {_word(value)}" for slot, value in slots.items()]
    lines.append("test_cases:")
    for index, case in enumerate(cases):
        lines += _case(case, prefers_plain=index % 2 == 0)
    return "\n".join(lines) + "\n"


def written_commands(cases: Mapping[str, Sequence[GoldenCase]], head: str = HEAD) -> str:
    """Return the commands file of test files by name."""
    lines = [head.rstrip("\n")] if head else []
    for file, of_file in cases.items():
        for case in of_file:
            lines.append(f"{_word(f'{file}::{case.name}')}:")
            for turn in case.turns:
                lines.append(f"  - [{', '.join(_word(command) for command in turn.commands)}]")
    return "\n".join(lines) + "\n"


def _case(case: GoldenCase, *, prefers_plain: bool) -> list[str]:
    lines = [f"  - test_case: {_word(case.name)}"]
    if case.fixture is not None:
        lines.append(f"    fixtures: [{case.fixture}]")
    lines.append("    steps:")
    for turn in case.turns:
        lines.append(f"      - user: {_word(turn.says)}")
        is_plain = prefers_plain and not turn.is_ordered and {expect.kind for expect in turn.expects} <= _PLAIN
        lines += _plain(turn) if is_plain else _assertions(turn)
    return lines


def _plain(turn: Turn) -> list[str]:
    lines: list[str] = []
    for expect in turn.expects:
        match expect.kind:
            case "says":
                lines.append(f"      - utter: {expect.name}")
            case "sets":
                lines += ["      - slot_was_set:", f"          - {expect.name}: {_word(expect.value)}"]
            case _:
                lines += ["      - slot_was_not_set:", f"          - {expect.name}"]
    return lines


def _assertions(turn: Turn) -> list[str]:
    if not turn.expects:
        return []
    lines = ["        assertion_order_enabled: true"] if turn.is_ordered else []
    lines.append("        assertions:")
    offered = [expect.name for expect in turn.expects if expect.kind == "offers"]
    if offered:
        lines.append(f"          - pattern_clarification_contains: [{', '.join(_word(name) for name in offered)}]")
    for expect in turn.expects:
        lines += [f"          {line}" for line in _assertion(expect)]
    return lines


def _assertion(expect: Expect) -> list[str]:
    match expect.kind:
        case "says":
            return ["- bot_uttered:", f"    utter_name: {expect.name}"]
        case "keeps_quiet":
            return ["- bot_did_not_utter:", f"    utter_name: {expect.name}"]
        case "sets":
            return ["- slot_was_set:", f"    - name: {expect.name}", f"      value: {_word(expect.value)}"]
        case "is_unset":
            return ["- slot_was_not_set:", f"    - name: {expect.name}"]
        case "is_not":
            return ["- slot_was_not_set:", f"    - name: {expect.name}", f"      value: {_word(expect.value)}"]
        case "starts":
            return ["- flow_started:", "    operator: all", f"    flow_ids: [{expect.name}]"]
        case "completes":
            return ["- flow_completed:", f"    flow_id: {expect.name}"]
        case "cancels":
            return ["- flow_cancelled:", f"    flow_id: {expect.name}"]
        case "runs":
            return [f"- action_executed: {expect.name}"]
        case "offers":
            return []


def _word(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)
