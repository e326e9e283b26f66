"""The classes with which actions are written."""

from __future__ import annotations

import pytest

from dialogue.actions import sdk
from dialogue.actions.sdk import ActionExecuted, CollectingDispatcher, SlotSet, Tracker

STATE = {
    "sender_id": "c",
    "slots": {"a": 1},
    "latest_message": {
        "intent": {"name": "greet"},
        "intent_ranking": [{"name": "greet"}],
        "entities": [{"entity": "city", "value": "Bonn"}, {"entity": "city", "role": "to", "value": "Rome"}],
    },
    "latest_input_channel": "voice",
    "events": [
        {"event": "slot", "name": "old", "value": 1},
        {"event": "restart"},
        {"event": "user", "text": "hi", "input_channel": "rest"},
        ActionExecuted("action_x"),
        ActionExecuted("action_listen"),
        SlotSet("a", 1),
        SlotSet("b", 2),
    ],
}


def test_the_tracker_answers_questions() -> None:
    tracker = Tracker.from_dict(STATE)
    assert (tracker.get_slot("a"), tracker.get_slot("nothing")) == (1, None)
    assert tracker.current_slot_values() == {"a": 1}
    assert tracker.get_intent_of_latest_message() == "greet"
    assert list(tracker.get_latest_entity_values("city")) == ["Bonn"]
    assert list(tracker.get_latest_entity_values("city", entity_role="to")) == ["Rome"]
    assert tracker.get_latest_input_channel() == "rest"
    assert Tracker({"latest_input_channel": "voice"}).get_latest_input_channel() == "voice"
    assert tracker.idx_after_latest_restart() == 2
    assert len(tracker.applied_events()) == 5
    assert tracker.last_executed_action_has("action_x")
    assert tracker.slots_to_validate() == {"a": 1, "b": 2}
    assert tracker.get_last_event_for("action", skip=1) == STATE["events"][3]  # type: ignore[index]
    assert not tracker.is_paused()
    tracker.add_slots([SlotSet("c", 3)])
    assert tracker.get_slot("c") == 3
    assert tracker.current_state()["slots"] == {"a": 1, "c": 3}


def test_a_fallback_intent_is_passed_over() -> None:
    message = {"intent": {"name": "nlu_fallback"}, "intent_ranking": [{"name": "nlu_fallback"}, {"name": "bye"}]}
    tracker = Tracker({"latest_message": message})
    assert tracker.get_intent_of_latest_message() == "bye"
    assert tracker.get_intent_of_latest_message(skip_fallback_intent=False) == "nlu_fallback"


def test_the_dispatcher_collects_messages_in_order() -> None:
    dispatcher = CollectingDispatcher()
    dispatcher.utter_message("one")
    dispatcher.utter_message(response="utter_two", amount=5)
    assert [message["text"] for message in dispatcher.messages] == ["one", None]
    assert dispatcher.messages[1]["amount"] == 5


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("SlotSet", ("a", 1), {"event": "slot", "name": "a", "value": 1}),
        ("FollowupAction", ("x",), {"event": "followup", "name": "x"}),
        ("AllSlotsReset", (), {"event": "reset_slots"}),
        ("Restarted", (), {"event": "restart"}),
        ("SessionStarted", (), {"event": "session_started"}),
        ("SessionEnded", (), {"event": "session_ended", "metadata": {}}),
        ("BotUttered", ("hi",), {"event": "bot", "text": "hi", "data": {}, "metadata": {}}),
        ("UserUttered", ("hi",), {"event": "user", "text": "hi", "parse_data": {}, "input_channel": None}),
        ("ConversationPaused", (), {"event": "pause"}),
        ("ConversationResumed", (), {"event": "resume"}),
        ("ActiveLoop", ("f",), {"event": "active_loop", "name": "f"}),
        (
            "ActionExecutionRejected",
            ("x",),
            {"event": "action_execution_rejected", "name": "x", "policy": None, "confidence": None},
        ),
    ],
)
def test_events_are_dicts_with_a_timestamp(
    name: str, arguments: tuple[object, ...], expected: dict[str, object]
) -> None:
    event = getattr(sdk, name)(*arguments, timestamp=1.5)
    assert event == {**expected, "timestamp": 1.5}
    assert getattr(sdk, name)(*arguments)["timestamp"] > 1.5
