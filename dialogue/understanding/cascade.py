"""The cascade: from a caller's words to commands, by the cheapest stage that is sure.

    payload ──▶ fast path ──▶ router ──▶ language model ──▶ cannot handle
    "/SetSlots"  < 1 ms        5-15 ms    0.3-0.6 s, bounded
                 certain only  measured   copy grammar
                               thresholds

All stages speak the same commands, and the result says which one decided and how sure it was. Nothing here has an
effect or keeps a state of a conversation: a turn may be understood several times while it is still being spoken, and
dropped at any await. Models that fail are logged and passed over; no exception leaves `understand`.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import structlog

from dialogue.ports import LanguageModel, SentenceEncoder
from dialogue.turn import Understood, UserTurn
from dialogue.understanding.fast_path.matcher import match_fast
from dialogue.understanding.generator import CommandGenerator, Trust
from dialogue.understanding.limits import max_characters, refused
from dialogue.understanding.payload import parse_payload
from dialogue.understanding.router import Routed, Router, Thresholds
from dialogue.understanding.situation import Situation, read_situation
from dialogue.understanding.words import clean
from flows.commands import CannotHandle, Failed
from flows.model import Assistant
from flows.state import ConversationState

MODEL_BUDGET_S = 1.5
"""How long a caller is left waiting for the language model before being asked to rephrase."""

_log = structlog.get_logger(__name__)


class Cascade:
    """Understanding for one assistant, behind the port of that name."""

    def __init__(
        self,
        assistant: Assistant,
        *,
        language_model: LanguageModel | None = None,
        encoder: SentenceEncoder | None = None,
        thresholds: Thresholds | None = None,
        trust: Trust = "agreement",
        model_budget_s: float = MODEL_BUDGET_S,
    ) -> None:
        """Set up the stages; without an encoder or a language model theirs are left out.

        Args:
            thresholds: of the router; measured defaults if left out.
            trust: how much of what the language model proposes is believed, see `generator`.
            model_budget_s: the longest wait for the language model in a turn.
        """
        self._assistant = assistant
        self._encoder = encoder
        self._thresholds = thresholds
        self._generator = CommandGenerator(assistant, language_model, trust) if language_model else None
        self._budget_s = model_budget_s
        self._max_characters = max_characters(assistant)
        self._router: Router | None = None
        self._preparing = asyncio.Lock()
        self._is_prepared = False

    async def prepare(self) -> None:
        """Build the flow index and warm the language model. Called once, before the first call; again does nothing.

        A model that fails here is logged and its stage left out.
        """
        async with self._preparing:
            if self._is_prepared:
                return
            self._router = await self._build_router()
            await self._warm_model()
            self._is_prepared = True

    async def understand(self, turn: UserTurn, state: ConversationState) -> Understood:
        """Propose commands for a turn. Never raises for what a caller says or a model does."""
        began_s = time.perf_counter()
        understood = await self._decide(turn, state)
        return replace(understood, took_ms=1000 * (time.perf_counter() - began_s))

    async def _decide(self, turn: UserTurn, state: ConversationState) -> Understood:
        payload = parse_payload(turn.text, self._assistant, turn.metadata)
        if payload is not None:
            return Understood(turn, payload, "payload")
        text = clean(turn.text)
        refusal = refused(text, self._max_characters)
        if refusal is not None:
            return Understood(turn, (refusal,), "none")
        situation = read_situation(state, self._assistant)
        certain = match_fast(text, situation)
        if certain is not None:
            return Understood(turn, certain, "fast_path")
        if not self._is_prepared:
            await self.prepare()
        routed = await self._route(text, situation)
        if routed is not None and routed.commands is not None:
            return Understood(turn, routed.commands, "router", confidence=min(1.0, max(0.0, routed.confidence)))
        return await self._generate(turn, text, situation, routed)

    async def _route(self, text: str, situation: Situation) -> Routed | None:
        if self._router is None:
            return None
        try:
            return await self._router.route(text, situation)
        except Exception as problem:  # the plugin boundary: any encoder may stand behind the port
            _log.warning("sentence encoder failed", error=str(problem))
            return None

    async def _generate(self, turn: UserTurn, text: str, situation: Situation, routed: Routed | None) -> Understood:
        candidates = routed.candidates if routed else ()
        lost = Understood(turn, (CannotHandle(),), "none", confidence=0.0)
        if routed is not None and routed.suggestion is not None:
            lost = Understood(turn, routed.suggestion, "router", confidence=max(0.0, routed.confidence))
        if self._generator is None or not self._generator.is_worth_asking(routed):
            return lost
        try:
            async with asyncio.timeout(self._budget_s):
                generated = await self._generator.generate(text, situation, candidates)
        except TimeoutError:
            _log.warning("language model too slow", budget_s=self._budget_s)
            return replace(lost, prompt=self._generator.prompt(text, situation))
        except Exception as problem:  # the plugin boundary: any model or server may stand behind the port
            _log.warning("language model failed", error=str(problem))
            # With the router's word that nothing is near, asking to rephrase is right; with neither, it is a fault.
            return lost if routed else replace(lost, commands=(Failed(),))
        return Understood(
            turn,
            generated.commands or lost.commands,
            "llm",
            confidence=routed.confidence if routed else 0.5,
            prompt=generated.prompt,
            completion=generated.completion.text,
            prompt_tokens=generated.completion.prompt_tokens,
            cached_tokens=generated.completion.cached_tokens,
            completion_tokens=generated.completion.completion_tokens,
        )

    async def _build_router(self) -> Router | None:
        if self._encoder is None:
            return None
        try:
            return await Router.build(self._assistant, self._encoder, self._thresholds)
        except Exception as problem:  # the plugin boundary
            _log.warning("no router: sentence encoder failed", error=str(problem))
            return None

    async def _warm_model(self) -> None:
        if self._generator is None:
            return
        try:
            await self._generator.warm()
        except Exception as problem:  # the plugin boundary; the model may be back by the time of a turn
            _log.warning("language model not warmed", error=str(problem))
