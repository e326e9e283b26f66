"""Slots that take a caller's own words, whatever they are: the mapping `from_text` of the domain (format section 2.1).

The step that asks for such a slot takes the turn as it was said. Orders to the conversation ("stop", "repeat that",
"one moment") come before. A mapping that names an `intent` waits for a classifier, which this turn has not seen; where
`from_llm` stands first the slot is left to the model. `conditions` name flows of which one must be active.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from dialogue.understanding.situation import Situation
from flows.commands import Json, SetSlot
from flows.model import Slot

EXTRACTOR: Final = "nlu"
"""As for all mappings: clean-up lets it fill slots that are closed to models."""


def takes_words(slot: Slot) -> bool:
    """Say whether an answer to the question for `slot` is its value, word for word."""
    return _mapping(slot) is not None


def take_words(text: str, situation: Situation) -> tuple[SetSlot, ...] | None:
    """Fill the asked slot with the turn where the domain says so; None elsewhere."""
    asked = situation.asked
    options = _mapping(asked) if asked is not None else None
    if asked is None or options is None or not text.strip():
        return None
    flows = _flows_needed(options)
    if flows and (situation.active is None or situation.active.id not in flows):
        return None
    return (SetSlot(asked.name, text, EXTRACTOR, flows),)


def _mapping(slot: Slot) -> Mapping[str, Json] | None:
    """Return the options of the mapping that takes words, unless a model comes first."""
    for mapping in slot.mappings:
        if mapping.kind == "from_llm":
            return None
        if mapping.kind == "from_text" and not mapping.options.get("intent"):
            return mapping.options
    return None


def _flows_needed(options: Mapping[str, Json]) -> tuple[str, ...]:
    """Return the flows of which one must be active; none where the mapping always holds."""
    given = options.get("conditions")
    conditions = [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
    return tuple(str(one["active_flow"]) for one in conditions if one.get("active_flow") is not None)
