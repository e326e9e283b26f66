"""What a model calls the flows, slots and commands of an assistant: short aliases, or the names in its files.

A model writes `f7; s3 50` in half the tokens of `start flow transfer_money` and `set slot amount 50`, and on two
cores a token is 20 ms. A model that was not trained for aliases gets the real names in the format's own syntax
(v2/v3). Everything else of a prompt is the same for both: see `prompt`, `wording` and `grammar`.

Aliases are numbered over all flows and slots in the order of the files, so they are the same in every turn. Slots
of yes or no have no name here: only the fast path and the router may fill those.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from flows.model import Assistant, Flow, Slot


@dataclass(frozen=True, slots=True)
class Words:
    """The words that commands are written with. `start` and `fill` stand before a name, the others alone."""

    start: str
    fill: str
    clarify: str
    cancel: str
    skip: str
    repeat: str
    person: str
    search: str
    chat: str
    nothing: str
    between: str
    """What parts two commands. A line's end always closes the last one."""


SHORT = Words("", "", "ask", "cancel", "skip", "repeat", "person", "search", "chat", "none", "; ")
LONG = Words(
    "start flow ",
    "set slot ",
    "disambiguate flows",
    "cancel flow",
    "skip question",
    "repeat message",
    "hand over",
    "search and reply",
    "offtopic reply",
    "cannot handle",
    "\n",
)


@dataclass(frozen=True, slots=True)
class Naming:
    """What one assistant's flows and slots are called: `flows` and `slots` map real names to written ones."""

    flows: Mapping[str, str]
    slots: Mapping[str, str]
    words: Words
    flow_ids: Mapping[str, str] = field(init=False, compare=False, repr=False)
    slot_names: Mapping[str, str] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "flow_ids", {written: real for real, written in self.flows.items()})
        object.__setattr__(self, "slot_names", {written: real for real, written in self.slots.items()})

    @property
    def is_short(self) -> bool:
        """Whether these are aliases, for which a model must have been trained."""
        return self.words is SHORT

    @property
    def stop(self) -> tuple[str, ...]:
        """Where the model has said all: the end of the line, or a blank line where each command has its own."""
        return ("\n",) if self.is_short else ("\n\n",)


def short_names(assistant: Assistant) -> Naming:
    """Aliases: f1, f2, … and s1, s2, …"""
    flows = {flow.id: f"f{place}" for place, flow in enumerate(flows_of(assistant), 1)}
    slots = {name: f"s{place}" for place, name in enumerate(_slot_names(assistant), 1)}
    return Naming(flows, slots, SHORT)


def real_names(assistant: Assistant) -> Naming:
    """The names of the assistant's files."""
    flows = {flow.id: flow.id for flow in flows_of(assistant)}
    return Naming(flows, {name: name for name in _slot_names(assistant)}, LONG)


def flows_of(assistant: Assistant) -> tuple[Flow, ...]:
    """Flows that a caller may start in some situation, those always wanted in a prompt first."""
    flows = [flow for flow in assistant.user_flows if not flow.is_only_called]
    return tuple(sorted(flows, key=lambda flow: not flow.always_include_in_prompt))


def slots_of(flow: Flow, assistant: Assistant) -> tuple[Slot, ...]:
    """Slots that the turn which starts `flow` may fill, those of flows it calls included."""
    slots = (assistant.slots[name] for name in flow.all_collected or flow.collected if name in assistant.slots)
    return tuple(slot for slot in slots if is_named(slot))


def is_named(slot: Slot) -> bool:
    """Say whether a model may fill `slot`: never a yes or no, which only a certain answer may be."""
    return slot.type not in ("bool", "list") and slot.is_filled_by_model


def _slot_names(assistant: Assistant) -> Iterable[str]:
    """The names of slots as the flows mention them, then the others that a model may fill."""
    mentioned = [slot.name for flow in flows_of(assistant) for slot in slots_of(flow, assistant)]
    others = [slot.name for slot in assistant.slots.values() if is_named(slot) and not slot.is_default]
    called = [name for flow in assistant.flows.values() for name in flow.collected if name in assistant.slots]
    return dict.fromkeys([*mentioned, *(name for name in called if is_named(assistant.slots[name])), *others])
