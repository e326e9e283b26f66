"""Which of the flows between which a caller was asked to choose is meant: "the second one", or its name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from dialogue.understanding.fast_path.choices import read_category
from dialogue.understanding.lexicon import words_of
from dialogue.understanding.situation import Situation
from dialogue.understanding.words import label, plain
from flows.model import Flow

_PLACES: Final = {word: place for place, word in enumerate(words_of("first second third fourth"))} | {
    "1st": 0, "2nd": 1, "3rd": 2, "former": 0, "latter": 1, "last": -1,
}  # fmt: skip
_PLACE: Final = rf"(?P<place>{'|'.join(_PLACES)})"
_OPENING: Final = r"(?:(?:uh|um|oh|well|so|no|yes|yeah|hmm|okay|ok)[\s,.]+)*"
_POINTING: Final = r"(?:(?:that's |it's )?the |that |option |number )?"
_WITHIN: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"^{_OPENING}{_POINTING}{_PLACE}(?: (?:one|option))?(?: please\b|\s*[,.;]|$)",
        rf"\bthe {_PLACE} (?:one|option)\b",
        rf"\b(?:so|then|rather|say|take|want|mean) (?:uh |um |the )*the {_PLACE}[.!]?$",
    )
)


def chosen_flow(text: str, situation: Situation) -> Flow | None:
    """The flow that a whole turn names or points at and nothing else; None where that is not certain."""
    offered = situation.offered
    if len(offered) < 2:
        return None
    names = [label(flow.name) or label(flow.id) for flow in offered]
    named = read_category(text, names)
    if named is not None:
        return offered[names.index(named)]
    place = _WITHIN[0].match(text)
    return _at(place["place"], offered) if place and place.end() >= len(plain(text)) else None


def pointed_at(text: str, situation: Situation) -> Flow | None:
    """The flow that a turn points at by its place, whatever else it says: "the second, I have one already"."""
    if len(situation.offered) < 2:
        return None
    places = [found["place"] for pattern in _WITHIN for found in [pattern.search(text)] if found]
    flows = {flow.id: flow for place in places if (flow := _at(place, situation.offered)) is not None}
    return next(iter(flows.values())) if len(flows) == 1 else None


def _at(place: str, offered: Sequence[Flow]) -> Flow | None:
    at = _PLACES[place.lower()]
    return offered[at] if at < len(offered) else None
