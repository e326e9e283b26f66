"""§5.2 what actions return, and §5.4 the built-in ones, as flows see them; §8 (33) and (34)."""

from __future__ import annotations

from typing import Any

import pytest

from dialogue.events import ActionFailed, ActionReturned
from flows.commands import Json
from tests.conformance.assistant import Result, Talk, returned, slot
from tests.conformance.conftest import Write
from tests.conformance.files.domains import domain

FLOWS = """
flows:
  f:
    description: runs an action
    run_pattern_completed: false
    steps:
      - action: action_x
      - action: utter_after
      - collect: t
  g:
    description: asks
    steps:
      - collect: t
      - action: utter_done
"""
SLOTS = {
    "t": "text",
    "kept": "{type: any, mappings: [{type: controlled}], shared_for_coexistence: true}",
    "other": "{type: any, initial_value: 5, mappings: [{type: controlled}]}",
}


def _talk(write: Write, result: Result, *, flows: str = FLOWS, actions: tuple[str, ...] = ("action_x",)) -> Talk:
    text = domain(SLOTS, say=["utter_after", "utter_done"], actions=actions, unasked=["kept", "other"])
    return Talk(write(flows, text), {"action_x": result})


def test_s5_2_slot(write: Write) -> None:
    talk = _talk(write, [slot("other", {"deep": [1, {"a": None}]})])
    turn = talk.hear("start flow f")
    assert talk.slots["other"] == {"deep": [1, {"a": None}]}
    assert turn.said == ("utter_after", "utter_ask_t")


def test_s5_2_slots_of_a_later_question_skip_it(write: Write) -> None:
    talk = _talk(write, [slot("t", "there")])
    assert talk.said("start flow f") == ("utter_after",)


def test_s5_2_bot_events_are_heard(write: Write) -> None:
    talk = _talk(write, [{"event": "bot", "text": "said by event", "data": {}, "metadata": {}}])
    assert talk.hear("start flow f").texts[0] == "said by event"


def test_s5_2_reset_slots(write: Write) -> None:
    talk = _talk(write, [slot("other", 1)])
    talk.hear("start flow f")
    assert talk.slots["other"] == 1
    talk.actions.script["action_x"] = [{"event": "reset_slots"}]
    talk.hear("cancel flow")
    talk.hear("start flow f")
    assert talk.slots["other"] == 5


def test_s5_2_followup_runs_that_action_next(write: Write) -> None:
    flows = FLOWS.replace("action: utter_after", "action: action_y")
    talk = _talk(write, [{"event": "followup", "name": "utter_done"}], flows=flows, actions=("action_x", "action_y"))
    turn = talk.hear("start flow f")
    assert turn.said[0] == "utter_done"


def test_s4_4_session_ended_from_an_action_stops_the_turn(write: Write) -> None:
    talk = _talk(write, [{"event": "session_ended", "metadata": {}}])
    turn = talk.hear("start flow f")
    assert turn.said == ()
    assert turn.is_over


def test_s5_2_restart(write: Write) -> None:
    talk = _talk(write, [slot("other", 1), {"event": "restart"}])
    talk.hear("start flow f")
    assert talk.slots["other"] == 5
    assert talk.user_stack == ()


def test_s5_2_pause_silences_the_assistant_until_resume(write: Write) -> None:
    talk = _talk(write, [{"event": "pause"}])
    talk.hear("start flow f")
    assert talk.said("start flow g") == ()


