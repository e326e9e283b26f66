"""Makes automata of parsed regular expressions."""

from __future__ import annotations

from dataclasses import dataclass, field
from re import _compiler, _constants, _parser  # type: ignore[attr-defined]
from typing import Any, Final

from flows.automaton import CHAR, FORK, FOUND, TEST, Automaton, Look, Single

MAX_INSTRUCTIONS: Final = 1_500
"""Of a program and its looks; counted repeats are written out. Times the text, this bounds the time of a match."""
_SINGLE: Final = (_constants.LITERAL, _constants.NOT_LITERAL, _constants.ANY, _constants.IN)
_REPEATS: Final = (_constants.MAX_REPEAT, _constants.MIN_REPEAT)
_LOOKS: Final = (_constants.ASSERT, _constants.ASSERT_NOT)


class NoAutomaton(Exception):
    """The pattern looks back at what it read, or is too large."""


def build(tree: Any) -> Automaton:
    """Make the automaton of a parsed pattern.

    Raises:
        NoAutomaton: the pattern needs more than an automaton, or more instructions than allowed.
    """
    return _Builder(_Shared()).built(tree, tree.state.flags)


@dataclass(slots=True)
class _Shared:
    """What the builders of an automaton and of its looks have in common."""

    singles: dict[str, Single] = field(default_factory=dict)
    n_instructions: int = 0


class _Builder:
    def __init__(self, shared: _Shared, *, is_backward: bool = False) -> None:
        self.made = Automaton(is_backward)
        self._shared = shared

    def built(self, items: Any, flags: int) -> Automaton:
        self.sequence(items, flags)
        self.add(FOUND)
        return self.made

    def add(self, kind: int, test: Single | Look | None = None) -> int:
        """Add an instruction that goes on with the one after it."""
        self._shared.n_instructions += 1
        if self._shared.n_instructions > MAX_INSTRUCTIONS:
            raise NoAutomaton("it is too large")
        at = len(self.made.kinds)
        self.made.kinds.append(kind)
        self.made.following.append((at + 1,))
        self.made.tests.append(test)
        return at

    def sequence(self, items: Any, flags: int) -> None:
        for operator, argument in reversed(items) if self.made.is_backward else items:
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
        builder = _Builder(self._shared, is_backward=direction > 0)
        look = Look(builder.built(inner, flags), is_denied)
        self.made.sample |= look.inner.sample
        self.add(TEST, look)

    def _single(self, operator: Any, argument: Any, flags: int) -> Single:
        """Compile one item of a parsed pattern by itself; equal ones share it."""
        key = f"{operator} {argument} {flags}"
        found = self._shared.singles.get(key)
        if found is None:
            state = _parser.State()
            state.flags = flags
            found = Single(_compiler.compile(_parser.SubPattern(state, [(operator, argument)])))
            self._shared.singles[key] = found
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
