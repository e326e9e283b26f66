"""Tensors of turns and texts for training the reader, and which slots and values a turn is asked about."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import torch

from dialogue.understanding.words import label
from models.training.turn_kinds import Turn, Variant

MAX_CONTEXT_TOKENS = 18
MAX_TOKENS = 112


class Encoding:
    """Makes tensors of turns and texts."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer

    def texts(self, texts: Sequence[str]) -> tuple[torch.Tensor, torch.Tensor]:
        made = self._tokenizer(list(texts), padding=True, truncation=True, max_length=40, return_tensors="pt")
        return made["input_ids"], made["attention_mask"]

    def turns(self, turns: Sequence[Turn], variant: Variant) -> dict[str, Any]:
        """Tokens, mask, which tokens are words, and where each value's tokens are."""
        return self._tensors(turns, variant.slot_texts)

    def _tensors(self, turns: Sequence[Turn], texts: Mapping[str, str]) -> dict[str, Any]:
        cls, sep = self._tokenizer.cls_token_id, self._tokenizer.sep_token_id
        rows, word_rows, places = [], [], []
        for turn in turns:
            context: list[int] = []
            if turn.asked is not None:
                context = self._tokenizer(texts[turn.asked], add_special_tokens=False)["input_ids"]
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

    def pairs(self, pairs: Sequence[tuple[str, Turn]]) -> dict[str, Any]:
        """Turns read behind a text each, in the form of `turns`."""
        texts = {str(place): text for place, (text, _) in enumerate(pairs)}
        behind = [replace(turn, asked=str(place)) for place, (_, turn) in enumerate(pairs)]
        return self._tensors(behind, texts)


def _tokens_of(span: tuple[int, int], offsets: Sequence[tuple[int, int]], first: int) -> tuple[int, int]:
    inside = [place for place, (start, end) in enumerate(offsets) if start < span[1] and end > span[0]]
    return (inside[0] + first, inside[-1] + first) if inside else (0, 0)


def value_texts(variant: Variant) -> tuple[list[tuple[str, str]], list[str]]:
    names = [
        (name, value)
        for name, slot in variant.domain.slots.items()
        if slot.type == "categorical" and isinstance(slot.values, Mapping)
        for value in slot.values
    ]
    return names, [f"{label(name)}: {label(value)}" for name, value in names]


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
