"""Which regular expressions explode: some text can be read in a number of ways that doubles with its length.

That is so where an automaton can come back to one of its states over one and the same text in two different ways.
Two copies of it are walked side by side over a sample of characters until that shows, or nothing is left to try.
"""

from __future__ import annotations

from typing import Final

from flows.automaton import CHAR, Automaton, Single

_MAX_STATES: Final = 120
_MAX_PATHS: Final = 1_000
_MAX_PAIRS: Final = 200_000
"""Past these a pattern counts as harmless: it is run as an automaton anyway, and only the warning is lost."""


def is_ambiguous(automaton: Automaton) -> bool:
    """Tell whether some text can be read in a number of ways that doubles again and again with its length."""
    states = [at for at, kind in enumerate(automaton.kinds) if kind == CHAR]
    if len(states) > _MAX_STATES:
        return False
    return _Walk(automaton, states).doubles()


class _Walk:
    def __init__(self, automaton: Automaton, states: list[int]) -> None:
        self._automaton = automaton
        self._states = states
        self._reads = {at: self._sampled(at) for at in states}
        self._edges = {at: self._ways(at) for at in states}
        self._n_pairs = 0

    def doubles(self) -> bool:
        return any(self._doubles_at(state) for state in self._states)

    def _sampled(self, at: int) -> frozenset[str]:
        test = self._automaton.tests[at]
        return frozenset(
            character for character in self._automaton.sample if isinstance(test, Single) and test.reads(character)
        )

    def _ways(self, state: int) -> dict[int, int]:
        """Return the states that can read next, each with its number of ways to get there, two standing for more.

        No edge is taken twice on one way: that would be a repeat that read nothing, and `re` stops those.
        """
        following, kinds = self._automaton.following, self._automaton.kinds
        ways: dict[int, int] = {}
        waiting: list[tuple[int, frozenset[tuple[int, int]]]] = [(following[state][0], frozenset())]
        for _ in range(_MAX_PATHS):
            if not waiting:
                break
            at, passed = waiting.pop()
            if kinds[at] == CHAR:
                ways[at] = min(2, ways.get(at, 0) + 1)
            elif at + 1 < len(kinds):
                waiting += [(to, passed | {(at, to)}) for to in following[at] if (at, to) not in passed]
        return ways

    def _doubles_at(self, state: int) -> bool:
        """Tell whether two different ways lead from a state back to itself over one and the same text."""
        found: set[tuple[int, int, bool]] = set()
        waiting = [(state, state, False)]
        while waiting:
            left, right, is_split = waiting.pop()
            for one, n_one in self._edges[left].items():
                for other in self._edges[right]:
                    self._n_pairs += 1
                    if self._n_pairs > _MAX_PAIRS:
                        return False
                    if self._reads[one].isdisjoint(self._reads[other]):
                        continue
                    splits = is_split or one != other or (left == right and n_one > 1)
                    if splits and one == other == state:
                        return True
                    if (one, other, splits) not in found:
                        found.add((one, other, splits))
                        waiting.append((one, other, splits))
        return False
