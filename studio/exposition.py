"""Counters, gauges and histograms, and the Prometheus text format (version 0.0.4) that shows them.

Pure: nothing here reads a clock. Used from the event loop only, so there are no locks.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Labels: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Counter:
    """Counts up, per set of label values."""

    name: str
    description: str
    _values: dict[Labels, float] = field(default_factory=dict)

    def add(self, amount: float = 1.0, **labels: str) -> None:
        key = tuple(sorted(labels.items()))
        self._values[key] = self._values.get(key, 0.0) + amount

    def samples(self) -> Iterator[str]:
        yield from _head(self.name, self.description, "counter")
        for labels, value in self._values.items() or [((), 0.0)]:
            yield _sample(self.name, labels, value)


@dataclass(frozen=True, slots=True)
class Gauge:
    """Reads its values when asked: nothing has to keep it up to date."""

    name: str
    description: str
    read: Callable[[], Mapping[Labels, float]]

    def samples(self) -> Iterator[str]:
        yield from _head(self.name, self.description, "gauge")
        for labels, value in self.read().items():
            yield _sample(self.name, labels, value)


@dataclass(slots=True)
class Histogram:
    """Counts observations by upper bound, per set of label values."""

    name: str
    description: str
    bounds: tuple[float, ...]
    _counts: dict[Labels, list[int]] = field(default_factory=dict)
    _sums: dict[Labels, float] = field(default_factory=dict)

    def observe(self, value: float, **labels: str) -> None:
        key = tuple(sorted(labels.items()))
        counts = self._counts.setdefault(key, [0] * (len(self.bounds) + 1))
        counts[bisect_left(self.bounds, value)] += 1
        self._sums[key] = self._sums.get(key, 0.0) + value

    def samples(self) -> Iterator[str]:
        yield from _head(self.name, self.description, "histogram")
        for labels, counts in self._counts.items():
            yield from _buckets(self.name, labels, Counted(self.bounds, counts, self._sums[labels]))


@dataclass(frozen=True, slots=True)
class Counted:
    """Observations that somebody else has counted: by upper bound, one more beyond the last, and their sum."""

    bounds: Sequence[float]
    counts: Sequence[int]
    sum: float


@dataclass(frozen=True, slots=True)
class ReadHistogram:
    """A histogram that is read when asked: what is observed often is counted where it happens."""

    name: str
    description: str
    read: Callable[[], Counted]

    def samples(self) -> Iterator[str]:
        yield from _head(self.name, self.description, "histogram")
        counted = self.read()
        yield from _buckets(self.name, (), counted)


Metric: TypeAlias = Counter | Gauge | Histogram | ReadHistogram


def render(metrics: Iterable[Metric]) -> str:
    """Write all metrics as one page of text."""
    return "".join(f"{line}\n" for metric in metrics for line in metric.samples())


def _head(name: str, description: str, kind: str) -> Sequence[str]:
    escaped = description.replace("\\", r"\\").replace("\n", r"\n")
    return f"# HELP {name} {escaped}", f"# TYPE {name} {kind}"


def _buckets(name: str, labels: Labels, counted: Counted) -> Iterator[str]:
    running = 0
    for bound, count in zip((*counted.bounds, float("inf")), counted.counts, strict=True):
        running += count
        yield _sample(f"{name}_bucket", (*labels, ("le", _number(bound))), running)
    yield _sample(f"{name}_sum", labels, counted.sum)
    yield _sample(f"{name}_count", labels, running)


def _sample(name: str, labels: Labels, value: float) -> str:
    if not labels:
        return f"{name} {_number(value)}"
    written = ",".join(f'{key}="{_escape(text)}"' for key, text in labels)
    return f"{name}{{{written}}} {_number(value)}"


def _escape(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _number(value: float) -> str:
    if value == float("inf"):
        return "+Inf"
    return str(int(value)) if value == int(value) else repr(float(value))
