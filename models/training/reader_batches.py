"""Tensors of turns and texts for training the reader, and which slots and values a turn is asked about."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from dialogue.understanding.reader.heads import ASKED_TYPES
from dialogue.understanding.reader.index import ANSWERS, answer_text, value_text
from dialogue.understanding.reader.shared_words import FlowWords, SharedWords
from models.training.domain_files import DomainData, SlotData
from models.training.turn_kinds import Turn, Variant
from models.training.turn_maker import TurnMaker

MAX_CONTEXT_TOKENS = 18
MAX_TOKENS = 112
WITH_EXAMPLES = 0.3
"""Share of assistants whose flows have examples of what callers say, as `nlu` data gives them."""
MOST_EXAMPLES = 5
UNASKED, UNASKED_STARTING = 0.2, 0.1
"""Weight of a value that was not asked for and is not meant, of the running flow and of one that starts: there are
many of them in a turn."""
STRANGERS = 6
"""Flows of other domains beside an assistant's own."""


@dataclass(frozen=True, slots=True)
class DrawnFlows:
    """Flows of an assistant and some of strangers: their names, sentences about them and whose each is, and words."""

    names: Sequence[str]
    owners: Sequence[int]
    texts: Sequence[str]
    words: SharedWords

    def shared(self, turns: Sequence[Turn]) -> torch.Tensor:
        """What shared words add to the nearness of each flow [n, flows]."""
        return torch.tensor(np.stack([self.words.nearer(turn.text) for turn in turns]))


def draw_flows(variant: Variant, maker: TurnMaker, others: Sequence[DomainData], rng: random.Random) -> DrawnFlows:
    """Draw how the flows of an assistant are described, with flows of `others` among them."""
    names = list(variant.flows)
    texts = [f"{name}: {told}" for name, told in variant.flows.values()]
    words = [
        _words(name, told, {slot: variant.domain.slots[slot] for slot in variant.slots_of(flow)}, variant.slot_texts)
        for flow, (name, told) in variant.flows.items()
    ]
    for _ in range(STRANGERS if others else 0):
        domain = rng.choice(others)
        flow = rng.choice(list(domain.flows.values()))
        told = rng.choice(flow.descriptions)
        names.append(f"/{len(names)}")
        texts.append(f"{flow.name}: {told}")
        words.append(_words(flow.name, told, {slot: domain.slots[slot] for slot in flow.slots}, {}))
    owners = list(range(len(names)))
    if rng.random() < WITH_EXAMPLES:
        for place, name in enumerate(variant.flows):
            for text in maker.examples(variant, name, rng.randint(0, MOST_EXAMPLES)):
                owners.append(place)
                texts.append(text)
    return DrawnFlows(names, owners, texts, SharedWords.of(words))


def _words(name: str, told: str, slots: Mapping[str, SlotData], texts: Mapping[str, str]) -> FlowWords:
    values = [value for slot in slots.values() if isinstance(slot.values, Mapping) for value in slot.values]
    questions = [texts[slot].partition(": ")[2] if slot in texts else data.ask for slot, data in slots.items()]
    return FlowWords(name, told, list(slots), values, questions)


def asked_types(turns: Sequence[Turn], variant: Variant) -> torch.Tensor:
    """Of what type the asked slot is [n, types]; all 0 where nothing is asked."""
    rows = torch.zeros(len(turns), len(ASKED_TYPES))
    for row, turn in enumerate(turns):
        if turn.asked is not None:
            rows[row, ASKED_TYPES.index(variant.domain.slots[turn.asked].type)] = 1
    return rows


