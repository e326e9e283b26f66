"""What a turn says for a flow beside nearness: values for its slots, the form of a question, the same verb."""

from __future__ import annotations

import re
from collections.abc import Mapping

from dialogue.understanding.fast_path.matcher import topic_stems
from dialogue.understanding.filling import fill_slots
from dialogue.understanding.index import Ranked, without_opening
from dialogue.understanding.lexicon import words_of
from dialogue.understanding.situation import Situation
from dialogue.understanding.slot_kinds import Kind, kind_of
from dialogue.understanding.words import (
    STOP_WORDS,
    expand,
    label,
    split_words,
    stem,
)
from flows.commands import (
    Command,
    SetSlot,
    StartFlow,
)
from flows.model import Assistant, Flow, Slot

EXTRACTOR = "nlu"
EVIDENCE: Mapping[Kind, float] = {
    "category": 0.10,
    "money": 0.08,
    "count": 0.05,
    "code": 0.05,
    "email": 0.05,
    "place": 0.04,
    "date": 0.03,
    "time": 0.03,
    "person": 0.02,
}
"""What a value for one of its slots adds to a flow's nearness: "two pastas" speaks for the flow with dishes."""
EVIDENCE_LIMIT = 0.15
EVIDENCE_FLOWS = 6
ASKING = 0.06
"""What a question ("how much do I have") adds to a flow that tells something, beside one that does something."""
SAME_VERB = 0.06
"""What it adds that turn and flow name begin with the same word, "block ..." and "block a card"."""
_ASKS = re.compile(
    r"^(?:(?:uh|um|oh|well|so|wait|hi|hello|and|but|sorry|ok|okay)\s+)*(?:how|what|what's|when|which|who|where)\b"
)
_TELLING = frozenset(words_of("check show tell list find view see get look read display inform answer explain give"))


def with_evidence(ranked: tuple[Ranked, ...], text: str, situation: Situation) -> tuple[Ranked, ...]:
    """Order flows anew, the nearest of them raised where the turn gives values for their slots."""
    raised = []
    verb = _verb(without_opening(text))
    asks = _ASKS.match(expand(text)) is not None
    for place, one in enumerate(ranked):
        extra = 0.0
        if place < EVIDENCE_FLOWS:
            slots = {slot.name: slot for slot in _askable(one.flow, situation.assistant)}
            about, taken = situation.descriptions, topic_stems(one.flow)
            filled = fill_slots(text, tuple(slots.values()), about, taken=taken, now=situation.now)
            kinds = {kind_of(slots[value.slot], situation.descriptions.get(value.slot, "")) for value in filled}
            extra = min(EVIDENCE_LIMIT, sum(EVIDENCE.get(kind, 0.0) for kind in kinds))
            extra += ASKING if asks and _tells(one.flow) else 0.0
            extra += SAME_VERB if verb and verb == _verb(one.flow.name or label(one.flow.id)) else 0.0
        raised.append(Ranked(one.flow, one.score + extra))
    return tuple(sorted(raised, key=lambda one: -one.score))


def start_flow(flow: Flow, text: str, situation: Situation) -> tuple[Command, ...]:
    """Start a flow with the slots that the turn gives."""
    slots, about = _askable(flow, situation.assistant), situation.descriptions
    filled = fill_slots(text, slots, about, taken=topic_stems(flow), now=situation.now)
    return (StartFlow(flow.id), *(SetSlot(one.slot, one.value, EXTRACTOR) for one in filled))


def _tells(flow: Flow) -> bool:
    return any(text.split(" ", 1)[0].lower() in _TELLING for text in (flow.name, flow.description) if text)


def _verb(text: str) -> str:
    """The stem of the first word: what is to be done, in an order and in the name of a flow."""
    words = split_words(text)
    return stem(words[0].lower) if len(words) > 1 and words[0].lower not in STOP_WORDS else ""


def _askable(flow: Flow, assistant: Assistant) -> tuple[Slot, ...]:
    """The slots of a flow that the turn which starts it may fill; never a yes or no."""
    slots = (assistant.slots[name] for name in flow.all_collected or flow.collected if name in assistant.slots)
    return tuple(slot for slot in slots if slot.type != "bool" and slot.is_filled_by_model)
