"""An end-to-end test as the runner sees it: turns of the caller, each with what is expected of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dialogue.testing.expectations import Expectation
from flows.commands import Json


@dataclass(frozen=True, slots=True)
class UserStep:
    """One turn of a case. `text` is None for what is expected of the session's start, before any turn."""

    text: str | None
    metadata: Mapping[str, Json]
    expected: tuple[Expectation, ...]
    is_ordered: bool
    line: int


@dataclass(frozen=True, slots=True)
class Stub:
    """What a stubbed action returns."""

    events: tuple[Mapping[str, Json], ...] = ()
    responses: tuple[Mapping[str, Json], ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """One test. `keys` are the names by which a commands file may know it, the most exact first."""

    file: str
    name: str
    keys: tuple[str, ...]
    slots: Mapping[str, Json]
    steps: tuple[UserStep, ...]
    stubs: Mapping[str, Stub]
    line: int


@dataclass(frozen=True, slots=True)
class Suite:
    cases: tuple[Case, ...]
