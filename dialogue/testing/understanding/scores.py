"""What a run of dialogue-understanding tests adds up to: hits and misses a command, shares and percentiles. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from dialogue.testing.understanding.likeness import Likeness, keyed, kind
from dialogue.understanding.parsing import format_command
from flows.commands import Command
from flows.model import Assistant

Keyed: TypeAlias = tuple[str, Command]
PERCENTILES = (50, 90, 95, 99)


@dataclass(frozen=True, slots=True)
class Count:
    """True and false positives and false negatives of a command."""

    hits: int = 0
    extra: int = 0
    missed: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(self.hits + other.hits, self.extra + other.extra, self.missed + other.missed)

    @property
    def precision(self) -> float:
        return self.hits / (self.hits + self.extra) if self.hits + self.extra else 0.0

    @property
    def recall(self) -> float:
        return self.hits / (self.hits + self.missed) if self.hits + self.missed else 0.0

    @property
    def f1(self) -> float:
        of_all = 2 * self.hits + self.extra + self.missed
        return 2 * self.hits / of_all if of_all else 0.0

    def to_json(self) -> dict[str, Any]:
        rates = {"precision": round(self.precision, 4), "recall": round(self.recall, 4), "f1": round(self.f1, 4)}
        return {"tp": self.hits, "fp": self.extra, "fn": self.missed, **rates}


@dataclass(frozen=True, slots=True)
class Comparison:
    """How the commands of one turn stand to what was expected, by kind; `met`, `missing` and `extra` are lines."""

    counts: Mapping[str, Count]
    met: tuple[str, ...]
    missing: tuple[str, ...]
    extra: tuple[str, ...]

    @property
    def is_exact(self) -> bool:
        return not self.missing and not self.extra


def compare(
    expected: Sequence[Command], predicted: Sequence[Command], likeness: Likeness, assistant: Assistant
) -> Comparison:
    """Compare the commands of one turn, in any order; a command said twice counts twice."""
    wanted, found = keyed(expected, likeness, assistant), keyed(predicted, likeness, assistant)
    missing = _left(wanted, Counter(key for key, _ in found))
    extra = _left(found, Counter(key for key, _ in wanted))
    met = _left(wanted, Counter(key for key, _ in missing))
    counts = {
        name: Count(_of(name, met), _of(name, extra), _of(name, missing))
        for name in dict.fromkeys(kind(command) for _, command in (*wanted, *found))
    }
    return Comparison(counts, _lines(met), _lines(missing), _lines(extra))


@dataclass(slots=True)
class Score:
    """The sum of comparisons."""

    turns: int = 0
    exact: int = 0
    by_kind: dict[str, Count] = field(default_factory=dict)

    def add(self, comparison: Comparison) -> None:
        self.turns += 1
        self.exact += comparison.is_exact
        for name, count in comparison.counts.items():
            self.by_kind[name] = self.by_kind.get(name, Count()) + count

    @property
    def accuracy(self) -> float:
        return self.exact / self.turns if self.turns else 0.0

    @property
    def micro(self) -> Count:
        """All commands together, so that frequent ones weigh more."""
        return sum(self.by_kind.values(), Count())

    def macro(self) -> dict[str, float]:
        """The mean over the kinds of command, each weighing the same."""
        counts = list(self.by_kind.values())
        return {
            "precision": _mean([count.precision for count in counts]),
            "recall": _mean([count.recall for count in counts]),
            "f1": _mean([count.f1 for count in counts]),
        }

    def to_json(self) -> dict[str, Any]:
        return {"accuracy": round(self.accuracy, 4), "micro": self.micro.to_json(), "macro": self.macro()}


def added(comparisons: Iterable[Comparison]) -> Score:
    """Return the score of many turns."""
    score = Score()
    for comparison in comparisons:
        score.add(comparison)
    return score


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the least value that so many percent of all do not exceed; 0 where there are none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(percent / 100 * len(ordered)) - 1)] if ordered else 0.0


def spread(values: Sequence[float], digits: int = 2) -> dict[str, float]:
    """Return percentiles, greatest and number of values."""
    told = {f"p{percent}": round(percentile(values, percent), digits) for percent in PERCENTILES}
    return {**told, "max": round(max(values, default=0.0), digits), "n": len(values)}


def _left(keyed_commands: Sequence[Keyed], taken: Counter[str]) -> list[Keyed]:
    """Return what is left of commands when so many of each key are taken away."""
    left: list[Keyed] = []
    for name, command in keyed_commands:
        taken[name] -= 1
        if taken[name] < 0:
            left.append((name, command))
    return left


def _of(name: str, keyed_commands: Sequence[Keyed]) -> int:
    return sum(kind(command) == name for _, command in keyed_commands)


def _lines(keyed_commands: Sequence[Keyed]) -> tuple[str, ...]:
    return tuple(format_command(command) for _, command in keyed_commands)


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 4) if values else 0.0
