"""Regular expressions that cannot stall a call, whatever the pattern and whatever the caller says.

For each pattern an upper bound is counted of the steps that `re` can need for a text of a given length. Up to the
length where the bound is small, `re` does the work: that is nearly always, and fast. Longer texts are read by an
automaton, whose time grows with the text alone. Only patterns that no automaton can run (back-references and the like),
and automata of more than 200 instructions, have a longest text short of `MAX_MATCHED_CHARACTERS`.

Everything here depends on pattern and text alone, never on a clock, so that replaying a call gives the same answers.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from functools import lru_cache
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any, Final

from flows.ambiguity import is_ambiguous
from flows.automaton import Automaton
from flows.automaton_builder import NoAutomaton, build

MAX_MATCHED_CHARACTERS: Final = 100_000
"""Longer texts never match."""
MAX_PATTERN_CHARACTERS: Final = 2_000
_MAX_STEPS: Final = 4_000_000
"""Of `re`, some 80 ms on one core if all of them are needed, which the bound hardly ever means."""
_MAX_VISITS: Final = 20_000_000
"""Of an automaton's instructions: some three seconds if all are made, but what was made once is mostly looked up."""
_LEAST_USEFUL_LENGTH: Final = 24
_SELDOM_LONGER: Final = 1_000
"""A limit beyond this is not worth a warning: what callers say is hardly ever longer."""
_REMEMBERED: Final = 512
_ENDLESS: Final = float("inf")


class ExpressionInvalid(Exception):
    """The text is no regular expression that can be run here. `position` counts its characters from 0."""

    def __init__(self, message: str, position: int = 0) -> None:
        self.message, self.position = message, position
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled pattern. `risk` says what there is to warn of."""

    pattern: re.Pattern[str]
    longest: int
    """Texts up to this length are matched by `re`."""
    automaton: Automaton | None
    longest_for_automaton: int
    risk: str

    def search(self, text: str) -> bool:
        """Tell whether the pattern occurs in a text, in bounded time."""
        length = len(text)
        if length <= self.longest:
            return self.pattern.search(text) is not None
        if self.automaton is None or length > self.longest_for_automaton:
            return False
        return self.automaton.search(text)


@lru_cache(maxsize=_REMEMBERED)  # a pure function of its text, and bounded
def compile_expression(text: str) -> Expression:
    """Compile a pattern and find out how it can be run.

    Raises:
        ExpressionInvalid: it does not compile, or cannot be run in bounded time.
    """
    if len(text) > MAX_PATTERN_CHARACTERS:
        raise ExpressionInvalid(f"the regular expression is longer than {MAX_PATTERN_CHARACTERS} characters")
    try:
        return _compiled(text)
    except RecursionError:
        raise ExpressionInvalid("the regular expression is nested too deeply") from None


def _compiled(text: str) -> Expression:
    tree, pattern = _parsed(text)
    longest = _longest(tree)
    if longest >= MAX_MATCHED_CHARACTERS:
        return Expression(pattern, MAX_MATCHED_CHARACTERS, None, 0, "")
    try:
        automaton = build(tree)
    except NoAutomaton as reason:
        if longest < _LEAST_USEFUL_LENGTH:
            raise ExpressionInvalid(f"the regular expression could run for ever, and {reason}") from reason
        return Expression(pattern, longest, None, 0, _told(longest))
    longest_for_automaton = min(MAX_MATCHED_CHARACTERS, _MAX_VISITS // automaton.size)
    risk = "this regular expression can be read in ever more ways as the text grows" if is_ambiguous(automaton) else ""
    return Expression(pattern, longest, automaton, longest_for_automaton, risk)


def _told(longest: int) -> str:
    if longest >= _SELDOM_LONGER:
        return ""
    return f"texts longer than {longest} characters will not match, because the expression could run for ever"


def _parsed(text: str) -> tuple[Any, re.Pattern[str]]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of sets that may mean something else in a later Python
            return _parser.parse(text), re.compile(text)
    except re.error as error:
        raise ExpressionInvalid(f"the regular expression does not compile: {error.msg}", error.pos or 0) from error
    except (OverflowError, ValueError, MemoryError) as error:
        raise ExpressionInvalid(f"the regular expression does not compile: {error}") from error


def _longest(tree: Any) -> int:
    """Return the greatest length of texts for which `re` surely stays within its steps."""
    low, high = 0, MAX_MATCHED_CHARACTERS
    if _steps(tree, high) <= _MAX_STEPS:
        return high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _steps(tree, middle) <= _MAX_STEPS else (low, middle)
    return low


def _steps(tree: Any, length: int) -> float:
    ways, cost = _sequence(tree, length)
    is_anchored = bool(tree) and tree[0][0] is _constants.AT and _is_start(tree[0][1], tree.state.flags)
    return (ways + cost) * (1 if is_anchored else length + 1)


def _is_start(where: Any, flags: int) -> bool:
    is_begin = where is _constants.AT_BEGINNING and not flags & re.MULTILINE
    return is_begin or where is _constants.AT_BEGINNING_STRING


def _sequence(items: Any, length: int) -> tuple[float, float]:
    """Return in how many ways a sequence can read texts of a length, and how many steps that takes, at most."""
    ways, cost = 1.0, 0.0
    for operator, argument in items:
        more, steps = _item(operator, argument, length)
        cost += ways * steps
        ways *= more
    return ways, cost


def _item(operator: Any, argument: Any, length: int) -> tuple[float, float]:
    if operator is _constants.SUBPATTERN:
        return _sequence(argument[3], length)
    if operator is _constants.BRANCH:
        return _alternatives(argument[1], length)
    if operator is _constants.GROUPREF_EXISTS:
        return _alternatives([one for one in argument[1:] if one is not None], length)
    if operator in (_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT):
        least, most, inner = argument
        ways, cost = _repeat(least, length if most is _constants.MAXREPEAT else most, inner, length)
        return (1.0 if operator is _constants.POSSESSIVE_REPEAT else ways), cost
    if operator in (_constants.ASSERT, _constants.ASSERT_NOT):
        return 1.0, _sequence(argument[1], length)[1]  # at most one way out of it
    if operator is _constants.ATOMIC_GROUP:
        return 1.0, _sequence(argument, length)[1]
    return 1.0, float(length) if operator is _constants.GROUPREF else 1.0


def _alternatives(alternatives: Any, length: int) -> tuple[float, float]:
    read = [_sequence(alternative, length) for alternative in alternatives]
    return sum(ways for ways, _ in read) + 1, sum(cost for _, cost in read) + 1


def _repeat(least: int, most: int, inner: Any, length: int) -> tuple[float, float]:
    ways, cost = _sequence(inner, length)
    most = min(most, max(least, length) + 1)
    if ways <= 1:
        return most - least + 1.0, max(1, most) * max(1.0, cost)
    if most > 64 or ways > _MAX_STEPS:
        return _ENDLESS, _ENDLESS
    powers = [1.0]
    for _ in range(most):
        powers.append(powers[-1] * ways)
    return sum(powers[least:]), sum(powers) * max(1.0, cost)
