"""What the reader makes of one turn in its situation: shares of acts and flows, places of values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dialogue.understanding.reader.heads import ACTS, NOT_SAID, ROLES, Act, Heads, ReadTurn, Role, Vectors
from dialogue.understanding.reader.index import ReaderIndex
from dialogue.understanding.situation import Situation
from flows.model import Flow, Slot

MAX_VALUE_TOKENS = 24
MEANING = 0.5
"""How much the nearness to a yes and a no to the question counts beside the acts: "I'm right in front of it". Not
where a yes lets an action write: that is measured by the acts alone."""
OFFERED = 0.1
"""How much nearer a flow is that the caller was just asked to choose. Taken, not measured: 0 to 0.2 are alike on
`tests/open`, where all but one of these turns point at a place."""
ASKED_TYPES_OF = {"bool": "bool", "float": "float", "categorical": "categorical", "strict_categorical": "categorical"}
"""What the acts were taught to call the type of the asked slot; any other is a text."""


@dataclass(frozen=True, slots=True)
class Said:
    """Where a turn says a slot's value, as places in its text, and how sure that is."""

    start: int
    end: int
    share: float


@dataclass(frozen=True, slots=True)
class FlowShare:
    """How likely a flow is meant, among all that may be started and none.

    `nearness` is the cosine with its text, and what shared words add.
    """

    flow: Flow
    share: float
    nearness: float


class Reading:
    """One turn, read. All is computed when it is asked for, since most turns need little; acts and flows once."""

    def __init__(self, text: str, turn: ReadTurn, situation: Situation, index: ReaderIndex, heads: Heads) -> None:
        self.text = text
        self._turn = turn
        self._situation = situation
        self._index = index
        self._heads = heads
        self._near = _nearest(index, heads.nearness(turn, index.flows), text)
        for flow in situation.offered:
            self._near[flow.id] = self._near.get(flow.id, 0.0) + OFFERED
        flows = list(situation.startable)
        if situation.active is not None and situation.active not in flows:
            flows.append(situation.active)
        self._flows = [flow for flow in flows if flow.id in self._near]

    def acts(self) -> Mapping[Act, float]:
        """Share of each act; several may be likely at once."""
        return self._acts

    @cached_property
    def _acts(self) -> Mapping[Act, float]:
        situation = self._situation
        near = np.array([self._near[flow.id] for flow in self._flows], np.float32)
        asked = situation.asked
        question = None if asked is None else self._index.slots.get(asked.name)
        active = self._near.get(situation.active.id, 0.0) if situation.active is not None else 0.0
        kind = None if asked is None else ASKED_TYPES_OF.get(asked.type, "text")
        listed = self._heads.acts(self._turn, near, question, active, kind)
        shares = dict(zip(ACTS, (float(share) for share in listed), strict=True))
        is_mixed = asked is not None and asked.type == "bool" and not situation.expectation.confirms_write
        answers = self._index.values.get(asked.name) if asked is not None and is_mixed else None
        if answers is not None:
            meant = dict(zip(answers[0], map(float, self._heads.values(self._turn, answers[1])), strict=False))
            shares["yes"] = (1 - MEANING) * shares["yes"] + MEANING * meant[True]
            shares["no"] = (1 - MEANING) * shares["no"] + MEANING * meant[False]
        return shares

    def flows(self) -> tuple[FlowShare, ...]:
        """The flows that may be started, the likeliest first."""
        return self._flow_shares

    @cached_property
    def _flow_shares(self) -> tuple[FlowShare, ...]:
        near = np.array([self._near[flow.id] for flow in self._flows], np.float32)
        shares = self._heads.flows(near)
        listed = [
            FlowShare(flow, float(share), float(at)) for flow, share, at in zip(self._flows, shares, near, strict=False)
        ]
        return tuple(sorted(listed, key=lambda one: -one.share))

    def spans(self, slots: Sequence[Slot], role: Role | None = None) -> Mapping[str, Said]:
        """Where the turn says values of `slots`; those it does not say are left out."""
        known = [slot for slot in slots if slot.name in self._index.slots and slot.type != "bool"]
        if not known or not self._turn.words.any():
            return {}
        vectors = np.stack([self._index.slots[slot.name] for slot in known])
        roles = np.array([ROLES.index(role or self._role(slot)) for slot in known], np.int64)
        starts, ends = self._heads.spans(self._turn, vectors, roles)
        found = {}
        for place, slot in enumerate(known):
            said = _best(self._turn, starts[place], ends[place])
            if said is not None:
                found[slot.name] = said
        return found

    def value(self, slot: Slot) -> tuple[str | bool, float] | None:
        """The value of a category or a yes or no that the turn means, and its share; None where none is likeliest."""
        shares = self._value_shares(slot)
        if shares is None:
            return None
        best = max(shares, key=lambda value: shares[value])
        return None if best is None else (best, shares[best])

    def _value_shares(self, slot: Slot) -> Mapping[str | bool | None, float] | None:
        """Shares of a slot's values and, as None, of none of them."""
        listed = self._index.values.get(slot.name)
        if listed is None:
            return None
        names, vectors = listed
        return dict(zip((*names, None), map(float, self._heads.values(self._turn, vectors)), strict=True))

    def may_pass(self, slot: Slot) -> bool:
        """Whether a yes or no to the question of `slot` counts before it is asked."""
        return slot.name in self._index.passing

    def _role(self, slot: Slot) -> Role:
        asked = self._situation.asked
        if asked is not None and asked.name == slot.name:
            return "asked"
        return "filled" if self._situation.values.get(slot.name) is not None else "open"


def _best(turn: ReadTurn, starts: Vectors, ends: Vectors) -> Said | None:
    """The likeliest stretch, if it is likelier than that nothing is said."""
    words = np.flatnonzero(turn.words)
    if not len(words):
        return None
    joint = np.triu(np.outer(starts[words], ends[words]))
    joint -= np.triu(joint, MAX_VALUE_TOKENS)
    first, last = np.unravel_index(int(joint.argmax()), joint.shape)
    share, silent = float(joint[first, last]), float(starts[NOT_SAID] * ends[NOT_SAID])
    if share <= silent:
        return None
    return Said(turn.places[words[first]][0], turn.places[words[last]][1], share / (share + silent))


def _nearest(index: ReaderIndex, near: Vectors, text: str) -> dict[str, float]:
    """How near the nearest of each flow's sentences is, and what the words add that the turn shares with the flow."""
    nearest: dict[str, float] = {}
    for owner, value in zip(index.owners, near, strict=True):
        nearest[owner] = max(nearest.get(owner, -1.0), float(value))
    for flow, more in zip(index.named, index.words.nearer(text), strict=True):
        nearest[flow] += float(more)
    return nearest
