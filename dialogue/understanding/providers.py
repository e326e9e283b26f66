"""Fail-over between language models within one turn's time: ask, and where that fails, ask the next.

    order of the group ─▶ model 1 ──too slow, down, busy, no command in its answer──▶ model 2 ─▶ … ─▶ nothing
                            └──────────────────── one budget for all of them ─────────────────────┘

Each model has a generator of its own, because the prompt depends on what a model was trained for. What went wrong goes
into the event log with the turn (`Understood.fallbacks`), as `<model>: <reason>`; the reasons are few words on purpose,
so that they can be counted. Which model goes first, and which is left alone for a while, is the `Routing`'s to say.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol, TypeAlias, runtime_checkable

import structlog

from dialogue.ports import LanguageModel
from dialogue.understanding.configuration.settings import Retrieval
from dialogue.understanding.generator import CommandGenerator, Generated, Trust
from dialogue.understanding.index import Ranked
from dialogue.understanding.naming import Naming, real_names, short_names
from dialogue.understanding.parsing import parse_commands
from dialogue.understanding.router import Routed
from dialogue.understanding.situation import Situation
from dialogue.understanding.wording import MAX_READ_CHARACTERS, read_commands
from flows.model import Assistant

Failure: TypeAlias = Literal["timeout", "unavailable", "busy", "malformed", "error"]

ASKED_SHARE = 0.6
"""Of the time that is left, what one model may take while another could still be asked."""
LEAST_TIME_S = 0.02
"""With less than this left, no further model is asked."""
LONGEST_TIMEOUT_S = 600.0

_log = structlog.get_logger(__name__)


class Generates(Protocol):
    """What asks one model for the commands of a turn: `CommandGenerator`, or one with a prompt of the assistant's."""

    @property
    def is_asked_often(self) -> bool: ...

    async def warm(self) -> None: ...

    async def anticipate(self, situation: Situation) -> None: ...

    def is_worth_asking(self, routed: Routed | None) -> bool: ...

    async def generate(self, text: str, situation: Situation, candidates: tuple[Ranked, ...]) -> Generated: ...

    def prompt(self, text: str, situation: Situation) -> str: ...


@runtime_checkable
class ReadsHistory(Protocol):
    """A generator whose prompt has what was said before."""

    def with_history(self, history: Sequence[str]) -> Generates: ...


class Routing(Protocol):
    """Which of several models to ask first, told how each did. `models.model_groups` has the real one."""

    def order(self) -> Sequence[int]: ...

    def began(self, index: int) -> None: ...

    def left(self, index: int) -> None: ...

    def succeeded(self, index: int, took_ms: float, tokens: int = 0) -> None: ...

    def failed(self, index: int, reason: str, retry_after_s: float | None = None) -> None: ...


@dataclass(frozen=True, slots=True)
class Provider:
    """One model and what asks it. `naming` is what it writes in, None where a prompt of the assistant's says that."""

    label: str
    generator: Generates
    naming: Naming | None = None
    timeout_s: float = 7.0


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking: `generated` is None where no model gave commands that can be read."""

    generated: Generated | None
    fallbacks: tuple[str, ...] = ()
    prompt: str | None = None

    @property
    def was_heard(self) -> bool:
        """Whether a model was there and only said nothing useful, or not in time: no fault of the assistant's."""
        return any(one.endswith((": timeout", ": malformed")) for one in self.fallbacks)


class InOrder:
    """Routing that asks models as they are listed and forgets how they did: for one model, or none."""

    def __init__(self, count: int) -> None:
        self._order = tuple(range(count))

    def order(self) -> Sequence[int]:
        """Return all, as listed."""
        return self._order

    def began(self, index: int) -> None:
        """Do nothing."""

    def left(self, index: int) -> None:
        """Do nothing."""

    def succeeded(self, index: int, took_ms: float, tokens: int = 0) -> None:
        """Do nothing."""

    def failed(self, index: int, reason: str, retry_after_s: float | None = None) -> None:
        """Do nothing."""


