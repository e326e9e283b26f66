"""Where the values of commands stand in the caller's words. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from dialogue.understanding.numbers import find_numbers
from dialogue.understanding.spans import find_categories
from flows.commands import Command, Json, SetSlot
from flows.model import Assistant, Slot

Span: TypeAlias = tuple[int, int]

_CATEGORIES = ("categorical", "strict_categorical")


def find_values(text: str, commands: Sequence[Command], assistant: Assistant) -> Mapping[str, Span] | None:
    """Find the value of each slot that `commands` set; None where one is not in the words, or two share a place."""
    found: dict[str, Span] = {}
    for command in commands:
        if not isinstance(command, SetSlot):
            continue
        slot = assistant.slots.get(command.name)
        taken = list(found.values())
        places = [] if slot is None else _places(text, command.value, slot)
        free = [place for place in places if not any(place[0] < end and start < place[1] for start, end in taken)]
        if not free or command.name in found:
            return None
        found[command.name] = free[0]
    return found


def value_at(text: str, span: Span, slot: Slot, value: Json) -> Json:
    """The value of `slot` once its words changed: what is said now for a text, the same for all that is read."""
    return text[span[0] : span[1]] if slot.type not in (*_CATEGORIES, "float", "bool") and _is_text(value) else value


def is_said(value: Json, text: str, slot: Slot) -> bool:
    """Say whether `text` has the value in words or figures."""
    return bool(_places(text, value, slot))


def _places(text: str, value: Json, slot: Slot) -> list[Span]:
    if value is None or isinstance(value, bool | list | dict):
        return []
    written = str(value).strip()
    places: list[Span] = []
    if written:
        pattern = rf"(?<!\w){re.escape(written)}(?!\w)"
        places = [found.span() for found in re.finditer(pattern, text, re.IGNORECASE)]
    if not places and slot.type in _CATEGORIES:
        places = [(span.start, span.end) for span in find_categories(text, slot.values) if span.value == written]
    if not places and (number := _number(value)) is not None:
        places = [(one.start, one.end) for one in find_numbers(text) if float(one.value) == number]
    return places


def _is_text(value: Json) -> bool:
    return isinstance(value, str)


def _number(value: Json) -> float | None:
    if isinstance(value, int | float):
        return float(value)
    try:
        return float(value) if isinstance(value, str) else None
    except ValueError:
        return None
