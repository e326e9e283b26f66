"""The classes with which actions are written."""

from __future__ import annotations

from datetime import datetime

import pytest

from dialogue.actions import sdk
from dialogue.actions.sdk import (
    ActionExecuted,
    CollectingDispatcher,
    SlotSet,
    Tracker,
    events,
    executor,
    forms,
    interfaces,
)

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
    assert Tracker.from_dict({"latest_input_channel": "voice"}).get_latest_input_channel() == "voice"
    assert tracker.idx_after_latest_restart() == 2
    assert len(tracker.applied_events()) == 5
    assert tracker.get_last_event_for("slot", skip=2) is None  # what was before the restart does not count
    assert tracker.active_loop_name is None
    assert tracker.last_executed_action_has("action_x")
    assert tracker.slots_to_validate() == {"a": 1, "b": 2}
    assert tracker.get_last_event_for("action", skip=1) == STATE["events"][3]  # type: ignore[index]
    assert not tracker.is_paused()
    tracker.add_slots([SlotSet("c", 3)])
    assert tracker.get_slot("c") == 3
    assert tracker.current_state()["slots"] == {"a": 1, "c": 3}


def test_a_fallback_intent_is_passed_over() -> None:
    message = {"intent": {"name": "nlu_fallback"}, "intent_ranking": [{"name": "nlu_fallback"}, {"name": "bye"}]}
    tracker = Tracker.from_dict({"latest_message": message})
    assert tracker.get_intent_of_latest_message() == "bye"
    assert tracker.get_intent_of_latest_message(skip_fallback_intent=False) == "nlu_fallback"


def test_the_dispatcher_collects_messages_in_order() -> None:
    dispatcher = CollectingDispatcher()
    dispatcher.utter_message("one")
    dispatcher.utter_message(response="utter_two", amount=5)
    assert [message["text"] for message in dispatcher.messages] == ["one", None]
    assert dispatcher.messages[1]["amount"] == 5


async def test_a_stream_is_one_message() -> None:
    dispatcher = CollectingDispatcher()
    assert not dispatcher.is_streaming_active
    await dispatcher.stream_start()
    await dispatcher.stream_chunk("Your balance ", tone="calm")
    await dispatcher.stream_chunk(text="is 5.", buttons=[{"title": "Ok", "payload": "/ok"}])
    assert dispatcher.is_streaming_active
    assert dispatcher.messages == []
    await dispatcher.stream_end()
    assert [(one["text"], one["tone"]) for one in dispatcher.messages] == [("Your balance is 5.", "calm")]
    assert dispatcher.messages[0]["buttons"] == [{"title": "Ok", "payload": "/ok"}]
    await dispatcher.stream_chunk("outside")
    assert dispatcher.messages[1]["text"] == "outside"


async def test_a_cancelled_stream_takes_no_more() -> None:
    dispatcher = CollectingDispatcher()
    await dispatcher.stream_start()
    await dispatcher.stream_chunk("heard")
    dispatcher.cancel_stream()
    assert dispatcher.is_streaming_cancelled
    await dispatcher.stream_chunk(" and not heard")
    await dispatcher.stream_end()
    assert dispatcher.messages[0]["text"] == "heard"


def test_the_older_names_of_the_dispatcher() -> None:
    dispatcher, tracker = CollectingDispatcher(), Tracker.from_dict({})
    buttons = [{"title": "Yes", "payload": "/yes"}]
    dispatcher.utter_template("utter_x", tracker, amount=5)
    dispatcher.utter_button_template("utter_y", buttons, tracker)
    dispatcher.utter_button_message("Sure?", buttons)
    dispatcher.utter_image_url("cat.png")
    dispatcher.utter_attachment("paper.pdf")
    dispatcher.utter_custom_json({"a": 1})
    dispatcher.utter_elements({"e": 1})
    dispatcher.utter_custom_message({"e": 2})
    assert [one["response"] for one in dispatcher.messages[:2]] == ["utter_x", "utter_y"]
    assert dispatcher.messages[0]["amount"] == 5
    assert [one["buttons"] for one in dispatcher.messages[1:3]] == [buttons, buttons]
    assert (dispatcher.messages[3]["image"], dispatcher.messages[4]["attachment"]) == ("cat.png", "paper.pdf")
    assert dispatcher.messages[5]["custom"] == {"a": 1}
    assert [one["elements"] for one in dispatcher.messages[6:]] == [[{"e": 1}], [{"e": 2}]]


def test_a_tracker_can_be_made_and_copied() -> None:
    tracker = Tracker("s", {"a": [1]}, None, [], True, None, {"name": "f"}, "action_x")
    copied = tracker.copy()
    copied.slots["a"].append(2)
    assert tracker.slots == {"a": [1]}
    assert (copied.is_paused(), copied.active_loop_name, copied.active_form) == (True, "f", {"name": "f"})
    assert copied.latest_message == {}
    assert Tracker.from_dict(STATE).copy().current_state() == Tracker.from_dict(STATE).current_state()


