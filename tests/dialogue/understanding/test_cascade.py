"""The cascade: which stage decides, what bad input becomes, and what happens when models fail."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from dialogue.turn import Understood, UserTurn
from dialogue.understanding import cascade as cascade_module
from dialogue.understanding.cascade import Cascade
from dialogue.understanding.router import Thresholds
from dialogue.understanding.situation import Situation
from flows.commands import CannotHandle, Clarify, Command, Failed, SetSlot, StartFlow
from flows.model import Assistant
from flows.state import ConversationState, initial_state
from tests.dialogue.understanding.model_scripts import ScriptedModel, WordEncoder

At = Callable[..., Situation]
State = ConversationState


class Bench:
    """A cascade whose situation is set by the test and not read from the engine's frames."""

    def __init__(self, bank: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
        self._bank = bank
        self._patch = monkeypatch

    async def say(self, text: str, situation: Situation, cascade: Cascade) -> Understood:
        self._patch.setattr(cascade_module, "read_situation", lambda *_: situation)
        return await cascade.understand(UserTurn(text), initial_state(self._bank))


@pytest.fixture
def bench(bank: Assistant, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(bank, monkeypatch)


async def test_each_stage_decides_what_is_its_own(bank: Assistant, at: At, bench: Bench) -> None:
    cascade = Cascade(bank, encoder=WordEncoder(), language_model=ScriptedModel())
    await cascade.prepare()
    payload = await bench.say("/SetSlots(amount=5)", at(None), cascade)
    fast = await bench.say("Yes.", at("transfer_confirmed"), cascade)
    routed = await bench.say("I want to transfer fifty dollars to John", at(None), cascade)
    lost = await bench.say("purple elephants", at(None), cascade)
    assert [one.stage for one in (payload, fast, routed, lost)] == ["payload", "fast_path", "router", "none"]
    assert routed.commands == (
        StartFlow("transfer_money"),
        SetSlot("amount", 50, "nlu"),
        SetSlot("recipient", "John", "nlu"),
    )
    assert lost.commands == (CannotHandle(),)
    assert all(0 <= one.confidence <= 1 and one.took_ms > 0 for one in (payload, fast, routed, lost))


BAD: list[tuple[str, Command]] = [
    ("", Failed("rasa_internal_error_user_input_empty")),
    (" \n\t ", Failed("rasa_internal_error_user_input_empty")),
    ("\x00\x1b\u200b", Failed("rasa_internal_error_user_input_empty")),
    ("a" * 10_000, Failed("rasa_internal_error_user_input_too_long", {"max_characters": 420})),
    ("Ich möchte bitte sofort mit jemandem sprechen", CannotHandle()),
    ("\U0001f600 ???", CannotHandle()),
]


@pytest.mark.parametrize(("said", "command"), BAD)
async def test_bad_input_is_answered(bank: Assistant, at: At, bench: Bench, said: str, command: Command) -> None:
    cascade = Cascade(bank, encoder=WordEncoder())
    assert (await bench.say(said, at(None), cascade)).commands == (command,)


async def test_control_characters_are_not_heard(bank: Assistant, at: At, bench: Bench) -> None:
    understood = await bench.say("\x00Joe\x07.\u200b", at("recipient"), Cascade(bank))
    assert understood.commands == (SetSlot("recipient", "Joe", "fast_path"),)


async def test_a_slow_model_is_given_up_and_cancelled(bank: Assistant, at: At, bench: Bench) -> None:
    model = ScriptedModel(delay_s=60)
    cascade = Cascade(bank, encoder=WordEncoder(), language_model=model, trust="full", model_budget_s=0.02)
    began_s = time.perf_counter()
    understood = await bench.say("purple elephants", at(None), cascade)
    assert understood.commands == (CannotHandle(),)
    assert understood.stage == "none"
    assert understood.prompt is not None
    assert model.cancelled == 1
    assert time.perf_counter() - began_s < 30


async def test_models_that_fail_are_passed_over(bank: Assistant, at: At, bench: Bench) -> None:
    broken = ScriptedModel(error=RuntimeError("gone"))
    without_encoder = Cascade(bank, language_model=broken, trust="full")
    assert (await bench.say("send money", at(None), without_encoder)).commands == (Failed(),)
    encoder = WordEncoder()
    with_encoder = Cascade(bank, encoder=encoder, language_model=broken, trust="full")
    assert (await bench.say("purple elephants", at(None), with_encoder)).commands == (CannotHandle(),)
    encoder.is_broken = True
    assert (await bench.say("purple elephants", at(None), with_encoder)).commands == (Failed(),)
    never_built = Cascade(bank, encoder=encoder)
    assert (await bench.say("send money", at(None), never_built)).commands == (CannotHandle(),)
    assert (await bench.say("Yes.", at("transfer_confirmed"), never_built)).stage == "fast_path"


async def test_a_trusted_model_is_believed_within_its_bounds(bank: Assistant, at: At, bench: Bench) -> None:
    model = ScriptedModel("start flow block_card\nset slot block_confirmed True\nset slot card_kind credit_card\n")
    cascade = Cascade(bank, encoder=WordEncoder(), language_model=model, trust="full")
    understood = await bench.say("purple elephants", at(None), cascade)
    assert understood.stage == "llm"
    assert understood.commands == (StartFlow("block_card"), SetSlot("card_kind", "credit_card"))
    assert (understood.prompt_tokens, understood.cached_tokens, understood.completion_tokens) == (100, 90, 8)
    assert len(set(model.prefixes)) == 1


async def test_an_unsure_router_asks_which_flow_is_meant(bank: Assistant, at: At, bench: Bench) -> None:
    model = ScriptedModel("cannot handle\n")
    unsure = Thresholds(start=9.0, plausible=9.0, suggest=0.2)
    said = "I want to transfer fifty dollars to John"
    for trust, n_asked in (("agreement", 0), ("full", 1)):
        cascade = Cascade(bank, encoder=WordEncoder(), language_model=model, thresholds=unsure, trust=trust)  # type: ignore[arg-type]
        understood = await bench.say(said, at(None), cascade)
        assert isinstance(understood.commands[0], Clarify)
        assert understood.commands[0].options[0] == "transfer_money"
        assert len(model.tails) == n_asked


async def test_a_model_never_confirms(bank: Assistant, at: At, bench: Bench) -> None:
    model = ScriptedModel("set slot transfer_confirmed True\n")
    cascade = Cascade(bank, encoder=WordEncoder(), language_model=model, trust="full")
    understood = await bench.say("well, my mother would say so", at("transfer_confirmed", amount=50), cascade)
    assert understood.commands == (CannotHandle(),)


async def test_an_untrusted_model_alone_decides_nothing(bank: Assistant, at: At, bench: Bench) -> None:
    model = ScriptedModel("start flow block_card\n")
    cascade = Cascade(bank, encoder=WordEncoder(), language_model=model)
    assert (await bench.say("purple elephants", at(None), cascade)).commands == (CannotHandle(),)


async def test_turns_may_be_cancelled_and_repeated(bank: Assistant, at: At, bench: Bench) -> None:
    cascade = Cascade(bank, encoder=WordEncoder())
    await cascade.prepare()
    said = "I want to transfer fifty dollars to John"
    task = asyncio.ensure_future(bench.say(said, at(None), cascade))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    first = await bench.say(said, at(None), cascade)
    second = await bench.say(said, at(None), cascade)
    assert first.commands == second.commands != (CannotHandle(),)


async def test_days_are_counted_from_the_callers_time(bank: Assistant, at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    asking = replace(at("period", "list_transactions"), descriptions={"period": "the day as YYYY-MM-DD"})
    monkeypatch.setattr(cascade_module, "read_situation", lambda _state, _assistant, now: replace(asking, now=now))
    cascade = Cascade(bank)
    days = []
    for hour in (1, 23):
        turn = UserTurn("tomorrow", local_time=datetime(2026, 11, 18, hour, tzinfo=UTC))
        days.append((await cascade.understand(turn, initial_state(bank))).commands)
    later = UserTurn("tomorrow", local_time=datetime(2026, 11, 19, 1, tzinfo=UTC))
    days.append((await cascade.understand(later, initial_state(bank))).commands)
    assert [command for (command,) in days] == [
        SetSlot("period", day, "fast_path") for day in ("2026-11-19", "2026-11-19", "2026-11-20")
    ]
