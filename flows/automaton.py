"""Regular expressions run as automata: the same answers as `re`, in time that grows with text times pattern.

`re` tries one way after the other and can need longer than anyone lives; an automaton follows all ways at once. A
pattern becomes a program of single characters, forks and zero-width tests:

    (a|b)*c    0 FORK 1,6   1 FORK 2,4   2 CHAR a  3 FORK 0   4 CHAR b  5 FORK 0   6 CHAR c   7 FOUND

Single characters and zero-width tests are asked of `re` itself, so that flags, classes and categories mean exactly
what they mean there. Looking around is an automaton of its own, asked where it stands. What no automaton can do
(back-references, atomic groups) is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from re import _compiler, _constants, _parser  # type: ignore[attr-defined]
from typing import Any, Final

MAX_INSTRUCTIONS: Final = 1_500
"""Of a program; counted repeats are written out. Times the longest text, this bounds the time of a match."""
CHAR: Final = 0
FORK: Final = 1
TEST: Final = 2
FOUND: Final = 3
_SINGLE: Final = (_constants.LITERAL, _constants.NOT_LITERAL, _constants.ANY, _constants.IN)
_REPEATS: Final = (_constants.MAX_REPEAT, _constants.MIN_REPEAT)
_LOOKS: Final = (_constants.ASSERT, _constants.ASSERT_NOT)
_SOME_OF_EACH: Final = "aZ09_ -.@/\t\né€"


class NoAutomaton(Exception):
    """The pattern looks back at what it read, or is too large."""


@dataclass(frozen=True, slots=True)
class Single:
    """One character, or one test of a position, as `re` understands it. Answers for characters are remembered."""

    pattern: re.Pattern[str]
    answers: dict[str, bool] = field(default_factory=dict)

    def reads(self, character: str) -> bool:
        known = self.answers.get(character)
        if known is None:
            known = self.answers[character] = self.pattern.match(character) is not None
        return known

    def holds(self, text: str, position: int) -> bool:
        return self.pattern.match(text, position) is not None


@dataclass(frozen=True, slots=True)
class Look:
    """`(?=…)`, `(?!…)`, `(?<=…)` or `(?<!…)`; `width` is how far before the position it begins to read."""

    inner: Automaton
    width: int
    is_denied: bool

    def reads(self, character: str) -> bool:
        raise AssertionError(f"a look-around reads no character such as {character!r}")

    def holds(self, text: str, position: int) -> bool:
        start = position - self.width
        end = position if self.width else len(text)
        return (start >= 0 and self.inner.match(text, start, end)) is not self.is_denied


@dataclass(slots=True)
class Automaton:
    """A compiled program: for each instruction its kind, where it goes on, and what it asks."""

    kinds: list[int] = field(default_factory=list)
    following: list[tuple[int, ...]] = field(default_factory=list)
    tests: list[Single | Look | None] = field(default_factory=list)
    sample: set[str] = field(default_factory=lambda: set(_SOME_OF_EACH))
    """Characters that the pattern names, and some others."""
    has_looks: bool = False

    def search(self, text: str) -> bool:
        """Tell whether the pattern occurs anywhere in a text."""
        return self._run(text, 0, len(text), is_anywhere=True)

    def match(self, text: str, start: int, end: int) -> bool:
        """Tell whether the pattern occurs at a position, reading no further than `end`."""
        return self._run(text, start, end, is_anywhere=False)

    def family(self) -> list[Automaton]:
        """Return this automaton and those it looks around with."""
        inner = [test.inner for test in self.tests if isinstance(test, Look)]
        return [self, *(one for automaton in inner for one in automaton.family())]

    def _run(self, text: str, start: int, end: int, *, is_anywhere: bool) -> bool:
        active = [0]
        for position in range(start, end + 1):
            reached = self._reached(active, text, position)
            if reached is None:
                return True
            if position == end:
                return False
            character = text[position]
            active = [self.following[at][0] for at in reached if self._reads(at, character)]
            if is_anywhere:
                active.append(0)
            elif not active:
                return False
        return False

    def _reached(self, starts: list[int], text: str, position: int) -> list[int] | None:
        """Go on without reading: return the CHAR instructions that wait there, or None where FOUND is among them."""
        seen = bytearray(len(self.kinds))
        reached: list[int] = []
        waiting = starts
        while waiting:
            at = waiting.pop()
            if seen[at]:
                continue
            seen[at] = 1
            kind = self.kinds[at]
            if kind == CHAR:
                reached.append(at)
            elif kind == FORK:
                waiting += self.following[at]
            elif kind == FOUND:
                return None
            elif (test := self.tests[at]) is not None and test.holds(text, position):
                waiting.append(self.following[at][0])
        return reached

    def _reads(self, at: int, character: str) -> bool:
        test = self.tests[at]
        return test is not None and test.reads(character)


def build(tree: Any) -> Automaton:
    """Make the automaton of a parsed pattern.

    Raises:
        NoAutomaton: the pattern needs more than an automaton, or more instructions than allowed.
    """
    return _built(tree, tree.state.flags, {})


def _built(items: Any, flags: int, singles: dict[str, Single]) -> Automaton:
    builder = _Builder(singles)
    builder.sequence(items, flags)
    builder.add(FOUND)
    return builder.made


class _Builder:
    def __init__(self, singles: dict[str, Single]) -> None:
        self.made = Automaton()
        self._singles = singles

    def add(self, kind: int, test: Single | Look | None = None) -> int:
        """Add an instruction that goes on with the one after it."""
        at = len(self.made.kinds)
        if at >= MAX_INSTRUCTIONS:
            raise NoAutomaton("it is too large")
        self.made.kinds.append(kind)
        self.made.following.append((at + 1,))
        self.made.tests.append(test)
        return at

    def sequence(self, items: Any, flags: int) -> None:
        for operator, argument in items:
            self._item(operator, argument, flags)

    def _item(self, operator: Any, argument: Any, flags: int) -> None:
        if operator in _SINGLE:
            self.made.sample |= _characters(operator, argument)
            self.add(CHAR, self._single(operator, argument, flags))
        elif operator is _constants.AT:
            self.add(TEST, self._single(operator, argument, flags))
        elif operator is _constants.SUBPATTERN:
            _group, added, removed, inner = argument
            self.sequence(inner, _compiler._combine_flags(flags, added, removed))
        elif operator is _constants.BRANCH:
            self._branch(argument[1], flags)
        elif operator in _REPEATS:
            least, most, inner = argument
            self._repeat(least, most, inner, flags)
        elif operator in _LOOKS:
            direction, inner = argument
            self._look(direction, inner, flags, is_denied=operator is _constants.ASSERT_NOT)
        else:
            raise NoAutomaton(f"it uses {str(operator).lower().replace('_', ' ')}")

    def _branch(self, alternatives: Any, flags: int) -> None:
        fork = self.add(FORK)
        starts: list[int] = []
        ends: list[int] = []
        for alternative in alternatives:
            starts.append(len(self.made.kinds))
            self.sequence(alternative, flags)
            ends.append(self.add(FORK))
        self.made.following[fork] = tuple(starts)
        for end in ends:
            self.made.following[end] = (len(self.made.kinds),)

    def _repeat(self, least: int, most: int, inner: Any, flags: int) -> None:
        for _ in range(least):
            self.sequence(inner, flags)
            if not inner:
                return
        forks: list[int] = []
        is_endless = most is _constants.MAXREPEAT
        for _ in range(1 if is_endless else most - least):
            forks.append(self.add(FORK))
            self.sequence(inner, flags)
        if is_endless:
            self.made.following[self.add(FORK)] = (forks[0],)
        for fork in forks:
            self.made.following[fork] = (fork + 1, len(self.made.kinds))

    def _look(self, direction: int, inner: Any, flags: int, *, is_denied: bool) -> None:
        width = inner.getwidth()[0] if direction < 0 else 0
        look = Look(_built(inner, flags, self._singles), width, is_denied)
        self.made.has_looks = True
        self.made.sample |= look.inner.sample
        self.add(TEST, look)

    def _single(self, operator: Any, argument: Any, flags: int) -> Single:
        """Compile one item of a parsed pattern by itself; equal ones share it."""
        key = f"{operator} {argument} {flags}"
        found = self._singles.get(key)
        if found is None:
            state = _parser.State()
            state.flags = flags
            found = Single(_compiler.compile(_parser.SubPattern(state, [(operator, argument)])))
            self._singles[key] = found
        return found


def _characters(operator: Any, argument: Any) -> set[str]:
    """Return the characters that an item names, in both cases."""
    codes: list[int] = []
    if operator in (_constants.LITERAL, _constants.NOT_LITERAL):
        codes = [argument]
    elif operator is _constants.IN:
        for kind, value in argument:
            codes += [value] if kind is _constants.LITERAL else list(value) if kind is _constants.RANGE else []
    return {case for code in codes for case in (chr(code), chr(code).lower(), chr(code).upper()) if len(case) == 1}
