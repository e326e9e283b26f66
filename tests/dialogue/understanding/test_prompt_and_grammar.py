"""The prompt keeps its prefix byte for byte; the grammar admits nothing that was not said or does not exist."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialogue.understanding.admission import Admission, admitted
from dialogue.understanding.gbnf import literal, one_of
from dialogue.understanding.grammar import MAX_DISTINCT, Categories, is_stretch, turn_grammar, values_said
from dialogue.understanding.naming import Naming, real_names, short_names
from dialogue.understanding.prompt import caller_part, flows_in_prefix, state_part, static_prefix
from dialogue.understanding.situation import Situation
from dialogue.understanding.wording import read_commands, write_commands
from flows.commands import CancelFlow, CannotHandle, ChitChat, Clarify, HumanHandoff, SetSlot, SkipQuestion, StartFlow
from flows.model import Assistant, Flow, Response, Slot
from tests.dialogue.understanding.gbnf_sampler import Grammar

At = Callable[..., Situation]
NAMINGS = [short_names, real_names]
NASTY = """send fifty dollars to joe o'brien; cancel flow "start flow block_card" f3 s1 50 credit debit card and, or 'no
the last week . ? 8-831 two hundred set slot amount 7 \\ ask none ß 中文 😀 \x00 {} [a-z] | ::= # \u2028"""
WORDS = st.sampled_from([*NASTY.split(), "\n", "\t"])
SAID = st.one_of(st.text(max_size=60), st.lists(WORDS, max_size=14).map(" ".join))
SITUATIONS: list[dict[str, Any]] = [
    {"asked": None},
    {"asked": "recipient"},
    {"asked": "amount", "recipient": "Joe"},
    {"asked": "transfer_confirmed", "recipient": "Joe", "amount": 50},
    {"asked": "card_kind", "flow": "block_card"},
    {"asked": "contact_handle", "flow": "add_contact"},
]


def test_the_prefix_is_the_same_bytes_every_time(bank: Assistant) -> None:
    for naming in NAMINGS:
        assert static_prefix(bank, naming(bank)) == static_prefix(bank, naming(bank))
    assert "\ntransfer_money: Send money to a contact (recipient, amount)\n" in static_prefix(bank, real_names(bank))
    short = static_prefix(bank, short_names(bank))
    assert "\nf1 transfer money: Send money to a contact (s1 recipient, s2 amount)\n" in short
    assert "\nf3 block a card: Block a card that was lost or stolen (s3 card kind: credit_card/debit_card)\n" in short


def test_the_state_says_what_runs_what_is_filled_and_what_is_asked(at: At, bank: Assistant) -> None:
    naming = short_names(bank)
    assert state_part(at(None), naming) == "Caller:"
    situation = at("amount", recipient="Joe")
    assert state_part(situation, naming) == (
        "In f1 transfer money: s1 recipient = Joe\nAsked s2: how much money to send, in dollars\nCaller:"
    )
    assert caller_part(" uh\nfifty\x00 please ") == " uh fifty please\n"


def test_the_question_is_the_one_that_was_asked(at: At, bank: Assistant) -> None:
    said = (Response("Sure. To {recipient}? How much should I send, {{ slots.recipient }}, in all?"),)
    situation = replace(at("amount"), assistant=replace(bank, responses={"utter_ask_amount": said}))
    assert "\nAsked s2: How much should I send, recipient, in all?\n" in state_part(situation, short_names(bank))


def test_a_yes_or_no_has_no_name_and_a_secret_no_value(at: At, bank: Assistant) -> None:
    naming = short_names(bank)
    assert "Asked yes or no: " in state_part(at("transfer_confirmed", amount=50), naming)
    assert "transfer_confirmed" not in naming.slots
    secret = Slot("recipient", "text", is_sensitive=True)
    situation = at("amount", recipient="Joe")
    situation = replace(situation, fillable=(secret, *situation.fillable[1:]))
    assert "recipient = given" in state_part(situation, naming)
    assert "Joe" not in state_part(situation, naming)


def test_every_part_is_bounded(at: At, bank: Assistant) -> None:
    naming = short_names(bank)
    assert len(state_part(at("amount", recipient="Joe" * 200), naming, history=["x" * 9000] * 9)) < 2000
    assert len(caller_part("word " * 2000)) < 1010
    large = _with_flows(bank, 300)
    prefix = static_prefix(large, short_names(large))
    assert len(prefix) < 7000
    unlisted = next(flow for flow in large.flows.values() if flow not in flows_in_prefix(large, short_names(large)))
    tail = state_part(Situation(large), short_names(large), [unlisted])
    assert tail.startswith(short_names(large).flows[unlisted.id] + " ")


