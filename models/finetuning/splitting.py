"""Conversations made anew of rephrased turns, and the split into what is learnt and what is checked. Pure.

The i-th conversation of a case takes the i-th rephrase of each turn. What it says fills the slots that later prompts
show, so each prompt is one that this conversation would have led to. All conversations of a case stay on one side.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flows.commands import Command, Json, SetSlot
from models.finetuning.examples import Example
from models.finetuning.recording import Prompts, RecordedCase, RecordedTurn
from models.finetuning.rephrasing import Rephrase


@dataclass(frozen=True, slots=True)
class Row:
    """An example, and where it comes from. `conversation` 0 is the case as it was written."""

    example: Example
    case: str
    step: int
    conversation: int
    original: str
    text: str
    commands: tuple[Command, ...]


@dataclass(frozen=True, slots=True)
class Split:
    """Cases and rows on each side. `repeated` rows were left out of the check, being learnt word by word."""

    train_cases: tuple[RecordedCase, ...]
    test_cases: tuple[RecordedCase, ...]
    train: tuple[Row, ...]
    test: tuple[Row, ...]
    repeated: int


def recombined(
    case: RecordedCase, rephrased: Mapping[int, Sequence[Rephrase]], count: int, prompts: Prompts
) -> list[Row]:
    """Write the rows of a case and of up to `count` conversations made of its rephrases; no prompt twice."""
    rows: list[Row] = []
    seen: set[Example] = set()
    for number in range(count + 1):
        changed: dict[str, Json] = {}
        for turn in case.taught:
            said = _said(turn, rephrased.get(turn.number, ()), number)
            values = {**turn.situation.values, **_still(changed, turn, case)}
            example = prompts.example(said.text, said.commands, replace(turn.situation, values=values))
            changed.update(_changes(turn, said))
            if example not in seen:
                seen.add(example)
                rows.append(Row(example, case.id, turn.number, number, turn.text, said.text, said.commands))
    return rows


def split(cases: Sequence[RecordedCase], rows: Sequence[Row], train_share: float, seed: int) -> Split:
    """Put each case on one side, about `train_share` of the rows to learn from, every kind of command among them."""
    by_case: dict[str, list[Row]] = {}
    for row in rows:
        by_case.setdefault(row.case, []).append(row)
    order = list(by_case)
    random.Random(seed).shuffle(order)
    room = len(rows) * (1 - train_share)
    kinds = {key: {kind for row in own for kind in kinds_of(row.commands)} for key, own in by_case.items()}
    learnt = Counter(kind for each in kinds.values() for kind in each)
    tested: set[str] = set()
    for key in order:
        if len(by_case[key]) <= room and all(learnt[kind] > 1 for kind in kinds[key]):
            tested.add(key)
            learnt.subtract(kinds[key])
            room -= len(by_case[key])
    train = [row for row in rows if row.case not in tested]
    known = {row.example.prompt for row in train}
    checked = [row for row in rows if row.case in tested]
    test = [row for row in checked if row.example.prompt not in known]
    return Split(
        tuple(case for case in cases if case.id in by_case and case.id not in tested),
        tuple(case for case in cases if case.id in tested),
        tuple(train),
        tuple(test),
        len(checked) - len(test),
    )


def kinds_of(commands: Sequence[Command]) -> set[str]:
    """The kinds of commands, as `start flow` or `set slot`."""
    return {type(command).__name__ for command in commands}


def _said(turn: RecordedTurn, found: Sequence[Rephrase], number: int) -> Rephrase:
    """The words of a turn in the conversation of that number; its own where there are not so many rephrases."""
    return found[number - 1] if 0 < number <= len(found) else Rephrase(turn.text, turn.commands, "original")


def _changes(turn: RecordedTurn, said: Rephrase) -> dict[str, Json]:
    """Slots that other words filled with another value."""
    first = {one.name: one.value for one in turn.commands if isinstance(one, SetSlot)}
    return {
        one.name: one.value
        for one in said.commands
        if isinstance(one, SetSlot) and one.name in first and first[one.name] != one.value
    }


def _still(changed: Mapping[str, Json], turn: RecordedTurn, case: RecordedCase) -> dict[str, Json]:
    """Those changes that still hold: the slot has the value which the original words gave it."""
    given: dict[str, list[Json]] = {}
    for earlier in case.turns:
        if earlier.number < turn.number:
            for one in earlier.commands:
                if isinstance(one, SetSlot):
                    given.setdefault(one.name, []).append(one.value)
    values = turn.situation.values
    return {name: value for name, value in changed.items() if name in given and values.get(name) == given[name][-1]}
