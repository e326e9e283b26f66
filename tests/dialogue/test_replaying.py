"""A conversation again from its log: the same to the byte, or a difference that says where."""

from __future__ import annotations

import json
import re
from pathlib import Path
from random import Random
from textwrap import dedent

import pytest

from dialogue.conversation import Conversation
from dialogue.events import ActionReturned, AssistantSaid, DialogueEvent, ReplyCutShort
from dialogue.replaying import TurnComparison, _is_same_but_for, again, event_line, under
from dialogue.serialization import event_from_json
from dialogue.store import MemoryEventStore
from flows.events import SlotSet
from flows.loader import load_assistant
from flows.model import Assistant
from tests.support.conversations import ScriptedActions, SpokenCommands, new_conversation, outputs_of, script
from tests.support.small_bank import small_bank

VARIATIONS = """
version: "3.1"
responses:
  utter_declined:
    - text: "All right, nothing is sent."
    - text: "As you wish, {recipient} gets nothing."
    - text: "Then we leave it."
"""
PAYS = ["start flow transfer_money\nset slot recipient Joe", "set slot amount 50", "set slot confirmed true"]
DECLINES = [*PAYS[:2], "set slot confirmed false"]


@pytest.fixture
def bank(tmp_path: Path) -> Assistant:
    return small_bank(tmp_path / "bank")


def actions() -> ScriptedActions:
    paid = ActionReturned("action_pay", (), ({"response": "utter_paid", "fee": 2},), took_ms=12.5)
    return ScriptedActions({"action_pay": paid, "action_balance": [{"event": "slot", "name": "balance", "value": 7}]})


async def held(assistant: Assistant, *turns: str, ends: str | None = "hangup", seed: int = 1) -> list[DialogueEvent]:
    conversation = Conversation(
        "call-1",
        assistant,
        understanding=SpokenCommands(assistant),
        actions=actions(),
        store=MemoryEventStore(),
        random=Random(seed),
    )
    await outputs_of(conversation.start({"call_id": "call-1"}))
    await script(conversation, *turns)
    if ends is not None:
        await conversation.end(ends)
    return [event_from_json(json.loads(event_line(event))) for event in conversation.events]


@pytest.mark.parametrize("ends", [None, "hangup", "caller-hung-up"])
async def test_a_conversation_is_had_again_to_the_byte(bank, ends):
    events = await held(bank, *PAYS, "start flow check_balance", "/SetSlots(nickname=J)", ends=ends)
    replayed = await again(events, bank)

    assert replayed.divergence is None
    assert (replayed.begin, replayed.compared) == (0, len(events))


async def test_what_was_set_from_outside_and_what_failed_comes_back(bank):
    conversation = new_conversation(bank, actions=ScriptedActions({}))
    await conversation.set_slots({"nickname": "Jo", "amount": 5.0})
    await outputs_of(conversation.start({}))
    await script(conversation, "start flow check_balance", "hm", "start flow block_card", "cancel flow")
    await conversation.end("hangup")

    assert (await again(conversation.events, bank)).divergence is None


@pytest.mark.parametrize("seed", range(6))
async def test_the_variation_that_was_said_is_said_again(tmp_path, seed):
    assistant = small_bank(tmp_path / "bank", domain="")
    domain = tmp_path / "bank" / "domain" / "bank.yml"
    text = domain.read_text().replace('  utter_declined: [{text: "All right, nothing is sent."}]\n', "")
    domain.write_text(text)
    assistant = small_bank_again(tmp_path / "bank")
    events = await held(assistant, *DECLINES, *DECLINES, *DECLINES, seed=seed)

    assert (await again(events, assistant)).divergence is None


def small_bank_again(folder: Path) -> Assistant:
    (folder / "domain" / "more.yml").write_text(VARIATIONS)
    return load_assistant(folder)


async def test_on_its_own_channel_a_conversation_is_the_same(tmp_path):
    domain = """
    version: "3.1"
    responses:
      utter_ask_recipient:
        - text: Who is it for?
        - {text: "Who shall get it?", channel: rest}
    """
    folder = tmp_path / "bank"
    small_bank(folder)
    file = folder / "domain" / "bank.yml"
    file.write_text(file.read_text().replace("  utter_ask_recipient: [{text: Who is it for?}]\n", ""))
    (folder / "domain" / "more.yml").write_text(dedent(domain))
    assistant = load_assistant(folder)
    conversation = new_conversation(assistant, channel="rest")
    await outputs_of(conversation.start({}))
    assert await script(conversation, "start flow transfer_money") == ["Who shall get it?"]

    assert (await again(conversation.events, assistant, channel="rest")).divergence is None
    assert (await again(conversation.events, assistant)).divergence is not None


async def test_the_first_difference_is_told_with_both_lines(bank):
    events = await held(bank, *PAYS)
    index = next(i for i, event in enumerate(events) if isinstance(event, AssistantSaid) and "Joe" in event.text)
    events[index] = AssistantSaid("How much for Jim?", "utter_ask_amount")
    divergence = (await again(events, bank)).divergence

    assert divergence is not None
    assert divergence.index == index
    assert "Jim" in str(divergence.logged)
    assert "Joe" in str(divergence.replayed)


async def test_an_event_that_nothing_leads_to_is_a_difference(bank):
    events = await held(bank, *PAYS[:1], ends=None)
    events.insert(3, SlotSet("amount", 7.0))
    assert (await again([*events, AssistantSaid("Hello?")], bank)).divergence is not None


