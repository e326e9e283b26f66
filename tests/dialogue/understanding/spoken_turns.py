"""Small assistants and tables of spoken turns for them: read from YAML, scored by stage.

A case says where the conversation stands (`asked` slot of `flow`, with `given` values) and what the turn should
become. The situation is built straight from the table, so that understanding is measured without the engine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from dialogue.understanding.parsing import format_command
from dialogue.understanding.situation import Situation, slot_descriptions
from flows.commands import Command
from flows.effects import Expectation, ExpectationKind
from flows.model import END, ActionTask, Assistant, Branch, CollectTask, Flow, LinkTask, NluTrigger, Slot, Step, Task

HERE = Path(__file__).parent
_KINDS: Mapping[str, ExpectationKind] = {
    "bool": "yes_no",
    "categorical": "category",
    "float": "number",
    "text": "text",
    "any": "text",
}


@dataclass(frozen=True, slots=True)
class Case:
    """One spoken turn. `expected` holds command lines in any order; `flow` None means that nothing is asked."""

    assistant: str
    said: str
    expected: tuple[str, ...]
    asked: str | None = None
    flow: str | None = None
    given: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Score:
    """Exact matches of command sets, and true and false positives and false negatives of single commands."""

    turns: int = 0
    exact: int = 0
    hits: int = 0
    extra: int = 0
    missed: int = 0

    def add(self, expected: Iterable[str], got: Iterable[str]) -> bool:
        wanted, found = Counter(map(comparable, expected)), Counter(map(comparable, got))
        self.turns += 1
        self.hits += (wanted & found).total()
        self.extra += (found - wanted).total()
        self.missed += (wanted - found).total()
        self.exact += wanted == found
        return wanted == found

    @property
    def f1(self) -> float:
        return 2 * self.hits / max(1, 2 * self.hits + self.extra + self.missed)

    def __str__(self) -> str:
        return f"{self.exact:3}/{self.turns:<3} exact {self.exact / max(1, self.turns):.2f}  F1 {self.f1:.2f}"


def comparable(line: str) -> str:
    """A command line without what does not count: case, closing punctuation, quotes, a cannot-handle's reason."""
    plain = line.lower().rstrip(".").replace('"', "")
    return "cannot handle" if plain.startswith("cannot handle") else plain


def written(commands: Iterable[Command]) -> tuple[str, ...]:
    return tuple(format_command(command) for command in commands)


def load_yaml(path: Path) -> Any:
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


def load_cases(path: Path, assistants: Mapping[str, Assistant]) -> list[Case]:
    cases = []
    for name, listed in load_yaml(path).items():
        for entry in listed:
            asked = entry.get("asked")
            flow = entry.get("flow") or (asked and _collecting(assistants[name], asked))
            cases.append(
                Case(name, entry["say"], tuple(map(str, entry["expect"])), asked, flow, entry.get("given", {}))
            )
    return cases


def _collecting(assistant: Assistant, slot: str) -> str:
    return next(flow.id for flow in assistant.flows.values() if slot in flow.collected)


def situation_of(case: Case, assistant: Assistant) -> Situation:
    active = assistant.flows[case.flow] if case.flow else None
    asked = assistant.slots[case.asked] if case.asked else None
    expectation = Expectation()
    if asked and active:
        step = next(s for s in active.steps if isinstance(s.task, CollectTask) and s.task.slot == asked.name)
        is_write = asked.type == "bool" and asked.name.endswith("confirmed")
        expectation = Expectation(_KINDS[asked.type], asked.name, active.id, step.id, asked.values, is_write)
    return Situation(
        assistant=assistant,
        expectation=expectation,
        active=active,
        startable=tuple(flow for flow in assistant.flows.values() if not flow.is_pattern),
        fillable=tuple(assistant.slots[name] for name in active.collected) if active else (),
        values={name: case.given.get(name) for name in assistant.slots},
        descriptions=slot_descriptions(assistant),
    )


def load_small_assistant(path: Path) -> Assistant:
    """Read slots and flows in the short form of these tables: flat steps, no conditions."""
    read = load_yaml(path)
    slots = {name: Slot(name, entry["type"], tuple(entry.get("values", ()))) for name, entry in read["slots"].items()}
    flows = {flow_id: _flow(flow_id, entry) for flow_id, entry in read["flows"].items()}
    examples = {intent: tuple(said) for intent, said in read.get("examples", {}).items()}
    return Assistant(path.stem, path.stem, str(path.parent), "en", flows, slots, {}, examples=examples)


def _flow(flow_id: str, entry: Mapping[str, Any]) -> Flow:
    steps = []
    for order, given in enumerate(entry["steps"]):
        target = f"s{order + 1}" if order + 1 < len(entry["steps"]) else END
        steps.append(Step(f"s{order}", flow_id, order, _task(given), (Branch(None, target),)))
    collected = tuple(step.task.slot for step in steps if isinstance(step.task, CollectTask))
    return Flow(
        flow_id,
        entry["name"],
        entry["description"],
        tuple(steps),
        nlu_trigger=tuple(NluTrigger(intent) for intent in entry.get("intents", ())),
        collected=collected,
        all_collected=collected,
    )


def _task(given: Mapping[str, Any]) -> Task:
    if "collect" in given:
        return CollectTask(given["collect"], given.get("description", ""))
    return LinkTask(given["link"]) if "link" in given else ActionTask(given["action"])
