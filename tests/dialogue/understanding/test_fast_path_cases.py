"""How often the fast path is right where it decides, on the half it is tuned on and on the half only counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest

from dialogue.understanding.fast_path.matcher import match_fast
from dialogue.understanding.words import clean
from flows.model import Assistant
from tests.dialogue.understanding.spoken_turns import (
    HERE,
    Case,
    comparable,
    load_small_assistant,
    load_yaml,
    situation_of,
    written,
)

NOW = datetime(2026, 11, 18, 10, 0)  # a Wednesday
LEAST_PRECISION = {"tuning": 0.99, "counted": 0.99}
LEAST_SHARE = 0.4
"""Of all turns: about half of the cases are there to be left."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A case, what should come of it (None: nothing), and what the fast path made of it (None: left)."""

    at: Mapping[str, Any]
    said: str
    expected: str | None
    got: str | None

    @property
    def is_wrong(self) -> bool:
        if self.got is None:
            return False
        return self.expected is None or comparable(self.got) != comparable(self.expected)


def decide(half: str) -> Iterator[Decided]:
    assistants = {path.stem: load_small_assistant(path) for path in (HERE / "assistants").glob("*.yml")}
    assistants["office"] = load_small_assistant(HERE / "fast_path_office.yml")
    for group in load_yaml(HERE / "fast_path_cases.yml")[half]:
        cases = {**group.get("certain", {}), **dict.fromkeys(group.get("left", ()))}
        for said, expected in cases.items():
            yield _decide(group["at"], said, expected, assistants[group["at"]["assistant"]])


def _decide(at: Mapping[str, Any], said: str, expected: str | None, assistant: Assistant) -> Decided:
    asked = at.get("asked")
    flow = at.get("flow") or (asked and next(f.id for f in assistant.flows.values() if asked in f.collected))
    situation = situation_of(Case("", said, (), asked, flow, at.get("given", {})), assistant)
    situation = replace(situation, active=None) if at.get("idle") else situation
    commands = match_fast(clean(said), situation, now=NOW)
    return Decided(at, said, expected, None if commands is None else ", ".join(written(commands)))


@pytest.mark.parametrize("half", list(LEAST_PRECISION))
def test_it_is_right_where_it_decides(half: str, capsys: pytest.CaptureFixture[str]) -> None:
    cases = list(decide(half))
    decided = [case for case in cases if case.got is not None]
    wrong = [case for case in decided if case.is_wrong]
    right = 1 - len(wrong) / len(decided)
    with capsys.disabled():
        print(f"\nfast path, {half}: {len(cases)} cases, {len(decided)} decided, {right:.3f} of them right")
    assert len(cases) >= 200
    assert right >= LEAST_PRECISION[half]
    assert len(decided) / len(cases) >= LEAST_SHARE
