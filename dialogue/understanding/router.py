"""The router: what a turn is about, by nearness to the assistant's flows, and which slots it fills.

    open turn     near one flow            start it, with the slots the turn gives
                  as near to several       clarify
    asked slot    near another flow, and said like a request    digress: start it
                  values for slots of the running flow          answer, add, correct
                  the question's own free text                  answer

It decides only above thresholds measured on turns of assistants that it was not tuned for; what it leaves goes to
the language model. A yes or no is never decided here: only the fast path may, where it is certain.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from dialogue.ports import SentenceEncoder
from dialogue.understanding.answering import fill_answer, sounds_like_request
from dialogue.understanding.evidence import EXTRACTOR, start_flow, with_evidence
from dialogue.understanding.fast_path.answers import (
    bare_answer,
)
from dialogue.understanding.fast_path.control import hand_over, read_control
from dialogue.understanding.index import FlowIndex, Ranked, Vectors, build_index, readings
from dialogue.understanding.prototypes import Wish
from dialogue.understanding.situation import Situation
from dialogue.understanding.words import (
    content_stems,
    label,
)
from flows.commands import (
    CancelFlow,
    ChitChat,
    Clarify,
    Command,
    RepeatLastBotMessages,
    SetSlot,
    SkipQuestion,
)
from flows.model import Assistant, Slot

MAX_OPTIONS = 3
_JOINED = re.compile(r",?\s+(?:and then|and also|and after that|then|and)\s+|(?<=[.!?;])\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which nearness on the router decides. Measured on tests/dialogue/understanding/spoken_turns_*.yml."""

    start: float = 0.47
    margin: float = 0.04
    bare_margin: float = 0.10
    """For turns of one telling word, "my card", which say what it is about and not what is to be done."""
    suggest: float = 0.38
    plausible: float = 0.42
    digress: float = 0.50
    several: float = 0.60
    wish: float = 0.62
    value: float = 0.42
    value_margin: float = 0.12


@dataclass(frozen=True, slots=True)
class Routed:
    """What the router makes of a turn; `commands` is None where it does not decide.

    `candidates` are the flows in order of nearness, for the stage that comes after.
    """

    commands: tuple[Command, ...] | None
    confidence: float
    candidates: tuple[Ranked, ...] = ()
    suggestion: tuple[Command, ...] | None = None
    """What to say if no later stage knows better: ask which of the nearest flows is meant, not to say it again."""
    stage: Literal["reader", "router"] = "router"