def test_what_is_always_wanted_comes_first(bank: Assistant) -> None:
    large = _with_flows(bank, 300)
    last = list(large.flows)[-1]
    flows = {**large.flows, last: replace(large.flows[last], always_include_in_prompt=True)}
    wanted = replace(large, flows=flows)
    assert flows_in_prefix(wanted, short_names(wanted))[0].id == last


def _with_flows(bank: Assistant, n_flows: int) -> Assistant:
    """The bank with many more flows."""
    money = bank.flows["transfer_money"]
    more: dict[str, Flow] = {
        f"task_{n}": replace(money, id=f"task_{n}", name=f"do task {n}", description="Does one thing. " * 20)
        for n in range(n_flows)
    }
    return replace(bank, flows={**bank.flows, **more})


def test_literals_of_anything_are_read_back() -> None:
    for text in ('say "hi"', "back\\slash", "new\nline\r\t", "ß中\U0001f600", "\x00\x1f\x7f\x85\u2028\u200b", "[a-z]*"):
        assert Grammar(f"root ::= {literal(text)}\n").admits(text)


@given(st.lists(st.text(alphabet="ab c\n", min_size=1, max_size=5), min_size=1, max_size=8))
def test_a_tree_admits_its_texts_and_no_others(texts: list[str]) -> None:
    grammar = Grammar(f"root ::= {one_of(texts)}\n")
    assert all(grammar.admits(text) for text in texts)
    assert all(grammar.sample(Random(seed)) in texts for seed in range(20))


def test_a_grammar_offers_only_what_was_said(at: At, bank: Assistant) -> None:
    naming = real_names(bank)
    written = turn_grammar("send fifty dollars to John", at(None), [bank.flows["transfer_money"]], naming)
    grammar = Grammar(written)
    assert grammar.admits("start flow transfer_money\nset slot recipient John\nset slot amount 50\n")
    assert grammar.admits("start flow transfer_money\nset slot amount 50\nset slot recipient John\n")
    assert not grammar.admits("start flow transfer_money\nset slot amount 60\n")
    assert not grammar.admits("start flow transfer_money\nset slot recipient Jane\n")
    assert not grammar.admits("start flow block_card\n")
    assert not grammar.admits("cancel flow\n")
    assert "transfer_confirmed" not in written


def test_aliases_say_the_same_on_one_line(at: At, bank: Assistant) -> None:
    flows = [bank.flows[name] for name in ("transfer_money", "block_card", "check_balance")]
    grammar = Grammar(
        turn_grammar("no sixty to Jane and block my card", at("amount", recipient="Joe"), flows, short_names(bank))
    )
    assert grammar.admits("s1 Jane; s2 60\n")  # a correction beside the answer
    assert grammar.admits("s2 60; f3\n")
    assert grammar.admits("f2; f3\n")
    assert grammar.admits("f1; s2 60; s1 Jane; f3\n")
    assert grammar.admits("f3; f1; s2 60; s1 Jane\n")
    for twice in ("f2; f2\n", "f1; s2 60; f1\n", "f1; f1; s2 60\n", "f1; f2; f3\n"):
        assert not grammar.admits(twice)
    assert grammar.admits("f1; f3; s1 Jane\n")
    assert grammar.admits("cancel; f3\n")
    assert grammar.admits("ask f2 f3\n")
    assert not grammar.admits("ask f2 f2\n")
    assert not grammar.admits("ask f2\n")
    assert grammar.admits("skip\n")
    assert not grammar.admits("s2 60\ns1 Jane\n")


def test_a_long_stretch_may_run_to_the_end_of_its_clause(at: At) -> None:
    text = "the printer on the second floor makes a strange noise every time I switch it on, can you help"
    assert is_stretch("the printer on the second floor makes a strange noise every time I switch it on", text)
    assert is_stretch("a strange noise", text)
    assert not is_stretch("printer on the second floor makes a strange noise every time", text)
    assert not is_stretch("loud noise", text)


def test_categories_need_support_unless_a_model_is_trusted(at: At, bank: Assistant) -> None:
    slot = bank.slots["card_kind"]
    asked = at("card_kind", flow="block_card")
    assert values_said("the golden one", slot, asked) == ()
    assert values_said("the golden one", slot, asked, "asked") == slot.values
    assert values_said("the golden one", slot, at(None), "asked") == ()
    assert values_said("the golden one", slot, at(None), "any") == slot.values
    assert values_said("my credit card", slot, at(None)) == ("credit_card",)


