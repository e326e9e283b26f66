"""A conversation carries out what the engine orders, whatever its parts do, and writes everything down."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogue.conversation import Conversation
from dialogue.errors import DialogueError, ReplayDiverged, StoreUnavailable
from dialogue.events import (
    ActionFailed,
    ActionReturned,
    AssistantSaid,
    ConversationEnded,
    ConversationStarted,
    DialogueEvent,
    UserSaid,
)
from dialogue.replay import replay
from dialogue.store import MemoryEventStore
from dialogue.turn import Ended, Happened, Said, Understood, UserTurn, Waiting
from flows.commands import StartFlow
from flows.events import ActionExecuted, SlotSet
from flows.model import Assistant
from flows.state import ConversationState
from tests.support.conversations import ScriptedActions, new_conversation, outputs_of, script, turn
from tests.support.small_bank import small_bank

ASKED_TO_CONFIRM = ("start flow transfer_money", "set slot recipient Joe", "set slot amount 50")


class BrokenStore:
    """A store whose disk is full while `is_full`."""

    def __init__(self) -> None:
        self.is_full = True
        self.inner = MemoryEventStore()

    async def append(self, conversation_id: str, events: Sequence[DialogueEvent]) -> None:
        if self.is_full:
            raise StoreUnavailable("the disk is full")
        await self.inner.append(conversation_id, events)

    async def load(self, conversation_id: str) -> Sequence[DialogueEvent]:
        return await self.inner.load(conversation_id)


class BrokenUnderstanding:
    async def understand(self, turn: UserTurn, state: ConversationState) -> Understood:
        raise RuntimeError("no model")


async def test_a_transfer_from_start_to_end(bank: Assistant) -> None:
    actions = ScriptedActions(
        {"action_pay": ActionReturned("action_pay", (), ({"response": "utter_paid", "fee": 2.0},))}
    )
    store = MemoryEventStore()
    conversation = new_conversation(bank, actions=actions, store=store)
    opening = await outputs_of(conversation.start({"user_phone": "123"}))
    assert isinstance(opening[-1], Waiting)
    assert conversation.state.slots["session_started_metadata"] == {"user_phone": "123"}

    assert await turn(conversation, "start flow transfer_money") == ["Who is it for?"]
    assert conversation.expectation.slot == "recipient"
    assert await turn(conversation, "set slot recipient Joe") == ["How much for Joe?"]
    assert await turn(conversation, "set slot amount 0.5") == ["That is too little.", "How much for Joe?"]
    assert await turn(conversation, "set slot amount 1200") == ["Send 1200 to Joe?"]
    assert actions.runs == []
    assert (await turn(conversation, "set slot confirmed True"))[0] == "Sent 1200 to Joe, fee 2."
    assert actions.runs == ["action_pay"]
    assert actions.trackers[0]["slots"]["amount"] == 1200.0

    await conversation.end("caller gone")
    assert conversation.is_over
    assert conversation.events[-1] == ConversationEnded("caller gone")
    assert await store.load("call-1") == tuple(conversation.events)
    assert conversation.events[0] == ConversationStarted(bank.id, {"user_phone": "123"})


async def test_a_text_has_the_slots_of_its_moment_not_of_the_turns_end(bank: Assistant) -> None:
    conversation = new_conversation(bank)
    said = await script(conversation, "start flow block_card", "set slot card debit")
    assert said[0] == "Your Debit card is blocked."
    assert conversation.state.slots["card"] is None


async def test_what_is_said_comes_before_a_later_action_has_run(tmp_path: Path) -> None:
    flows = """
    flows:
      slow:
        description: Says a line, then works
        steps:
          - action: utter_declined
          - action: action_balance
          - action: utter_balance
    """
    actions = ScriptedActions({"action_balance": [{"event": "slot", "name": "balance", "value": 7}]})
    gate = actions.gates["action_balance"] = asyncio.Event()
    conversation = new_conversation(small_bank(tmp_path, flows=flows), actions=actions)
    stream = conversation.commit(await conversation.understand(UserTurn("start flow slow")))
    first = await anext(output async for output in stream if isinstance(output, Said))
    assert first.text == "All right, nothing is sent."
    assert not gate.is_set()
    gate.set()
    rest = [output.text for output in await outputs_of(stream) if isinstance(output, Said)]
    assert rest[0] == "You have 7."


async def test_understanding_and_preview_have_no_effect(bank: Assistant) -> None:
    conversation = new_conversation(bank)
    await script(conversation, "start flow transfer_money")
    before, n_events = conversation.state, len(conversation.events)
    understood = await conversation.understand(UserTurn("set slot recipient Joe"))
    promised = conversation.preview(understood)
    assert (conversation.state, len(conversation.events)) == (before, n_events)
    outputs = await outputs_of(conversation.commit(understood))
    assert [output for output in outputs if isinstance(output, Said)] == list(promised)
    assert promised[0].text == "How much for Joe?"


async def test_a_preview_stops_before_the_action(bank: Assistant) -> None:
    actions = ScriptedActions({"action_pay": []})
    conversation = new_conversation(bank, actions=actions)
    await script(conversation, *ASKED_TO_CONFIRM)
    assert conversation.preview(await conversation.understand(UserTurn("set slot confirmed True"))) == ()
    assert actions.runs == []


async def test_a_preview_foretells_the_variation_that_chance_will_choose(bank: Assistant) -> None:
    conversation = new_conversation(bank)
    for _ in range(8):
        understood = await conversation.understand(UserTurn("mumble"))
        promised = [said.text for said in conversation.preview(understood)]
        assert await turn(conversation, "mumble") == promised


async def test_understanding_is_told_the_history(bank: Assistant) -> None:
    conversation = new_conversation(bank)
    await script(conversation, "start flow transfer_money", "set slot recipient Joe")
    understood = await conversation.understand(UserTurn("hm"))
    assert understood.turn.history == (
        "USER: start flow transfer_money",
        "AI: Who is it for?",
        "USER: set slot recipient Joe",
        "AI: How much for Joe?",
    )


async def test_understanding_that_raises_is_an_apology(bank: Assistant) -> None:
    faults: list[DialogueError] = []
    conversation = new_conversation(bank, understanding=BrokenUnderstanding(), report=faults.append)
    said = await turn(conversation, "hello")
    assert said[0].startswith("Sorry, something went wrong")
    assert [fault.code for fault in faults] == ["understanding-failed"]


@pytest.mark.parametrize(
    "outcome", [ActionFailed("action_pay", "took longer than 10 s"), RuntimeError("boom")], ids=["failed", "raised"]
)
async def test_a_failing_action_cancels_the_flow_and_apologises(
    bank: Assistant, outcome: ActionFailed | Exception
) -> None:
    conversation = new_conversation(bank, actions=ScriptedActions({"action_pay": outcome}))
    said = await script(conversation, *ASKED_TO_CONFIRM, "set slot confirmed True")
    assert said[0].startswith("Sorry, something went wrong")
    assert any(isinstance(event, ActionFailed) for event in conversation.events)
    assert await turn(conversation, "start flow transfer_money") == ["Who is it for?"]


async def test_an_actions_responses_are_logged_before_its_events(bank: Assistant) -> None:
    result = ActionReturned(
        "action_balance",
        ({"event": "slot", "name": "balance", "value": 1200},),
        ({"text": "One moment."},),
    )
    conversation = new_conversation(bank, actions=ScriptedActions({"action_balance": result}))
    said = await turn(conversation, "start flow check_balance")
    assert said[:2] == ["One moment.", "You have 1200."]
    told = [event for event in conversation.events if isinstance(event, AssistantSaid | SlotSet | ActionExecuted)]
    ran = ActionExecuted("action_balance")
    assert told[:3] == [ran, AssistantSaid("One moment."), SlotSet("balance", 1200)]


async def test_an_action_may_set_no_slot_that_the_domain_lacks(bank: Assistant) -> None:
    result = [{"event": "slot", "name": "nonsense", "value": 1}, {"event": "mystery"}]
    conversation = new_conversation(bank, actions=ScriptedActions({"action_balance": result}))
    await turn(conversation, "start flow check_balance")
    assert "nonsense" not in conversation.state.slots


async def test_an_action_may_end_the_conversation(bank: Assistant) -> None:
    ended = ScriptedActions({"action_balance": [{"event": "session_ended"}]})
    conversation = new_conversation(bank, actions=ended)
    understood = await conversation.understand(UserTurn("start flow check_balance"))
    outputs = await outputs_of(conversation.commit(understood))
    assert isinstance(outputs[-1], Ended)
    assert conversation.is_over
    late = await outputs_of(conversation.commit(understood))
    assert late == [Ended("hangup")]


async def test_a_missing_response_is_an_apology_and_a_fault(tmp_path: Path) -> None:
    domain = """
    responses:
      utter_hidden: [{text: never, channel: fax}]
    """
    flows = """
    flows:
      odd:
        description: Says what cannot be said here
        steps: [{action: utter_hidden}]
    """
    faults: list[DialogueError] = []
    conversation = new_conversation(small_bank(tmp_path, flows=flows, domain=domain), report=faults.append)
    said = await turn(conversation, "start flow odd")
    assert said[0].startswith("Sorry, something went wrong")
    assert [fault.code for fault in faults] == ["response-unavailable"]


async def test_the_last_words_are_repeated(bank: Assistant) -> None:
    conversation = new_conversation(bank)
    await script(conversation, "start flow transfer_money", "set slot recipient Joe")
    assert await turn(conversation, "repeat message") == ["How much for Joe?"]


async def test_a_store_that_fails_is_reported_and_the_caller_is_answered(bank: Assistant) -> None:
    store, faults = BrokenStore(), list[DialogueError]()
    conversation = new_conversation(bank, store=store, report=faults.append)
    assert await turn(conversation, "start flow transfer_money") == ["Who is it for?"]
    assert {fault.code for fault in faults} == {"store-unavailable"}
    store.is_full = False
    await turn(conversation, "set slot recipient Joe")
    assert await store.load("call-1") == tuple(conversation.events)  # nothing of the bad time is lost


async def test_a_reader_that_is_cancelled_stops_no_turn(bank: Assistant) -> None:
    actions = ScriptedActions({"action_pay": ActionReturned("action_pay", (), ({"text": "Paid."},))})
    gate = actions.gates["action_pay"] = asyncio.Event()
    store = MemoryEventStore()
    conversation = new_conversation(bank, actions=actions, store=store)
    await script(conversation, *ASKED_TO_CONFIRM)
    understood = await conversation.understand(UserTurn("set slot confirmed True"))
    reading = asyncio.create_task(outputs_of(conversation.commit(understood)))
    await actions.has_begun.wait()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    gate.set()
    said = await turn(conversation, "start flow check_balance")  # waits for the turn before
    assert said
    events = list(await store.load("call-1"))
    assert events == list(conversation.events)
    paid = events.index(AssistantSaid("Paid."))
    later = [index for index, event in enumerate(events) if isinstance(event, UserSaid)][-1]
    assert paid < later
    assert actions.runs[0] == "action_pay"


async def test_a_reader_that_stops_early_leaves_no_lock(bank: Assistant) -> None:
    conversation = new_conversation(bank)
    async for _ in conversation.commit(await conversation.understand(UserTurn("start flow transfer_money"))):
        break
    assert await turn(conversation, "set slot recipient Joe") == ["How much for Joe?"]


async def test_ending_waits_for_the_turn_that_runs(bank: Assistant) -> None:
    actions = ScriptedActions({"action_balance": []})
    gate = actions.gates["action_balance"] = asyncio.Event()
    conversation = new_conversation(bank, actions=actions)
    understood = await conversation.understand(UserTurn("start flow check_balance"))
    reading = asyncio.create_task(outputs_of(conversation.commit(understood)))
    await actions.has_begun.wait()
    ending = asyncio.create_task(conversation.end())
    await asyncio.sleep(0)
    assert not ending.done()
    gate.set()
    await ending
    await reading
    assert any(isinstance(event, ActionReturned) for event in conversation.events)
    assert isinstance(conversation.events[-1], ConversationEnded)


async def test_a_cancelled_understanding_leaves_nothing(bank: Assistant) -> None:
    class Slow:
        async def understand(self, turn: UserTurn, state: ConversationState) -> Understood:
            await asyncio.Event().wait()
            raise AssertionError

    conversation = new_conversation(bank, understanding=Slow())
    trying = asyncio.create_task(conversation.understand(UserTurn("hello")))
    await asyncio.sleep(0)
    trying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await trying
    assert not conversation.events


async def test_two_conversations_at_once_do_not_disturb_each_other(bank: Assistant) -> None:
    store = MemoryEventStore()
    actions = ScriptedActions({"action_pay": []})

    async def call(name: str, amount: int) -> Conversation:
        conversation = new_conversation(bank, actions=actions, store=store, conversation_id=name)
        said = await script(
            conversation, "start flow transfer_money", f"set slot recipient {name}", f"set slot amount {amount}"
        )
        assert said == [f"Send {amount} to {name}?"]
        return conversation

    calls = await asyncio.gather(*(call(f"c{number}", number + 1) for number in range(10)))
    for conversation in calls:
        assert await store.load(conversation.conversation_id) == tuple(conversation.events)


async def test_a_conversation_is_resumed_from_its_log(bank: Assistant) -> None:
    store = MemoryEventStore()
    first = new_conversation(bank, store=store)
    await outputs_of(first.start())
    await first.set_slots({"nickname": "Ann"})
    await script(first, *ASKED_TO_CONFIRM)
    second = new_conversation(bank, store=store)
    await second.resume()
    assert second.state == first.state
    assert second.state.slots["nickname"] == "Ann"
    assert (await turn(second, "set slot confirmed False"))[0] == "All right, nothing is sent."


SPOKEN = st.sampled_from(
    [
        "start flow transfer_money",
        "start flow check_balance",
        "start flow block_card",
        "set slot recipient Joe",
        "set slot recipient Ann",
        "set slot amount 50",
        "set slot amount 0",
        "set slot amount plenty",
        "set slot confirmed True",
        "set slot confirmed False",
        "set slot card debit",
        "set slot continue_conversation True",
        "set slot continue_interrupted_flow_confirmation True",
        "cancel flow",
        "disambiguate flows transfer_money check_balance",
        "repeat message",
        "offtopic reply",
        "provide info",
        "skip question",
        "start flow transfer_money, set slot amount 9",
        "cancel flow, start flow block_card",
        "mumble",
        "/SetSlots(recipient=Eve)",
    ]
)


@settings(max_examples=40, deadline=None)
@given(st.lists(SPOKEN, max_size=10))
def test_replaying_any_log_gives_the_same_state(bank: Assistant, texts: list[str]) -> None:
    async def check() -> None:
        result = ActionReturned("action_balance", ({"event": "slot", "name": "balance", "value": 3},))
        actions = ScriptedActions({"action_balance": result, "action_pay": ActionFailed("action_pay", "no")})
        conversation = new_conversation(bank, actions=actions)
        await outputs_of(conversation.start())
        await script(conversation, *texts)
        assert replay(conversation.events, bank) == conversation.state
        folded = {**bank.initial_slots}
        folded.update((event.name, event.value) for event in conversation.events if isinstance(event, SlotSet))
        assert folded == dict(conversation.state.slots)

    asyncio.run(check())


async def test_every_turn_says_something_and_ends_in_waiting(bank: Assistant) -> None:
    for text in ("mumble", "cancel flow", "start flow nonsense", "set slot amount 5", "set slot nonsense 5", "noop"):
        conversation = new_conversation(bank)
        understood = await conversation.understand(UserTurn(text))
        outputs = await outputs_of(conversation.commit(understood))
        assert isinstance(outputs[-1], Waiting), text
        assert any(isinstance(output, Said) for output in outputs) or text == "noop", text
        assert all(isinstance(output, Said | Happened | Waiting) for output in outputs)


def test_a_log_of_another_assistant_is_refused(bank: Assistant) -> None:
    with pytest.raises(ReplayDiverged, match="event 1"):
        replay([UserSaid("x", (StartFlow("transfer_money"),), "llm"), ActionExecuted("action_odd")], bank)
    with pytest.raises(ReplayDiverged, match="before event 1"):
        replay([UserSaid("x", (StartFlow("transfer_money"),), "llm")], bank)
