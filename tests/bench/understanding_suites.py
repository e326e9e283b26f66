"""The suites of the understanding benchmark: example assistants, tables of spoken turns, and the sealed ones.

Sealed suites measure what was built without having been looked at. Nothing of them leaves this module but what the
runner needs and, in the end, aggregate figures; what is wrong with their files is told as a number.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dialogue.errors import TestsInvalid
from dialogue.events import ActionReturned
from dialogue.testing.case import Case, Suite, UserStep
from dialogue.testing.commands_file import read_commands
from dialogue.testing.suite import load_suite
from dialogue.testing.understanding.cases import (
    DEFAULT_FOLDER,
    ExpectedStep,
    UnderstandingCase,
    UnderstandingSuite,
    derive_cases,
    load_cases,
)
from dialogue.understanding.parsing import parse_commands
from flows.commands import Command, SetSlot, StartFlow
from flows.errors import AssistantInvalid
from flows.loader import load_assistant
from flows.model import Assistant, Slot
from tests.dialogue.understanding import spoken_turns

ROOT = Path(__file__).parents[2]
EXAMPLES = ("bank", "clinic", "restaurant", "telecom")
TABLES = ("first", "second", "tuning")
FORMS = ("typed", "spoken")


class SuiteUnusable(Exception):
    """A suite does not load; the message says nothing of what a sealed one contains."""


@dataclass(frozen=True, slots=True)
class Part:
    """The tests of one assistant. `e2e` None: it has no end-to-end tests."""

    assistant: Assistant
    understanding: UnderstandingSuite
    e2e: Suite | None = None


@dataclass(frozen=True, slots=True)
class BenchSuite:
    """One suite. `has_code`: the actions are in the assistants' folders; otherwise they do nothing."""

    name: str
    parts: tuple[Part, ...]
    has_code: bool = True
    is_spoken: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """A suite that is read when it is wanted: there may be several of one assistant."""

    name: str
    read: Callable[[], BenchSuite]


def all_suites(root: Path = ROOT) -> list[Named]:
    """Return every suite of this checkout, unread."""
    found = [Named(f"example {name}", lambda name=name: _example(root, name)) for name in EXAMPLES]
    found += [Named(f"table {name}", lambda name=name: table_suite(name)) for name in TABLES]
    held = root / "tests" / "heldback"
    folders = sorted(path.parent for path in held.glob("*/config.yml")) if held.is_dir() else []
    return found + [
        Named(f"held back {folder.name} {form}", lambda folder=folder, form=form: sealed_suite(folder, form))
        for folder in folders
        for form in FORMS
    ]


def sealed_suite(folder: Path, form: str) -> BenchSuite:
    """Read one form of a sealed suite. Raises SuiteUnusable, which quotes nothing."""
    try:
        assistant = load_assistant(folder)
        tests, e2e = (
            sorted(map(str, (folder / name).rglob(f"{form}_*.y*ml"))) for name in (DEFAULT_FOLDER, "e2e_tests")
        )
        if not tests:
            raise SuiteUnusable(f"there is no {form} test of understanding")
        understanding = load_cases(tests, assistant)
        suite = load_suite(e2e, folder) if e2e else None
    except (AssistantInvalid, TestsInvalid) as invalid:
        raise SuiteUnusable(f"its files have {len(invalid.findings)} findings") from None
    # Warnings quote the tests.
    sealed = UnderstandingSuite(understanding.cases)
    part = Part(assistant, sealed, suite)
    return BenchSuite(f"held back {folder.name} {form}", (part,), is_spoken=form == "spoken")


def _example(root: Path, name: str) -> BenchSuite:
    folder = root / "examples" / name
    assistant = load_assistant(folder)
    suite = load_suite((), folder)
    recorded = read_commands(folder / "e2e_tests" / "commands.yml")
    return BenchSuite(f"example {name}", (Part(assistant, derive_cases(suite, recorded, assistant), suite),))


def table_suite(name: str, folder: Path = spoken_turns.HERE) -> BenchSuite:
    """Read a table of spoken turns.

    A table says where its turn stands: what was asked, and what was known. Commands that nobody scores bring the
    conversation there.
    """
    files = sorted((folder / "assistants").glob("*.yml"))
    small = {path.stem: spoken_turns.load_small_assistant(path) for path in files}
    cases: dict[str, list[UnderstandingCase]] = {}
    for number, case in enumerate(spoken_turns.load_cases(folder / f"spoken_turns_{name}.yml", small), 1):
        cases.setdefault(case.assistant, []).append(_table_case(f"{name} {number}", case, small[case.assistant]))
    parts = [
        Part(whole_assistant(spoken_turns.load_yaml(path)), UnderstandingSuite(tuple(cases[path.stem])))
        for path in files
        if path.stem in cases
    ]
    return BenchSuite(f"table {name}", tuple(parts), has_code=False, is_spoken=True)


