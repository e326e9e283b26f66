"""Which turns belong to flows, in an assistant that was written to live beside an intent-based one.

There is no intent-based assistant here. So the part of these routers that can be kept is kept (what belongs to flows
goes to them), and the rest is said: a turn that belongs elsewhere is CannotHandle(cannot_handle_not_supported).

    a payload; a flow is running; route_session_to_calm is true    flows
    route_session_to_calm is false                                 elsewhere
    IntentBasedRouter: the intent is listed in nlu_entry           elsewhere, else flows
    LLMBasedRouter: the model's letter                             A flows, B and C elsewhere; no answer: flows

An entry that is sticky is not kept to elsewhere: there a caller would be stuck with what cannot answer.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from typing import Final, Literal, TypeAlias

import structlog

from dialogue.before_others import BeforeOthers
from dialogue.ports import LanguageModel, Understanding
from dialogue.turn import Understood, UserTurn
from dialogue.understanding.configuration.settings import Coexistence
from dialogue.understanding.fast_path.matcher import match_fast
from dialogue.understanding.payload import parse_payload
from dialogue.understanding.situation import Situation, read_situation
from dialogue.understanding.words import clean, label
from flows.commands import CannotHandle
from flows.model import Assistant
from flows.state import ConversationState

Route: TypeAlias = Literal["flows", "elsewhere"]
Hear: TypeAlias = Callable[[str], Awaitable[str | None]]
"""Returns the intent of a caller's words, None where none is clear."""

SLOT: Final = "route_session_to_calm"
LETTERS: Final = 'root ::= "A" | "B" | "C"\n'
BUDGET_S: Final = 1.0
MAX_CALLER_CHARACTERS: Final = 500
_LETTER: Final = re.compile(r"\b([ABC])\b")
_MAX_NAMES: Final = 30

_log = structlog.get_logger(__name__)


class CoexistenceRouter(BeforeOthers):
    """Understanding of the turns that belong to flows, by `others`; the rest is declined."""

    def __init__(
        self,
        others: Understanding,
        assistant: Assistant,
        settings: Coexistence,
        *,
        model: LanguageModel | None = None,
        hear: Hear | None = None,
        budget_s: float = BUDGET_S,
    ) -> None:
        """Set up. `model` decides for an LLMBasedRouter, `hear` for an IntentBasedRouter; without, all is for flows."""
        self._others = others
        self._assistant = assistant
        self._settings = settings
        self._model = model
        self._hear = hear
        self._budget_s = budget_s

    async def understand(self, turn: UserTurn, state: ConversationState) -> Understood:
        """Propose commands for a turn."""
        began_s = time.perf_counter()
        text = clean(turn.text)
        if not text or parse_payload(turn.text, self._assistant) is not None:
            return await self._others.understand(turn, state)
        situation = read_situation(state, self._assistant, turn.local_time)
        if match_fast(text, situation, situation.now) is not None or await self.route(text, situation) == "flows":
            return await self._others.understand(turn, state)
        declined = (CannotHandle("cannot_handle_not_supported"),)
        return Understood(turn, declined, "none", took_ms=1000 * (time.perf_counter() - began_s))

    async def route(self, text: str, situation: Situation) -> Route:
        """Say where a turn belongs. Never raises for what a model does."""
        decided = situation.values.get(SLOT)
        if isinstance(decided, bool):
            return "flows" if decided else "elsewhere"
        if situation.active is not None:
            return "flows"
        try:
            async with asyncio.timeout(self._budget_s):
                return await (self._by_intent(text) if self._settings.by == "intent" else self._by_model(text))
        except TimeoutError:
            _log.warning("no route in time", budget_s=self._budget_s)
        except Exception as problem:  # the plugin boundary: any model may stand behind the port
            _log.warning("no route", error=str(problem))
        return "flows"

    async def _by_intent(self, text: str) -> Route:
        intent = None if self._hear is None else await self._hear(text)
        if intent is None or intent in self._settings.calm:
            return "flows"
        return "elsewhere" if intent in (*self._settings.nlu_sticky, *self._settings.nlu_non_sticky) else "flows"

    async def _by_model(self, text: str) -> Route:
        if self._model is None:
            return "flows"
        prefix, tail = routing_prompt(self._settings, text, self._assistant)
        completion = await self._model.complete(prefix, tail, grammar=LETTERS, max_tokens=4)
        found = _LETTER.search(completion.text)
        return "flows" if found is None or found[1] == "A" else "elsewhere"


def routing_prompt(settings: Coexistence, text: str, assistant: Assistant) -> tuple[str, str]:
    """Return prefix and tail of the question that a model answers with one letter."""
    flows = ", ".join(label(flow.name) or label(flow.id) for flow in assistant.user_flows[:_MAX_NAMES])
    scopes = (
        ("A", " ".join(settings.calm) or flows),
        ("B", " ".join(settings.nlu_sticky)),
        ("C", " ".join(settings.nlu_non_sticky)),
    )
    lines = [f"{letter}: {clean(scope)}" for letter, scope in scopes if scope]
    prefix = "Which one is the caller's wish about? Answer with one letter.\n" + "\n".join(lines) + "\n"
    return prefix, f"Caller: {clean(text)[:MAX_CALLER_CHARACTERS]}\nLetter:"
