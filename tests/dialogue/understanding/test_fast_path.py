"""The fast path: certain answers and orders at once, everything else left to the router."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogue.understanding.fast_path.matcher import match_fast
from dialogue.understanding.situation import Situation
from dialogue.understanding.words import clean
from flows.commands import (
    CancelFlow,
    ChitChat,
    Command,
    HumanHandoff,
    Noop,
    RepeatLastBotMessages,
    Restart,
    SessionEnd,
    SetSlot,
    SkipQuestion,
)
from flows.model import Assistant
from tests.dialogue.understanding.spoken_turns import Case, situation_of

At = Callable[..., Situation]

ANSWERS = [
    ("recipient", "Joe.", "Joe"),
    ("recipient", "Uh, send it to Joe.", "Joe"),
    ("recipient", "It's for my friend Mary Smith.", "Mary Smith"),
    ("recipient", "To John O'Brien, please.", "John O'Brien"),
    ("amount", "$50", 50),
    ("amount", "Fifty dollars, please.", 50),
    ("amount", "It's a hundred and twenty.", 120),
    ("amount", "Let's say 60... no, 70.", 70),
    ("transfer_confirmed", "Yes, please.", True),
    ("transfer_confirmed", "No.", False),
]


@pytest.mark.parametrize(("asked", "said", "value"), ANSWERS)
def test_certain_answers(at: At, asked: str, said: str, value: object) -> None:
    assert match_fast(said, at(asked)) == (SetSlot(asked, value, "fast_path"),)


def test_typed_answers(at: At) -> None:
    assert match_fast("8-831.", at("contact_handle", "add_contact")) == (
        SetSlot("contact_handle", "8831", "fast_path"),
    )
    assert match_fast("since last week", at("period", "list_transactions")) == (
        SetSlot("period", "last week", "fast_path"),
    )
    assert match_fast("The credit one.", at("card_kind", "block_card")) == (
        SetSlot("card_kind", "credit_card", "fast_path"),
    )


LEFT = [
    ("recipient", "What's my balance?"),
    ("recipient", "show my transactions"),
    ("recipient", "I don't want Joe to get it"),
    ("recipient", "Joe, fifty dollars."),
    ("amount", "fifty or sixty"),
    ("amount", "half past seven"),
    ("amount", "what's the limit, fifty?"),
    ("transfer_confirmed", "Yes, but send it to Peter."),
    ("transfer_confirmed", "Joe."),
]


@pytest.mark.parametrize(("asked", "said"), LEFT)
def test_what_is_not_certain_is_left(at: At, asked: str, said: str) -> None:
    assert match_fast(said, at(asked, recipient="Ann", amount=None)) is None


@pytest.mark.parametrize("said", ["No, I meant sixty.", "Yes, but make it 60.", "Actually, make it 60 dollars."])
def test_a_number_is_corrected_and_nothing_confirmed(at: At, said: str) -> None:
    situation = at("transfer_confirmed", recipient="Joe", amount=50)
    assert match_fast(said, situation) == (SetSlot("amount", 60, "fast_path"),)


ORDERS: list[tuple[str, Command]] = [
    ("Cancel.", CancelFlow()),
    ("Oh, never mind.", CancelFlow()),
    ("Cancel the transfer, please.", CancelFlow()),
    ("Could you say that again?", RepeatLastBotMessages()),
    ("Hello?", RepeatLastBotMessages()),
    ("Let's start over.", Restart()),
    ("I don't know.", SkipQuestion()),
    ("I want to speak to a real person.", HumanHandoff()),
    ("How are you?", ChitChat()),
]


@pytest.mark.parametrize(("said", "command"), ORDERS)
def test_orders_to_the_conversation(at: At, said: str, command: Command) -> None:
    assert match_fast(said, at("recipient")) == (command,)


def test_nothing_to_cancel_or_skip_when_nothing_runs(at: At) -> None:
    assert match_fast("cancel", at(None)) is None
    assert match_fast("skip", at(None)) is None
    assert match_fast("Goodbye!", at(None)) == (SessionEnd(),)


@pytest.mark.parametrize("said", ["Never mind.", "Goodbye.", "No, forget it.", "No thanks."])
def test_an_offer_is_declined_when_there_is_nothing_to_cancel(at: At, said: str) -> None:
    offered = replace(at("transfer_confirmed"), active=None)
    assert match_fast(said, offered) == (SetSlot("transfer_confirmed", False, "fast_path"),)


def test_goodbye_ends_the_call_in_the_middle_of_a_flow_but_may_be_a_name(at: At) -> None:
    assert match_fast("Goodbye.", at("amount")) == (SessionEnd(),)
    assert match_fast("Okay, bye.", at("transfer_confirmed")) == (SessionEnd(),)
    assert match_fast("Goodbye.", at("recipient")) != (SessionEnd(),)


def test_a_forced_slot_takes_whatever_is_said(at: At) -> None:
    forced = replace(at("recipient"), takes_everything=True)
    assert match_fast("I want to skip this.", forced) == (SetSlot("recipient", "I want to skip this.", "fast_path"),)
    assert match_fast("Joe.", forced) == (SetSlot("recipient", "Joe", "fast_path"),)


@pytest.mark.parametrize("said", ["Hold on.", "let me look", "one second please", "hang on let me check my phone"])
def test_a_caller_who_needs_a_moment_gives_no_value(at: At, said: str) -> None:
    for asked in ("recipient", "amount", "transfer_confirmed"):
        assert match_fast(said, at(asked)) == (Noop(),)
    assert match_fast(said, at(None)) is None


@pytest.mark.parametrize("said", ["let me see my balance", "hold on what's the fee", "one moment it is Joe"])
def test_a_moment_with_something_else_is_left(at: At, said: str) -> None:
    assert match_fast(said, at("amount")) is None


def test_a_format_that_the_author_asks_for(at: At) -> None:
    situation = at("period", "list_transactions")
    asking = replace(situation, descriptions={"period": "the day as YYYY-MM-DD"})
    now = datetime(2026, 11, 18, 10, 0)
    assert match_fast("the day after tomorrow", asking, now) == (SetSlot("period", "2026-11-20", "fast_path"),)
    assert match_fast("the day after tomorrow", asking) is None
    assert match_fast("the day after tomorrow", situation, now) == (
        SetSlot("period", "the day after tomorrow", "fast_path"),
    )


def test_a_name_is_corrected_where_it_is_the_only_one(at: At) -> None:
    situation = at("amount", recipient="Joe")
    assert match_fast("Actually, send it to Maria.", situation) == (SetSlot("recipient", "Maria", "fast_path"),)
    assert match_fast("actually never", situation) is None


@settings(deadline=None)
@given(said=st.one_of(st.text(max_size=80), st.text("noyes 12twabc.,?'@-$", max_size=420)))
@pytest.mark.parametrize(
    "asked", ["recipient", "amount", "transfer_confirmed", "card_kind", "contact_handle", "period"]
)
def test_nothing_that_is_said_breaks_it(bank: Assistant, asked: str, said: str) -> None:
    flow = next(one.id for one in bank.flows.values() if asked in one.collected)
    match_fast(clean(said), situation_of(Case("bank", "", (), asked, flow, {}), bank))
