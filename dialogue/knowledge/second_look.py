"""A question that understanding makes nothing of goes to the documents, where they answer it.

    understood                       ──▶ as it is
    cannot handle, or hardly a chat  ──┬─ no question, or the documents do not answer it ──▶ as it is
                                       └─ they answer it ──▶ search, and then back to what was asked

"By the way, can I bring my dog?" in the middle of a booking is like nothing that a flow is for, and a stage may take
it for nothing at all. The documents know better, and are asked only then: some milliseconds in few turns.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import structlog

from dialogue.before_others import BeforeOthers
from dialogue.knowledge.search import KnowledgeSearch
from dialogue.ports import Understanding
from dialogue.turn import Understood, UserTurn
from dialogue.understanding.answering import sounds_like_question
from dialogue.understanding.words import clean
from flows.commands import CannotHandle, ChitChat, KnowledgeAnswer
from flows.state import ConversationState

LOOK_LIMIT_S = 0.5
"""The longest wait for a store elsewhere: a caller who was not understood is not kept waiting to hear that."""
CERTAIN = 0.95
"""From which on it counts that nothing can be made of a turn: it gives orders to a model."""
HARDLY = 0.5
"""Below which a chat is no more than the likeliest of several."""
LEAST_WORDS = 3
"""Of a question: less is a part of one, and likens many passages."""

log = structlog.get_logger(__name__)


class AsksDocuments(BeforeOthers):
    """Understanding by `others`, with a second look at questions that they make nothing of."""

    def __init__(self, others: Understanding, search: KnowledgeSearch, *, limit_s: float = LOOK_LIMIT_S) -> None:
        self._others = others
        self._search = search
        self._limit_s = limit_s

    async def understand(self, turn: UserTurn, state: ConversationState) -> Understood:
        """Propose commands for a turn."""
        understood = await self._others.understand(turn, state)
        text = clean(turn.text)
        if not _is_lost(understood) or not _is_question(text):
            return understood
        began_s = time.perf_counter()
        certainty = await self._look(text)
        took_ms = understood.took_ms + 1000 * (time.perf_counter() - began_s)
        if certainty == 0.0:
            return replace(understood, took_ms=took_ms)
        commands = (KnowledgeAnswer(),)
        return replace(understood, commands=commands, stage="documents", confidence=certainty, took_ms=took_ms)

    async def _look(self, text: str) -> float:
        try:
            async with asyncio.timeout(self._limit_s):
                return await self._search.certainty(text)
        except TimeoutError:
            log.info("no second look: the documents took too long", limit_s=self._limit_s)
            return 0.0


def with_documents(understanding: Understanding, search: KnowledgeSearch | None) -> Understanding:
    """Let questions be looked up that nothing else is made of, where there are documents to search."""
    return understanding if search is None else AsksDocuments(understanding, search)


def _is_lost(understood: Understood) -> bool:
    match understood.commands:
        case (CannotHandle(reason="default"),):
            return understood.stage not in ("payload", "recorded") and understood.confidence < CERTAIN
        case (ChitChat(),):
            return understood.stage not in ("payload", "recorded") and understood.confidence < HARDLY
        case _:
            return False


def _is_question(text: str) -> bool:
    return len(text.split()) >= LEAST_WORDS and sounds_like_question(text)
