"""Which of the flows between which a caller was asked to choose is meant: "the second one", or its name."""

from __future__ import annotations

import re
from typing import Final

from dialogue.understanding.fast_path.answers import ASKS
from dialogue.understanding.fast_path.choices import PLACES, read_category
from dialogue.understanding.situation import Situation
from dialogue.understanding.words import label, plain
from flows.model import Flow

_PLACES: Final = {word: place for place, word in enumerate(PLACES)} | {
    "1st": 0, "2nd": 1, "3rd": 2, "former": 0, "latter": 1, "last": -1,
}  # fmt: skip
_PLACE: Final = rf"(?P<place>{'|'.join(_PLACES)})"
_OPENING: Final = r"(?:(?:uh|um|oh|well|so|yes|yeah|hmm|okay|ok)[\s,.]+)*(?:that's |it's )?"
_WITHIN: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"^{_OPENING}(?:the|that|option|number) {_PLACE}(?: (?:one|option))?(?: please\b|\s*[,.;]|$)",
        rf"\b(?:the|that) (?!last){_PLACE} (?:one|option)\b",
        rf"\b(?:so|then|rather|say|take|want|mean) (?:uh |um |the )*the {_PLACE}[.!]?$",
    )
)
_DENIED: Final = re.compile(
    rf"\b(?:not|no|neither|nor|never|without|than|n't want) (?:uh |um )*(?:the |that )?{_PLACE}|\bor\b|\?",
    re.IGNORECASE,
)


def chosen_flow(text: str, situation: Situation) -> Flow | None:
    """The flow that a whole turn names or points at and nothing else; None where that is not certain."""
    if not _is_open(text, situation):
        return None
    offered = situation.offered
    names = [label(flow.name) or label(flow.id) for flow in offered]
    named = read_category(text, names)
    return None if named is None else offered[names.index(named)]


def pointed_at(text: str, situation: Situation) -> Flow | None:
    """The flow that a turn points at by its place, whatever else it says: "the second one, I have one already"."""
    if not _is_open(text, situation):
        return None
    places = {_PLACES[found["place"].lower()] for pattern in _WITHIN for found in pattern.finditer(text)}
    flows = [situation.offered[place] for place in places if place < len(situation.offered)]
    return flows[0] if len(flows) == len(places) == 1 else None


def _is_open(text: str, situation: Situation) -> bool:
    """Whether a place may choose: two flows or more were offered, no list is asked about, and nothing is denied."""
    if len(situation.offered) < 2 or situation.expectation.values:
        return False
    return _DENIED.search(text) is None and plain(text).partition(" ")[0] not in ASKS
