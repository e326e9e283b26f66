"""What the close reader reads of a turn: the turn, and behind it the flows, slots and choices that it may mean."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from dialogue.understanding.close_reader.page import FLOW_KINDS, Item, Page, page_of
from dialogue.understanding.words import label
from models.training.reader_batches import UNASKED, UNASKED_STARTING
from models.training.turn_kinds import Turn, Variant

CANDIDATES = (3, 6)
"""Flows that a turn is read beside, from and to."""
MOST_CHOICES = 12


@dataclass(frozen=True, slots=True)
class Lesson:
    """A page and what is right about it."""

    page: Page
    acts: frozenset[str]
    flows: tuple[str, ...]
    """Names of those flow items that are meant."""
    has_flows: bool
    """Whether the flows are to be learnt: not where only the right one is written."""
    spans: Mapping[str, tuple[int, int]]
    """Characters of each value that is said."""
    values: Mapping[str, str | float | bool]
    weights: Mapping[str, float] = field(default_factory=dict)
    """How much it counts that a slot's choice or yes or no is not meant."""


def lesson(turn: Turn, variant: Variant, ranked: Sequence[tuple[str, str]], rng: random.Random) -> Lesson:
    """Write a turn's page. `ranked` has flows and their texts, the nearest first, those of strangers among them."""
    texts = dict(ranked)
    begun = [flow for flow in turn.flows if "start" in turn.acts]
    if begun and rng.random() < 0.55:
        return _beginning(turn, variant, rng.choice(begun), texts)
    if not turn.flows and turn.active is None and "fill" not in turn.acts and rng.random() < 0.1:
        return _beginning(turn, variant, rng.choice(list(variant.flows)), texts)
    count = rng.randint(*CANDIDATES)
    near = [name for name, _ in ranked if name != turn.active]
    chosen = near[: count - 1] if rng.random() < 0.7 else rng.sample(near, min(count, len(near)))
    chosen = list(dict.fromkeys([*chosen, *(flow for flow in turn.flows if flow != turn.active)]))
    rng.shuffle(chosen)
    items = [Item("wish", name, texts[name]) for name in chosen]
    if turn.active is not None:
        items.insert(0, Item("current", turn.active, texts[turn.active]))
        for name in variant.slots_of(turn.active):
            kind = "asked" if name == turn.asked else "known" if name in turn.filled else "open"
            items += _slot(kind, name, variant)
    elif turn.asked is not None:
        items += _slot("asked", turn.asked, variant)
    weights = {item.name: UNASKED for item in items if item.kind in ("open", "known")}
    return _lesson(turn, variant, items, weights, has_flows=True)


def _beginning(turn: Turn, variant: Variant, flow: str, texts: Mapping[str, str]) -> Lesson:
    """The page of a flow that begins, with all that it asks for."""
    items = [Item("wish", flow, texts[flow])]
    for name in variant.slots_of(flow):
        items += _slot("field", name, variant)
    weights = {item.name: UNASKED_STARTING * 2 for item in items if item.kind == "field"}
    return _lesson(turn, variant, items, weights, has_flows=False)


def _lesson(
    turn: Turn, variant: Variant, items: Sequence[Item], weights: Mapping[str, float], *, has_flows: bool
) -> Lesson:
    asked = variant.slot_texts[turn.asked] if turn.asked is not None else ""
    written = {item.name for item in items if item.kind in FLOW_KINDS}
    flows = tuple(flow for flow in turn.flows if flow in written)
    return Lesson(Page(asked, turn.text, tuple(items)), turn.acts, flows, has_flows, turn.spans, turn.values, weights)


def _slot(kind: str, name: str, variant: Variant) -> list[Item]:
    slot = variant.domain.slots[name]
    made = [Item(kind, name, variant.slot_texts[name], slot.type)]  # type: ignore[arg-type]
    if slot.type == "categorical" and isinstance(slot.values, Mapping):
        made += [Item("choice", value, label(value), slot=name) for value in list(slot.values)[:MOST_CHOICES]]
    return made


def tensors(lessons: Sequence[Lesson], tokenizer: Any) -> dict[str, Any]:
    """Tokens and targets of lessons as padded tensors."""
    pages = [page_of(one.page, tokenizer) for one in lessons]
    width = max(len(page.ids) for page in pages)
    return {
        "pages": pages,
        "ids": torch.tensor([[*page.ids, *[1] * (width - len(page.ids))] for page in pages]),
        "mask": torch.tensor([[1] * len(page.ids) + [0] * (width - len(page.ids)) for page in pages]),
        "words": torch.tensor(
            [[page.first <= at < page.first + len(page.places) for at in range(width)] for page in pages]
        ),
    }
