"""The same small changes that `fragment` makes in text, made in values: what a change must come out as."""

from __future__ import annotations

import copy
import json

from flows.commands import Json
from studio.authoring.tree import Path


def same(one: Json, other: Json) -> bool:
    """Whether two values are the same, types included."""
    return one is other or json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def at(data: Json, path: Path) -> Json:
    """Return the value at a path, None where there is none."""
    for step in path:
        if isinstance(step, int):
            data = data[step] if isinstance(data, list) and 0 <= step < len(data) else None
        else:
            data = data.get(step) if isinstance(data, dict) else None
    return data


def has(data: Json, path: Path) -> bool:
    """Whether something is written at a path, null included."""
    if not path:
        return True
    above, step = at(data, path[:-1]), path[-1]
    if isinstance(step, int):
        return isinstance(above, list) and 0 <= step < len(above)
    return isinstance(above, dict) and step in above


def with_value(data: Json, path: Path, value: Json) -> Json:
    """Return a copy with the value at a path replaced; its container is there."""
    if not path:
        return copy.deepcopy(value)
    result = copy.deepcopy(data)
    at(result, path[:-1])[path[-1]] = copy.deepcopy(value)
    return result


def with_item(data: Json, path: Path, index: int, value: Json) -> Json:
    """Return a copy with an item put into the list at a path."""
    result = copy.deepcopy(data)
    at(result, path).insert(index, copy.deepcopy(value))
    return result


def without(data: Json, path: Path) -> Json:
    """Return a copy without the entry at a path."""
    result = copy.deepcopy(data)
    del at(result, path[:-1])[path[-1]]
    return result


def renamed(data: Json, path: Path, name: str) -> Json:
    """Return a copy in which the key at a path has another name, at the same place."""
    result = copy.deepcopy(data)
    table = at(result, path[:-1])
    entries = [(name if key == path[-1] else key, value) for key, value in table.items()]
    table.clear()
    table.update(entries)
    return result
