"""What the generator makes: assistants as variants of a domain, and turns with what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from models.training.domain_files import DomainData

ACTS = (
    "start", "fill", "clarify", "cancel", "chat", "search", "skip", "repeat", "person", "none", "yes", "no", "hold",
)  # fmt: skip
"""What a turn may do, several at once; the order is that of the reader's outputs."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A domain as one assistant: its flows with a name and a description each, its slots as they are described."""

    domain: DomainData
    flows: Mapping[str, tuple[str, str]]
    slot_texts: Mapping[str, str]

    def slots_of(self, flow: str) -> tuple[str, ...]:
        return self.domain.flows[flow].slots


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn and what it means. `spans` has the place of each value; `values` what categories and numbers mean."""

    text: str
    acts: frozenset[str]
    flows: tuple[str, ...] = ()
    spans: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    values: Mapping[str, str | float | bool] = field(default_factory=dict)
    active: str | None = None
    asked: str | None = None
    filled: Mapping[str, str] = field(default_factory=dict)
