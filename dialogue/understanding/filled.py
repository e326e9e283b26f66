"""A value found for a slot, and the cues by which the words before a value name its slot."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from dialogue.understanding.lexicon import words_of
from dialogue.understanding.slot_kinds import Kind
from dialogue.understanding.words import STOP_WORDS, label, split_words, stem
from flows.commands import Json
from flows.model import Slot

_NAMING_NOTHING: Final = frozenset(
    stem(word)
    for word in words_of("number code id no date day time name new old value text first last full contact details my")
)
"""Stems of slot names that many slots share."""
_PASSED_OVER: Final = frozenset(
    words_of("number code id no is it it's it'd my the a an in on at for to of was be that's under um uh so no as your")
)
_LOOKED_AT: Final = 3
"""Words before a value, those passed over left out, among which the name of its slot is looked for."""
_FAR: Final = 60
"""Characters before a value in which words that name it are looked for."""
_BREAK: Final = re.compile(r"[.!?;]")


@dataclass(frozen=True, slots=True)
class Filled:
    """A slot, its value, and the stretch of the text that says it."""

    slot: str
    value: Json
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Open:
    """The slots that a turn may fill, with what is said and known of them."""

    slots: Sequence[Slot]
    descriptions: Mapping[str, str]
    kinds: Mapping[str, Kind]
    asked: str = ""

    def of(self, *kinds: Kind) -> tuple[Slot, ...]:
        """The slots of some kinds that hold text."""
        return tuple(slot for slot in self.slots if self.kinds[slot.name] in kinds and slot.type in ("text", "any"))

    def about(self, slot: Slot) -> str:
        """What the collect step says of a slot."""
        return self.descriptions.get(slot.name, "")


def telling_stems(slot: Slot) -> frozenset[str]:
    """Stems of a slot's name that tell it from slots like it: "member" of `member_number`."""
    return _telling(slot.name)


@lru_cache(maxsize=4096)
def _telling(name: str) -> frozenset[str]:
    own = {stem(word) for word in label(name).split() if word not in STOP_WORDS}
    return frozenset(own - _NAMING_NOTHING) or frozenset(own)


def just_before(text: str, place: int) -> str:
    """The end of what stands before a place: enough for the words that name a value."""
    return text[max(0, place - _FAR) : place]


def stems_before(text: str, place: int) -> tuple[str, ...]:
    """Stems of the words that stand right before a value, the nearest first: of "my number is" it is "number"."""
    near = just_before(text, place)
    found: list[str] = []
    after = len(near)
    for word in reversed(split_words(near)):
        if _BREAK.search(near[word.end : after]):
            break
        after = word.start
        if word.lower not in _PASSED_OVER:
            found.append(stem(word.lower))
        if len(found) == _LOOKED_AT:
            break
    return tuple(found)


def is_named(text: str, place: int, slot: Slot) -> bool:
    """Say whether the words before a value name the slot."""
    return bool(telling_stems(slot) & set(stems_before(text, place)))
