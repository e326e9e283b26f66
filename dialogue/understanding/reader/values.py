"""Values of slots in a turn: what rules cut out by its form, what the reader finds, what a turn only means."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from dialogue.understanding.accepted import as_slot
from dialogue.understanding.carriers import bare_answer
from dialogue.understanding.durations import Duration, find_durations, in_unit, unit_of
from dialogue.understanding.fast_path.matcher import topic_stems
from dialogue.understanding.filled import is_named
from dialogue.understanding.filling import Filled, fill_slots
from dialogue.understanding.numbers import find_numbers
from dialogue.understanding.plausible import can_be_in
from dialogue.understanding.reader.reading import Reading, Said
from dialogue.understanding.situation import Situation
from dialogue.understanding.slot_kinds import Kind, is_year, kind_of
from dialogue.understanding.spans import find_categories, same_text
from dialogue.understanding.taken_back import taken_back
from dialogue.understanding.words import label, split_words, strip_fillers
from dialogue.understanding.years import FIRST, LAST, read_year
from flows.commands import Json
from flows.model import Flow, Slot

FORMED: frozenset[Kind] = frozenset({"date", "time", "email", "money", "count"})
"""Kinds that rules cut out better than the reader: they have a form of their own."""
MEANT_ASKED, MEANT_OPEN, MEANT_STARTING = 0.0, 0.8, 0.75
"""Shares from which on a category counts as meant though nobody named it: the one asked for, another one of the
running flow, one of a flow that starts."""
MEANT_BESIDE = 0.4
"""The same for the category asked for where the turn says another value."""
CONTRADICTS = 0.5
"""Share from which on what the reader finds for a known slot stands against a yes that lets an action write."""
SURE_FIGURES = 4
"""Figures of a code or an amount that nobody says by the way; our own choice."""
PASSING, PASSING_STARTING = 0.7, 0.7
"""The same for a yes or no said in passing: to a question of the running flow, and of one that starts. Of 156 in 400
starts of held-out domains 113 were found, none the wrong way round, and 3 where nothing was said (2026-11-23)."""
_PREPOSITION = re.compile(r"^(?:on|at|for|by|from|in(?! the\b)(?! \w+ (?:days|weeks|months|hours)))\s+", re.IGNORECASE)
_OWNER = re.compile(r"^(?:(?:my|his|her|our|their|your|uh|um)\s+)+", re.IGNORECASE)
_THINGS = frozenset(("item", "items", "thing", "things", "object", "objects", "article", "belongings"))
"""Last words of the names of slots that hold a thing, whoever it is that it belongs to."""
_SAID_OF_IT: Final = re.compile(r"\s+(?:is|are|was|were|would|costs?|takes?|sounds?)\b|'s\b", re.IGNORECASE)
"""What follows a value that is talked about and not chosen."""
_LEAST_CLAUSE = 4
"""Words from which on what answers a question in one's own words is a sentence, and is taken to its end."""
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
    found.take_said(ruled)
    found.take_rest(ruled)
    found.take_meant()
    changed = {name: value for name, value in found.values.items() if situation.values.get(name) != value}
    return changed, found.share if changed else 0.5


def answers_by_form(text: str, situation: Situation) -> bool:
    """Whether a turn says something of the form that is asked for: a date, a number, one of a category's values."""
    asked = situation.asked
    if asked is None or kind_of(asked, situation.description(asked)) not in {*FORMED, "code", "category"}:
        return False
    found = fill_slots(text, [asked], situation.descriptions, asked=asked.name, now=situation.now)
    return any(one.slot == asked.name for one in found)


def answers_surely(text: str, situation: Situation) -> bool:
    """Whether a turn says something of the form that is asked for, with so many figures that nothing else is meant."""
    asked = situation.asked
    if asked is None or kind_of(asked, situation.description(asked)) not in ("code", "money", "count"):
        return False
    found = fill_slots(text, [asked], situation.descriptions, asked=asked.name, now=situation.now)
    return any(sum(map(str.isdigit, str(one.value))) >= SURE_FIGURES for one in found)


def formed_values(text: str, situation: Situation, *, is_refused: bool) -> dict[str, Json]:
    """Values not known yet that a turn says in a form of their own, or names, beside a yes or no: "yes, two large".

    `is_refused`: beside a no, of which what is said about a value is the reason: "no, courier is too expensive".
    """
    slots = [slot for slot in situation.fillable if slot.type != "bool" and situation.values.get(slot.name) is None]
    formed = [slot for slot in slots if kind_of(slot, situation.description(slot)) in {*FORMED, "category"}]
    found = fill_slots(text, formed, situation.descriptions, now=situation.now)
    return {one.slot: one.value for one in found if not (is_refused and _SAID_OF_IT.match(text, one.end))}


