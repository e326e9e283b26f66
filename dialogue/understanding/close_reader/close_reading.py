"""A turn that was read beside what it may mean: the reader's shares, and those of the close reader with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np

from dialogue.understanding.close_reader.heads import CloseHeads, ReadPage
from dialogue.understanding.close_reader.page import FLOW_KINDS, SLOT_KINDS
from dialogue.understanding.reader.heads import Act, Heads, ReadTurn, Role, Vectors
from dialogue.understanding.reader.index import ReaderIndex
from dialogue.understanding.reader.reading import MAX_VALUE_TOKENS, FlowShare, Reading, Said
from dialogue.understanding.situation import Situation
from flows.model import Slot

CLOSER = 0.5
"""How much the close reader's share of acts, flows and values counts beside the reader's."""


class CloseReading(Reading):
    """One turn with its pages: the first stands where the conversation does, the others begin a flow each."""

    def __init__(
        self,
        text: str,
        turn: ReadTurn,
        situation: Situation,
        index: ReaderIndex,
        heads: Heads,
        pages: Sequence[ReadPage],
        closer: CloseHeads,
    ) -> None:
        super().__init__(text, turn, situation, index, heads)
        self._pages = tuple(pages)
        self._closer = closer

    @cached_property
    def _acts(self) -> Mapping[Act, float]:
        own = super()._acts
        closer = self._closer.acts(self._pages[0])
        asked = self._situation.asked
        if asked is not None and asked.type == "bool":
            answers = self._answers(asked.name)
            if answers is not None:
                closer = {**closer, "yes": (closer["yes"] + answers[1]) / 2, "no": (closer["no"] + answers[2]) / 2}
        return {act: (1 - CLOSER) * share + CLOSER * closer[act] for act, share in own.items()}

    @cached_property
    def _flow_shares(self) -> tuple[FlowShare, ...]:
        page = self._pages[0]
        placed = [(at, item.name) for at, item in enumerate(page.written.items) if item.kind in FLOW_KINDS]
        own = super()._flow_shares
        if not placed:
            return own
        shares = self._closer.flows(page, [at for at, _ in placed])
        closer = {name: float(share) for (_, name), share in zip(placed, shares, strict=False)}
        both = [
            FlowShare(one.flow, (1 - CLOSER) * one.share + CLOSER * closer.get(one.flow.id, 0.0), one.nearness)
            for one in own
        ]
        return tuple(sorted(both, key=lambda one: -one.share))

    def spans(self, slots: Sequence[Slot], role: Role | None = None) -> Mapping[str, Said]:
        """Where the turn says values of `slots`; those it does not say are left out."""
        found = dict(super().spans([slot for slot in slots if self._place(slot.name) is None], role))
        for slot in slots:
            placed = self._place(slot.name)
            if placed is not None and slot.type != "bool":
                said = _said(placed[0], *self._closer.spans(*placed))
                if said is not None:
                    found[slot.name] = said
        return found

    def value(self, slot: Slot) -> tuple[str | bool, float] | None:
        """The value of a category or a yes or no that the turn means, and its share; None where none is likeliest."""
        own = self._value_shares(slot)
        closer = self._closer_values(slot)
        if closer is None or own is None:
            return super().value(slot)
        both = {value: (1 - CLOSER) * own.get(value, 0.0) + CLOSER * share for value, share in closer.items()}
        best = max(both, key=lambda value: both[value])
        return (best, both[best]) if best is not None else None

    def _closer_values(self, slot: Slot) -> Mapping[str | bool | None, float] | None:
        placed = self._place(slot.name)
        if placed is None:
            return None
        page, at = placed
        if slot.type == "bool":
            none, yes, no = map(float, self._closer.answers(page, at))
            return {None: none, True: yes, False: no}
        choices = [
            (place, item.name)
            for place, item in enumerate(page.written.items)
            if item.kind == "choice" and item.slot == slot.name
        ]
        if len(choices) != len(slot.values):
            return None  # too many to stand on a page
        shares = self._closer.choices(page, at, [place for place, _ in choices])
        made: dict[str | bool | None, float] = {
            name: float(one) for (_, name), one in zip(choices, shares, strict=False)
        }
        return {**made, None: float(shares[-1])}

    def _answers(self, slot: str) -> Vectors | None:
        placed = self._place(slot)
        return None if placed is None else self._closer.answers(*placed)

    def _place(self, slot: str) -> tuple[ReadPage, int] | None:
        """The page that a slot stands on, the last that has it, and where."""
        for page in reversed(self._pages):
            for at, item in enumerate(page.written.items):
                if item.kind in SLOT_KINDS and item.name == slot:
                    return page, at
        return None


def _said(page: ReadPage, starts: Vectors, ends: Vectors) -> Said | None:
    """The likeliest stretch, if it is likelier than that nothing is said. The first share is "not said"."""
    places = page.written.places
    if not places:
        return None
    joint = np.triu(np.outer(starts[1:], ends[1:]))
    joint -= np.triu(joint, MAX_VALUE_TOKENS)
    first, last = np.unravel_index(int(joint.argmax()), joint.shape)
    share, silent = float(joint[first, last]), float(starts[0] * ends[0])
    if share <= silent:
        return None
    return Said(places[first][0], places[last][1], share / (share + silent))
