"""Regular expressions run as automata: the same answers as `re`, in time that grows with text times pattern.

`re` tries one way after the other and can need longer than anyone lives; an automaton follows all ways at once. A
pattern becomes a program of single characters, forks and zero-width tests:

    (a|b)*c    0 FORK 1,6   1 FORK 2,4   2 CHAR a  3 FORK 0   4 CHAR b  5 FORK 0   6 CHAR c   7 FOUND

Single characters and zero-width tests are asked of `re` itself, so that flags, classes and categories mean exactly
what they mean there. Looking around is an automaton of its own, which reads the text once and knows then for every
position whether it holds there: for a look behind it reads forwards and notes where it is through, for a look ahead
backwards. What no automaton can do (back-references, atomic groups) is refused.

Texts are read each character once, and steps that were made before are looked up. A state is the set of instructions
from which the automaton goes on. What becomes of it at a position depends on the characters beside the position and on
the looks there, so a step made once serves wherever these are the same: texts are repetitive, and most characters cost
one look-up. The first and the last positions are always worked out, since `^` and `$` mean them.

`flows.automaton_builder` makes the programs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias

CHAR: Final = 0
FORK: Final = 1
TEST: Final = 2
FOUND: Final = 3
_SOME_OF_EACH: Final = "aZ09_ -.@/\t\né€"
_MAX_REMEMBERED: Final = 200_000
"""Instructions in the states that a run remembers, some 10 MB with the steps; then it forgets them and begins anew."""
_STEP_COST: Final = 8
"""What a remembered step counts for, in instructions."""
_State: TypeAlias = tuple[int, ...]
_Step: TypeAlias = tuple[bool, int]
"""Whether the pattern is complete at the position, and the number of the state after it."""


@dataclass(frozen=True, slots=True, eq=False)
class Single:
    """One character, or one test of a position, as `re` understands it."""

    pattern: re.Pattern[str]

    def reads(self, character: str) -> bool:
        return self.pattern.match(character) is not None

    def holds(self, text: str, position: int) -> bool:
        return self.pattern.match(text, position) is not None


@dataclass(frozen=True, slots=True)
class Look:
    """`(?=…)`, `(?!…)`, `(?<=…)` or `(?<!…)`: it holds where `inner` is through, or where it is not."""

    inner: Automaton
    is_denied: bool


@dataclass(slots=True)
class Automaton:
    """A compiled program: for each instruction its kind, where it goes on, and what it asks.

    `is_backward`: it reads a text from its end. `sample`: characters that the pattern names, and some others.
    """

    is_backward: bool = False
    kinds: list[int] = field(default_factory=list)
    following: list[tuple[int, ...]] = field(default_factory=list)
    tests: list[Single | Look | None] = field(default_factory=list)
    sample: set[str] = field(default_factory=lambda: set(_SOME_OF_EACH))

    def search(self, text: str) -> bool:
        """Tell whether the pattern occurs anywhere in a text."""
        return next(_Run(self, text).found(), None) is not None

    @property
    def size(self) -> int:
        """How many instructions a character can make it visit, those of its looks included."""
        return len(self.kinds) + sum(test.inner.size for test in self.tests if isinstance(test, Look))


def _held(look: Look, text: str) -> bytearray:
    """Return for each position of a text whether a look holds there."""
    held = bytearray([look.is_denied]) * (len(text) + 1)
    for position in _Run(look.inner, text).found():
        held[position] = not look.is_denied
    return held


class _Run:
    def __init__(self, automaton: Automaton, text: str) -> None:
        self._automaton = automaton
        self._text = text
        self._looks = {at: _held(test, text) for at, test in enumerate(automaton.tests) if isinstance(test, Look)}
        self._forget()

    def _forget(self) -> None:
        self._states: list[_State] = []
        self._numbers: dict[_State, int] = {}
        self._steps: dict[tuple[int, str, str, bytes], _Step] = {}
        self._reads: dict[tuple[Single, str], bool] = {}
        self._n_remembered = 0

    def found(self) -> Iterator[int]:
        """Yield the positions at which the automaton is through, wherever it began."""
        text, last = self._text, len(self._text)
        looks = tuple(self._looks.values())
        number = self._number((0,))
        for position in range(last, -1, -1) if self._automaton.is_backward else range(last + 1):
            if 0 < position < last - 1:
                held = bytes([answers[position] for answers in looks]) if looks else b""
                key = (number, text[position - 1], text[position], held)
                step = self._steps.get(key)
                if step is None:
                    step = self._steps[key] = self._step(self._states[number], position)
                    step = self._counted(step)
            else:
                step = self._step(self._states[number], position)
            is_through, number = step
            if is_through:
                yield position

    def _counted(self, step: _Step) -> _Step:
        """Count a remembered step. Where too much is remembered, forget all but the state that it leads to."""
        self._n_remembered += _STEP_COST
        if self._n_remembered <= _MAX_REMEMBERED:
            return step
        state = self._states[step[1]]
        self._forget()
        return step[0], self._number(state)

    def _number(self, state: _State) -> int:
        number = self._numbers.get(state)
        if number is None:
            number = self._numbers[state] = len(self._states)
            self._states.append(state)
            self._n_remembered += len(state)
        return number

    def _step(self, state: _State, position: int) -> _Step:
        """Go on from a state, then read the character that comes next, if there is one."""
        waiting, is_through = self._reached(state, position)
        at_character = position - 1 if self._automaton.is_backward else position
        if not 0 <= at_character < len(self._text):
            return is_through, self._number(())
        character = self._text[at_character]
        following = self._automaton.following
        return is_through, self._number((0, *sorted(following[at][0] for at in waiting if self._takes(at, character))))

    def _reached(self, state: _State, position: int) -> tuple[list[int], bool]:
        """Go on without reading: return the CHAR instructions that wait there, and whether FOUND is among them."""
        kinds, following = self._automaton.kinds, self._automaton.following
        seen = bytearray(len(kinds))
        reached: list[int] = []
        is_through = False
        waiting = list(state)
        while waiting:
            at = waiting.pop()
            if seen[at]:
                continue
            seen[at] = 1
            kind = kinds[at]
            if kind == CHAR:
                reached.append(at)
            elif kind == FORK:
                waiting += following[at]
            elif kind == FOUND:
                is_through = True
            elif self._holds(at, position):
                waiting += following[at]
        return reached, is_through

    def _holds(self, at: int, position: int) -> bool:
        held = self._looks.get(at)
        if held is not None:
            return bool(held[position])
        test = self._automaton.tests[at]
        return isinstance(test, Single) and test.holds(self._text, position)

    def _takes(self, at: int, character: str) -> bool:
        test = self._automaton.tests[at]
        if not isinstance(test, Single):
            return False
        known = self._reads.get((test, character))
        if known is None:
            known = self._reads[test, character] = test.reads(character)
            self._n_remembered += 1
        return known