class Providers:
    """The models that one assistant's turns may be put to: a group's, and behind them a last resort."""

    def __init__(
        self,
        group: Sequence[Provider],
        routing: Routing | None = None,
        *,
        last: Provider | None = None,
        retrieval: Retrieval | None = None,
        retries: int = 0,
    ) -> None:
        """Set up the order of asking.

        Args:
            routing: over `group`, by index; None asks them as listed.
            last: asked when the group has failed, such as the embedded model.
            retrieval: which flows prompts of the group have; None leaves that to each generator.
            retries: how often a model of the group is asked again before the next one is.
        """
        self._group = tuple(group)
        self._routing = routing or InOrder(len(self._group))
        self._last = last
        self._retrieval = retrieval
        self._retries = retries

    @property
    def labels(self) -> tuple[str, ...]:
        """What the models are called, in the order written."""
        return tuple(one.label for one in (*self._group, *([self._last] if self._last else [])))

    async def warm(self) -> None:
        """Have every model read the static prefix; one that fails is logged."""
        for provider in (*self._group, *([self._last] if self._last else [])):
            try:
                await provider.generator.warm()
            except Exception as problem:  # the plugin boundary; the model may be back by the time of a turn
                _log.warning("language model not warmed", model=provider.label, error=str(problem))

    @property
    def is_asked_often(self) -> bool:
        """Whether the model that is asked first is likely to be asked about the next turn."""
        first = self._first()
        return first is not None and first.generator.is_asked_often

    async def anticipate(self, situation: Situation) -> None:
        """Have the model that is asked first read what is known before the caller speaks. Raises what it raises."""
        first = self._first()
        if first is not None:
            await first.generator.anticipate(situation)

    def _first(self) -> Provider | None:
        order = self._routing.order()
        return self._group[order[0]] if order else self._last

    def is_worth_asking(self, routed: Routed | None) -> bool:
        """Say whether some model's answer could better what the router has to offer."""
        if any(provider.generator.is_worth_asking(routed) for provider in self._group):
            return True
        return self._last is not None and self._last.generator.is_worth_asking(routed)

    async def ask(
        self,
        text: str,
        situation: Situation,
        routed: Routed | None,
        budget_s: float,
        history: Sequence[str] = (),
    ) -> Asked:
        """Ask one model after another until one gives commands. Never raises for what a model does."""
        loop = asyncio.get_running_loop()
        ends_s = loop.time() + budget_s
        queue = self._queue(routed)
        fallbacks: list[str] = []
        prompt: str | None = None
        for place, (index, provider) in enumerate(queue):
            left_s = ends_s - loop.time()
            if place and left_s < LEAST_TIME_S:
                break
            share = 1.0 if place + 1 == len(queue) else ASKED_SHARE
            limit_s = min(provider.timeout_s, left_s * share)
            near, candidates = self._narrowed(situation, routed, is_last=index is None)
            if isinstance(provider.generator, ReadsHistory):
                provider = replace(provider, generator=provider.generator.with_history(history))
            outcome = await self._attempt(index, provider, (text, near, candidates), limit_s)
            if isinstance(outcome, Generated):
                return Asked(outcome, tuple(fallbacks), outcome.prompt)
            prompt = provider.generator.prompt(text, near)
            fallbacks.append(f"{provider.label}: {outcome}")
        if not queue and self._group:
            fallbacks.append("every model: left alone")
        return Asked(None, tuple(fallbacks), prompt)

    def _queue(self, routed: Routed | None) -> list[tuple[int | None, Provider]]:
        queue: list[tuple[int | None, Provider]] = [
            (index, self._group[index]) for index in self._routing.order() for _ in range(1 + self._retries)
        ]
        if self._last is not None:
            queue.append((None, self._last))
        return [(index, provider) for index, provider in queue if provider.generator.is_worth_asking(routed)]

    async def _attempt(
        self, index: int | None, provider: Provider, turn: tuple[str, Situation, tuple[Ranked, ...]], limit_s: float
    ) -> Generated | Failure:
        if index is not None:
            self._routing.began(index)
        retry_after_s: float | None = None
        try:
            async with asyncio.timeout(limit_s):
                generated = await provider.generator.generate(*turn)
            outcome: Generated | Failure = generated if _is_readable(generated, provider.naming) else "malformed"
        except TimeoutError:
            outcome = "timeout"
        except asyncio.CancelledError:
            if index is not None:
                self._routing.left(index)
            raise
        except Exception as problem:  # the plugin boundary: any model or server may stand behind the port
            outcome, retry_after_s = failure_of(problem), getattr(problem, "retry_after_s", None)
            _log.warning("language model failed", model=provider.label, error=str(problem))
        if not isinstance(outcome, Generated):
            _log.info("next language model", after=provider.label, reason=outcome)
        if index is not None:
            self._note(index, outcome, retry_after_s)
        return outcome

    def _note(self, index: int, outcome: Generated | Failure, retry_after_s: float | None) -> None:
        if isinstance(outcome, Generated):
            cost = outcome.completion
            self._routing.succeeded(index, cost.took_ms, cost.prompt_tokens + cost.completion_tokens)
        else:
            self._routing.failed(index, outcome, retry_after_s)

    def _narrowed(
        self, situation: Situation, routed: Routed | None, *, is_last: bool
    ) -> tuple[Situation, tuple[Ranked, ...]]:
        """Return the flows that a prompt may start, by the assistant's `flow_retrieval`.

        A small model of last resort is offered the router's nearest, whatever the assistant says for large ones.
        """
        ranked = routed.candidates if routed else ()
        if is_last or self._retrieval is None:
            return situation, ranked
        most = self._retrieval.num_flows
        if not self._retrieval.is_active or not ranked or len(situation.startable) <= most:
            return situation, ()
        kept = {one.flow.id for one in ranked[:most]}
        kept |= {flow.id for flow in situation.startable if flow.always_include_in_prompt}
        return replace(situation, startable=tuple(flow for flow in situation.startable if flow.id in kept)), ()


def only_model(assistant: Assistant, model: LanguageModel, trust: Trust) -> Providers:
    """Return the providers of an assistant that has one model."""
    naming = naming_for(assistant, trust)
    generator = CommandGenerator(assistant, model, trust, naming=naming)
    return Providers((), last=Provider("embedded", generator, naming, timeout_s=LONGEST_TIMEOUT_S))


def naming_for(assistant: Assistant, trust: Trust) -> Naming:
    """Return what a model of this trust writes in, as `CommandGenerator` has it."""
    return short_names(assistant) if trust == "trained" else real_names(assistant)


def failure_of(problem: Exception) -> Failure:
    """Return the word for what a model raised."""
    code = getattr(problem, "code", "")
    if code == "model-busy":
        return "busy"
    if code == "model-unavailable":
        reason = str(getattr(problem, "reason", ""))
        return "timeout" if reason.startswith("took longer") else "unavailable"
    return "error"


def _is_readable(generated: Generated, naming: Naming | None) -> bool:
    """Say whether the model wrote commands at all, counting or not: one that knows nothing says that."""
    if generated.proposed or generated.commands:
        return True
    text = generated.completion.text[:MAX_READ_CHARACTERS]
    return bool(parse_commands(text) if naming is None else read_commands(text, naming))
