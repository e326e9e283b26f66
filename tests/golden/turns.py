"""Cases as the generator makes them: what a caller says, the commands that stand for it, and what must follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Json: TypeAlias = Any
Kind: TypeAlias = Literal[
    "says", "keeps_quiet", "sets", "is_unset", "is_not", "starts", "completes", "cancels", "runs", "offers"
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Expect:
    """One thing that must hold of a turn. `value` counts for "sets" and "is_not"."""

    kind: Kind
    name: str
    value: Json = None


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of the caller. `is_ordered`: what is expected happens in this order."""

    says: str
    commands: tuple[str, ...]
    expects: tuple[Expect, ...]
    is_ordered: bool = False


@dataclass(frozen=True, slots=True)
class GoldenCase:
    """`fixture` names the slots that are set before the first turn."""

    name: str
    turns: tuple[Turn, ...]
    fixture: str | None = None


def says(*responses: str) -> tuple[Expect, ...]:
    """Expect responses to be said."""
    return tuple(Expect("says", response) for response in responses)


def keeps_quiet(*responses: str) -> tuple[Expect, ...]:
    """Expect responses not to be said."""
    return tuple(Expect("keeps_quiet", response) for response in responses)


def sets(slot: str, value: Json) -> tuple[Expect, ...]:
    """Expect a slot to be set to a value; None is a reset."""
    return (Expect("sets", slot, value),)


def is_unset(slot: str) -> tuple[Expect, ...]:
    """Expect a slot to hold nothing new at the turn's end."""
    return (Expect("is_unset", "is_not", slot),)


def is_not(slot: str, value: Json) -> tuple[Expect, ...]:
    """Expect a slot not to be set to a value."""
    return (Expect("is_not", slot, value),)


def starts(*flows: str) -> tuple[Expect, ...]:
    """Expect flows or patterns to start."""
    return tuple(Expect("starts", flow) for flow in flows)


def completes(*flows: str) -> tuple[Expect, ...]:
    """Expect flows or patterns to end by themselves."""
    return tuple(Expect("completes", flow) for flow in flows)


def cancels(*flows: str) -> tuple[Expect, ...]:
    """Expect flows to be cancelled."""
    return tuple(Expect("cancels", flow) for flow in flows)


def runs(*actions: str) -> tuple[Expect, ...]:
    """Expect actions to run."""
    return tuple(Expect("runs", action) for action in actions)


def offers(*names: str) -> tuple[Expect, ...]:
    """Expect a clarification that offers flows, by name."""
    return tuple(Expect("offers", name) for name in names)


def does(*names: str) -> tuple[Expect, ...]:
    """Expect responses (`utter_…`) to be said and actions to run."""
    return tuple(Expect("says" if name.startswith("utter_") else "runs", name) for name in names)