HARMLESS: list[Any] = [
    {"event": "user", "text": "x", "parse_data": {}, "input_channel": "y"},
    {"event": "action", "name": "action_listen", "policy": None, "confidence": 1},
    {"event": "action", "name": "action_x", "policy": None, "confidence": 1},
    {"event": "session_started"},
    {"event": "resume"},
    {"event": "rewind"},
    {"event": "undo"},
    {"event": "export"},
    {
        "event": "reminder",
        "intent": "i",
        "entities": [],
        "date_time": "2030-01-01T00:00:00",
        "name": "n",
        "kill_on_user_msg": True,
    },
    {"event": "cancel_reminder", "name": "n"},
    {"event": "agent", "text": "x", "data": {}},
    {"event": "active_loop", "name": None},
    {"event": "loop_interrupted", "is_interrupted": False},
    {"event": "action_execution_rejected", "name": "x", "policy": None, "confidence": 1},
    {"event": "no_such_event", "x": 1},
    {"event": "slot"},
    {"event": "slot", "name": None, "value": 1},
    {"event": "slot", "name": "no_such_slot", "value": 1},
    {"event": "slot", "name": "other"},
    {"event": "slot", "name": ["other"], "value": 1},
    {"event": "followup"},
    {"event": "followup", "name": None},
    {"event": "followup", "name": "no_such_action"},
    {"event": "bot"},
    {"event": "bot", "text": None},
    {"event": "bot", "text": 5},
    {"event": ""},
]


@pytest.mark.parametrize("event", HARMLESS, ids=str)
def test_s5_2_other_events_do_no_harm(write: Write, event: Json) -> None:
    talk = _talk(write, [{**event, "timestamp": 1.0}])
    turn = talk.hear("start flow f")
    assert turn.said[-2:] == ("utter_after", "utter_ask_t")
    talk.hear("set slot t x")
    assert talk.stack == ()


ODD_MESSAGES: list[Json] = [
    {},
    {"text": None},
    {"text": 5},
    {"text": ["a"]},
    {"text": "{t} {{slots.t}} {% raw %}"},
    {"response": None},
    {"text": "x", "buttons": None},
    {"text": "x", "buttons": {}},
    {"text": "x", "buttons": "no"},
    {"text": "x", "buttons": [None, 5, {}, {"title": None}, {"title": 1, "payload": None}, {"payload": "x"}]},
    {"text": "x", "elements": 5, "attachment": 7, "image": {}, "custom": [1, {"a": []}]},
    {"custom": {"deep": {"a": [1, 2, {"b": None}]}}},
    {"text": "x" * 100_000},
    {"text": "🚗 مرحبا \u202e reversed \x00 null"},
    {"text": "x", "unknown": {"key": 1}},
]


@pytest.mark.parametrize("message", ODD_MESSAGES, ids=lambda message: str(message)[:50])
def test_s5_1_odd_messages_of_actions_do_no_harm(write: Write, message: Json) -> None:
    talk = _talk(write, returned("action_x", message))
    turn = talk.hear("start flow f")
    assert turn.said[-2:] == ("utter_after", "utter_ask_t")
    talk.hear("set slot t x")
    assert talk.stack == ()


def test_s5_1_a_response_that_is_missing_is_apologised_for(write: Write) -> None:
    talk = _talk(write, returned("action_x", {"response": 7}))
    with pytest.raises(AssertionError):  # the driver expects no fault, and here there is one
        talk.hear("start flow f")
    assert [problem.code for problem in talk.faults] == ["response-unavailable"]
    talk.faults.clear()
    assert talk.asks == "t"


def test_s5_1_the_text_of_an_action_is_no_template(write: Write) -> None:
    talk = _talk(write, returned("action_x", {"text": "{t} {{slots.t}}"}))
    assert talk.hear("start flow f").texts[0] == "{t} {{slots.t}}"


def test_s4_4_a_failing_action_cancels_the_flow_and_runs_pattern_internal_error(write: Write) -> None:
    talk = _talk(write, ActionFailed("action_x", "broken"))
    turn = talk.hear("start flow f")
    assert "utter_internal_error_rasa" in turn.said
    assert "cancelled f" in turn.flows
    assert talk.user_stack == ()
    assert talk.said("start flow g") == ("utter_ask_t",)


