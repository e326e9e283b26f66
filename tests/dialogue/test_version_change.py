"""Another version of the assistant takes over: beneath a conversation that waits, and after a restart."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogue.conversation import Conversation
from dialogue.errors import EventInvalid
from dialogue.events import AssistantChanged, ConversationParked, UserSaid
from dialogue.replay import replay, take_up
from dialogue.serialization import event_from_json, event_to_json
from dialogue.snapshots import state_from_json, state_to_json
from dialogue.store import MemoryEventStore
from dialogue.turn import Said, UserTurn
from flows.code_change import adopted
from flows.commands import HandleCodeChange, SessionStart, StartFlow
from flows.effects import HangUp, Listen, RunAction
from flows.engine import step
from flows.events import FlowCancelled
from flows.inputs import CommandsReceived
from flows.loader import load_assistant
from flows.model import Assistant
from tests.support.conversations import ScriptedActions, SpokenCommands, new_conversation, outputs_of, script, turn
from tests.support.log_events import any_event
from tests.support.small_bank import DOMAIN, FLOWS, small_bank

UPDATED = "Sorry, I was just updated. Let's start that again. What can I do for you?"
TO_AMOUNT = ("start flow transfer_money", "set slot recipient Joe")


def version_of(folder: Path, name: str, *changes: tuple[str, str]) -> Assistant:
    """Load the small bank with texts of its files replaced."""
    small_bank(folder / name)
    for file, text in (("data/flows.yml", FLOWS), ("domain/bank.yml", DOMAIN)):
        for old, new in changes:
            text = text.replace(old, new)
        (folder / name / file).write_text(text)
    return load_assistant(folder / name)


@pytest.fixture(scope="session")
def other_texts(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    return version_of(tmp_path_factory.mktemp("v"), "texts", ("How much for {recipient}?", "What sum for {recipient}?"))


@pytest.fixture(scope="session")
def renamed(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """The flow of transfers has another id, and its question for the amount is another step."""
    return version_of(tmp_path_factory.mktemp("v"), "renamed", ("transfer_money:", "send_money:"))


@pytest.fixture(scope="session")
def without_amount(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    gone = "      - collect: amount\n        rejections:\n          - if: slots.amount < 1\n"
    return version_of(
        tmp_path_factory.mktemp("v"), "shorter", (f"{gone}            utter: utter_amount_too_small\n", "")
    )


async def waiting_for_amount(bank: Assistant, store: MemoryEventStore | None = None) -> Conversation:
    conversation = new_conversation(bank, store=store)
    await outputs_of(conversation.start())
    assert await script(conversation, *TO_AMOUNT) == ["How much for Joe?"]
    return conversation


async def test_another_text_is_heard_in_the_next_turn(bank: Assistant, other_texts: Assistant) -> None:
    conversation = await waiting_for_amount(bank)
    assert not await conversation.adopt(other_texts, version="2")
    assert await turn(conversation, "set slot amount 0.5") == ["That is too little.", "What sum for Joe?"]
    assert [type(event) for event in conversation.events].count(AssistantChanged) == 1
    assert replay(conversation.events, other_texts) == conversation.state


async def test_nothing_is_written_before_there_is_a_turn(bank: Assistant, other_texts: Assistant) -> None:
    conversation = await waiting_for_amount(bank)
    before = tuple(conversation.events)
    for number in range(20):
        await conversation.adopt((other_texts, bank)[number % 2], version=str(number))
    assert tuple(conversation.events) == before


async def test_a_step_that_is_gone_is_a_code_change_and_then_a_new_flow_works(
    bank: Assistant, without_amount: Assistant
) -> None:
    conversation = await waiting_for_amount(bank)
    assert await conversation.adopt(without_amount, version="2")
    assert await turn(conversation, "set slot amount 50") == [UPDATED]
    assert conversation.state.stack == ()
    assert conversation.state.slots["recipient"] is None
    assert FlowCancelled("transfer_money", "1_collect_recipient") not in conversation.events
    assert await turn(conversation, "start flow transfer_money") == ["Who is it for?"]
    assert await turn(conversation, "set slot recipient Ann") == ["Send None to Ann?"]
    assert replay(conversation.events, without_amount) == conversation.state


async def test_the_wish_of_the_turn_is_heard_after_the_code_change(bank: Assistant, renamed: Assistant) -> None:
    conversation = await waiting_for_amount(bank)
    assert await conversation.adopt(renamed, version="2", understanding=SpokenCommands(renamed))
    understood = await conversation.understand(UserTurn("start flow block_card"))
    promised = [said.text for said in conversation.preview(understood)]
    outputs = await outputs_of(conversation.commit(understood))
    assert [output.text for output in outputs if isinstance(output, Said)] == promised == [UPDATED, "Which card?"]
    said = [event for event in conversation.events if isinstance(event, UserSaid)][-1]
    assert said.commands == (HandleCodeChange(), StartFlow("block_card"))
    assert conversation.state.slots["recipient"] is None
    assert replay(conversation.events, renamed) == conversation.state


async def test_a_version_that_goes_back_changes_nothing(bank: Assistant, renamed: Assistant) -> None:
    conversation = await waiting_for_amount(bank)
    state = conversation.state
    assert await conversation.adopt(renamed, version="2")
    assert not await conversation.adopt(bank, version="1")
    assert conversation.state == state
    assert await turn(conversation, "set slot amount 50") == ["Send 50 to Joe?"]


async def test_a_session_that_begins_anew_is_no_code_change(bank: Assistant, renamed: Assistant) -> None:
    conversation = await waiting_for_amount(bank)
    await conversation.adopt(renamed, version="2")
    outputs = await outputs_of(conversation.start())
    assert UPDATED not in [output.text for output in outputs if isinstance(output, Said)]
    assert await turn(conversation, "start flow send_money") == ["Who is it for?"]


async def test_a_turn_finishes_on_the_version_that_it_began_with(bank: Assistant, renamed: Assistant) -> None:
    actions = ScriptedActions({"action_balance": [{"event": "slot", "name": "balance", "value": 7}]})
    gate = actions.gates["action_balance"] = asyncio.Event()
    conversation = new_conversation(bank, actions=actions)
    running = asyncio.create_task(turn(conversation, "start flow check_balance"))
    await actions.has_begun.wait()
    adopting = asyncio.create_task(conversation.adopt(renamed, version="2"))
    await asyncio.sleep(0)
    assert conversation.assistant is bank
    gate.set()
    assert (await running)[0] == "You have 7."
    await adopting
    assert conversation.assistant is renamed


async def test_an_ended_conversation_takes_a_version_and_says_nothing(bank: Assistant, renamed: Assistant) -> None:
    conversation = await waiting_for_amount(bank)
    await conversation.end("gone")
    await conversation.adopt(renamed, version="2")
    assert await turn(conversation, "set slot amount 50") == []


async def parked(conversation: Conversation) -> None:
    await conversation.park()
    await conversation.park()  # again changes nothing
    assert [type(event) for event in conversation.events].count(ConversationParked) == 1


@pytest.mark.parametrize("is_parked", [True, False], ids=["stopped", "crashed"])
async def test_a_restart_with_the_same_files(bank: Assistant, is_parked: bool) -> None:
    store = MemoryEventStore()
    first = await waiting_for_amount(bank, store)
    if is_parked:
        await parked(first)
    second = new_conversation(bank, store=store)
    await second.resume()
    assert second.state == first.state
    assert await turn(second, "set slot amount 50") == ["Send 50 to Joe?"]
    assert replay(await store.load("call-1"), bank) == second.state


async def test_a_restart_with_other_texts_goes_on(bank: Assistant, other_texts: Assistant) -> None:
    store = MemoryEventStore()
    await parked(await waiting_for_amount(bank, store))
    second = new_conversation(other_texts, store=store)
    await second.resume()
    assert await turn(second, "set slot amount 0") == ["That is too little.", "What sum for Joe?"]


@pytest.mark.parametrize("is_parked", [True, False], ids=["stopped", "crashed"])
async def test_a_restart_without_the_step_is_a_code_change(
    bank: Assistant, without_amount: Assistant, is_parked: bool
) -> None:
    store = MemoryEventStore()
    first = await waiting_for_amount(bank, store)
    if is_parked:
        await parked(first)
    for _ in range(2):  # one that is resumed and left without a turn is as it was
        second = new_conversation(without_amount, store=store)
        await second.resume()
        await second.park()
    third = new_conversation(without_amount, store=store)
    await third.resume()
    assert await turn(third, "start flow block_card") == [UPDATED, "Which card?"]
    assert third.state.slots["recipient"] is None
    fourth = new_conversation(without_amount, store=store)
    await fourth.resume()
    assert fourth.state == third.state


async def test_a_flow_that_was_passed_may_change_under_a_parked_conversation(bank: Assistant, tmp_path: Path) -> None:
    store = MemoryEventStore()
    first = new_conversation(bank, store=store)
    await script(
        first, "start flow block_card", "set slot card debit", "set slot continue_conversation True", *TO_AMOUNT
    )
    await parked(first)
    changed = version_of(tmp_path, "v", ("      - action: utter_blocked\n", ""))
    second = new_conversation(changed, store=store)
    await second.resume()
    assert await turn(second, "set slot amount 50") == ["Send 50 to Joe?"]


async def test_a_log_with_a_state_that_cannot_be_read(bank: Assistant) -> None:
    for state in ({}, {"slots": 5}, {"slots": {}, "stack": [7]}, {"slots": {}, "stack": [{"flow_id": "x"}]}):
        with pytest.raises(EventInvalid):
            take_up([ConversationParked("1", state)], bank)


class Versions:
    """All versions, shown in a line where an example fails."""

    def __init__(self, *every: Assistant) -> None:
        self.all = every

    def __repr__(self) -> str:
        return "Versions()"


@pytest.fixture(scope="session")
def versions(bank: Assistant, other_texts: Assistant, renamed: Assistant, without_amount: Assistant) -> Versions:
    return Versions(bank, other_texts, renamed, without_amount)


_TURNS = st.lists(
    st.sampled_from(
        [
            "start flow transfer_money",
            "start flow send_money",
            "start flow check_balance",
            "start flow block_card",
            "set slot recipient Joe",
            "set slot recipient Ann",
            "set slot amount 50",
            "set slot amount plenty",
            "set slot confirmed True",
            "set slot card debit",
            "set slot continue_conversation True",
            "set slot continue_interrupted_flow_confirmation True",
            "cancel flow",
            "/session_start",
            "hand over",
            "mumble",
        ]
    ),
    max_size=5,
)


@settings(max_examples=150, deadline=None)
@given(
    legs=st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from(["adopt", "park", "crash"]), _TURNS), min_size=1, max_size=4
    )
)
def test_any_conversation_goes_on_through_any_versions(
    versions: Versions, legs: list[tuple[int, str, list[str]]]
) -> None:

    async def talk() -> None:
        store = MemoryEventStore()
        conversation = new_conversation(versions.all[0], store=store)
        await outputs_of(conversation.start())
        for number, how, texts in legs:
            assistant = versions.all[number]
            if how == "adopt":
                await conversation.adopt(assistant, version=str(number), understanding=SpokenCommands(assistant))
            else:
                if how == "park":
                    await conversation.park()
                conversation = new_conversation(assistant, store=store)
                await conversation.resume()
            assert state_from_json(json.loads(json.dumps(state_to_json(conversation.state)))) == conversation.state
            for text in texts:
                await turn(conversation, text)
            stored = await store.load("call-1")
            assert [event_from_json(json.loads(json.dumps(event_to_json(event)))) for event in stored] == list(stored)
            if texts:
                assert replay(stored, assistant) == conversation.state
            if not conversation.is_over:
                said = await turn(conversation, "hm")
                assert said

    asyncio.run(talk())


@settings(max_examples=300, deadline=None)
@given(st.lists(any_event(), max_size=8))
def test_whatever_a_log_says_a_conversation_goes_on_or_the_log_is_refused(bank: Assistant, events: list) -> None:
    try:
        left = take_up(events, bank)
    except EventInvalid:
        return
    result = adopted(left.state, left.footing, bank)
    state, effects = step(result.state, CommandsReceived((HandleCodeChange(),)), bank)
    assert state.is_ended or isinstance(effects[-1], Listen | RunAction)
    state, effects = step(state, CommandsReceived((SessionStart({}),)), bank)
    assert isinstance(effects[-1], Listen | HangUp | RunAction)