def contradictions(reading: Reading, situation: Situation) -> dict[str, Json]:
    """Values that a turn says otherwise than they are known: "yes, for Bob", of a table for Ada."""
    known = [slot for slot in situation.fillable if slot.type != "bool" and situation.values.get(slot.name) is not None]
    topic = topic_stems(situation.active)
    found = fill_slots(reading.text, known, situation.descriptions, taken=topic, now=situation.now)
    said = {one.slot: one.value for one in found}
    spans = reading.spans(known)
    for slot in known:
        span = spans.get(slot.name)
        if slot.name not in said and span is not None and span.share >= CONTRADICTS:
            said[slot.name], _ = value_of(slot, span, reading, situation)
    return {
        name: value
        for name, value in said.items()
        if value not in (None, situation.values[name]) and not same_text(str(value), str(situation.values[name]))
    }


class Finding:
    """The values found so far, and the words they took."""

    def __init__(self, reading: Reading, slots: Sequence[Slot], situation: Situation, *, is_candidate: bool) -> None:
        self.values: dict[str, Json] = {}
        self.share = 1.0
        self._reading = reading
        self._situation = situation
        self._slots = {slot.name: slot for slot in slots}
        self._about = {slot.name: situation.description(slot) for slot in slots}
        self._kinds = {slot.name: kind_of(slot, self._about[slot.name]) for slot in slots}
        self._asked = None if is_candidate else situation.asked
        self._is_candidate = is_candidate
        self._known = {name for name, value in situation.values.items() if value is not None}
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
        if asked is not None and asked.values and answer is not None:
            named = find_categories(self._reading.text[answer.start : answer.end], asked.values)
            answer = answer if named else None  # it is meant, and its words may be another slot's value
        for one in ruled:
            is_answer = answer is not None and one.start < answer.end and answer.start < one.end
            if is_answer and asked is not None and one.slot != asked.name:
                continue
            if self._kinds[one.slot] in ("count", "money") and self._is_part_of_address(one):
                continue
            if self._kinds[one.slot] == "code" and self._is_hidden(one):
                self._take(one.slot, self._written(one), one.start, one.end)
            if self._kinds[one.slot] in FORMED and (one.slot in self._said or len(self._slots) > 1):
                self._take(one.slot, self._written(one), one.start, one.end)

    def _is_hidden(self, one: Filled) -> bool:
        """Whether a code is taken for another slot's value or for a part of a sentence, though nothing else is like it:
        it has letters and figures, or its slot is named right before it ("my account is ...")."""
        value = str(one.value)
        is_mixed = any(map(str.isdigit, value)) and any(map(str.isalpha, value))
        return (
            (is_mixed or is_named(self._reading.text, one.start, self._slots[one.slot]))
            and one.slot not in self._said
            and any(
                self._kinds[name] in ("code", "free") and said.start < one.end and one.start < said.end
                for name, said in self._said.items()
            )
        )

    def _is_part_of_address(self, one: Filled) -> bool:
        """Whether a number stands inside what the reader takes for an address: "187 Harbour View"."""
        return any(
            self._kinds[name] == "address" and said.start <= one.start and one.end < said.end
            for name, said in self._said.items()
        )

    def take_said(self, ruled: Sequence[Filled]) -> None:
        """Take what the reader found, the surest first. What was `ruled` for other slots is not taken for words."""
        for name, said in sorted(self._said.items(), key=lambda item: -item[1].share):
            if name in self.values or self._is_taken(said.start, said.end):
                continue
            slot = self._slots[name]
            if slot is self._asked and self._kinds[name] == "free":
                said = self._to_its_end(said, ruled)
            value, sure = value_of(slot, said, self._reading, self._situation)
            if value is not None:
                self._take(name, value, *_stretch(slot, value, said, self._reading.text))
                self.share = min(self.share, said.share * sure)

    def _to_its_end(self, said: Said, ruled: Sequence[Filled]) -> Said:
        """A sentence that answers the question as a whole: "i wasn't even in town that day", not without its end."""
        text = self._reading.text
        bare = bare_answer(text)
        begin = text.find(bare)
        words, rest = len(split_words(text[said.start : said.end])), text[said.end : begin + len(bare)]
        is_begun = begin >= 0 and not strip_fillers(split_words(text[begin : said.start]))
        is_one = not re.search(r"[,.;:!?]", rest) and len(split_words(rest)) <= words
        end = begin + len(bare)
        if not is_begun or not is_one or words < _LEAST_CLAUSE or self._is_taken(said.end, end):
            return said
        others = [one for one in self._said.values() if one is not said] + [
            one for one in ruled if one.slot not in self.values
        ]
        if any(one.start < end and said.end < one.end for one in others):
            return said  # "it keeps restarting, account number 88231": a value of another slot
        return replace(said, end=max(said.end, end))

    def take_rest(self, ruled: Sequence[Filled]) -> None:
        """Take what rules found in words that are still free."""
        for one in ruled:
            if one.slot not in self.values and not self._is_taken(one.start, one.end):
                self._take(one.slot, self._written(one), one.start, one.end)

    def take_meant(self) -> None:
        """Take categories that the turn means and does not name."""
        for name, slot in self._slots.items():
            if name in self.values or not (slot.values or slot.type == "bool"):
                continue
            if slot.type == "bool" and name in self._known:
                continue
            is_asked = self._asked is not None and self._asked.name == name
            if is_asked:
                least = MEANT_BESIDE if self.values else MEANT_ASKED
            elif slot.type == "bool":
                least = PASSING_STARTING if self._is_candidate else PASSING
            else:
                least = MEANT_STARTING if self._is_candidate else MEANT_OPEN
            meant = self._reading.value(slot)
            if meant is not None and meant[1] >= least:
                self.values[name] = meant[0]
                self.share = min(self.share, meant[1])

    def _written(self, one: Filled) -> Json:
        """A value that was cut out, as its slot's author asks for it."""
        slot = self._slots[one.slot]
        return as_slot(slot, one.value, self._situation) if slot.type in ("text", "any") else one.value

    def _take(self, name: str, value: Json, start: int, end: int) -> None:
        self.values[name] = value
        self._taken.append((start, end))

    def _is_taken(self, start: int, end: int) -> bool:
        return any(start < other_end and other_start < end for other_start, other_end in self._taken)


