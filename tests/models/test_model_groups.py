"""Routing over a group of models: strategies, cooling down, and a group as one model, on a virtual clock."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.ports import Completion, OnText
from dialogue.understanding.configuration.settings import RouterSettings, Strategy
from models.errors import ModelBusy, ModelUnavailable
from models.model_groups import LONGEST_COOLDOWN_S, GroupModel, GroupRouting, Member
from tests.support.virtual_clock import run_virtually


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def routing_of(
    strategy: Strategy = "in-order", *members: Member, clock: Clock | None = None, **settings: float
) -> tuple[GroupRouting, list[tuple[str, str]]]:
    noted: list[tuple[str, str]] = []
    routing = GroupRouting(
        members or (Member("a"), Member("b"), Member("c")),
        RouterSettings(strategy, **settings),  # type: ignore[arg-type]
        now_s=clock or Clock(),
        chance=random.Random(7),
        noted=lambda label, reason: noted.append((label, reason)),
    )
    return routing, noted


def test_in_order_is_the_order_written() -> None:
    assert routing_of()[0].order() == (0, 1, 2)


def test_simple_shuffle_draws_by_weight() -> None:
    routing, _ = routing_of("simple-shuffle", Member("a", 9.0), Member("b", 1.0))
    firsts = Counter(routing.order()[0] for _ in range(2000))
    assert 0.85 < firsts[0] / 2000 < 0.95


def test_least_busy_is_the_one_with_the_fewest_in_flight() -> None:
    routing, _ = routing_of("least-busy")
    routing.began(0)
    routing.began(0)
    routing.began(1)
    assert routing.order() == (2, 1, 0)
    routing.left(0)
    routing.left(0)
    assert routing.order()[0] == 0


def test_latency_prefers_the_fastest_after_each_was_tried() -> None:
    routing, _ = routing_of("latency-based-routing")
    for index, took_ms in ((0, 300), (1, 100)):
        routing.began(index)
        routing.succeeded(index, took_ms)
    assert routing.order() == (2, 1, 0)


def test_cost_prefers_the_cheapest_and_takes_what_has_no_price_for_dear() -> None:
    routing, _ = routing_of("cost-based-routing", Member("a"), Member("b", cost=2e-6), Member("c", cost=1e-6))
    assert routing.order() == (2, 1, 0)


def test_usage_prefers_the_one_with_the_fewest_tokens_in_the_last_minute() -> None:
    clock = Clock()
    routing, _ = routing_of("usage-based-routing", clock=clock)
    for index, tokens in ((0, 500), (1, 100), (2, 300)):
        routing.began(index)
        routing.succeeded(index, 1.0, tokens)
    assert routing.order() == (1, 2, 0)
    clock.now_s += 61
    assert routing.order() == (0, 1, 2)


def test_a_model_that_fails_is_left_alone_longer_each_time_and_tried_by_one() -> None:
    clock = Clock()
    routing, noted = routing_of(clock=clock, cooldown_s=5.0, allowed_fails=2)
    for _ in range(2):
        assert routing.order()[0] == 0
        routing.began(0)
        routing.failed(0, "timeout")
    assert routing.order() == (1, 2)
    assert noted == [("a", "timeout")]
    clock.now_s += 5
    assert routing.order()[0] == 0
    routing.began(0)
    assert routing.order() == (1, 2)  # half open: one request finds out
    routing.failed(0, "timeout")
    clock.now_s += 9
    assert routing.order() == (1, 2)  # twice as long
    clock.now_s += 1
    routing.began(0)
    routing.succeeded(0, 10)
    assert routing.order() == (0, 1, 2)
    assert noted == [("a", "timeout"), ("a", "")]


def test_a_trial_that_is_dropped_leaves_the_next_to_find_out() -> None:
    clock = Clock()
    routing, _ = routing_of(clock=clock, allowed_fails=0)
    routing.began(0)
    routing.failed(0, "unavailable")
    clock.now_s += 1000
    routing.began(0)
    routing.left(0)
    assert routing.order()[0] == 0


def test_a_busy_model_is_left_alone_as_long_as_it_asks() -> None:
    clock = Clock()
    routing, _ = routing_of(clock=clock, cooldown_s=1.0, allowed_fails=10)
    routing.began(0)
    routing.failed(0, "busy", retry_after_s=30)
    clock.now_s += 29
    assert 0 not in routing.order()
    clock.now_s += 1
    assert 0 in routing.order()


@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from(["ok", "failed", "left", "busy"]), st.floats(0, 50))))
def test_whatever_happens_health_adds_up(story: list[tuple[int, str, float]]) -> None:
    clock = Clock()
    routing, _ = routing_of(clock=clock)
    for index, outcome, later_s in story:
        routing.began(index)
        match outcome:
            case "ok":
                routing.succeeded(index, later_s)
            case "failed":
                routing.failed(index, "timeout")
            case "busy":
                routing.failed(index, "busy", 20.0)
            case _:
                routing.left(index)
        clock.now_s += later_s
        assert len(set(routing.order())) == len(routing.order())
    clock.now_s += 10 * LONGEST_COOLDOWN_S
    assert sorted(routing.order()) == [0, 1, 2]


class Model:
    def __init__(self, text: str = "", after_s: float = 0.0, problem: Exception | None = None) -> None:
        self.text, self.after_s, self.problem = text, after_s, problem
        self.asked = 0

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
        self.asked += 1
        await asyncio.sleep(self.after_s)
        if self.problem is not None:
            raise self.problem
        return Completion(self.text, 10, 5, 2, 1000 * self.after_s)

    async def warm(self, prefix: str, tail: str = "") -> None:
        await self.complete(prefix, tail)


def test_a_group_answers_within_its_budget_with_the_model_that_can() -> None:
    dead, slow, good = Model(problem=ModelUnavailable("a", "gone")), Model("late", 60), Model("b", 0.1)

    async def talk() -> tuple[str, list[str], float]:
        routing = routing_of()[0]
        told: list[str] = []
        began_s = asyncio.get_running_loop().time()
        group = GroupModel([dead, slow, good], routing, budget_s=1.0)
        given = await group.complete("", "x", on_text=lambda text: bool(told.append(text)))  # type: ignore[func-returns-value]
        return given.text, told, asyncio.get_running_loop().time() - began_s

    text, told, took_s = run_virtually(talk)
    assert (text, told) == ("b", ["b"])
    assert 0.6 < took_s < 0.8


def test_a_group_of_which_none_can_says_why() -> None:
    async def talk() -> None:
        models = [
            Model(problem=ModelBusy("a", "full", 9.0)),
            Model(after_s=60),
            Model(problem=ModelUnavailable("c", "?")),
        ]
        group = GroupModel(models, routing_of()[0], budget_s=1.0)
        with pytest.raises(ModelUnavailable, match=r"a: full; b: took longer than .* s; c: \?"):
            await group.complete("", "x")
        await group.warm("prefix")
        assert models[0].asked == 1  # it asked to be left alone

    run_virtually(talk)


def test_a_group_retries_as_often_as_it_is_told_to() -> None:
    async def talk() -> None:
        models = [Model(problem=ModelUnavailable("a", "gone")), Model("b")]
        routing = routing_of("in-order", Member("a"), Member("b"), retries=2, allowed_fails=10)[0]
        assert (await GroupModel(models, routing, budget_s=1.0).complete("", "x")).text == "b"
        assert models[0].asked == 3

    run_virtually(talk)
