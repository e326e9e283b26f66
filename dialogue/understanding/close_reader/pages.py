"""What a turn is read beside: in a conversation as it stands, and at the beginning of a flow."""

from __future__ import annotations

from collections.abc import Sequence

from dialogue.understanding.close_reader.page import Item, ItemKind, Page
from dialogue.understanding.reader.index import ReaderIndex
from dialogue.understanding.situation import Situation
from dialogue.understanding.words import label
from flows.model import Flow, Slot

MOST_WISHES = 5
"""Flows that a turn may start and that stand on a page, the nearest: the one that is meant is among them nearly
always."""
MOST_CHOICES = 12
_TYPES = {"bool": "bool", "float": "float", "categorical": "categorical", "strict_categorical": "categorical"}


def open_page(text: str, situation: Situation, near: Sequence[Flow], index: ReaderIndex) -> Page:
    """The page of a turn where the conversation stands. `near` are flows that it may start, the nearest first."""
    active = situation.active
    items: list[Item] = []
    if active is not None and active.id in index.flow_texts:
        items.append(Item("current", active.id, index.flow_texts[active.id]))
    wishes = [flow for flow in near if active is None or flow.id != active.id][:MOST_WISHES]
    items += [Item("wish", flow.id, index.flow_texts[flow.id]) for flow in wishes]
    slots = list(situation.fillable)
    if situation.asked is not None and situation.asked not in slots:
        slots.append(situation.asked)
    for slot in slots:
        items += _slot(_kind(slot, situation), slot, index)
    return Page(_question(situation, index), text, tuple(items))


def beginning_page(text: str, situation: Situation, flow: Flow, slots: Sequence[Slot], index: ReaderIndex) -> Page:
    """The page of a turn that starts `flow`, beside all that it asks for."""
    items = [Item("wish", flow.id, index.flow_texts[flow.id])]
    for slot in slots:
        items += _slot("field", slot, index)
    return Page(_question(situation, index), text, tuple(items))


def _question(situation: Situation, index: ReaderIndex) -> str:
    return index.slot_texts.get(situation.asked.name, "") if situation.asked is not None else ""


def _kind(slot: Slot, situation: Situation) -> ItemKind:
    if situation.asked is not None and situation.asked.name == slot.name:
        return "asked"
    return "known" if situation.values.get(slot.name) is not None else "open"


def _slot(kind: ItemKind, slot: Slot, index: ReaderIndex) -> list[Item]:
    text = index.slot_texts.get(slot.name)
    if text is None:
        return []
    type_ = _TYPES.get(slot.type, "text")
    made = [Item(kind, slot.name, text, type_)]
    if type_ == "categorical":
        made += [Item("choice", value, label(value), slot=slot.name) for value in slot.values[:MOST_CHOICES]]
    return made