WHEN = datetime(2026, 1, 2, 3, 4, 5)


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("SlotSet", ("a", 1), {"event": "slot", "name": "a", "value": 1}),
        ("FollowupAction", ("x",), {"event": "followup", "name": "x"}),
        ("AllSlotsReset", (), {"event": "reset_slots"}),
        ("Restarted", (), {"event": "restart"}),
        ("SessionStarted", (), {"event": "session_started"}),
        ("SessionEnded", (), {"event": "session_ended", "metadata": None}),
        ("BotUttered", ("hi",), {"event": "bot", "text": "hi", "data": None, "metadata": None}),
        ("UserUttered", ("hi",), {"event": "user", "text": "hi", "parse_data": None, "input_channel": None}),
        ("AgentUttered", ("hi",), {"event": "agent", "text": "hi", "data": None}),
        ("UserUtteranceReverted", (), {"event": "rewind"}),
        ("ActionReverted", (), {"event": "undo"}),
        ("StoryExported", (), {"event": "export"}),
        ("ConversationPaused", (), {"event": "pause"}),
        ("ConversationResumed", (), {"event": "resume"}),
        ("ActiveLoop", ("f",), {"event": "active_loop", "name": "f"}),
        ("Form", ("f",), {"event": "active_loop", "name": "f"}),
        ("LoopInterrupted", (True,), {"event": "loop_interrupted", "is_interrupted": True}),
        ("FormValidation", (True,), {"event": "loop_interrupted", "is_interrupted": False}),
        (
            "ReminderScheduled",
            ("greet", WHEN, {"a": "b"}, "n"),
            {
                "event": "reminder",
                "intent": "greet",
                "entities": {"a": "b"},
                "date_time": "2026-01-02T03:04:05",
                "name": "n",
                "kill_on_user_msg": True,
            },
        ),
        ("ReminderCancelled", ("n",), {"event": "cancel_reminder", "name": "n", "intent": None, "entities": None}),
        ("ActionExecuted", ("x",), {"event": "action", "name": "x", "policy": None, "confidence": None}),
        (
            "ActionExecutionRejected",
            ("x",),
            {"event": "action_execution_rejected", "name": "x", "policy": None, "confidence": None},
        ),
    ],
)
def test_events_are_the_dicts_of_the_protocol(
    name: str, arguments: tuple[object, ...], expected: dict[str, object]
) -> None:
    make = getattr(events, name)
    assert make(*arguments, timestamp=1.5) == {**expected, "timestamp": 1.5}
    assert make(*arguments) == {**expected, "timestamp": None}


def test_the_names_of_the_format_are_there() -> None:
    assert set(sdk.__all__) <= set(vars(sdk))
    for module in (events, interfaces, forms, executor):
        assert set(module.__all__) <= set(vars(module))


DOMAIN = {
    "slots": {
        "a": {"type": "text", "mappings": [{"type": "from_llm"}]},
        "b": {"mappings": [{"type": "custom", "conditions": [{"active_loop": "order"}]}]},
        "c": {"mappings": [{"type": "from_text", "conditions": [{"active_loop": "order"}]}, {"type": "from_llm"}]},
        "d": {},
    },
    "forms": {"order": {"required_slots": ["a", "b"]}},
}


def tracker_after(*slots: tuple[str, object]) -> Tracker:
    """Return a tracker in which these slots were just set."""
    return Tracker.from_dict({"slots": dict(slots), "events": [events.SlotSet(name, value) for name, value in slots]})


async def outcome(action: sdk.Action, tracker: Tracker) -> list[tuple[str, object]]:
    returned = await action.run(CollectingDispatcher(), tracker, DOMAIN)
    return [(event["name"], event["value"]) for event in returned]


class Checks(sdk.ValidationAction):
    def validate_a(self, value, dispatcher, tracker, domain):
        return {"a": f"{value}!", "z": 1}

    async def validate_d(self, value, dispatcher, tracker, domain):
        return None

    def extract_c(self, dispatcher, tracker, domain):
        return {"c": "belongs to the form"}

    async def extract_q(self, dispatcher, tracker, domain):
        return {"q": 1}

    async def required_slots(self, domain_slots, dispatcher, tracker, domain):
        return [*domain_slots, "q", "without_method"]


class Order(sdk.FormValidationAction):
    def name(self):
        return "validate_order"

    def validate_a(self, value, dispatcher, tracker, domain):
        return {"a": f"{value}!"}


class OwnOrder(Order):
    async def required_slots(self, domain_slots, dispatcher, tracker, domain):
        return [*domain_slots, "extra"]


async def test_a_validation_action_extracts_and_checks_what_no_form_claims() -> None:
    assert Checks().name() == "action_validate_slot_mappings"
    assert Checks().domain_slots(DOMAIN) == ["a", "d"]
    assert await outcome(Checks(), tracker_after()) == [("q", 1)]
    assert await outcome(Checks(), tracker_after(("a", "x"), ("b", 2))) == [("a", "x!"), ("q", 1), ("z", 1)]
    assert await outcome(Checks(), tracker_after(("d", "kept"))) == [("d", "kept"), ("q", 1)]


async def test_a_form_validation_checks_the_slots_of_its_form() -> None:
    assert Order().form_name() == "order"
    assert await outcome(Order(), tracker_after(("a", "x"), ("d", 1))) == [("a", "x!")]
    assert await outcome(OwnOrder(), tracker_after(("a", "x"))) == [("a", "x!"), ("requested_slot", "b")]
    assert await outcome(OwnOrder(), tracker_after(("a", "x"), ("b", 1), ("extra", 2))) == [
        ("a", "x!"),
        ("b", 1),
        ("extra", 2),
        ("requested_slot", None),
    ]
    with pytest.raises(NotImplementedError):
        sdk.FormValidationAction().name()
