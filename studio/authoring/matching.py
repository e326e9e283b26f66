"""What differs between two sequences, also long ones: tens of thousands of sentences, the lines of a large file."""

from __future__ import annotations

import difflib
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from typing import Final

Opcode = tuple[str, int, int, int, int]
_CAREFUL: Final = 250_000
"""Pairs of items up to which difflib is asked; its time grows with their square. Our own choice: some 50 ms."""


def opcodes(one: Sequence[str], other: Sequence[str]) -> list[Opcode]:
    """Return `difflib`'s opcodes, in a time that does not grow with the square of the length."""
    limit = min(len(one), len(other))
    head = next((index for index in range(limit) if one[index] != other[index]), limit)
    rest = limit - head
    tail = next((index for index in range(rest) if one[-1 - index] != other[-1 - index]), rest)
    was, now = one[head : len(one) - tail], other[head : len(other) - tail]
    if len(was) * len(now) <= _CAREFUL:
        inner: list[Opcode] = list(difflib.SequenceMatcher(None, was, now, autojunk=False).get_opcodes())
    else:
        inner = _of_blocks(_longest(was, now), len(was), len(now))
    moved = [(tag, a + head, b + head, c + head, d + head) for tag, a, b, c, d in inner]
    first = [("equal", 0, head, 0, head)] if head else []
    last = [("equal", len(one) - tail, len(one), len(other) - tail, len(other))] if tail else []
    return [*first, *moved, *last]


def _longest(one: Sequence[str], other: Sequence[str]) -> list[tuple[int, int]]:
    """Return the longest row of equal items, the nth of a kind being matched with the nth alone."""
    places = {name: index for index, name in enumerate(_numbered(other))}
    found = [(index, places[name]) for index, name in enumerate(_numbered(one)) if name in places]
    ends: list[int] = []  # of rows of each length the smallest last place, by which a longer one is found
    last: list[int] = []
    before: list[int] = []
    for number, (_, place) in enumerate(found):
        length = bisect_left(ends, place)
        before.append(last[length - 1] if length else -1)
        if length == len(ends):
            ends.append(place)
            last.append(number)
        else:
            ends[length], last[length] = place, number
    row = []
    number = last[-1] if last else -1
    while number >= 0:
        row.append(found[number])
        number = before[number]
    return row[::-1]


def _numbered(items: Sequence[str]) -> list[tuple[str, int]]:
    counts: Counter[str] = Counter()
    found = []
    for item in items:
        found.append((item, counts[item]))
        counts[item] += 1
    return found


def _of_blocks(row: Sequence[tuple[int, int]], n_one: int, n_other: int) -> list[Opcode]:
    found: list[Opcode] = []
    a = c = 0
    for b, d in [*row, (n_one, n_other)]:
        if a < b or c < d:
            found.append(("replace" if a < b and c < d else "delete" if a < b else "insert", a, b, c, d))
        if b < n_one:
            if found and found[-1][0] == "equal" and found[-1][2] == b and found[-1][4] == d:
                found[-1] = ("equal", found[-1][1], b + 1, found[-1][3], d + 1)
            else:
                found.append(("equal", b, b + 1, d, d + 1))
        a, c = b + 1, d + 1
    return found
