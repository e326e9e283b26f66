"""The values of all slots of a conversation, at a cost that does not grow with the number of slots.

An assistant of a thousand flows has thousands of slots, of which a conversation fills a handful. So only the
values that differ from the initial ones are kept and copied; the initial ones are shared by all conversations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flows.commands import Json

_SCALARS = (str, int, float, bool, type(None))


class SlotValues(Mapping[str, Json]):
    """A mapping from slot names to values: `initial` ones, and `changed` ones over them.

    It does not change, except in the hands of the one run of the engine that made it with `copied`.
    """

    __slots__ = ("_changed", "_initial")

    def __init__(self, initial: Mapping[str, Json], changed: dict[str, Json] | None = None) -> None:
        self._initial = initial
        self._changed = {} if changed is None else changed

    @classmethod
    def of(cls, values: Mapping[str, Json], initial: Mapping[str, Json]) -> SlotValues:
        """Return a copy of any mapping of values, to be changed by its owner."""
        if isinstance(values, SlotValues) and values._initial is initial:
            return cls(initial, values._changed.copy())
        copied = cls(initial)
        for name, value in values.items():
            copied.put(name, value)
        return copied

    def put(self, name: str, value: Json) -> None:
        """Set a value; for the owner of a copy alone."""
        if name in self._initial and _is_same(value, self._initial[name]):
            self._changed.pop(name, None)
        else:
            self._changed[name] = value

    def get(self, name: str, default: Json = None) -> Json:
        """Return a slot's value."""
        changed = self._changed
        return changed[name] if name in changed else self._initial.get(name, default)

    def __getitem__(self, name: str) -> Json:
        changed = self._changed
        return changed[name] if name in changed else self._initial[name]

    def __contains__(self, name: object) -> bool:
        return name in self._initial or name in self._changed

    def __iter__(self) -> Iterator[str]:
        yield from self._initial
        yield from (name for name in self._changed if name not in self._initial)

    def __len__(self) -> int:
        return len(self._initial) + sum(name not in self._initial for name in self._changed)

    def __repr__(self) -> str:
        return f"SlotValues({self._changed!r} of {len(self)})"


def _is_same(value: Json, initial: Json) -> bool:
    """Tell whether a value may be left to the initial one: 0, 0.0 and False are equal and not the same."""
    if value is initial:
        return True
    return type(value) is type(initial) and isinstance(value, _SCALARS) and bool(value == initial)
