"""A list that goes on where another one stood, without a copy of it: what a fork of a conversation keeps its log in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import TypeVar, overload

T = TypeVar("T")


class Continued(Sequence[T]):
    """What `before` holds now, and what is appended here. `before` may grow meanwhile, and must not change otherwise.

    To make one costs the same however long that is: a call is rehearsed several times a turn.
    """

    __slots__ = ("_before", "_n_before", "_since")

    def __init__(self, before: Sequence[T]) -> None:
        self._before = before
        self._n_before = len(before)
        self._since: list[T] = []

    def append(self, item: T) -> None:
        """Add an item that only this list has."""
        self._since.append(item)

    def __len__(self) -> int:
        return self._n_before + len(self._since)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> list[T]: ...
    def __getitem__(self, index: int | slice) -> T | list[T]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        place = index + len(self) if index < 0 else index
        if not 0 <= place < len(self):
            raise IndexError(f"place {index} of a list of {len(self)}")
        return self._before[place] if place < self._n_before else self._since[place - self._n_before]

    def __iter__(self) -> Iterator[T]:
        return chain(islice(self._before, self._n_before), self._since)

    def __reversed__(self) -> Iterator[T]:
        yield from reversed(self._since)
        for place in range(self._n_before - 1, -1, -1):
            yield self._before[place]
