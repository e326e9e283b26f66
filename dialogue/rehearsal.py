"""What the effects of a turn would say, without anything being said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from dialogue.responses import Moment, say_or_apologise
from dialogue.templates import Values
from dialogue.turn import Said
from flows.commands import Json
from flows.effects import Effect, Emit, Utter
from flows.events import SlotSet
from flows.model import Assistant


def rehearsed(
    effects: Sequence[Effect], before: Mapping[str, Json], assistant: Assistant, channel: str, chance: Random
) -> tuple[Said, ...]:
    """Return what is said, each text with the slots as they are at its place among the effects."""
    slots = dict(before)
    said: list[Said] = []
    for effect in effects:
        if isinstance(effect, Emit) and isinstance(effect.event, SlotSet):
            slots[effect.event.name] = effect.event.value
        elif isinstance(effect, Utter):
            moment = Moment(Values(slots, effect.context, effect.metadata), channel)
            said.append(say_or_apologise(effect.response, assistant, moment, chance)[0])
    return tuple(said)