async def test_a_log_that_breaks_off_is_a_difference_at_its_end(bank):
    events = await held(bank, *PAYS, ends=None)
    cut = next(i for i, event in enumerate(events) if isinstance(event, ActionReturned))
    divergence = (await again(events[:cut], bank)).divergence

    assert divergence is not None
    assert divergence.index == cut
    assert divergence.logged is None


@pytest.mark.parametrize("place", [8, 15, 24, -1])
async def test_that_a_reply_was_cut_short_is_a_note_wherever_it_stands(bank, place):
    events = await held(bank, *PAYS)
    events.insert(place, ReplyCutShort("Send"))
    assert (await again(events, bank)).divergence is None
    assert all(turn.differences == () for turn in await under(events, bank, bank))
    events.insert(4, ReplyCutShort(""))
    events.append(AssistantSaid("Hello?"))
    divergence = (await again(events, bank)).divergence
    assert divergence is not None
    assert divergence.index == len(events) - 1


async def test_nothing_is_the_same_as_nothing(bank):
    assert (await again([], bank)).divergence is None


async def test_behind_a_state_that_is_written_down_the_replay_begins(bank):
    store = MemoryEventStore()
    conversation = new_conversation(bank, store=store)
    await outputs_of(conversation.start({}))
    await script(conversation, PAYS[0])
    await conversation.park()
    taken_up = new_conversation(bank, store=store)
    await taken_up.resume()
    await script(taken_up, PAYS[1])
    events = await store.load("call-1")
    replayed = await again(events, bank)

    assert replayed.begin > 0
    assert replayed.compared > 0
    assert replayed.divergence is None


async def test_the_same_assistant_answers_the_same(bank):
    events = await held(bank, *PAYS)
    turns = await under(events, bank, bank)

    assert [turn.recorded.user for turn in turns] == ["", *PAYS, "/session_end"]
    assert all(turn.differences == () for turn in turns)
    assert turns[2].recorded.slots == (("amount", 50.0),)
    assert turns[3].recorded.actions == ("action_pay",)


def turn_of(turns: list[TurnComparison], user: str) -> TurnComparison:
    return next(turn for turn in turns if turn.recorded.user == user)


async def test_a_changed_text_and_a_changed_flow_show_turn_by_turn(bank, tmp_path):
    events = await held(bank, *PAYS)
    folder = tmp_path / "changed"
    small_bank(folder)
    domain, flows = folder / "domain" / "bank.yml", folder / "data" / "flows.yml"
    domain.write_text(domain.read_text().replace("How much for {recipient}?", "How many euros?"))
    flows.write_text(flows.read_text().replace("action: action_pay", "action: action_balance", 1))
    turns = await under(events, bank, load_assistant(folder))
    asked, paid = turn_of(turns, PAYS[0]), turn_of(turns, PAYS[2])

    assert asked.differences == ("said",)
    assert (asked.recorded.said, asked.changed.said) == (("How much for Joe?",), ("How many euros?",))
    assert "actions" in paid.differences
    assert paid.changed.actions == ("action_balance",)
    assert any("action_balance would run" in note for note in paid.notes)
    assert turn_of(turns, PAYS[1]).differences == ()


async def test_what_was_set_from_outside_is_set_in_the_changed_assistant_too(bank):
    conversation = new_conversation(bank)
    await outputs_of(conversation.start({}))
    await conversation.set_slots({"recipient": "Ann"})
    await script(conversation, "start flow transfer_money")
    turns = await under(conversation.events, bank, bank)

    assert turns[-1].changed.said == ("How much for Ann?",)
    assert isinstance(conversation.events[-1], DialogueEvent.__args__)  # type: ignore[attr-defined]


async def test_a_flow_that_is_gone_does_not_break_the_comparison(bank, tmp_path):
    events = await held(bank, "start flow block_card", "set slot card Debit")
    folder = tmp_path / "changed"
    small_bank(folder)
    flows = folder / "data" / "flows.yml"
    text = flows.read_text()
    flows.write_text(text[: text.index("  block_card:")] + text[text.index("  only_linked:") :])
    turns = await under(events, bank, load_assistant(folder))

    assert turn_of(turns, "start flow block_card").differences != ()


async def test_a_masked_value_is_carried_through(bank):
    events = await held(bank, "start flow check_balance", ends=None)
    lines = [event_line(event).replace(": 7", ': "[balance]"').replace("have 7", "have [balance]") for event in events]
    masked = [event_from_json(json.loads(line)) for line in lines]

    assert SlotSet("balance", "[balance]") in masked
    assert (await again(masked, bank)).divergence is None


async def test_where_a_value_is_masked_in_words_of_the_assistants_own_any_words_are_the_same(bank):
    events = await held(bank, "start flow transfer_money", ends=None)
    lines = [event_line(event).replace("Who is it for?", "Who is [nickname] for?") for event in events]
    masked = [event_from_json(json.loads(line)) for line in lines]

    assert (await again(masked, bank, masked=["nickname"])).divergence is None
    assert (await again(masked, bank, masked=["card"])).divergence is not None
    assert (await again(masked, bank)).divergence is not None


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        ("It is [card].", "It is Debit.", True),
        ("It is [card].", "It is [card].", True),
        ("It is [card]!", "It is Debit.", False),
        ("[card] or [card]", "a or b", True),
        ("[card] or [card]", "a and b", False),
        ("[card]", "", True),
        ("ab[card]ba", "aba", False),
    ],
)
def test_what_is_hidden_may_be_anything(ours, theirs, same):
    assert _is_same_but_for(re.compile(re.escape("[card]")), ours, theirs) is same
