"""The server's events become a turn again, whatever else comes over the channel."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dialogue.events import AssistantSaid, UserSaid
from dialogue.testing.expectations import BotSays, ClarificationOffers, FlowStarts, SlotIsSet, first_unmet
from dialogue.turn import Button
from flows.commands import Clarify, StartFlow
from flows.events import ActionExecuted, FlowStarted, SlotSet
from flows.model import Assistant
from tests.support.conversations import new_conversation, outputs_of, turn
from voice.caller.log import ServerEvent
from voice.protocols.events_json import to_json
from voice.synthetic_callers.told import commands_of, dialogue_events, dropped_in, heard_in, in_log_order, turn_of


def told(*messages) -> list[ServerEvent]:
    return [ServerEvent(0.0, message) for message in messages]


def test_what_the_channel_sends_is_what_happened(bank: Assistant):
    flow = next(iter(bank.user_flows))
    events = (
        UserSaid("send money", (StartFlow(flow.id), Clarify((flow.id,))), "reader"),
        FlowStarted(flow.id),
        SlotSet("recipient", "Joe"),
        AssistantSaid("Who?", "utter_ask_recipient", (Button("Joe", "/SetSlots(recipient=Joe)"),)),
    )
    turn = turn_of(told({"type": "speech_started", "at_ms": 3}, *map(to_json, events)), bank, {})

    wanted = [
        FlowStarts((flow.id,)),
        SlotIsSet("recipient", "Joe", True),
        BotSays(response="utter_ask_recipient"),
        ClarificationOffers((flow.name,)),
    ]
    assert first_unmet(wanted, turn) is None
    assert commands_of(turn.events) == (StartFlow(flow.id), Clarify((flow.id,)))
    assert turn.events[-1] == events[-1]


def test_what_was_heard_is_what_was_committed():
    committed = told(
        {"type": "turn_ended", "text": "i want"},
        {"type": "user_said", "text": "i want", "commands": [], "stage": "reader"},
        {"type": "user_said", "text": "to pay", "commands": [], "stage": "reader"},
        {"type": "user_said", "text": "", "commands": ["user silence"], "stage": "none"},
        {"type": "user_said", "text": "/pay", "commands": [], "stage": "payload"},
    )

    assert heard_in(committed) == "i want to pay"
    assert heard_in(told({"type": "turn_ended", "text": "hello"})) == "hello"
    assert heard_in([]) == ""


def test_drops_and_faults_are_told():
    lines = dropped_in(
        told({"type": "turn_dropped", "reason": "noise"}, {"type": "fault", "code": "c", "message": "m"})
    )

    assert lines == ("a turn was dropped: noise", "fault [c]: m")


async def test_words_shown_ahead_stand_where_the_log_has_them(bank: Assistant):
    conversation = new_conversation(bank)
    await outputs_of(conversation.start({}))
    mark = len(conversation.events)
    await turn(conversation, "start flow transfer_money\nset slot recipient Joe\nset slot amount 0")
    log = tuple(conversation.events[mark:])
    said = [event for event in log if isinstance(event, AssistantSaid)]
    others = [event for event in log[1:] if not isinstance(event, AssistantSaid)]

    assert len(said) == 2
    assert dialogue_events(told(*map(to_json, (log[0], *said, *others))))[1:] == log[1:]
    assert dialogue_events(told(*map(to_json, log)))[1:] == log[1:]


def test_words_of_a_turn_that_is_not_committed_yet_stay_where_they_are():
    events = (UserSaid("hi", (), "reader"), AssistantSaid("Who?", "utter_ask"), AssistantSaid("Free text."))

    assert in_log_order(events) == events


def test_words_are_not_carried_into_another_turn():
    said = AssistantSaid("Who?", "utter_ask")
    events = (said, UserSaid("hi", (), "reader"), ActionExecuted("utter_ask"), SlotSet("a", 1))

    assert in_log_order(events) == events


def test_a_turn_that_was_taken_back_did_not_happen():
    shown = told(
        {"type": "turn_ended", "revision": 1, "text": "to pay"},
        {"type": "user_said", "text": "to pay", "commands": [], "stage": "reader"},
        {"type": "assistant_said", "text": "Whom?", "response": "utter_ask_recipient"},
        {"type": "turn_retracted", "revision": 1},
        {"type": "turn_ended", "revision": 2, "text": "to pay Joe"},
        {"type": "user_said", "text": "to pay Joe", "commands": [], "stage": "reader"},
        {"type": "assistant_said", "text": "How much?", "response": "utter_ask_amount"},
    )

    assert heard_in(shown) == "to pay Joe"
    assert [event.text for event in dialogue_events(shown)] == ["to pay Joe", "How much?"]


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
kinds = st.sampled_from(["user_said", "assistant_said", "slot_set", "flow_started", "nonsense", "turn_ended"])
names = st.sampled_from(["text", "commands", "stage", "name", "value", "flow_id", "buttons", "response"])


@given(st.lists(st.tuples(kinds, st.dictionaries(names, json_values))))
def test_nothing_that_comes_over_the_channel_raises(messages):
    events = told(*({"type": kind, **fields} for kind, fields in messages))

    dialogue_events(events)
    heard_in(events)
    dropped_in(events)
