"""Coexistence: which turns are for flows, and that nothing a model does keeps a turn from them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from dialogue.turn import Understood, UserTurn
from dialogue.understanding.coexistence import SLOT, CoexistenceRouter
from dialogue.understanding.configuration.settings import Coexistence
from dialogue.understanding.situation import Situation
from flows.model import Assistant
from flows.state import ConversationState, initial_state
from tests.dialogue.understanding.model_scripts import ScriptedModel
from tests.support.virtual_clock import run_virtually

At = Callable[..., Situation]
BY_MODEL = Coexistence("llm", ("money",), ("contacts",), ("jokes",))
BY_INTENT = Coexistence("intent", ("pay",), ("contacts",), ("joke",))


class Flows:
    """What stands behind the router: notes what comes to it."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    async def understand(self, turn: UserTurn, state: ConversationState) -> Understood:
        self.heard.append(turn.text)
        return Understood(turn, (), "recorded")


@pytest.mark.parametrize(
    ("written", "route"),
    [("A", "flows"), ("B", "elsewhere"), ("C", "elsewhere"), (" B.", "elsewhere"), ("", "flows"), ("About", "flows")],
)
async def test_the_model_answers_with_a_letter(bank: Assistant, at: At, written: str, route: str) -> None:
    model = ScriptedModel(written)
    router = CoexistenceRouter(Flows(), bank, BY_MODEL, model=model)
    assert await router.route("tell me a joke", at(None)) == route
    assert model.grammars == ['root ::= "A" | "B" | "C"\n']


def test_a_model_that_fails_or_is_slow_leaves_the_turn_to_flows(bank: Assistant, at: At) -> None:
    async def talk(model: ScriptedModel) -> float:
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        assert await CoexistenceRouter(Flows(), bank, BY_MODEL, model=model).route("x", at(None)) == "flows"
        return loop.time() - began_s

    assert run_virtually(lambda: talk(ScriptedModel("B", delay_s=60))) == pytest.approx(1.0)
    assert run_virtually(lambda: talk(ScriptedModel(error=RuntimeError("gone")))) == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("intent", "route"),
    [("contacts", "elsewhere"), ("joke", "elsewhere"), ("pay", "flows"), ("other", "flows"), (None, "flows")],
)
async def test_intents_are_routed_by_the_entries(bank: Assistant, at: At, intent: str | None, route: str) -> None:
    async def hear(_text: str) -> str | None:
        return intent

    assert await CoexistenceRouter(Flows(), bank, BY_INTENT, hear=hear).route("x", at(None)) == route


async def test_a_running_flow_and_the_slot_go_before_the_model(bank: Assistant, at: At) -> None:
    model = ScriptedModel("B")
    router = CoexistenceRouter(Flows(), bank, BY_MODEL, model=model)
    assert await router.route("x", at("recipient")) == "flows"
    assert await router.route("x", replace(at(None), values={SLOT: True})) == "flows"
    assert await router.route("x", replace(at("recipient"), values={SLOT: False})) == "elsewhere"
    assert model.tails == []


async def test_payloads_and_empty_turns_are_never_declined(bank: Assistant) -> None:
    flows = Flows()
    router = CoexistenceRouter(flows, bank, BY_MODEL, model=ScriptedModel("B"))
    for text in ("/SetSlots(amount=5)", "", "   "):
        assert (await router.understand(UserTurn(text), initial_state(bank))).stage == "recorded"
    assert (await router.understand(UserTurn("purple elephants"), initial_state(bank))).stage == "none"
    assert len(flows.heard) == 3
