"""The reader's stage of the cascade: reads a turn and decides."""

from __future__ import annotations

from dialogue.understanding.index import Ranked
from dialogue.understanding.reader.deciding import Decision, decide
from dialogue.understanding.reader.halves import halves, joined, starts_two
from dialogue.understanding.reader.index import ReaderIndex, build_index
from dialogue.understanding.reader.port import TurnReader
from dialogue.understanding.reader.reading import Reading
from dialogue.understanding.router import Routed
from dialogue.understanding.situation import Situation
from flows.model import Assistant


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
        whole = decide(await self.read(text, situation), situation)
        if len(whole.started) != 1:
            return whole
        for first, second in halves(text):
            readings = await self.read(first, situation), await self.read(second, situation)
            if starts_two(*readings, situation):
                both = joined(*(decide(reading, situation) for reading in readings))
                if len(both.started) > 1:
                    return both
        return whole
