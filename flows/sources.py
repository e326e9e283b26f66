"""What an assistant's folder says beside its flows and domain: only used to tell what is named there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from flows.places import Place
from flows.source import Rows, Scalar, Table, Value

WORD = re.compile(r"\w+(?:-\w+)*")


@dataclass(frozen=True, slots=True)
class Sources:
    """Code, stories, and names of the domain that the model of an assistant does not keep."""

    code: str = ""
    """The text of the assistant's own Python files."""
    stories: Sequence[Value] = ()
    """Rules and stories of other dialogue systems."""
    action_places: Mapping[str, Place] = field(default_factory=dict)
    entities: Sequence[str] = ()
    forms: Sequence[str] = ()
    default_names: frozenset[str] = frozenset()
    """Slots and responses that come with the product; overriding one is using it."""
    words_in_code: Counter[str] = field(init=False)
    words_in_stories: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "words_in_code", Counter(WORD.findall(self.code)))
        words = {word for value in self.stories for text in _texts(value) for word in WORD.findall(text)}
        object.__setattr__(self, "words_in_stories", frozenset(words))


def _texts(value: Value) -> Iterator[str]:
    waiting = [value]
    while waiting:
        match waiting.pop():
            case Scalar(_, text):
                yield text
            case Rows(items):
                waiting += items
            case Table(entries):
                yield from entries
                waiting += entries.values()
