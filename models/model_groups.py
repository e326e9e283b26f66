"""Groups of models that stand in for each other: which is asked first, and which is left alone for a while.

    order()     strategy over the models that are well; one that cools down is left out until its time is over, and
                is then asked by one request, not by all (the circuit is half open)
    began(i)    ─▶ one more in flight
    ended(i)    ─▶ well: latency and tokens noted, failures forgotten
                   failed: one more failure; from the allowed number on it cools down, twice as long each time

`GroupRouting` is pure but for the clock and the chance handed to it. `GroupModel` is a language model made of it, for
whoever needs one model and not its parts; understanding walks over a group itself (`dialogue.understanding.providers`).
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog

from dialogue.ports import Completion, LanguageModel, OnText
from dialogue.understanding.configuration.settings import RouterSettings
from models.errors import ModelUnavailable

LONGEST_COOLDOWN_S: Final = 300.0
_LATENCY_SHARE: Final = 0.3
"""How much the newest answer counts in a model's mean latency."""
_USAGE_WINDOW_S: Final = 60.0
_FIRST_SHARE: Final = 0.6
"""Of the time that is left, what one model may take while another could still be asked."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Member:
    """One model of a group, as far as routing goes. `cost` is per token, None where nobody said."""

    label: str
    weight: float = 1.0
    cost: float | None = None


@dataclass(slots=True)
class _Health:
    in_flight: int = 0
    failures: int = 0
    well_again_s: float = 0.0
    is_tried: bool = False
    latency_ms: float | None = None
    usage: deque[tuple[float, int]] = field(default_factory=deque)
    reason: str = ""


class GroupRouting:
    """Routing over one group. `noted` is told when a model begins to cool down (its reason) or is well again ("")."""

    def __init__(
        self,
        members: Sequence[Member],
        settings: RouterSettings,
        *,
        now_s: Callable[[], float] = time.monotonic,
        chance: random.Random | None = None,
        noted: Callable[[str, str], None] = lambda _label, _reason: None,
    ) -> None:
        self.members = tuple(members)
        self.settings = settings
        self._now_s = now_s
        self._chance = chance or random.Random()
        self._noted = noted
        self._health = [_Health() for _ in self.members]

    def order(self) -> tuple[int, ...]:
        """Return which models to ask, the best first; none of those that cool down."""
        now_s = self._now_s()
        well = [index for index, one in enumerate(self._health) if self._is_open(one, now_s)]
        return tuple(self._sorted(well, now_s))

    def began(self, index: int) -> None:
        """Note that a model is being asked."""
        one = self._health[index]
        one.in_flight += 1
        one.is_tried = one.well_again_s > 0

    def left(self, index: int) -> None:
        """Note that a request was dropped by whoever made it: it says nothing about the model."""
        one = self._health[index]
        one.in_flight -= 1
        one.is_tried = False

    def succeeded(self, index: int, took_ms: float, tokens: int = 0) -> None:
        """Note an answer."""
        one = self._health[index]
        self.left(index)
        was_cooling = one.well_again_s > 0
        one.failures, one.well_again_s, one.reason = 0, 0.0, ""
        share = 1.0 if one.latency_ms is None else _LATENCY_SHARE
        one.latency_ms = (1 - share) * (one.latency_ms or 0.0) + share * took_ms
        one.usage.append((self._now_s(), tokens))
        if was_cooling:
            self._noted(self.members[index].label, "")

    def failed(self, index: int, reason: str, retry_after_s: float | None = None) -> None:
        """Note a failure; with `retry_after_s` the model asked to be left alone, and is at once."""
        one = self._health[index]
        self.left(index)
        one.failures += 1
        beyond = one.failures - self.settings.allowed_fails
        if retry_after_s is None and beyond < 0:
            return
        pause_s = min(self.settings.cooldown_s * 2.0 ** min(max(beyond, 0), 16), LONGEST_COOLDOWN_S)
        was_well = one.well_again_s == 0
        one.well_again_s = self._now_s() + max(pause_s, retry_after_s or 0.0)
        one.reason = reason
        if was_well:
            self._noted(self.members[index].label, reason)

    def _is_open(self, one: _Health, now_s: float) -> bool:
        return one.well_again_s == 0 or (now_s >= one.well_again_s and not one.is_tried)

    def _sorted(self, well: list[int], now_s: float) -> list[int]:
        match self.settings.strategy:
            case "in-order":
                return well
            case "simple-shuffle":
                return self._shuffled(well)
            case "least-busy":
                return sorted(well, key=lambda index: self._health[index].in_flight)
            case "latency-based-routing":  # one that was never asked is asked, or it would never be
                return sorted(well, key=lambda index: self._health[index].latency_ms or 0.0)
            case "cost-based-routing":  # what has no price is taken as dearer than what has one
                prices = [one.cost for one in self.members]
                return sorted(well, key=lambda index: (prices[index] is None, prices[index] or 0.0))
            case "usage-based-routing":
                return sorted(well, key=lambda index: self._used(self._health[index], now_s))

    def _shuffled(self, well: list[int]) -> list[int]:
        """Draw without putting back, each by its weight."""
        drawn = {index: self._chance.random() ** (1.0 / self.members[index].weight) for index in well}
        return sorted(well, key=lambda index: -drawn[index])

    def _used(self, one: _Health, now_s: float) -> int:
        while one.usage and one.usage[0][0] < now_s - _USAGE_WINDOW_S:
            one.usage.popleft()
        return sum(tokens for _, tokens in one.usage)


class GroupModel:
    """A language model made of several: asks one after another, within one budget of time."""

    def __init__(self, models: Sequence[LanguageModel], routing: GroupRouting, budget_s: float) -> None:
        self._models = tuple(models)
        self._routing = routing
        self._budget_s = budget_s

    async def complete(
        self,
        prefix: str,
        tail: str,
        *,
        grammar: str | None = None,
        max_tokens: int = 64,
        stop: Sequence[str] = (),
        on_text: OnText | None = None,
    ) -> Completion:
        """Complete with the first model that does. Raises `ModelUnavailable` with every model's reason.

        Text is told at once, when a model has given all of it: pieces of one that then fails are nobody's answer.
        """

        async def ask(model: LanguageModel) -> Completion:
            return await model.complete(prefix, tail, grammar=grammar, max_tokens=max_tokens, stop=stop)

        completion = await self._first(ask)
        if on_text is not None and completion.text:
            on_text(completion.text)
        return completion

    async def warm(self, prefix: str, tail: str = "") -> None:
        """Warm every model that is well; what fails is noted and not raised."""
        for index in self._routing.order():
            try:
                await self._models[index].warm(prefix, tail)
            except ModelUnavailable as problem:
                _log.info("language model not warmed", model=problem.model, reason=problem.reason)

    async def _first(self, ask: Callable[[LanguageModel], Awaitable[Completion]]) -> Completion:
        loop = asyncio.get_running_loop()
        ends_s = loop.time() + self._budget_s
        reasons: list[str] = []
        order = [index for index in self._routing.order() for _ in range(1 + self._routing.settings.retries)]
        for place, index in enumerate(order):
            left_s = ends_s - loop.time()
            if left_s <= 0:
                break
            limit_s = left_s if place + 1 == len(order) else left_s * _FIRST_SHARE
            try:
                return await self._attempt(index, ask, limit_s)
            except ModelUnavailable as problem:
                reasons.append(str(problem))
        raise ModelUnavailable("model group", "; ".join(reasons) or "every model of it is cooling down")

    async def _attempt(
        self, index: int, ask: Callable[[LanguageModel], Awaitable[Completion]], limit_s: float
    ) -> Completion:
        routing, label = self._routing, self._routing.members[index].label
        routing.began(index)
        try:
            async with asyncio.timeout(limit_s):
                completion = await ask(self._models[index])
        except TimeoutError:
            routing.failed(index, "timeout")
            raise ModelUnavailable(label, f"took longer than {limit_s:.2g} s") from None
        except ModelUnavailable as problem:
            routing.failed(index, problem.reason, getattr(problem, "retry_after_s", None))
            raise
        except BaseException:
            routing.left(index)
            raise
        routing.succeeded(index, completion.took_ms, completion.prompt_tokens + completion.completion_tokens)
        return completion
