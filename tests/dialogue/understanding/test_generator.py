"""The language model's stage: commands handed on while the model writes, and what stops it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from dialogue.anticipation import Anticipation
from dialogue.ports import Completion, OnText
from dialogue.understanding import cascade as cascade_module
from dialogue.understanding.cascade import Cascade
from dialogue.understanding.generator import MAX_TOKENS, MAX_TOKENS_OF_NAMES, CommandGenerator, Trust
from dialogue.understanding.index import Ranked
from dialogue.understanding.naming import short_names
from dialogue.understanding.prompt import state_part
from dialogue.understanding.situation import Situation
from flows.commands import ChitChat, Command, SetSlot, StartFlow
from flows.model import Assistant
from flows.state import initial_state
from tests.dialogue.understanding.gbnf_sampler import Grammar
from tests.dialogue.understanding.model_scripts import ScriptedModel, WordEncoder

At = Callable[..., Situation]


async def test_the_first_command_is_there_before_the_last_token(at: At, bank: Assistant) -> None:
    model = ScriptedModel("f1; s1 John; s2 50\nf2")
    written: list[tuple[Command, str]] = []
    generator = CommandGenerator(bank, model, "trained")
    generated = await generator.generate(
        "send fifty to John", at(None), (), on_command=lambda command: written.append((command, model.written))
    )
    assert generated.commands == (StartFlow("transfer_money"), SetSlot("recipient", "John"), SetSlot("amount", 50))
    assert written[0] == (StartFlow("transfer_money"), "f1;")
    assert [command for command, _ in written] == list(generated.commands)
    assert Grammar(model.grammars[0] or "").admits("f1; s1 John; s2 50\n")


async def test_it_stops_where_nothing_more_can_count(at: At, bank: Assistant) -> None:
    model = ScriptedModel("offtopic reply\nstart flow block_card\n and much more")
    generated = await CommandGenerator(bank, model, "full").generate("how are you", at(None), ())
    assert generated.commands == (ChitChat(),)
    assert "more" not in model.written
    endless = ScriptedModel("start flow block_card\nset slot card_kind credit_card\n\n\n words" * 50)
    generated = await CommandGenerator(bank, endless, "full").generate("block it", at(None), ())
    assert generated.commands == (StartFlow("block_card"), SetSlot("card_kind", "credit_card"))
    assert len(endless.written) < 100


@pytest.mark.parametrize(
    "text", ["", "\n", "no idea", "f99; s99 x", "\x00\x01", ";" * 5000, "f1 f1 f1", "ask", '"' * 99]
)
@pytest.mark.parametrize("trust", ["agreement", "trained", "full"])
async def test_malformed_completions_come_to_nothing(at: At, bank: Assistant, text: str, trust: Trust) -> None:
    generated = await CommandGenerator(bank, ScriptedModel(text), trust).generate("well", at("amount"), ())
    assert generated.commands is None


class _CutShort(ScriptedModel):
    """Writes all its tokens and has not ended."""

    async def complete(
        self,
        prefix: str,
        tail: str,
        *,
        grammar: str | None = None,
        max_tokens: int = 64,
        stop: object = (),
        on_text: OnText | None = None,
    ) -> Completion:
        return Completion("f1; s1 John Jacob Jingle", 100, 90, max_tokens, 1.0)


async def test_a_value_that_was_cut_short_does_not_count(at: At, bank: Assistant) -> None:
    generated = await CommandGenerator(bank, _CutShort(), "trained").generate("send it", at(None), ())
    assert generated.commands == (StartFlow("transfer_money"),)
    assert generated.completion.completion_tokens == MAX_TOKENS


async def test_real_names_have_room_for_two_starts_with_their_slots(at: At, bank: Assistant) -> None:
    expected: dict[Trust, int] = {"trained": MAX_TOKENS, "full": MAX_TOKENS_OF_NAMES, "agreement": MAX_TOKENS}
    for trust, most in expected.items():
        generated = await CommandGenerator(bank, _CutShort(), trust).generate("send it", at(None), ())
        assert generated.completion.completion_tokens == most


async def test_the_prefix_never_changes_and_an_unlisted_flow_is_told(at: At, bank: Assistant) -> None:
    money = bank.flows["transfer_money"]
    many = {
        f"task_{n}": replace(money, id=f"task_{n}", name=f"task {n}", description="Words. " * 20) for n in range(90)
    }
    large = replace(bank, flows={**bank.flows, **many})
    model = ScriptedModel("none\n")
    generator = CommandGenerator(large, model, "trained")
    for flow in (large.flows["task_89"], money):
        await generator.generate("do it", replace(at(None), assistant=large), (Ranked(flow, 0.5),))
    await generator.generate("else", replace(at("amount", recipient="Joe"), assistant=large), ())
    assert len(set(model.prefixes)) == 1
    assert model.tails[0].startswith("f97 task 89: Words.")
    assert model.tails[1] == "Caller: do it\n"


async def test_the_state_is_read_before_the_caller_speaks(
    at: At, bank: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    situation = at("amount", recipient="Joe")
    monkeypatch.setattr(cascade_module, "read_situation", lambda *_: situation)
    model = ScriptedModel("none\n")
    cascade = Cascade(bank, language_model=model, trust="trained")
    assert not cascade.anticipates
    await cascade.prepare()
    anticipation = Anticipation()
    anticipation.begin(cascade, initial_state(bank))
    anticipation.begin(cascade, initial_state(bank))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert model.warmed == ["", state_part(situation, short_names(bank))]
    await CommandGenerator(bank, model, "trained").generate("uh fifty", situation, ())
    assert model.tails[0] == model.warmed[1] + " uh fifty\n"


async def test_a_model_that_cannot_read_ahead_is_no_fault(bank: Assistant) -> None:
    cascade = Cascade(bank, language_model=ScriptedModel(error=RuntimeError("gone")), trust="full")
    await cascade.prepare()
    await cascade.anticipate(initial_state(bank))


async def test_nothing_is_prepared_where_no_model_would_be_asked(bank: Assistant) -> None:
    for cascade in (Cascade(bank, encoder=WordEncoder()), Cascade(bank, language_model=ScriptedModel())):
        await cascade.prepare()
        before = asyncio.all_tasks()
        Anticipation().begin(cascade, initial_state(bank))
        assert asyncio.all_tasks() == before
