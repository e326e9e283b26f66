"""A small assistant, and readings of turns written by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from dialogue.understanding.reader.deciding import decide
from dialogue.understanding.reader.heads import ACTS, Act
from dialogue.understanding.reader.index import passing_slots
from dialogue.understanding.reader.reading import FlowShare, Said
from dialogue.understanding.situation import Situation, slot_descriptions
from flows.commands import (
    Command,
)
from flows.effects import Expectation
from flows.model import Assistant, Slot

FILES = {
    "config.yml": "recipe: default.v1\nlanguage: en\npipeline: []\n",
    "domain.yml": """
version: "3.1"
slots:
  guest: {type: text, mappings: [{type: from_llm}]}
  party: {type: float, mappings: [{type: from_llm}]}
  area: {type: categorical, values: [terrace, dining room], mappings: [{type: from_llm}]}
  agreed: {type: bool, mappings: [{type: from_llm}]}
  high_chair: {type: bool, mappings: [{type: from_llm}]}
actions: [book_table, drop]
responses:
  utter_ask_guest: [{text: Who is it for?}]
  utter_ask_party: [{text: How many?}]
  utter_ask_area: [{text: Where?}]
  utter_ask_high_chair: [{text: Do you need a high chair?}]
  utter_ask_agreed: [{text: Shall I book it?}]
  utter_done: [{text: Done.}]
""",
    "data/flows.yml": """
flows:
  book:
    description: Book a table
    steps:
      - collect: guest
      - collect: party
      - collect: area
      - collect: high_chair
      - collect: agreed
      - action: book_table
  cancel_booking: {description: Cancel a booking, steps: [{collect: guest}, {collect: agreed}, {action: drop}]}
  hours: {description: Opening hours, steps: [{action: utter_done}]}
""",
}


@dataclass
class Scripted:
    """A reading written by hand."""

    text: str
    shares: dict[str, float] = field(default_factory=dict)
    near: list[tuple[str, float]] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)
    meant: dict[str, tuple[str | bool, float]] = field(default_factory=dict)
    assistant: Assistant | None = None

    def acts(self) -> Mapping[Act, float]:
        return {act: self.shares.get(act, 0.01) for act in ACTS}

    def flows(self) -> tuple[FlowShare, ...]:
        assert self.assistant is not None
        return tuple(FlowShare(self.assistant.flows[name], share, share) for name, share in self.near)

    def spans(self, slots: Sequence[Slot], role: str | None = None) -> Mapping[str, Said]:
        found = {slot.name: self.places[slot.name] for slot in slots if slot.name in self.places}
        return {n: Said(self.text.index(v), self.text.index(v) + len(v), 0.9) for n, v in found.items()}

    def value(self, slot: Slot) -> tuple[str | bool, float] | None:
        return self.meant.get(slot.name)

    def may_pass(self, slot: Slot) -> bool:
        assert self.assistant is not None
        return slot.name in passing_slots(self.assistant)


def open_turn(assistant: Assistant) -> Situation:
    return Situation(
        assistant, startable=tuple(assistant.user_flows), descriptions=slot_descriptions(assistant), values={}
    )


def asked(assistant: Assistant, slot: str, *, confirms: bool = False, **known: object) -> Situation:
    flow = assistant.flows["book"]
    step = next(one for one in flow.steps if getattr(one.task, "slot", None) == slot)
    return replace(
        open_turn(assistant),
        expectation=Expectation("text", slot, flow.id, step.id, confirms_write=confirms),
        active=flow,
        fillable=tuple(assistant.slots[name] for name in ("guest", "party", "area", "high_chair", "agreed")),
        values=known,
    )


def decided(reading: Scripted, situation: Situation) -> tuple[Command, ...]:
    reading.assistant = situation.assistant
    return decide(reading, situation).commands  # type: ignore[arg-type]
