"""Corrections of what was said before: "no, I meant sixty", "actually tomorrow", "make it eight".

Certain only where the new value fits one slot that has a value, or the asked one, and no other: a number goes to the
only number given so far, a date to the only date.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from dialogue.understanding.corrections import has_correction_cue, without_opening
from dialogue.understanding.fast_path.reading import read_slot
from dialogue.understanding.situation import Situation
from dialogue.understanding.slot_kinds import kind_of
from dialogue.understanding.spoken import smooth
from flows.commands import Json, SetSlot
from flows.model import Slot

EXTRACTOR: Final = "fast_path"
_NAMES: Final = ("person", "place", "address")
_DENIAL: Final = re.compile(
    r"(?:no|nope)\s+(?!i (?:meant|mean|said)\b|actually\b|it's\b|make\b|sorry\b|wait\b)", re.IGNORECASE
)
_NAMED: Final = re.compile(r"^(?:to|it's|it is|the name is|my name is)\s+", re.IGNORECASE)
_MEANT: Final = re.compile(
    r"\b(?:i meant|i mean|i said|it should be|make it|make that|change (?:it|that) to)\b", re.IGNORECASE
)


def corrected(text: str, situation: Situation, now: datetime | None = None) -> tuple[SetSlot, ...] | None:
    """Read a turn that corrects one value and says nothing else."""
    if not has_correction_cue(text) or "?" in text:
        return None
    said = without_opening(smooth(text)).strip(" ,.")
    if not said:
        return None
    fitting: list[tuple[Slot, Json]] = []
    for slot in _given(situation, is_denial=_DENIAL.match(text) is not None):
        value = read_slot(said, slot, situation, now) if _may_be(said, slot, situation, text) else None
        if value is not None and situation.values.get(slot.name) != value:
            fitting.append((slot, value))
    if len(fitting) != 1:
        return None
    slot, value = fitting[0]
    if kind_of(slot, situation.description(slot)) in _NAMES and any(
        one is not slot and kind_of(one, situation.description(one)) in (*_NAMES, "free") for one in _given(situation)
    ):
        return None
    return (SetSlot(slot.name, value, EXTRACTOR),)


def _given(situation: Situation, *, is_denial: bool = False) -> list[Slot]:
    """Slots of the running flow that have a value, and the asked one: but "no pasta" is none to "pasta or pizza?"."""
    asked = situation.asked
    return [
        slot
        for slot in (*situation.fillable, *([asked] if asked and asked not in situation.fillable else []))
        if slot.type != "bool" and ((slot is asked and not is_denial) or situation.values.get(slot.name) is not None)
    ]


def _may_be(said: str, slot: Slot, situation: Situation, text: str) -> bool:
    """Words for a name must be known to be one; a free text is corrected by nothing that is certain."""
    kind = kind_of(slot, situation.description(slot))
    if kind == "free":
        return False
    if kind in ("person", "place"):
        return said[0].isupper() or _NAMED.match(said) is not None
    is_asked = situation.asked is not None and slot.name == situation.asked.name
    return kind != "category" or is_asked or _MEANT.search(text) is not None or len(said.split()) <= 3
