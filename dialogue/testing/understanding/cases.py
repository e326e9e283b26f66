"""Dialogue-understanding tests as files say them, and those that follow from end-to-end tests with recorded commands.

    test_cases:
      - test_case: pays Joe
        steps:
          - user: send fifty dollars to Joe
            commands: [StartFlow(transfer_money), SetSlot(recipient, Joe), SetSlot(amount, 50)]
          - utter: utter_ask_confirmation

Files have the shape of end-to-end tests, and what stands there (fixtures, stubs, metadata, conftest files) holds here
too. A step's `commands` are in any syntax that a model may write, in a list, in one text, or both mixed. A step that
is a payload needs none. A step without `commands` is not scored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dialogue.errors import TestsInvalid
from dialogue.testing.case import Case, Suite, UserStep
from dialogue.testing.commands_file import Turns
from dialogue.testing.recording import aligned, commands_of
from dialogue.testing.suite import load_suite
from dialogue.understanding.parsing import parse_commands
from dialogue.understanding.payload import parse_payload
from flows.commands import Clarify, Command, SetSlot, StartFlow
from flows.findings import Findings, did_you_mean
from flows.model import Assistant
from flows.places import Place
from flows.source import Rows, Scalar, Table, Value

DEFAULT_FOLDER = "dialogue_understanding_tests"
MAX_PIECES = 50
"""Into so many pieces YAML may have cut one command; more are a bracket that was never closed."""


@dataclass(frozen=True, slots=True)
class ExpectedStep:
    """One turn of the caller. `commands` are what it should become; None for a turn that is not scored."""

    step: UserStep
    commands: tuple[Command, ...] | None
    is_payload: bool = False


@dataclass(frozen=True, slots=True)
class UnderstandingCase:
    """One test: the case of the file, and its turns with what each should become."""

    case: Case
    steps: tuple[ExpectedStep, ...]


@dataclass(frozen=True, slots=True)
class UnderstandingSuite:
    """Tests to run. `warnings`: what is probably not meant in their files, a line each."""

    cases: tuple[UnderstandingCase, ...]
    warnings: tuple[str, ...] = ()


def load_cases(paths: Sequence[str], assistant: Assistant) -> UnderstandingSuite:
    """Read dialogue-understanding tests; without `paths` all of the folder `dialogue_understanding_tests`.

    Raises:
        TestsInvalid: with everything that is wrong in the files.
    """
    folder = Path(assistant.folder)
    suite = load_suite(paths or [str(folder / DEFAULT_FOLDER)], folder)
    findings = Findings()
    cases = tuple(UnderstandingCase(case, tuple(_steps(case, assistant, findings))) for case in suite.cases)
    if findings.has_errors():
        raise TestsInvalid(findings.sorted())
    return UnderstandingSuite(cases, tuple(str(one) for one in (*suite.warnings, *findings.sorted())))


def derive_cases(suite: Suite, recorded: Mapping[str, Turns], assistant: Assistant) -> UnderstandingSuite:
    """Make tests of end-to-end tests: the recorded commands of each step are what it should become."""
    cases: list[UnderstandingCase] = []
    warnings = [str(finding) for finding in suite.warnings]
    for case in suite.cases:
        turns = commands_of(case, recorded)
        if turns is None:
            warnings.append(
                f"{case.file}:{case.line}: warning [not-recorded] no commands are recorded for '{case.name}'"
            )
            continue
        steps = [step for step in case.steps if step.text is not None]
        turns = aligned(turns, case, assistant)
        if len(turns) < len(steps):
            told = f"the recording has {len(turns)} turns, the case {len(steps)}: those behind it are left out"
            warnings.append(f"{case.file}:{case.line}: warning [not-recorded] '{case.name}': {told}")
        cases.append(
            UnderstandingCase(case, tuple(_expected(*pair, assistant) for pair in zip(steps, turns, strict=False)))
        )
    return UnderstandingSuite(tuple(cases), tuple(warnings))


def _expected(step: UserStep, commands: tuple[Command, ...] | None, assistant: Assistant) -> ExpectedStep:
    payload = parse_payload(step.text or "", assistant, step.metadata)
    return ExpectedStep(step, commands, False) if payload is None else ExpectedStep(step, payload, True)


def _steps(case: Case, assistant: Assistant, findings: Findings) -> Iterator[ExpectedStep]:
    rows = case.source.get("steps") if case.source is not None else None
    told = (
        [row for row in rows.items if isinstance(row, Table) and "user" in row.entries]
        if isinstance(rows, Rows)
        else []
    )
    for step, row in zip([step for step in case.steps if step.text is not None], told, strict=True):
        commands = _commands(row, findings) if "commands" in row.entries else None
        expected = _expected(step, commands, assistant)
        if expected.commands is None:
            message = f"the step has no commands, so it is not scored: {_shortened(step.text or '')}"
            findings.warning(row.place, "no-commands", message, "add `commands: [...]`; `commands: []` for none")
        _doubt_names(commands or (), row, assistant, findings)
        yield expected


def _commands(row: Table, findings: Findings) -> tuple[Command, ...]:
    value = row.entries["commands"]
    listed = value.items if isinstance(value, Rows) else (value,)
    found: list[Command] = []
    for line, place in _lines(listed, findings):
        if not line.strip():
            continue
        commands = parse_commands(line)
        if not commands:
            findings.error(
                place, "command", f"this is no command: {_shortened(line)}", "write StartFlow(name) or the like"
            )
        found += commands
    return tuple(found)


def _lines(listed: Sequence[Value], findings: Findings) -> Iterator[tuple[str, Place]]:
    """Yield the texts of commands; what YAML has cut at the commas within brackets is put together again."""
    pieces: list[str] = []
    begun: Place | None = None
    depth = 0
    for item in listed:
        text = _text(item, findings)
        begun = begun or item.place
        pieces.append(text)
        depth += text.count("(") - text.count(")")
        if depth <= 0 or len(pieces) == MAX_PIECES:
            yield ", ".join(pieces), begun
            pieces, begun, depth = [], None, 0
    if begun is not None:
        yield ", ".join(pieces), begun


def _text(item: Value, findings: Findings) -> str:
    """Return a line of commands; a colon within it makes it a map for YAML."""
    if isinstance(item, Scalar):
        return "" if item.value is None else item.text
    if isinstance(item, Table) and len(item.entries) == 1:
        name, value = next(iter(item.entries.items()))
        if isinstance(value, Scalar):
            return f"{name}: {value.text}" if value.value is not None else name
    findings.error(item.place, "command", "a command is a text, such as StartFlow(name) or set slot name value")
    return ""


def _doubt_names(commands: Sequence[Command], row: Table, assistant: Assistant, findings: Findings) -> None:
    """Warn of flows and slots that the assistant does not have: no turn could ever become this."""
    place = row.place_of("commands")
    for command in commands:
        match command:
            case StartFlow(flow=flow) if flow not in assistant.flows:
                findings.warning(
                    place, "unknown-flow", f"no flow is called '{flow}'", did_you_mean(flow, assistant.flows)
                )
            case SetSlot(name=name) if name not in assistant.slots:
                findings.warning(
                    place, "unknown-slot", f"no slot is called '{name}'", did_you_mean(name, assistant.slots)
                )
            case Clarify(options=options):
                for flow in options:
                    if flow not in assistant.flows:
                        hint = did_you_mean(flow, assistant.flows)
                        findings.warning(place, "unknown-flow", f"no flow is called '{flow}'", hint)
            case _:
                pass


def _shortened(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"