def test_s5_4_custom_actions_override_built_in_ones(write: Write) -> None:
    flows = FLOWS
    text = domain(
        SLOTS,
        say=["utter_after", "utter_done"],
        actions=["action_x", "action_session_start"],
        unasked=["kept", "other"],
    )
    started: list[Json] = [
        {"event": "session_started"},
        slot("other", "hello"),
        {"event": "action", "name": "action_listen", "policy": None, "confidence": None},
    ]
    talk = Talk(write(flows, text), {"action_session_start": started})
    turn = talk.start()
    assert turn.ran == ("action_session_start",)
    assert talk.slots["other"] == "hello"
    assert talk.said("start flow g") == ("utter_ask_t",)


def test_s5_4_the_tracker_that_actions_see(write: Write) -> None:
    talk = _talk(write, ())
    talk.start()
    talk.hear("start flow f", "set slot t hello")
    (tracker,) = talk.actions.trackers
    assert tracker["sender_id"] == "call-1"
    assert tracker["slots"]["t"] == "hello"
    assert tracker["slots"]["other"] == 5
    assert tracker["latest_message"]["text"] == "start flow f\nset slot t hello"
    assert tracker["paused"] is False
    kinds = [event["event"] for event in tracker["events"]]
    assert "user" in kinds
    assert "slot" in kinds
    keys = {
        "sender_id",
        "slots",
        "latest_message",
        "latest_event_time",
        "followup_action",
        "paused",
        "stack",
        "events",
        "latest_input_channel",
        "latest_action_name",
        "active_loop",
    }
    assert keys <= tracker.keys()
    assert tracker["stack"][-1]["flow_id"] == "f"


def test_s8_33_small_talk_without_a_flow_for_it_cannot_be_handled(write: Write) -> None:
    flows = (
        FLOWS
        + """
  pattern_cannot_handle:
    description: why
    steps:
      - noop: true
        next:
          - if: context.reason = 'cannot_handle_chitchat'
            then: [{action: utter_after, next: END}]
          - else: [{action: utter_done, next: END}]
"""
    )
    assert _talk(write, (), flows=flows).said("offtopic reply") == ("utter_after",)
    own = flows + "  pattern_chitchat:\n    description: chat\n    steps: [{action: utter_done}]\n"
    assert _talk(write, (), flows=own).said("offtopic reply") == ("utter_done",)
    triggering = flows + "  pattern_chitchat:\n    description: chat\n    steps: [{action: action_trigger_chitchat}]\n"
    assert _talk(write, (), flows=triggering).said("offtopic reply") == ("utter_after",)


def test_s8_34_shared_slots_survive_action_reset_routing(write: Write) -> None:
    flows = FLOWS.replace(
        "      - action: utter_after\n", "      - action: action_reset_routing\n      - action: utter_after\n"
    )
    talk = _talk(write, [slot("kept", 1), slot("other", 2)], flows=flows)
    talk.hear("start flow f")
    assert talk.slots["kept"] == 1
    assert talk.slots["other"] == 5


def test_s8_files_an_overridden_pattern_collect_information(write: Write) -> None:
    flows = (
        FLOWS
        + """
  pattern_collect_information:
    description: asks in our own way
    steps:
      - id: start
        action: action_run_slot_rejections
      - action: validate_{{context.collect}}
        next:
          - if: "slots.{{context.collect}} is not null"
            then:
              - action: utter_after
                next: END
          - else: ask
      - id: ask
        action: "{{context.utter}}"
      - action: "{{context.collect_action}}"
      - action: action_listen
        next: start
    """
    )
    talk = _talk(write, (), flows=flows)
    assert talk.said("start flow g") == ("utter_ask_t",)
    assert talk.said("set slot t x")[:2] == ("utter_after", "utter_done")


def test_s8_files_an_action_that_returns_nothing(write: Write) -> None:
    assert _talk(write, ActionReturned("action_x")).said("start flow f") == ("utter_after", "utter_ask_t")
