"""Which of several readings of a value the assistant accepts: "at eight" is 20:00 where 08:00 would be refused.

The rejections of a slot, and of the steps that collect it, say what its author takes for possible. The reading that
gets furthest through them is meant: a caller who names an hour after the last order wants to hear that it is too late,
and not that the house is closed in the morning.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dialogue.understanding.dates import Choose
from dialogue.understanding.normalising import normalised
from dialogue.understanding.situation import Situation
from flows.commands import Json
from flows.model import CollectTask, Rejection, Slot


def as_slot(slot: Slot, said: Json, situation: Situation) -> Json:
    """Return the value of `slot` that `said` stands for, written as its author asks for it and as it is accepted."""
    about = situation.description(slot)
    return normalised(slot, said, description=about, now=situation.now, choose=chooser(slot, situation))


def chooser(slot: Slot, situation: Situation) -> Choose:
    """Return what chooses among readings of a slot's value by what would be refused now."""

    def choose(readings: Sequence[str]) -> str | None:
        reached = [_reached(slot, reading, situation) for reading in readings]
        best = [reading for reading, at in zip(readings, reached, strict=True) if at == max(reached)]
        return best[0] if len(best) == 1 else None

    return choose


def _reached(slot: Slot, reading: str, situation: Situation) -> int:
    """How many rejections a value passes before one holds."""
    slots = {**situation.values, slot.name: reading}
    passed = 0
    for rejection in _rejections(slot, situation):
        if rejection.condition.test(slots, {}):
            return passed
        passed += 1
    return passed


def _rejections(slot: Slot, situation: Situation) -> Iterable[Rejection]:
    if slot.validation is not None:
        yield from slot.validation.rejections
    for flow in situation.assistant.flows.values():
        for step in flow.steps:
            if isinstance(step.task, CollectTask) and step.task.slot == slot.name:
                yield from step.task.rejections
