"""Three-way merging of an entry's value by its parts: keys of a map, variations of a response, sentences of an intent.

    base ──► theirs      What one side alone changed is taken. What both changed alike is taken once. What both put
      └────► mine        beside each other is kept, theirs first. The rest clashes: then one side's is taken, and said.

Parts are small enough that two people seldom meet in one, and no smaller: a list within a variation is merged by its
items, but an item, say a mapping of a slot, is taken whole, so that no third one comes out that nobody has written.
"""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from flows.commands import Json
from studio.authoring.matching import opcodes

Side = Literal["theirs", "mine"]
ABSENT: Final[Any] = object()
"""In the place of a value: nothing is there."""
_TYPED: Final = ("type", "values", "min_value", "max_value", "initial_value")
"""What of a slot belongs together: once somebody gives it another type, these are one part."""
_VALUE_OF_SLOT: Final = "\0"


@dataclass(frozen=True, slots=True)
class Merge:
    """What came out. `is_clash`: both changed one part differently, and it is one side's here."""

    value: Any
    is_clash: bool = False


@dataclass(frozen=True, slots=True)
class _Change:
    """Items `start` to `end` of the base become others."""

    start: int
    end: int
    items: tuple[Json, ...]
    side: Side


def is_same(one: Any, other: Any) -> bool:
    """Whether two values say the same; 1 and 1.0 do, which browsers do not tell apart."""
    return one is other or (ABSENT not in (one, other) and _written(one) == _written(other))


def _written(value: Json) -> str:
    return json.dumps(_whole(value), sort_keys=True)


def _whole(value: Json) -> Json:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_whole(one) for one in value]
    return {str(key): _whole(one) for key, one in value.items()} if isinstance(value, dict) else value


def merge_entry(section: str, base: Any, theirs: Any, mine: Any, prefers: Side) -> Merge:
    """Merge the values of an entry of the domain; ABSENT where it is not there."""
    if section == "slots" and _is_typed_anew(base, theirs, mine):
        made = _maps(_bundled(base), _bundled(theirs), _bundled(mine), prefers)
        return Merge(_as_written(_unbundled(made.value, theirs, mine), theirs), made.is_clash)
    made = _values(base, theirs, mine, prefers, is_deep=True)
    return Merge(_as_written(made.value, theirs), made.is_clash)


def _as_written(value: Any, theirs: Any) -> Any:
    """Return a value with all that says the same as before written as before: 1.0, where a browser has sent 1."""
    if is_same(value, theirs):
        return theirs
    if isinstance(value, dict) and isinstance(theirs, dict):
        return {key: _as_written(one, theirs.get(key, ABSENT)) for key, one in value.items()}
    if isinstance(value, list) and isinstance(theirs, list):
        known = {_written(one): one for one in theirs}
        return [known.get(_written(one), one) for one in value]
    return value


def merge_sentences(base: Sequence[str], theirs: Sequence[str], mine: Sequence[str], prefers: Side) -> Merge:
    """Merge lists of sentences, or of words; what both added stands there once.

    To take all of them away is to delete the whole, which clashes with whatever the other side changed.
    """
    whole = list(base), list(theirs), list(mine)
    if (base and not (theirs and mine)) or any(one == other for one, other in itertools.combinations(whole, 2)):
        return _values(*whole, prefers, is_deep=False)
    return _each_once(*whole, prefers)


def _each_once(base: list[Json], theirs: list[Json], mine: list[Json], prefers: Side) -> Merge:
    """Merge lists by their items; what both added stands there once, and what both have stays wherever it went."""
    made = _lists(base, theirs, mine, prefers, is_deep=False)
    counts = Counter(map(_written, theirs)) | Counter(map(_written, mine))
    value = []
    for one in made.value:
        name = _written(one)
        if counts[name] > 0:
            value.append(one)
        counts[name] -= 1
    left = Counter(map(_written, theirs)) & Counter(map(_written, mine))
    left -= Counter(map(_written, value))
    for one in theirs if left else ():
        name = _written(one)
        if left[name] > 0:
            value.append(one)
            left[name] -= 1
    return Merge(value, made.is_clash)


def _is_typed_anew(base: Any, theirs: Any, mine: Any) -> bool:
    if not all(isinstance(one, dict) for one in (base, theirs, mine)):
        return False
    return any(not is_same(base.get("type"), one.get("type")) for one in (theirs, mine))


def _bundled(slot: Mapping[str, Json]) -> dict[str, Json]:
    rest = {key: value for key, value in slot.items() if key not in _TYPED}
    return {**rest, _VALUE_OF_SLOT: [{key: slot[key] for key in _TYPED if key in slot}]}


