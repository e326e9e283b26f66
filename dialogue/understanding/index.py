"""The flow index: sentences that describe flows and wishes, as vectors, and how near a turn is to each.

    score(flow) = half   nearest of name, description, "I want to <name>" and the examples of its intents
                + half   nearness to "name: description", which ambiguous short names cannot win alone
                + shared words, weighed by how few flows have them

A turn is looked at in several readings, the best of which counts: as said, without its opening ("I'd like to"),
with values masked ("send money to someone"), and part by part.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dialogue.ports import SentenceEncoder
from dialogue.understanding.numbers import find_numbers
from dialogue.understanding.prototypes import SENTENCES, Wish
from dialogue.understanding.spans import find_dates, find_names, find_times
from dialogue.understanding.words import content_stems, label
from flows.model import Assistant, Flow

Vectors = npt.NDArray[np.float32]

LEXICAL_WEIGHT = 0.12
"""What shared words add at most per flow; measured on the first table of spoken turns, flat between 0.05 and 0.2."""
LEXICAL_LIMIT = 1.5
MAX_EXAMPLES = 40
"""Examples of an intent beyond these add time to the start and next to nothing to recall."""

_OPENING = re.compile(
    r"^(?:(?:hi|hello|hey|uh|um|uhm|well|so|ok|okay|yes|yeah|no|and|please|wait|actually|sorry"
    r"|good morning|good afternoon)\b[,.!]?\s+"
    r"|(?:there|i'd like to|i would like to|i want to|i wanna|i need to|i have to|i'd love to"
    r"|can you|could you|would you|will you"
    r"|can i|could i|may i|can we|i'm calling to|i am calling to|i'm calling because|let me|let's"
    r"|please|help me(?: to)?|kindly|just"
    r"|i'm trying to|i am trying to|is it possible to|i was wondering if i could"
    r"|i was wondering if you could|first)\s+)+",
    re.IGNORECASE,
)
_PART_END = re.compile(r"(?<=[.!?;,])\s+")
LEAST_PART_WORDS = 3
"""Words of a part of a turn that is looked at on its own; fewer say too little ("please, Anna")."""
_ANNOTATION = re.compile(r"\[([^\]]*)\]\s*(?:\([^)]*\)|\{[^}]*\})")


@dataclass(frozen=True, slots=True)
class Ranked:
    """A flow and how near the turn is to it; above 1 where words are shared as well."""

    flow: Flow
    score: float


@dataclass(frozen=True, slots=True)
class FlowIndex:
    """Vectors of one assistant's flows. `owners[i]` is the flow id or wish that row i of `vectors` belongs to."""

    owners: tuple[str, ...]
    vectors: Vectors
    whole: Vectors
    """Row per flow of `flow_ids`: its name and description together."""
    flow_ids: tuple[str, ...]
    stems: dict[str, frozenset[str]]
    rarity: dict[str, float]

    def rank(self, turn: Vectors, text: str, flows: Sequence[Flow]) -> tuple[Ranked, ...]:
        """Order `flows` by nearness to a turn given as [n_readings, 384]."""
        nearest = _nearest(self.owners, turn @ self.vectors.T)
        whole = dict(zip(self.flow_ids, (turn @ self.whole.T).max(axis=0), strict=True)) if self.flow_ids else {}
        said = content_stems(text)
        ranked = [
            Ranked(flow, float((nearest[flow.id] + whole[flow.id]) / 2 + self._shared(said, flow.id)))
            for flow in flows
            if flow.id in whole
        ]
        return tuple(sorted(ranked, key=lambda one: -one.score))

    def wishes(self, turn: Vectors) -> dict[Wish, float]:
        """Nearness of the turn, as said, to each wish that is no flow."""
        nearest = _nearest(self.owners, turn[:1] @ self.vectors.T)
        return {wish: nearest[f"/{wish}"] for wish in SENTENCES}

    def _shared(self, said: frozenset[str], flow_id: str) -> float:
        weight = sum(self.rarity[one] for one in said & self.stems[flow_id])
        return LEXICAL_WEIGHT * min(weight, LEXICAL_LIMIT)


async def build_index(assistant: Assistant, encoder: SentenceEncoder) -> FlowIndex:
    """Encode the flows of `assistant`. Raises what the encoder raises."""
    flows = [flow for flow in assistant.flows.values() if not flow.is_pattern]
    rows = [(flow.id, sentence) for flow in flows for sentence in _sentences(flow, assistant)]
    rows += [(f"/{wish}", sentence) for wish, sentences in SENTENCES.items() for sentence in sentences]
    vectors = await encoder.encode([sentence for _, sentence in rows])
    whole = await encoder.encode([_whole(flow) for flow in flows])
    stems = {flow.id: content_stems(f"{label(flow.id)} {_whole(flow)}") for flow in flows}
    found = Counter(one for own in stems.values() for one in own)
    top = math.log(1 + len(flows)) or 1.0
    rarity = {one: math.log(1 + len(flows) / count) / top for one, count in found.items()}
    return FlowIndex(
        owners=tuple(owner for owner, _ in rows),
        vectors=vectors,
        whole=whole,
        flow_ids=tuple(flow.id for flow in flows),
        stems=stems,
        rarity=rarity,
    )


def readings(text: str) -> tuple[str, ...]:
    """The forms in which a turn is compared; the first is the turn as said."""
    bare = without_opening(text)
    parts = [without_opening(part).strip(" ,") for part in _PART_END.split(text)]
    telling = [part for part in parts if len(part.split()) >= LEAST_PART_WORDS] if len(parts) > 1 else []
    return tuple(dict.fromkeys([text, bare, _masked(bare), *telling[:4]]))


def without_opening(text: str) -> str:
    """Cut how a caller begins, "Hi, I'd like to", from what is wanted."""
    return _OPENING.sub("", text) or text


def _sentences(flow: Flow, assistant: Assistant) -> list[str]:
    name = flow.name or label(flow.id)
    examples = [
        _ANNOTATION.sub(r"\1", example)
        for trigger in flow.nlu_trigger
        for example in assistant.examples.get(trigger.intent, ())[:MAX_EXAMPLES]
    ]
    return [name, flow.description, f"I want to {name}", *examples]


def _whole(flow: Flow) -> str:
    return f"{flow.name or label(flow.id)}: {flow.description}"


def _masked(text: str) -> str:
    """Put "money", "someone" and nothing in the place of amounts, names and dates: what is left is the wish."""
    masks = [(one.start, one.end, "money" if one.unit == "currency" else "some") for one in find_numbers(text)]
    masks += [(span.start, span.end, "") for span in (*find_dates(text), *find_times(text))]
    masks += [(span.start, span.end, "someone") for span in find_names(text)]
    end = len(text)
    for start, stop, word in sorted(masks, reverse=True):
        if stop <= end:
            text, end = text[:start] + word + text[stop:], start
    return " ".join(text.split()) or text


def _nearest(owners: Sequence[str], similarity: Vectors) -> dict[str, float]:
    best = similarity.max(axis=0)
    nearest: dict[str, float] = {}
    for owner, value in zip(owners, best, strict=True):
        nearest[owner] = max(nearest.get(owner, -1.0), float(value))
    return nearest
