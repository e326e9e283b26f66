"""Makes a turn of one that was written by hand: its values drawn or taken, their places known."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from dialogue.understanding.numbers import find_numbers
from models.training.domain_files import FOLDER, SlotData, read_domain
from models.training.turn_files import WrittenTurn, turns_of
from models.training.turn_kinds import Turn, Variant
from models.training.values import ValueMaker

_PIECE = re.compile(r"\{(\w+)\}|\[([^\]]+)\]\((\w+)\)")


class WrittenTurns:
    """Draws from the turns that were written for a domain."""

    def __init__(self, values: ValueMaker, rng: random.Random) -> None:
        self._values = values
        self._rng = rng

    def draw(self, variant: Variant) -> Turn | None:
        """Draw a turn that fits the assistant; None where none was written."""
        fitting = [one for one in _read(variant.domain.domain) if _fits(one, variant)]
        return self._made(self._rng.choice(fitting), variant) if fitting else None

    def _made(self, written: WrittenTurn, variant: Variant) -> Turn:
        slots = variant.domain.slots
        text, spans, values = "", {}, dict[str, str | float | bool](written.value)
        rest = 0
        for piece in _PIECE.finditer(written.words):
            text += written.words[rest : piece.start()]
            rest = piece.end()
            name = piece[1] or piece[3]
            drawn = self._values.draw(slots[name]) if piece[1] else None
            said = drawn.said if drawn is not None else piece[2]
            means = drawn.means if drawn is not None else _meaning(slots[name], said)
            if slots[name].type in ("categorical", "float") and means is not None:
                values.setdefault(name, means)
            if slots[name].type != "bool" and (means is not None or slots[name].type == "text"):
                spans[name] = (len(text), len(text) + len(said))
            text += said
        text += written.words[rest:]
        is_answer = written.yes is not None or written.no is not None
        if is_answer and written.asked is not None:
            values[written.asked] = written.yes is not None
        return Turn(
            text,
            _acts(written, has_values=bool(spans or written.value)),
            written.starts or written.clarify,
            spans,
            values,
            written.flow if written.asked else None,
            written.asked,
            self._filled(written, variant),
        )

    def _filled(self, written: WrittenTurn, variant: Variant) -> Mapping[str, str]:
        """Values of what was asked before, and of what is corrected."""
        if written.asked is None or written.flow is None:
            return {}
        order = variant.slots_of(written.flow)
        before = dict.fromkeys([*order[: order.index(written.asked)], *(one for one in written.known if one in order)])
        before.pop(written.asked, None)
        new = set(written.slots) - set(written.known)
        return {name: str(self._values.draw(variant.domain.slots[name]).means) for name in before if name not in new}


def _acts(written: WrittenTurn, *, has_values: bool) -> frozenset[str]:
    acts = {"fill"} if has_values else set()
    if written.yes is not None or written.no is not None:
        acts.add("yes" if written.yes is not None else "no")
    if written.starts:
        acts.add("start")
    if written.clarify:
        acts.add("clarify")
    if written.cancel:
        acts.add("cancel")
    if written.act is not None:
        acts.add(written.act)
    return frozenset(acts or {"none"})


def _meaning(slot: SlotData, said: str) -> str | float | None:
    """What marked words stand for; None where that cannot be told."""
    if slot.type == "float":
        numbers = find_numbers(said)
        return float(numbers[0].value) if len(numbers) == 1 else None
    if slot.type == "categorical" and isinstance(slot.values, Mapping):
        for value, others in slot.values.items():
            if said.lower() in (value.lower(), *(other.lower() for other in others)):
                return value
        return None
    return said


def _fits(written: WrittenTurn, variant: Variant) -> bool:
    flows = (*([written.flow] if written.flow else []), *written.starts, *written.clarify)
    return all(flow in variant.flows for flow in flows)


@lru_cache(maxsize=256)
def _read(domain: str) -> Sequence[WrittenTurn]:
    return turns_of(read_domain(FOLDER / f"{domain}.yml"))
