"""The prompt keeps its prefix byte for byte; the grammar admits nothing that was not said or does not exist."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialogue.understanding.generator import valid_commands
from dialogue.understanding.grammar import stretches, turn_grammar
from dialogue.understanding.prompt import static_prefix, volatile_tail
from dialogue.understanding.situation import Situation
from flows.commands import SetSlot, StartFlow
from flows.model import Assistant

At = Callable[..., Situation]


def test_the_prefix_is_the_same_bytes_every_time(bank: Assistant) -> None:
    assert static_prefix(bank) == static_prefix(bank)
    assert "transfer_money: Send money to a contact. [recipient, amount, transfer_confirmed]" in static_prefix(bank)


def test_the_tail_is_bounded(at: At) -> None:
    tail = volatile_tail("x" * 420, at("amount", recipient="Joe" * 200))
    assert len(tail) < 800
    assert tail.startswith("Running: transfer_money\n")


def test_a_grammar_offers_only_what_was_said(at: At) -> None:
    situation = at(None)
    grammar = turn_grammar("send fifty dollars to John", situation, [situation.assistant.flows["transfer_money"]])
    assert '"start flow transfer_money"' in grammar
    assert '"set slot amount 50"' in grammar
    assert '"set slot recipient John"' in grammar
    assert "transfer_confirmed" not in grammar
    assert "block_card" not in grammar
    assert "cancel flow" not in grammar


def test_no_number_and_no_category_without_support(at: At) -> None:
    grammar = turn_grammar("to Joe", at("amount"), [])
    assert "set slot amount" not in grammar
    assert "cancel flow" in grammar


def test_a_confirmation_is_not_in_the_grammar(at: At) -> None:
    assert "transfer_confirmed" not in turn_grammar("yes please", at("transfer_confirmed", amount=50), [])


def test_what_a_model_may_not_propose_is_dropped(at: At, bank: Assistant) -> None:
    proposed = (
        StartFlow("transfer_money"),
        StartFlow("no_such_flow"),
        SetSlot("recipient", "Joe"),
        SetSlot("transfer_confirmed", "True"),
        SetSlot("card_kind", "credit_card"),
    )
    kept = valid_commands(proposed, at(None), [bank.flows["transfer_money"]])
    assert kept == (StartFlow("transfer_money"), SetSlot("recipient", "Joe"))


@given(st.text(max_size=420))
def test_every_stretch_is_a_part_of_the_turn(text: str) -> None:
    assert all(stretch in text for stretch in stretches(text))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=100))
def test_a_grammar_is_made_for_any_turn(at: Any, text: str) -> None:
    situation = at("recipient")
    assert turn_grammar(text, situation, situation.startable).startswith("root ::= ")
