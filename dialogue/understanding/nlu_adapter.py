"""The `NLUCommandAdapter` of config.yml: what the classifier of intents hears, before the costlier stages.

    payload, certain answer ──▶ as without it
    intent heard for sure   ──▶ flow of its `nlu_trigger`, slots of its mappings   (as the payload `/intent` would)
    nothing heard           ──▶ as without it

Where the pipeline says `minimize_num_calls: false`, the other stages are asked as well, and clean-up lets the
classifier go before what a model says.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import replace

import structlog

from dialogue.before_others import BeforeOthers
from dialogue.ports import SentenceEncoder, Understanding
from dialogue.turn import Understood, UserTurn
from dialogue.understanding.fast_path.matcher import match_fast
from dialogue.understanding.intents import IntentClassifier
from dialogue.understanding.limits import max_characters, refused
from dialogue.understanding.payload import parse_payload
from dialogue.understanding.situation import read_situation
from dialogue.understanding.words import clean
from flows.commands import CannotHandle, Command, Json
from flows.model import Assistant
from flows.state import ConversationState

NAME = "NLUCommandAdapter"
_INTENT = re.compile(r"[\w.-]+")
_log = structlog.get_logger(__name__)


def has_adapter(assistant: Assistant) -> bool:
    """Say whether the assistant's pipeline has an `NLUCommandAdapter`, under any of its names."""
    return any(_name(component) == NAME for component in _pipeline(assistant))


class NluCommandAdapter(BeforeOthers):
    """Understanding by the classifier of intents where it is sure, and by `others` elsewhere."""

    def __init__(
        self, others: Understanding, assistant: Assistant, classifier: IntentClassifier, encoder: SentenceEncoder
    ) -> None:
        self._others = others
        self._assistant = assistant
        self._classifier = classifier
        self._encoder = encoder
        self._max_characters = max_characters(assistant)
        self._asks_others = any(component.get("minimize_num_calls") is False for component in _pipeline(assistant))

    async def understand(self, turn: UserTurn, state: ConversationState) -> Understood:
        """Propose commands for a turn."""
        began_s = time.perf_counter()
        heard = await self._hear(turn, state)
        if heard is None:
            return await self._others.understand(turn, state)
        commands, confidence = heard
        if self._asks_others:
            others = await self._others.understand(turn, state)
            more = tuple(one for one in others.commands if one not in commands and not isinstance(one, CannotHandle))
            return replace(others, commands=(*commands, *more), took_ms=_since_ms(began_s))
        return Understood(turn, commands, "router", took_ms=_since_ms(began_s), confidence=confidence)

    async def _hear(self, turn: UserTurn, state: ConversationState) -> tuple[tuple[Command, ...], float] | None:
        text = clean(turn.text)
        if parse_payload(turn.text, self._assistant) is not None or refused(text, self._max_characters) is not None:
            return None
        situation = read_situation(state, self._assistant, turn.local_time)
        if match_fast(text, situation, situation.now) is not None:
            return None
        try:
            found = self._classifier.classify((await self._encoder.encode([text]))[0])
        except Exception as problem:  # the plugin boundary: any encoder may stand behind the port
            _log.warning("sentence encoder failed", error=str(problem))
            return None
        if found is None:
            return None
        commands = intent_commands(*found, self._assistant)
        return (commands, found[1]) if commands else None


def intent_commands(intent: str, confidence: float, assistant: Assistant) -> tuple[Command, ...]:
    """Return what an intent says, as its payload would; nothing where it starts no flow and fills no slot."""
    if not _INTENT.fullmatch(intent):
        return ()
    commands = parse_payload(f"/{intent}@{min(confidence, 1.0):.4f}", assistant) or ()
    return tuple(command for command in commands if not isinstance(command, CannotHandle))


def _pipeline(assistant: Assistant) -> list[Mapping[str, Json]]:
    listed = assistant.config.get("pipeline")
    return [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []


def _name(component: Mapping[str, Json]) -> str:
    return str(component.get("name") or "").rpartition(".")[2]


def _since_ms(began_s: float) -> float:
    return 1000 * (time.perf_counter() - began_s)
