"""Writes cases back to a test file: those that passed, and those that failed, of many files in one. Pure.

The file runs by itself: fixtures and metadata that the cases had from elsewhere are defined in its head, merged and
under names of their own, and so are the stubs of each case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dialogue.testing.case import Case
from dialogue.testing.yaml_text import block
from flows.commands import Json
from flows.source import Rows, Scalar, Table, Value

_TEXTS = frozenset(("user", "bot", "utter", "text_matches", "utter_name", "title", "payload", "action_executed"))
"""Keys whose values are texts even where they look like numbers."""


def cases_text(cases: Iterable[Case]) -> str:
    """Return a test file with these cases."""
    writer = _Writer()
    for case in cases:
        writer.add(case)
    return writer.text()


@dataclass(slots=True)
class _Writer:
    fixtures: dict[str, Json] = field(default_factory=dict)
    metadata: dict[str, Json] = field(default_factory=dict)
    stubs: dict[str, Json] = field(default_factory=dict)
    cases: list[Json] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)

    def add(self, case: Case) -> None:
        if case.source is None:
            return
        self.names[case.name] = number = self.names.get(case.name, 0) + 1
        name = case.name if number == 1 else f"{case.name} #{number}"
        written: dict[str, Json] = {"test_case": name}
        if case.slots:
            named = _defined(self.fixtures, "fixture", case.slots)
            written["fixtures"] = [named]
        written["steps"] = self._steps(case, case.source)
        for action, stub in case.stubs.items():
            returned = {"events": list(stub.events), "responses": list(stub.responses)}
            self.stubs[f"{name}::{action}"] = returned
        self.cases.append(written)

    def text(self) -> str:
        head: dict[str, Json] = {
            "fixtures": [
                {name: [{slot: value} for slot, value in slots.items()]} for name, slots in self.fixtures.items()
            ],
            "metadata": [{name: content} for name, content in self.metadata.items()],
            "stub_custom_actions": self.stubs,
        }
        return block({**{key: value for key, value in head.items() if value}, "test_cases": self.cases})

    def _steps(self, case: Case, source: Table) -> list[Json]:
        rows = source.get("steps")
        turns = iter([step for step in case.steps if step.text is not None])
        written: list[Json] = []
        for row in rows.items if isinstance(rows, Rows) else ():
            step = _verbatim(row)
            if "user" in step:
                step.pop("metadata", None)
                metadata = next(turns).metadata
                if metadata:
                    step["metadata"] = _defined(self.metadata, "metadata", metadata)
            written.append(step)
        return written


def _defined(known: dict[str, Json], kind: str, content: Mapping[str, Json]) -> str:
    """Return the name of a definition with this content, which is made if there is none."""
    same = next((name for name, present in known.items() if present == content), None)
    if same is None:
        same = f"{kind} {len(known) + 1}"
        known[same] = dict(content)
    return same


def _verbatim(value: Value, key: str = "") -> Json:
    if isinstance(value, Table):
        return {name: _verbatim(inner, name) for name, inner in value.entries.items()}
    if isinstance(value, Rows):
        return [_verbatim(item) for item in value.items]
    return value.text if isinstance(value, Scalar) and key in _TEXTS and value.value is not None else value.plain()
