"""Values of slots in a turn: what rules cut out by its form, what the reader finds, what a turn only means."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from dialogue.understanding.fast_path.matcher import topic_stems
from dialogue.understanding.filling import Filled, fill_slots
from dialogue.understanding.normalising import normalised
from dialogue.understanding.numbers import find_numbers
from dialogue.understanding.plausible import can_be_in
from dialogue.understanding.reader.reading import Reading, Said
from dialogue.understanding.situation import Situation
from dialogue.understanding.slot_kinds import Kind, kind_of
from dialogue.understanding.spans import find_categories
from dialogue.understanding.taken_back import taken_back
from flows.commands import Json
from flows.model import Flow, Slot

FORMED: frozenset[Kind] = frozenset({"date", "time", "email", "money", "count"})
"""Kinds that rules cut out better than the reader: they have a form of their own."""
MEANT_ASKED, MEANT_OPEN, MEANT_STARTING = 0.0, 0.8, 0.9
"""Shares from which on a category counts as meant though nobody named it: the one asked for, another one of the
running flow, one of a flow that starts."""
_PREPOSITION = re.compile(r"^(?:on|at|for|by|from|in(?! the\b)(?! \w+ (?:days|weeks|months|hours)))\s+", re.IGNORECASE)
_EDGE = re.compile(r"^[\s,.;:!?\"']+|[\s,;:!?\"']+$|(?<!\b[A-Za-z])\.+$")


def find_values(
    reading: Reading, slots: Sequence[Slot], situation: Situation, topic: Flow | None, *, is_candidate: bool
) -> tuple[dict[str, Json], float]:
    """Find values of `slots`, no two from the same words, and the share of the least sure one.

    `is_candidate` says that the slots belong to flows that the turn starts, and `topic` is the flow it is about.
    """
    found = Finding(reading, slots, situation, is_candidate=is_candidate)
    asked = "" if is_candidate or situation.asked is None else situation.asked.name
    ruled = fill_slots(
        reading.text, slots, situation.descriptions, taken=topic_stems(topic), asked=asked, now=situation.now
    )
    found.take_formed(ruled)
    found.take_said()
    found.take_rest(ruled)
    found.take_meant()
    changed = {name: value for name, value in found.values.items() if situation.values.get(name) != value}
    return changed, found.share if changed else 0.5


class Finding:
    """The values found so far, and the words they took."""

    def __init__(self, reading: Reading, slots: Sequence[Slot], situation: Situation, *, is_candidate: bool) -> None:
        self.values: dict[str, Json] = {}
        self.share = 1.0
        self._reading = reading
        self._slots = {slot.name: slot for slot in slots}
        self._about = {slot.name: situation.description(slot) for slot in slots}
        self._kinds = {slot.name: kind_of(slot, self._about[slot.name]) for slot in slots}
        self._asked = None if is_candidate else situation.asked
        self._is_candidate = is_candidate
        self._now = situation.now
        self._taken: list[tuple[int, int]] = []
        back = taken_back(reading.text)
        self._said = {
            name: said
            for name, said in reading.spans(slots, "candidate" if is_candidate else None).items()
            if can_be_in(self._slots[name], self._about[name], reading.text[said.start : said.end])
            and not any(start <= said.start and said.end <= end for start, end in back)
        }

    def take_formed(self, ruled: Sequence[Filled]) -> None:
        """Take what rules cut out by its form, unless the words answer the question that was asked."""
        asked = self._asked
        answer = self._said.get(asked.name) if asked is not None else None
        for one in ruled:
            is_answer = answer is not None and one.start < answer.end and answer.start < one.end
            if is_answer and asked is not None and one.slot != asked.name:
                continue
            if self._kinds[one.slot] in FORMED and (one.slot in self._said or len(self._slots) > 1):
                self._take(one.slot, one.value, one.start, one.end)

    def take_said(self) -> None:
        """Take what the reader found, the surest first."""
        for name, said in sorted(self._said.items(), key=lambda item: -item[1].share):
            if name in self.values or self._is_taken(said.start, said.end):
                continue
            value, sure = value_of(self._slots[name], self._about[name], said, self._reading, self._now)
            if value is not None:
                self._take(name, value, said.start, said.end)
                self.share = min(self.share, said.share * sure)

    def take_rest(self, ruled: Sequence[Filled]) -> None:
        """Take what rules found in words that are still free."""
        for one in ruled:
            if one.slot not in self.values and not self._is_taken(one.start, one.end):
                self._take(one.slot, one.value, one.start, one.end)

    def take_meant(self) -> None:
        """Take categories that the turn means and does not name."""
        for name, slot in self._slots.items():
            if name in self.values or not slot.values:
                continue
            is_asked = self._asked is not None and self._asked.name == name
            if is_asked and self.values:
                continue
            least = MEANT_ASKED if is_asked else MEANT_STARTING if self._is_candidate else MEANT_OPEN
            meant = self._reading.value(slot)
            if meant is not None and meant[1] >= least:
                self.values[name] = meant[0]
                self.share = min(self.share, meant[1])

    def _take(self, name: str, value: Json, start: int, end: int) -> None:
        self.values[name] = value
        self._taken.append((start, end))

    def _is_taken(self, start: int, end: int) -> bool:
        return any(start < other_end and other_start < end for other_start, other_end in self._taken)


def value_of(slot: Slot, about: str, said: Said, reading: Reading, now: datetime | None = None) -> tuple[Json, float]:
    """The value that a stretch of the turn gives to a slot, None where it gives none; and how sure that is."""
    words = _EDGE.sub("", reading.text[said.start : said.end])
    kind = kind_of(slot, about)
    match slot.type:
        case "float":
            numbers = [one for one in find_numbers(words) if one.reading == "cardinal"] or list(find_numbers(words))
            return (numbers[-1].value, 1.0) if numbers else (None, 0.0)
        case "categorical" | "strict_categorical":
            named = {span.value for span in find_categories(words, slot.values)}
            if len(named) == 1:
                return named.pop(), 1.0
            meant = reading.value(slot)
            return meant if meant is not None else (None, 0.0)
        case _:
            if kind in ("date", "time"):
                words = _PREPOSITION.sub("", words)
            return (normalised(slot, words, description=about, now=now) if words else None), 1.0