def whole_assistant(content: Mapping[str, Any]) -> Assistant:
    """Load an assistant of the tables, which are written short, as one of the format with its patterns."""
    flows: dict[str, Any] = {}
    told: dict[str, str] = {}
    actions: dict[str, None] = {}
    for flow_id, given in content["flows"].items():
        flow = {key: value for key, value in given.items() if key != "intents"}
        if given.get("intents"):
            flow["nlu_trigger"] = [{"intent": intent} for intent in given["intents"]]
        flows[flow_id] = flow
        for step in steps_of(given["steps"]):
            actions |= {step["action"]: None} if "action" in step else {}
            if "collect" in step:
                told.setdefault(step["collect"], step.get("description", step["collect"].replace("_", " ")))
    uttered = [name for name in actions if name.startswith("utter_")]
    domain = {
        "version": "3.1",
        "intents": list(content.get("examples", {})),
        "slots": content["slots"],
        "actions": [name for name in actions if not name.startswith(("utter_", "action_listen"))],
        "responses": {f"utter_ask_{slot}": [{"text": f"{told.get(slot, slot)}?"}] for slot in content["slots"]}
        | {name: [{"text": name}] for name in uttered},
    }
    examples = [
        {"intent": intent, "examples": "".join(f"- {one}\n" for one in said)}
        for intent, said in content.get("examples", {}).items()
    ]
    return load_written(flows, domain, examples)


def load_written(flows: Mapping[str, Any], domain: Mapping[str, Any], examples: Sequence[Any] = ()) -> Assistant:
    """Write an assistant's files into a folder that does not last, and load them. JSON is YAML."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "data").mkdir()
        (folder / "config.yml").write_text("recipe: default.v1\nlanguage: en\npipeline: []\n")
        (folder / "domain.yml").write_text(json.dumps(domain))
        (folder / "data" / "flows.yml").write_text(json.dumps({"flows": flows}))
        if examples:
            (folder / "data" / "nlu.yml").write_text(json.dumps({"version": "3.1", "nlu": examples}))
        return load_assistant(folder)


def steps_of(steps: Sequence[Any]) -> Iterator[Mapping[str, Any]]:
    """Yield steps, those within branches too."""
    for step in steps:
        yield step
        branches = step.get("next")
        for branch in branches if isinstance(branches, list) else ():
            inner = branch.get("then", branch.get("else"))
            if isinstance(inner, list):
                yield from steps_of(inner)


def _table_case(name: str, case: spoken_turns.Case, assistant: Assistant) -> UnderstandingCase:
    known = {slot: value for slot, value in case.given.items() if value is not None}
    collected = assistant.flows[case.flow].collected if case.flow else ()
    before = collected[: collected.index(case.asked)] if case.asked in collected else ()
    # Where a table leaves out what was answered before, any answer brings the conversation there.
    known = {slot: _anything(assistant.slots[slot]) for slot in before} | known
    commands: list[Command] = [StartFlow(case.flow)] if case.flow else []
    commands += [SetSlot(slot, value) for slot, value in known.items()]
    expected = tuple(command for line in case.expected for command in parse_commands(line))
    steps = (ExpectedStep(_said(case.said), expected),)
    if commands:
        steps = (ExpectedStep(_said(""), tuple(commands), is_payload=True), *steps)
    return UnderstandingCase(Case("table", name, (name,), {}, tuple(one.step for one in steps), {}, 1), steps)


def _anything(slot: Slot) -> Any:
    match slot.type:
        case "float":
            return 1
        case "bool":
            return True
        case "categorical" | "strict_categorical":
            return slot.values[0]
        case _:
            return "something"


def _said(text: str) -> UserStep:
    return UserStep(text, {}, (), False, 1)


class NoEffects:
    """Actions that do nothing, successfully."""

    def knows(self, _name: str) -> bool:
        """Say yes."""
        return True

    async def run(self, name: str, tracker: Any, domain: Any) -> ActionReturned:
        """Return no events."""
        return ActionReturned(name)