def _unbundled(made: Mapping[str, Json], theirs: Mapping[str, Json], mine: Mapping[str, Json]) -> dict[str, Json]:
    typed = made.get(_VALUE_OF_SLOT) or [{}]
    found = {**{key: value for key, value in made.items() if key != _VALUE_OF_SLOT}, **typed[0]}
    return {key: found[key] for key in dict.fromkeys([*theirs, *mine, *found]) if key in found}


def _values(base: Any, theirs: Any, mine: Any, prefers: Side, *, is_deep: bool) -> Merge:
    if is_same(base, mine) or is_same(theirs, mine):
        return Merge(theirs)
    if is_same(base, theirs):
        return Merge(mine)
    if is_deep and all(isinstance(one, dict) for one in (base, theirs, mine)):
        return _maps(base, theirs, mine, prefers)
    if is_deep and all(isinstance(one, list) for one in (base, theirs, mine)):
        return _lists(base, theirs, mine, prefers, is_deep=True)
    return Merge(theirs if prefers == "theirs" else mine, is_clash=True)


def _maps(base: Mapping[str, Json], theirs: Mapping[str, Json], mine: Mapping[str, Json], prefers: Side) -> Merge:
    found: dict[str, Json] = {}
    is_clash = False
    for key in dict.fromkeys([*theirs, *mine]):
        was, one, other = (side.get(key, ABSENT) for side in (base, theirs, mine))
        is_list = all(isinstance(side, list) for side in (was, one, other))
        if is_list and not is_same(one, other):
            made = _each_once(was, one, other, prefers)
        else:
            made = _values(was, one, other, prefers, is_deep=True)
        is_clash = is_clash or made.is_clash
        if made.value is not ABSENT:
            found[key] = made.value
    return Merge(found, is_clash)


def _changes(base: Sequence[Json], other: Sequence[Json], side: Side) -> list[_Change]:
    was, now = ([_written(one) for one in items] for items in (base, other))
    found = []
    for tag, a, b, c, d in opcodes(was, now):
        if tag == "replace" and b - a == d - c:  # item by item, so that two people may change two neighbours
            found += [_Change(a + n, a + n + 1, (other[c + n],), side) for n in range(b - a)]
        elif tag != "equal":
            found.append(_Change(a, b, tuple(other[c:d]), side))
    return found


def _lists(base: list[Json], theirs: list[Json], mine: list[Json], prefers: Side, *, is_deep: bool) -> Merge:
    mixed = [*_changes(base, theirs, "theirs"), *_changes(base, mine, "mine")]
    mixed.sort(key=lambda one: (one.start, one.end, one.side == "mine"))
    found: list[Json] = []
    is_clash, position, index = False, 0, 0
    while index < len(mixed):
        group, end = [mixed[index]], mixed[index].end
        index += 1
        while index < len(mixed) and any(_clash(one, mixed[index]) for one in group):
            group.append(mixed[index])
            end = max(end, mixed[index].end)
            index += 1
        start = group[0].start
        found += base[position:start]
        made = _grouped(base[start:end], start, group, prefers, is_deep=is_deep)
        found += made.value
        is_clash = is_clash or made.is_clash
        position = end
    return Merge([*found, *base[position:]], is_clash)


def _clash(one: _Change, other: _Change) -> bool:
    is_same_place = (one.start, one.end) == (other.start, other.end)
    alike = is_same_place and is_same(list(one.items), list(other.items))
    return one.side != other.side and (alike or (one.start < other.end and other.start < one.end))


def _grouped(base: list[Json], start: int, group: list[_Change], prefers: Side, *, is_deep: bool) -> Merge:
    """Merge changes of one place: of one side alone, of both alike, or of both and different."""
    sides = [_side(base, start, [one for one in group if one.side == side]) for side in ("theirs", "mine")]
    if len({one.side for one in group}) == 1:
        return Merge(sides[0] if group[0].side == "theirs" else sides[1])
    if is_same(*sides):
        return Merge(sides[0])
    if is_deep and len(base) == 1 and all(len(one) == 1 for one in sides):
        made = _values(base[0], sides[0][0], sides[1][0], prefers, is_deep=isinstance(base[0], dict))
        return Merge([made.value], made.is_clash)
    return Merge(sides[0] if prefers == "theirs" else sides[1], is_clash=True)


def _side(base: list[Json], start: int, changes: Sequence[_Change]) -> list[Json]:
    found: list[Json] = []
    position = 0
    for change in changes:
        found += [*base[position : change.start - start], *change.items]
        position = change.end - start
    return [*found, *base[position:]]
