"""The reader's stage of the cascade: reads a turn and decides."""

from __future__ import annotations

from dialogue.understanding.close_reader.close_reading import CloseReading
from dialogue.understanding.close_reader.pages import beginning_page, open_page
from dialogue.understanding.close_reader.port import PageReader
from dialogue.understanding.index import Ranked
from dialogue.understanding.reader.deciding import Decision, decide, slots_of
from dialogue.understanding.reader.halves import halves, joined, starts_two
from dialogue.understanding.reader.index import ReaderIndex, build_index
from dialogue.understanding.reader.port import TurnReader
from dialogue.understanding.reader.reading import Reading
from dialogue.understanding.router import Routed
from dialogue.understanding.situation import Situation
from flows.model import Assistant

CERTAIN = 0.75
"""Share from which on a turn is not read again."""


class Reader:
    """The reader of one assistant. Build it with `Reader.build`; it changes nothing afterwards."""

    def __init__(self, index: ReaderIndex, model: TurnReader, closer: PageReader | None = None) -> None:
        self._index = index
        self._model = model
        self._closer = closer

    @classmethod
    async def build(cls, assistant: Assistant, model: TurnReader, closer: PageReader | None = None) -> Reader:
        """Encode an assistant. `closer` reads again what is unsure. Raises what the model raises."""
        return cls(await build_index(assistant, model), model, closer)

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
        whole = await self._decide_one(text, situation)
        if len(whole.started) != 1:
            return whole
        for first, second in halves(text):
            readings = await self.read(first, situation), await self.read(second, situation)
            if starts_two(*readings, situation):
                both = joined(*[await self._decide_one(half, situation) for half in (first, second)])
                if len(both.started) > 1:
                    return both
        return whole

    async def _decide_one(self, text: str, situation: Situation) -> Decision:
        first = decide(await self.read(text, situation), situation)
        if self._closer is None or first.share >= CERTAIN:
            return first
        return await self._decide_closely(text, situation, first, self._closer)

    async def _decide_closely(self, text: str, situation: Situation, first: Decision, closer: PageReader) -> Decision:
        """Decide on a turn that is read beside what it may mean, and once more beside what it starts."""
        asked = situation.asked
        line = self._index.slot_texts.get(asked.name, "") if asked is not None else ""
        turn, heads = await self._model.read(line, text), self._model.heads
        near = [one.flow for one in first.flows]
        pages = [await closer.read(open_page(text, situation, near, self._index))]
        reading = CloseReading(text, turn, situation, self._index, heads, pages, closer.heads)
        decision = decide(reading, situation)
        for flow in decision.started:
            begun = situation.assistant.flows[flow]
            slots = slots_of(begun, situation.assistant)
            if slots:
                pages.append(await closer.read(beginning_page(text, situation, begun, slots, self._index)))
        if len(pages) == 1:
            return decision
        return decide(CloseReading(text, turn, situation, self._index, heads, pages, closer.heads), situation)
