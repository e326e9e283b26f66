"""The reader's stage of the cascade: reads a turn and decides."""

from __future__ import annotations

from dialogue.understanding.index import Ranked
from dialogue.understanding.reader.deciding import Decision, decide, slots_of
from dialogue.understanding.reader.index import ReaderIndex, build_index
from dialogue.understanding.reader.port import TurnReader
from dialogue.understanding.reader.reading import Reading
from dialogue.understanding.router import Routed
from dialogue.understanding.situation import Situation
from flows.model import Assistant

LOOKED_FLOWS, LOOKED_SLOTS = 3, 6
WORTH_A_LOOK = 0.15
CERTAIN = 0.98
"""Share of the nearest flow from which on no second look is needed."""


class Reader:
    """The reader of one assistant. Build it with `Reader.build`; it changes nothing afterwards."""

    def __init__(self, index: ReaderIndex, model: TurnReader) -> None:
        self._index = index
        self._model = model

    @classmethod
    async def build(cls, assistant: Assistant, model: TurnReader) -> Reader:
        """Encode an assistant. Raises what the model raises."""
        return cls(await build_index(assistant, model), model)

    async def read(self, text: str, situation: Situation) -> Reading:
        """Read a turn. Raises what the model raises."""
        asked = situation.asked
        line = self._index.slot_texts.get(asked.name, "") if asked is not None else ""
        turn = await self._model.read(line, text)
        return Reading(text, turn, situation, self._index, self._model.heads)

    async def route(self, text: str, situation: Situation) -> Routed:
        """Decide on a turn, or leave it to the next stage with what is likeliest. Raises what the model raises."""
        decision = await self.decide(text, situation)
        ranked = tuple(Ranked(one.flow, one.share) for one in decision.flows)
        if decision.is_sure:
            return Routed(decision.commands, decision.share, ranked, stage="reader")
        return Routed(None, decision.share, ranked, suggestion=decision.commands, stage="reader")

    async def decide(self, text: str, situation: Situation) -> Decision:
        """Read a turn and decide. Raises what the model raises."""
        reading = await self.read(text, situation)
        if self._model.heads.has_match:
            await self._look_again(reading, situation)
        return decide(reading, situation)

    async def _look_again(self, reading: Reading, situation: Situation) -> None:
        """Read a turn that may start a flow behind the nearest few, and then behind the slots of the likeliest."""
        acts = reading.acts()
        if situation.asked is not None and max(acts["start"], acts["clarify"], acts["search"]) < WORTH_A_LOOK:
            return
        near = reading.flows()[:LOOKED_FLOWS]
        if near and near[0].share < CERTAIN:
            lines = [self._index.flow_texts[one.flow.id] for one in near]
            looks = await self._model.read_behind(lines, reading.text)
            reading.look_at_flows({one.flow.id: look for one, look in zip(near, looks, strict=True)})
        likely = reading.flows()[:1] if acts["start"] >= WORTH_A_LOOK else ()
        named = {slot.name for one in likely for slot in slots_of(one.flow, situation.assistant)}
        slots = [name for name in named if name in self._index.slot_texts][:LOOKED_SLOTS]
        looks = await self._model.read_behind([self._index.slot_texts[name] for name in slots], reading.text)
        reading.look_at_slots(dict(zip(slots, looks, strict=True)))
