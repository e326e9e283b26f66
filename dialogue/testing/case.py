"""An end-to-end test as the runner sees it: turns of the caller, each with what is expected of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dialogue.testing.expectations import Expectation
from dialogue.testing.voice_keys import PLAIN, AnswerLimit, VoiceStep
from flows.commands import Json
from flows.errors import Finding
from flows.source import Table


@dataclass(frozen=True, slots=True)
class Wanted:
    """Something a test expects, and the line of its file that says so."""

    expected: Expectation
    line: int


@dataclass(frozen=True, slots=True)
class UserStep:
    """One turn of a case. `text` is None for what is expected of the session's start, before any turn, and of a step
    in which the caller is silent.

    `voice` and `limits` are of spoken runs alone: how it is said, and how soon the answer must begin.
    """

    text: str | None
    metadata: Mapping[str, Json]
    wanted: tuple[Wanted, ...]
    is_ordered: bool
    line: int
    voice: VoiceStep = PLAIN
    limits: tuple[AnswerLimit, ...] = ()

    @property
    def is_silence(self) -> bool:
        """Whether the caller says nothing in this step, which only a spoken run can do."""
        return self.text is None and self.voice.silence_ms > 0


@dataclass(frozen=True, slots=True)
class Stub:
    """What a stubbed action returns."""

    events: tuple[Mapping[str, Json], ...] = ()
    responses: tuple[Mapping[str, Json], ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """One test.

    `keys` are the names by which a commands file may know it: first the one that we write, then the others, the
    most exact first. `stubs` are those that hold for this case; `has_stubs` says that its file stubs anything.
    `source` is the case as it stands in its file.
    """

    file: str
    name: str
    keys: tuple[str, ...]
    slots: Mapping[str, Json]
    steps: tuple[UserStep, ...]
    stubs: Mapping[str, Stub]
    line: int
    has_stubs: bool = False
    source: Table | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Suite:
    """Tests to run. `warnings`: what is probably not meant in their files."""

    cases: tuple[Case, ...]
    warnings: tuple[Finding, ...] = ()
