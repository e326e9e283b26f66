"""The cascade: from a caller's words to commands, by the cheapest stage that is sure.

    payload ──▶ fast path ──▶ reader ──▶ language model ──▶ cannot handle
    "/SetSlots"  < 1 ms        some ms    0.3-0.6 s, bounded
                 certain only             copy grammar

Without the reader's weights the router stands in its place: nearness to flows and rules, nothing trained.

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
from dialogue.understanding.close_reader.port import PageReader
from dialogue.understanding.fast_path.matcher import match_fast
from dialogue.understanding.generator import Trust
from dialogue.understanding.limits import max_characters, refused
from dialogue.understanding.payload import parse_payload
from dialogue.understanding.providers import Providers, only_model
from dialogue.understanding.reader.port import TurnReader
from dialogue.understanding.reader.reader import Reader
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
        reader: TurnReader | None = None,
        closer: PageReader | None = None,
        thresholds: Thresholds | None = None,
        trust: Trust = "agreement",
        model_budget_s: float = MODEL_BUDGET_S,
        providers: Providers | None = None,
    ) -> None:
        """Set up the stages; those whose model is not given are left out.

        Args:
            reader: the trained reader; the encoder's router is asked only where it is missing or fails.
            closer: reads again what the reader is unsure of.
            thresholds: of the router; measured defaults if left out.
            trust: how much of what the language model proposes is believed, see `generator`.
            model_budget_s: the longest wait for language models in a turn, all of them together.
            providers: the models to ask where there are several, or others than `language_model`.
        """
        self._assistant = assistant
        self._encoder = encoder
        self._reading = reader
        self._closer = closer
        self._thresholds = thresholds
        self._providers = providers or (only_model(assistant, language_model, trust) if language_model else None)
        self._budget_s = model_budget_s
        self._max_characters = max_characters(assistant)
        self._router: Reader | Router | None = None
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

    @property
    def anticipates(self) -> bool:
        """Whether there is a language model that is likely to be asked about the next turn."""
        return self._is_prepared and self._providers is not None and self._providers.is_asked_often

    async def anticipate(self, state: ConversationState) -> None:
        """Have the language model read what is known before the caller speaks. Never raises, may be cancelled."""
        if self._providers is None or not self.anticipates:
            return
        try:
            await self._providers.anticipate(read_situation(state, self._assistant))
        except Exception as problem:  # the plugin boundary; the turn itself will tell whether the model is back
            _log.info("language model did not read ahead", error=str(problem))

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
        situation = read_situation(state, self._assistant, turn.local_time)
        certain = match_fast(text, situation, situation.now)
        if certain is not None:
            return Understood(turn, certain, "fast_path")
        if not self._is_prepared:
            await self.prepare()
        routed = await self._route(text, situation)
        if routed is not None and routed.commands is not None:
            return Understood(turn, routed.commands, routed.stage, confidence=min(1.0, max(0.0, routed.confidence)))
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
        lost = Understood(turn, (CannotHandle(),), "none", confidence=0.0)
        if routed is not None and routed.suggestion is not None:
            lost = Understood(turn, routed.suggestion, routed.stage, confidence=max(0.0, routed.confidence))
        if self._providers is None or not self._providers.is_worth_asking(routed):
            return lost
        asked = await self._providers.ask(text, situation, routed, self._budget_s, turn.history)
        generated = asked.generated
        if generated is None:
            # With the router's word that nothing is near, asking to rephrase is right; with neither, it is a fault.
            is_fault = routed is None and not asked.was_heard
            commands = (Failed(),) if is_fault else lost.commands
            return replace(lost, commands=commands, prompt=asked.prompt, fallbacks=asked.fallbacks)
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
            fallbacks=asked.fallbacks,
        )

    async def _build_router(self) -> Reader | Router | None:
        if self._reading is not None:
            try:
                return await Reader.build(self._assistant, self._reading, self._closer)
            except Exception as problem:  # the plugin boundary
                _log.warning("no reader: its model failed", error=str(problem))
        if self._encoder is None:
            return None
        try:
            return await Router.build(self._assistant, self._encoder, self._thresholds)
        except Exception as problem:  # the plugin boundary
            _log.warning("no router: sentence encoder failed", error=str(problem))
            return None

    async def _warm_model(self) -> None:
        if self._providers is not None:
            await self._providers.warm()