class Encoding:
    """Makes tensors of turns and texts."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer

    def texts(self, texts: Sequence[str]) -> tuple[torch.Tensor, torch.Tensor]:
        made = self._tokenizer(list(texts), padding=True, truncation=True, max_length=40, return_tensors="pt")
        return made["input_ids"], made["attention_mask"]

    def turns(self, turns: Sequence[Turn], variant: Variant) -> dict[str, Any]:
        """Tokens, mask, which tokens are words, and where each value's tokens are."""
        cls, sep = self._tokenizer.cls_token_id, self._tokenizer.sep_token_id
        rows, word_rows, places = [], [], []
        for turn in turns:
            context: list[int] = []
            if turn.asked is not None:
                context = self._tokenizer(variant.slot_texts[turn.asked], add_special_tokens=False)["input_ids"]
                context = [*context[:MAX_CONTEXT_TOKENS], sep]
            said = self._tokenizer(turn.text, add_special_tokens=False, return_offsets_mapping=True)
            ids = said["input_ids"][: MAX_TOKENS - len(context) - 2]
            offsets = said["offset_mapping"][: len(ids)]
            first = 1 + len(context)
            rows.append([cls, *context, *ids, sep])
            word_rows.append([0] * first + [1] * len(ids) + [0])
            places.append({name: _tokens_of(span, offsets, first) for name, span in turn.spans.items()})
        width = max(len(row) for row in rows)
        return {
            "ids": torch.tensor([row + [0] * (width - len(row)) for row in rows]),
            "mask": torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows]),
            "words": torch.tensor([row + [0] * (width - len(row)) for row in word_rows]),
            "places": places,
        }


def _tokens_of(span: tuple[int, int], offsets: Sequence[tuple[int, int]], first: int) -> tuple[int, int]:
    inside = [place for place, (start, end) in enumerate(offsets) if start < span[1] and end > span[0]]
    return (inside[0] + first, inside[-1] + first) if inside else (0, 0)


def value_texts(variant: Variant) -> tuple[list[tuple[str, str | bool]], list[str]]:
    """Values that are recognised by what is meant, of categories and of questions of yes or no, and their texts."""
    names: list[tuple[str, str | bool]] = []
    texts = []
    for name, slot in variant.domain.slots.items():
        if slot.type == "categorical" and isinstance(slot.values, Mapping):
            names += [(name, value) for value in slot.values]
            texts += [value_text(name, value) for value in slot.values]
        elif slot.type == "bool":
            names += [(name, value) for value in ANSWERS]
            texts += [answer_text(variant.slot_texts[name], value) for value in ANSWERS]
    return names, texts


def slot_queries(turn: Turn, variant: Variant, rng: random.Random) -> list[tuple[str, str]]:
    """Slots whose value is looked for in a turn, each with its role."""
    slots = variant.domain.slots
    listed: list[tuple[str, str]] = []
    if turn.active is not None:
        for name in variant.slots_of(turn.active):
            role = "asked" if name == turn.asked else "filled" if name in turn.filled else "open"
            listed.append((name, role))
    for flow in turn.flows if "start" in turn.acts else ():
        listed += [(name, "candidate") for name in variant.slots_of(flow) if name not in dict(listed)]
    if turn.active is None and not turn.flows:
        flow = rng.choice(list(variant.flows))
        listed += [(name, "candidate") for name in variant.slots_of(flow)]
    return [(name, role) for name, role in listed if slots[name].type != "bool"]


def valued_slots(turn: Turn, variant: Variant) -> dict[str, float]:
    """Slots of which it is asked which value a turn means, and how much it counts that it means none.

    Of a flow that it starts, "my dog is ill" means a kind of animal, and that is not always written down.
    """
    slots = variant.domain.slots
    open_to = variant.slots_of(turn.active) if turn.active is not None and not turn.flows else ()
    begun = [name for flow in turn.flows if "start" in turn.acts for name in variant.slots_of(flow)]
    weights = dict.fromkeys(begun, UNASKED_STARTING) | dict.fromkeys(open_to, UNASKED) | dict.fromkeys(turn.values, 1.0)
    if turn.asked is not None:
        weights[turn.asked] = 1.0
    return {name: weight for name, weight in weights.items() if slots[name].type in ("categorical", "bool")}
