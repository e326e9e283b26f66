"""Each rule of clean-up, and what a turn looks like after all of them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from dialogue.cleanup import RULES, Situation, clean_up
from flows.commands import (
    CancelFlow,
    CannotHandle,
    ChitChat,
    Clarify,
    Command,
    CorrectSlots,
    Failed,
    Noop,
    SessionEnd,
    SetSlot,
    SkipQuestion,
    StartFlow,
    UserSilence,
)
from flows.model import Assistant
from flows.state import ConversationState, initial_state
from tests.support.conversations import new_conversation, script
from tests.support.small_bank import small_bank

TRANSFER = StartFlow("transfer_money")
BALANCE = StartFlow("check_balance")


def after(assistant: Assistant, *texts: str) -> ConversationState:
    """Return the state after turns spoken in command lines."""

    async def speak() -> ConversationState:
        conversation = new_conversation(assistant)
        await script(conversation, *texts)
        return conversation.state

    return asyncio.run(speak())


def cleaned(assistant: Assistant, state: ConversationState, *commands: Command) -> list[Command]:
    return list(clean_up(commands, state, assistant))


# Rule 1
def test_a_value_that_is_already_there_says_nothing_new(bank: Assistant) -> None:
    state = after(bank, "start flow transfer_money, set slot amount 50")
    assert cleaned(bank, state, SetSlot("amount", "50"), SetSlot("recipient", "Joe")) == [SetSlot("recipient", "Joe")]
    assert cleaned(bank, state, SetSlot("amount", "50.00")) == []  # the question is asked again


# Rule 2
def test_the_active_flow_is_not_started_again(bank: Assistant) -> None:
    state = after(bank, "start flow transfer_money")
    assert cleaned(bank, state, TRANSFER, SetSlot("recipient", "Joe")) == [SetSlot("recipient", "Joe")]
    assert cleaned(bank, state, TRANSFER) == []
    assert cleaned(bank, state, BALANCE) == [BALANCE]


def test_a_flow_beneath_is_resumed(tmp_path: Path) -> None:
    flows = """
    flows:
      introduce:
        description: Learn a name
        steps: [{collect: nickname, utter: utter_ask_recipient}]
    """
    assistant = small_bank(tmp_path, flows=flows)
    state = after(assistant, "start flow transfer_money", "start flow introduce")
    assert cleaned(assistant, state, TRANSFER) == [TRANSFER]
    assert cleaned(assistant, state, StartFlow("introduce")) == []


def test_naming_the_flow_is_an_answer_to_going_back(bank: Assistant) -> None:
    state = after(bank, "start flow transfer_money", "start flow check_balance")
    assert state.stack[-1].kind == "pattern"
    assert cleaned(bank, state, TRANSFER) == [TRANSFER]


def test_a_flow_that_calls_the_active_one_is_active(tmp_path: Path) -> None:
    flows = """
    flows:
      parent:
        description: Calls the transfer
        steps: [{call: transfer_money}]
    """
    assistant = small_bank(tmp_path, flows=flows)
    state = after(assistant, "start flow parent")
    assert cleaned(assistant, state, StartFlow("parent")) == []
    assert cleaned(assistant, state, TRANSFER) == []


def test_unknown_guarded_and_doubled_starts_are_dropped(bank: Assistant) -> None:
    state = initial_state(bank)
    assert cleaned(bank, state, StartFlow("nonsense")) == [CannotHandle()]
    assert cleaned(bank, state, StartFlow("pattern_completed")) == [CannotHandle()]
    assert cleaned(bank, state, StartFlow("only_linked")) == [CannotHandle()]
    assert cleaned(bank, state, TRANSFER, BALANCE, TRANSFER) == [TRANSFER, BALANCE]


def test_an_intent_sent_as_a_payload_starts_a_guarded_flow(bank: Assistant) -> None:
    commands = clean_up((StartFlow("only_linked"),), initial_state(bank), bank, is_payload=True)
    assert commands == (StartFlow("only_linked"),)


def test_what_is_cancelled_may_be_started_anew(bank: Assistant) -> None:
    state = after(bank, "start flow transfer_money, set slot recipient Joe")
    said = (CancelFlow(), TRANSFER, SetSlot("recipient", "Joe"))
    assert cleaned(bank, state, *said) == list(said)  # the value is kept though it equals what is about to go


# Rule 3
def test_new_values_of_filled_slots_are_one_correction(bank: Assistant) -> None:
    state = after(bank, "start flow transfer_money, set slot recipient Joe", "set slot amount 50")
    assert cleaned(bank, state, SetSlot("amount", "70"), SetSlot("confirmed", "True"), SetSlot("recipient", "Ann")) == [
        CorrectSlots((("amount", 70.0), ("recipient", "Ann"))),
        SetSlot("confirmed", True),
    ]
    assert cleaned(bank, state, SetSlot("amount", None)) == [CorrectSlots((("amount", None),))]


def test_an_empty_slot_is_set_and_not_corrected(bank: Assistant) -> None:
    state = after(bank, "start flow transfer_money")
    assert cleaned(bank, state, SetSlot("amount", "70")) == [SetSlot("amount", 70.0)]


def test_a_filled_slot_that_nothing_collects_is_set(bank: Assistant) -> None:
    state = after(bank, "start flow transfer_money", "set slot nickname Bo")
    assert state.slots["nickname"] == "Bo"
    assert cleaned(bank, state, SetSlot("nickname", "Al")) == [SetSlot("nickname", "Al")]


# Rule 4
def test_one_option_is_a_start_and_more_are_capped(bank: Assistant, tmp_path: Path) -> None:
    state = initial_state(bank)
    assert cleaned(bank, state, Clarify(("transfer_money",))) == [TRANSFER]
    assert cleaned(bank, state, Clarify(("transfer_money", "nonsense"))) == [TRANSFER]
    assert cleaned(bank, state, Clarify(("transfer_money", "check_balance"))) == [
        Clarify(("transfer_money", "check_balance"))
    ]
    more = "".join(f"  f{n}:\n    description: number {n}\n    steps: [{{action: utter_declined}}]\n" for n in range(5))
    large = small_bank(tmp_path, flows=f"flows:\n{more}")
    options = tuple(f"f{n}" for n in range(5))
    assert cleaned(large, initial_state(large), Clarify(options)) == [Clarify(options[:3])]
    assert cleaned(bank, state, Clarify(("nonsense", "other"))) == [Clarify(())]


def test_an_option_that_is_already_active_is_no_start(bank: Assistant) -> None:
    state = after(bank, "start flow transfer_money")
    assert cleaned(bank, state, Clarify(("transfer_money",))) == []


# Rule 6
def test_a_model_may_not_set_what_it_does_not_fill(bank: Assistant) -> None:
    state = after(bank, "start flow transfer_money")
    assert cleaned(bank, state, SetSlot("balance", "5")) == [CannotHandle()]
    assert cleaned(bank, state, SetSlot("vip", "True")) == [CannotHandle()]
    assert cleaned(bank, state, SetSlot("nonsense", "5")) == [CannotHandle()]
    assert cleaned(bank, state, SetSlot("vip", True, "nlu")) == [SetSlot("vip", True, "nlu")]
    assert cleaned(bank, state, SetSlot("balance", "5", "payload")) == [SetSlot("balance", 5.0, "payload")]
    assert cleaned(bank, state, SetSlot("nonsense", "5", "payload")) == []  # a payload is never misunderstood
    assert cleaned(bank, state, SetSlot("vip", "True"), SetSlot("recipient", "Joe")) == [SetSlot("recipient", "Joe")]


def test_values_get_their_slots_type_and_misfits_stay(bank: Assistant) -> None:
    state = after(bank, "start flow transfer_money")
    assert cleaned(bank, state, SetSlot("amount", "1,200.50")) == [SetSlot("amount", 1200.5)]
    assert cleaned(bank, state, SetSlot("amount", "plenty")) == [SetSlot("amount", "plenty")]
    assert cleaned(bank, state, BALANCE, StartFlow("block_card"), SetSlot("card", "DEBIT"))[-1] == SetSlot(
        "card", "Debit"
    )


def test_of_two_values_the_last_counts_but_a_classifiers_beats_a_models(bank: Assistant) -> None:
    state = after(bank, "start flow transfer_money")
    assert cleaned(bank, state, SetSlot("amount", 1), SetSlot("amount", 2)) == [SetSlot("amount", 2.0)]
    heard = SetSlot("amount", 3, "nlu")
    assert cleaned(bank, state, heard, SetSlot("amount", 2)) == [SetSlot("amount", 3.0, "nlu")]


# Rule 7
def test_small_talk_needs_somebody_to_answer_it(bank: Assistant, tmp_path: Path) -> None:
    refusal = CannotHandle("cannot_handle_chitchat")
    assert cleaned(bank, initial_state(bank), ChitChat(), ChitChat()) == [refusal]
    own = """
    flows:
      pattern_chitchat:
        description: Answers small talk
        steps: [{action: utter_declined}]
    """
    chatty = small_bank(tmp_path, flows=own)
    assert cleaned(chatty, initial_state(chatty), ChitChat(), ChitChat()) == [ChitChat()]


# Rule 9
def test_a_step_that_forces_its_slot_hears_nothing_else(bank: Assistant) -> None:
    state = after(bank, "start flow block_card")
    said = (SkipQuestion(), TRANSFER, SetSlot("card", "debit"), CancelFlow())
    assert cleaned(bank, state, *said) == [SetSlot("card", "Debit")]
    assert cleaned(bank, state, CancelFlow()) == []
    assert cleaned(bank, state, UserSilence()) == [UserSilence()]
    assert cleaned(bank, state, SessionEnd()) == [SessionEnd()]


# Rules 10 and 11
def test_slots_of_flows_that_do_not_run_are_dropped(bank: Assistant) -> None:
    assert cleaned(bank, initial_state(bank), SetSlot("amount", "5")) == [CannotHandle()]
    assert cleaned(bank, initial_state(bank), TRANSFER, SetSlot("amount", "5"), SetSlot("card", "debit")) == [
        TRANSFER,
        SetSlot("amount", 5.0),
    ]


def test_slots_of_linked_and_called_flows_may_be_filled_ahead(tmp_path: Path) -> None:
    flows = """
    flows:
      leads:
        description: Links to the card and calls the transfer
        steps:
          - call: transfer_money
          - link: block_card
    """
    assistant = small_bank(tmp_path, flows=flows)
    said = (StartFlow("leads"), SetSlot("amount", 5.0), SetSlot("card", "Debit"))
    assert cleaned(assistant, initial_state(assistant), *said) == list(said)


def test_other_commands_overrule_clarifying_and_not_understanding(bank: Assistant) -> None:
    state = initial_state(bank)
    clarify = Clarify(("transfer_money", "check_balance"))
    assert cleaned(bank, state, clarify, TRANSFER, CannotHandle()) == [TRANSFER]
    assert cleaned(bank, state, CannotHandle(), clarify) == [clarify]
    assert cleaned(bank, state, CannotHandle(), CannotHandle()) == [CannotHandle()]


def test_one_cancellation_is_enough(bank: Assistant) -> None:
    state = after(bank, "start flow transfer_money")
    assert cleaned(bank, state, CancelFlow(), CancelFlow()) == [CancelFlow()]
    assert cleaned(bank, initial_state(bank), CancelFlow()) == [CannotHandle()]


def test_silence_is_never_the_answer(bank: Assistant) -> None:
    assert cleaned(bank, initial_state(bank)) == [CannotHandle()]
    assert cleaned(bank, initial_state(bank), Failed()) == [Failed()]
    assert cleaned(bank, initial_state(bank), Noop()) == [Noop()]


@pytest.mark.parametrize("rule", [rule for rule, _ in RULES], ids=lambda rule: rule.__name__)
def test_no_rule_minds_having_nothing_to_do(bank: Assistant, rule: object) -> None:
    assert callable(rule)
    given = (Failed(), SessionEnd())
    assert rule(given, Situation(initial_state(bank), bank)) == given


def test_cleaning_up_twice_changes_nothing_more(bank: Assistant) -> None:
    state = after(bank, "start flow transfer_money, set slot recipient Joe")
    once = clean_up((SetSlot("recipient", "Ann"), BALANCE, ChitChat(), Clarify(("block_card",))), state, bank)
    assert clean_up(once, state, bank) == once