class Router:
    """The router of one assistant. Build it with `Router.build`; it changes nothing afterwards."""

    def __init__(self, index: FlowIndex, encoder: SentenceEncoder, thresholds: Thresholds) -> None:
        self._index = index
        self._encoder = encoder
        self._at = thresholds

    @classmethod
    async def build(
        cls, assistant: Assistant, encoder: SentenceEncoder, thresholds: Thresholds | None = None
    ) -> Router:
        """Encode the assistant's flows. Raises what the encoder raises."""
        return cls(await build_index(assistant, encoder), encoder, thresholds or Thresholds())

    async def route(self, text: str, situation: Situation) -> Routed:
        """Decide on a turn, or leave it. Raises what the encoder raises."""
        turn = await self._encoder.encode(readings(text))
        ranked = with_evidence(self._index.rank(turn, text, situation.startable), text, situation)
        wishes = self._index.wishes(turn)
        # A question that no flow asks, "anything else?", is as open as none.
        if situation.asked is None or situation.active is None:
            return await self._open_turn(text, situation, ranked, wishes)
        return await self._answer_turn(text, situation, ranked, wishes)

    async def _open_turn(
        self, text: str, situation: Situation, ranked: tuple[Ranked, ...], wishes: dict[Wish, float]
    ) -> Routed:
        several = await self._several(text, situation)
        if several:
            return Routed(tuple(several), self._at.several, ranked)
        best = ranked[0].score if ranked else 0.0
        wish, nearness = max(wishes.items(), key=lambda item: item[1])
        if nearness >= self._at.wish and nearness > best:
            commands = _wish_commands(wish, situation)
            if commands is not None:
                return Routed(commands, nearness, ranked)
        is_bare = len(content_stems(text)) <= 1
        margin = self._at.bare_margin if is_bare else self._at.margin
        near = [one for one in ranked if one.score > best - margin]
        if len(near) > 1 and best >= self._at.plausible:
            return Routed((Clarify(tuple(one.flow.id for one in near[:MAX_OPTIONS])),), best, ranked)
        lead = best - (ranked[1].score if len(ranked) > 1 else 0.0)
        if near and best + min(lead, 0.2) / 2 >= self._at.start:
            return Routed(start_flow(near[0].flow, text, situation), best, ranked)
        if len(ranked) > 1 and best >= self._at.suggest:
            return Routed(None, best, ranked, (Clarify(tuple(one.flow.id for one in ranked[:2])),))
        return Routed(None, best, ranked)

    async def _answer_turn(
        self, text: str, situation: Situation, ranked: tuple[Ranked, ...], wishes: dict[Wish, float]
    ) -> Routed:
        best = ranked[0] if ranked else None
        wish, nearness = max(wishes.items(), key=lambda item: item[1])
        if nearness >= self._at.wish and (best is None or nearness > best.score):
            commands = _wish_commands(wish, situation)
            if commands is not None:
                return Routed(commands, nearness, ranked)
        stopped = self._stopped(text, situation, best)
        if stopped is not None:
            return Routed(stopped, 0.9, ranked)
        if best is not None and self._is_digression(text, best, ranked, situation):
            return Routed(start_flow(best.flow, text, situation), min(1.0, best.score), ranked)
        filled = fill_answer(text, situation)
        if filled:
            return Routed(filled, 0.8, ranked)
        value = await self._nearest_value(text, situation.asked) if situation.asked else None
        if value is not None and situation.asked is not None:
            return Routed((SetSlot(situation.asked.name, value, EXTRACTOR),), self._at.value, ranked)
        return Routed(None, best.score if best else 0.0, ranked)

    def _is_digression(self, text: str, best: Ranked, ranked: Sequence[Ranked], situation: Situation) -> bool:
        if situation.active is not None and best.flow.id == situation.active.id:
            return False
        clear = best.score - (ranked[1].score if len(ranked) > 1 else 0.0) >= self._at.margin
        needed = self._at.digress if sounds_like_request(text) else self._at.digress + 0.2
        return clear and best.score >= needed

    def _stopped(self, text: str, situation: Situation, best: Ranked | None) -> tuple[Command, ...] | None:
        """A turn that opens with stopping, "never mind, I'll take the bus", and may go on to something else."""
        opening, _, rest = text.partition(",") if "," in text else text.partition(".")
        if not rest.strip() or read_control(opening, situation) != (CancelFlow(),):
            return None
        is_other = best is not None and (situation.active is None or best.flow.id != situation.active.id)
        if best is not None and is_other and best.score >= self._at.digress and sounds_like_request(rest.strip()):
            return (CancelFlow(), *start_flow(best.flow, rest.strip(), situation))
        return (CancelFlow(),)

    async def _several(self, text: str, situation: Situation) -> list[Command]:
        """Start several flows where each part of the turn is near to one of its own."""
        parts = [part.strip(" ,") for part in _JOINED.split(text) if len(part.split()) > 1]
        if not 2 <= len(parts) <= MAX_OPTIONS:
            return []
        commands: list[Command] = []
        started: set[str] = set()
        for part in parts:
            near = self._index.rank(await self._encoder.encode(readings(part)), part, situation.startable)
            ranked = with_evidence(near, part, situation)
            if not ranked or ranked[0].score < self._at.several or ranked[0].flow.id in started:
                return []
            started.add(ranked[0].flow.id)
            commands += start_flow(ranked[0].flow, part, situation)
        return commands

    async def _nearest_value(self, text: str, asked: Slot) -> str | None:
        """The category that a turn means without naming it: "somebody took it" for `stolen`."""
        if asked.type not in ("categorical", "strict_categorical") or len(asked.values) < 2 or "?" in text:
            return None
        said: Vectors = await self._encoder.encode([bare_answer(text)])
        values: Vectors = await self._encoder.encode([label(value) for value in asked.values])
        nearness = (values @ said[0]).astype(float)
        order = np.argsort(-nearness)
        clear = nearness[order[0]] - nearness[order[1]] >= self._at.value_margin
        return asked.values[order[0]] if clear and nearness[order[0]] >= self._at.value else None


def _wish_commands(wish: Wish, situation: Situation) -> tuple[Command, ...] | None:
    match wish:
        case "cancel":
            return (CancelFlow(),) if situation.is_flow_running else None
        case "repeat":
            return (RepeatLastBotMessages(),)
        case "person":
            return hand_over(situation)
        case "skip":
            return (SkipQuestion(),) if situation.asked is not None else None
        case "chitchat":
            return (ChitChat(),)
