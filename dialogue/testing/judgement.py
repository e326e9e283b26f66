"""Looks at what a turn was expected to do, and finds the first of it that did not happen. Pure.

One judge for typed and for spoken tests: which assertions are skipped, and how a miss is told, is the same in both.
"""

from __future__ import annotations

from dataclasses import dataclass

from dialogue.testing.case import UserStep
from dialogue.testing.descriptions import describe, difference
from dialogue.testing.expectations import NeedsJudge, Turn, first_unmet


@dataclass(frozen=True, slots=True)
class Missed:
    """The first expectation that a turn did not meet: its line, what it says, and the nearest text there was."""

    line: int
    expected: str
    diff: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a step's expectations. `skipped` are assertions that nobody checked, as `file:line: kind`."""

    missed: Missed | None
    skipped: tuple[str, ...] = ()


def judge(step: UserStep, turn: Turn, file: str, *, skips_judged: bool) -> Judged:
    """Return the first expectation of a step that its turn did not meet.

    `skips_judged`: assertions that need a judging model are skipped, and told of; otherwise they are not met.
    """
    wanted = step.wanted
    skipped: tuple[str, ...] = ()
    if skips_judged:
        skipped = tuple(f"{file}:{w.line}: {w.expected.kind}" for w in wanted if isinstance(w.expected, NeedsJudge))
        wanted = tuple(one for one in wanted if not isinstance(one.expected, NeedsJudge))
    index = first_unmet([one.expected for one in wanted], turn, in_order=step.is_ordered)
    if index is None:
        return Judged(None, skipped)
    missed = wanted[index]
    expected = describe(missed.expected) + (" (in this order)" if step.is_ordered else "")
    return Judged(Missed(missed.line, expected, difference(missed.expected, turn)), skipped)