def value_of(slot: Slot, said: Said, reading: Reading, situation: Situation) -> tuple[Json, float]:
    """The value that a stretch of the turn gives to a slot, None where it gives none; and how sure that is."""
    about = situation.description(slot)
    words = _EDGE.sub("", reading.text[said.start : said.end])
    kind = kind_of(slot, about)
    match slot.type:
        case "float" if is_year(slot, about):
            year = read_year(words, situation.now)
            years = [int(one.value) for one in find_numbers(words) if FIRST <= one.value <= LAST]
            return (years[-1] if years else year), 1.0
        case "float":
            unit = unit_of(slot, about)
            lasting = _lasting(said, reading.text) if unit else None
            if unit and lasting:
                return in_unit(lasting, unit), 1.0
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
            elif kind == "place":
                words = _without_kind(words, slot)
            elif label(slot.name).split()[-1] in _THINGS and _is_amid(said, reading.text):
                words = _OWNER.sub("", words) or words
            return (as_slot(slot, words, situation) if words else None), 1.0


def _is_amid(said: Said, text: str) -> bool:
    """Whether a stretch is part of a clause: "i left [my umbrella] on the bus", and not "my stomach hurts"."""
    return text[: said.start].rstrip()[-1:].isalnum() or text[said.end :].lstrip()[:1].isalnum()


def _without_kind(words: str, slot: Slot) -> str:
    """Cut what says again what kind of place is meant: "the Edinburgh office" for the slot `office`.

    Only behind "the": "Mexico City" is the name of a city.
    """
    kinds = "|".join(map(re.escape, label(slot.name).split()))
    found = re.fullmatch(rf"the\s+(?P<name>.+?)\s+(?:{kinds})", words, re.IGNORECASE)
    return found["name"] if found else words


def _stretch(slot: Slot, value: Json, said: Said, text: str) -> tuple[int, int]:
    """The words that a value takes: of a category's only its name, so that "the intermediate yoga course" is two."""
    named = find_categories(text[said.start : said.end], slot.values) if slot.values else ()
    own = [span for span in named if span.value == value]
    return (said.start + own[0].start, said.start + own[0].end) if own else (said.start, said.end)


def _lasting(said: Said, text: str) -> Duration | None:
    """What the turn says to last so long around a stretch."""
    near = [one for one in find_durations(text) if one.start < said.end and said.start < one.end]
    return near[-1] if near else None