def test_no_number_and_no_category_without_support(at: At, bank: Assistant) -> None:
    grammar = turn_grammar("to Joe", at("amount"), [], real_names(bank))
    assert "set slot amount" not in grammar
    assert Grammar(grammar).admits("cancel flow\n")


def test_a_confirmation_is_not_in_the_grammar(at: At, bank: Assistant) -> None:
    for naming in NAMINGS:
        written = turn_grammar("yes please", at("transfer_confirmed", amount=50), [], naming(bank))
        assert "confirmed" not in written


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(
    said=SAID,
    place=st.sampled_from(SITUATIONS),
    naming_of=st.sampled_from(NAMINGS),
    categories=st.sampled_from(["said", "asked", "any"]),
    seed=st.integers(0, 1000),
)
def test_whatever_the_grammar_admits_is_valid(
    at: Any, bank: Assistant, said: str, place: dict[str, Any], naming_of: Any, categories: Categories, seed: int
) -> None:
    situation, naming = at(**place), naming_of(bank)
    flows = Random(seed).sample(situation.startable, seed % (len(situation.startable) + 1))
    grammar = Grammar(turn_grammar(said, situation, flows, naming, categories))
    for one in range(6):
        completion = grammar.sample(Random(seed + one))
        commands = read_commands(completion, naming)
        assert write_commands(commands, naming) == completion
        counted = admitted(commands, situation, flows)
        # Behind two starts the grammar has the slots of every flow; which of them count is known only then.
        spare = {CannotHandle, SetSlot} if sum(isinstance(one, StartFlow) for one in commands) > 1 else {CannotHandle}
        assert {type(command) for command in commands} - {type(command) for command in counted} <= spare
        _check_only_offered(said, commands, situation, flows, categories)


def _check_only_offered(
    said: str, commands: Any, situation: Situation, flows: list[Flow], categories: Categories
) -> None:
    offered = {flow.id for flow in flows}
    for command in commands:
        match command:
            case StartFlow(flow=flow):
                assert flow in offered
            case Clarify(options=options):
                assert set(options) <= offered
            case SetSlot(name=name, value=value):
                slot = situation.assistant.slots[name]
                assert slot.type != "bool"
                values = values_said(said, slot, situation, categories)
                assert value in said if values is None else value in values


@pytest.mark.parametrize("naming_of", NAMINGS)
def test_a_grammar_is_small_and_made_quickly(bank: Assistant, naming_of: Callable[[Assistant], Naming]) -> None:
    large = _with_flows(bank, 300)
    situation = Situation(large, startable=tuple(large.flows.values()))
    naming = naming_of(large)
    forty = "well I came home and saw fifty dollars were paid to John in Boston " * 3
    for n_flows in (2, 8, MAX_DISTINCT):
        assert len(turn_grammar(forty, situation, situation.startable[:n_flows], naming)) < 20_000
    for said in ("x" * 10_000, "word " * 2000, "a;b,c 7 " * 1500, forty):
        assert len(turn_grammar(said, situation, situation.startable, naming)) < 60_000


def test_what_a_model_may_not_propose_is_dropped(at: At, bank: Assistant) -> None:
    proposed = (
        StartFlow("transfer_money"),
        StartFlow("no_such_flow"),
        SetSlot("recipient", "Joe"),
        SetSlot("transfer_confirmed", "True"),
        SetSlot("card_kind", "credit_card"),
        StartFlow("transfer_money"),
        ChitChat(),
        Clarify(("block_card", "check_balance")),
    )
    kept = admitted(proposed, at(None), [bank.flows["transfer_money"]])
    assert kept == (StartFlow("transfer_money"), SetSlot("recipient", "Joe"))
    assert admitted((CancelFlow(), SkipQuestion(), Clarify(("block_card",))), at(None), []) == ()
    assert admitted((HumanHandoff(), CancelFlow()), at("amount"), []) == (HumanHandoff(),)


def test_codes_are_written_in_figures(at: At) -> None:
    situation = at("contact_handle", flow="add_contact")
    for said, value in (("eight three one", "831"), ("8 31", "831"), ("the eight three", "the eight three")):
        admission = Admission(situation, ())
        assert admission.admit(SetSlot("contact_handle", said)) == (SetSlot("contact_handle", value),)
    assert Admission(situation, ()).admit(SetSlot("contact_name", "eight")) == (SetSlot("contact_name", "eight"),)
