"""The stages of understanding one by one, each behind the port that the whole cascade stands behind.

What a stage alone leaves undecided is CannotHandle with the stage `none`, so that every turn has an answer and a
stage's precision, recall and share can be told. Payloads are read as ever: they are no stage's work.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final, Literal, TypeAlias, get_args

from dialogue.errors import DialogueError
from dialogue.ports import LanguageModel, SentenceEncoder, Understanding
from dialogue.turn import Understood, UserTurn
from dialogue.understanding.cascade import MODEL_BUDGET_S
from dialogue.understanding.fast_path.matcher import match_fast
from dialogue.understanding.generator import CommandGenerator, Generated, Trust
from dialogue.understanding.limits import max_characters, refused
from dialogue.understanding.payload import parse_payload
from dialogue.understanding.providers import Providers
from dialogue.understanding.reader.port import TurnReader
from dialogue.understanding.reader.reader import Reader
from dialogue.understanding.router import Router
from dialogue.understanding.situation import Situation, read_situation
from dialogue.understanding.words import clean
from flows.commands import CannotHandle
from flows.model import Assistant
from flows.state import ConversationState

StageName: TypeAlias = Literal["fast_path", "router", "reader", "llm", "cascade"]
STAGES: Final[tuple[StageName, ...]] = get_args(StageName)
Decide: TypeAlias = Callable[[str, UserTurn, Situation], Awaitable[Understood]]
"""Understands cleaned words in a situation."""


class StageMissing(DialogueError):
    """A stage was asked for that cannot work here; the message says what is missing and what to do."""

    code = "stage-missing"
    fault = "configuration"


class OneStage:
    """Understanding by one stage."""

    def __init__(self, assistant: Assistant, decide: Decide) -> None:
        self._assistant = assistant
        self._decide = decide
        self._max_characters = max_characters(assistant)

    async def understand(self, turn: UserTurn, state: ConversationState) -> Understood:
        """Propose what this stage proposes. Raises what its model raises."""
        payload = parse_payload(turn.text, self._assistant, turn.metadata)
        if payload is not None:
            return Understood(turn, payload, "payload")
        text = clean(turn.text)
        refusal = refused(text, self._max_characters)
        if refusal is not None:
            return Understood(turn, (refusal,), "none")
        return await self._decide(text, turn, read_situation(state, self._assistant, turn.local_time))


async def one_stage(
    name: StageName,
    assistant: Assistant,
    *,
    encoder: SentenceEncoder | None = None,
    reader: TurnReader | None = None,
    language_model: LanguageModel | Providers | None = None,
    trust: Trust = "full",
    budget_s: float = MODEL_BUDGET_S,
) -> Understanding:
    """Prepare one stage of the cascade for an assistant.

    Args:
        language_model: one model, or those of the assistant's files with what stands in for them.
        trust: of one language model: `trained` with our adapter, `full` without.
        budget_s: the longest wait for several language models in a turn, all of them together.

    Raises:
        StageMissing: the stage's model is off, or the stage is not part of this version.
        Whatever a model raises while it is prepared.
    """
    match name:
        case "fast_path":
            return OneStage(assistant, _fast_path)
        case "router":
            if encoder is None:
                raise StageMissing(_lacking(name, "sentence encoder", "VIVAVOCE_SENTENCE_ENCODER"))
            return OneStage(assistant, _routed_by(await Router.build(assistant, encoder)))
        case "reader":
            if reader is None:
                raise StageMissing(_lacking(name, "trained reader", "VIVAVOCE_READER"))
            return OneStage(assistant, _routed_by(await Reader.build(assistant, reader)))
        case "llm":
            if language_model is None:
                raise StageMissing(_lacking(name, "language model", "VIVAVOCE_LANGUAGE_MODEL"))
            if isinstance(language_model, Providers):
                return OneStage(assistant, await _language_models(language_model, budget_s))
            return OneStage(assistant, await _language_model(assistant, language_model, trust))
        case _:
            raise StageMissing(f"'{name}' is no single stage")


async def _fast_path(text: str, turn: UserTurn, situation: Situation) -> Understood:
    certain = match_fast(text, situation, situation.now)
    return _lost(turn) if certain is None else Understood(turn, certain, "fast_path")


def _routed_by(router: Router | Reader) -> Decide:
    async def decide(text: str, turn: UserTurn, situation: Situation) -> Understood:
        routed = await router.route(text, situation)
        confidence = min(1.0, max(0.0, routed.confidence))
        commands = routed.commands or routed.suggestion
        if not commands:
            return replace(_lost(turn), confidence=confidence)
        return Understood(turn, commands, routed.stage, confidence=confidence)

    return decide


async def _language_model(assistant: Assistant, model: LanguageModel, trust: Trust) -> Decide:
    generator = CommandGenerator(assistant, model, trust)
    await generator.warm()

    async def decide(text: str, turn: UserTurn, situation: Situation) -> Understood:
        return _proposed(turn, await generator.generate(text, situation, ()))

    return decide


async def _language_models(providers: Providers, budget_s: float) -> Decide:
    await providers.warm()

    async def decide(text: str, turn: UserTurn, situation: Situation) -> Understood:
        asked = await providers.ask(text, situation, None, budget_s, turn.history)
        if asked.generated is None:
            return replace(_lost(turn), prompt=asked.prompt, fallbacks=asked.fallbacks)
        return replace(_proposed(turn, asked.generated), fallbacks=asked.fallbacks)

    return decide


def _proposed(turn: UserTurn, made: Generated) -> Understood:
    written = made.completion
    return Understood(
        turn,
        made.proposed or (CannotHandle(),),
        "llm",
        confidence=0.5,
        prompt=made.prompt,
        completion=written.text,
        prompt_tokens=written.prompt_tokens,
        cached_tokens=written.cached_tokens,
        completion_tokens=written.completion_tokens,
    )


def _lacking(stage: StageName, model: str, variable: str) -> str:
    return f"the stage {stage} needs the {model}, which is not there: see vivavoce doctor, and {variable}"


def _lost(turn: UserTurn) -> Understood:
    return Understood(turn, (CannotHandle(),), "none", confidence=0.0)
