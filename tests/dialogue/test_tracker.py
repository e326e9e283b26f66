"""The tracker and domain that custom actions get."""

from __future__ import annotations

import json

from dialogue.events import ActionReturned
from dialogue.tracker import domain_json, tracker_event
from flows.model import Assistant
from tests.support.conversations import ScriptedActions, new_conversation, outputs_of, script

SECONDS = 1_700_000_000.0


async def test_an_action_sees_the_conversation(bank: Assistant) -> None:
    actions = ScriptedActions({"action_pay": []})
    conversation = new_conversation(bank, actions=actions)
    await outputs_of(conversation.start())
    await script(
        conversation,
        "start flow transfer_money, set slot recipient Joe",
        "set slot amount 5",
        "set slot confirmed True",
    )
    tracker = actions.trackers[0]
    assert json.loads(json.dumps(tracker)) == tracker
    assert tracker["sender_id"] == "call-1"
    assert tracker["slots"]["amount"] == 5.0
    assert tracker["latest_message"]["text"] == "set slot confirmed True"
    assert tracker["latest_message"]["commands"][0]["type"] == "set_slot"
    assert tracker["latest_input_channel"] == "voice"
    assert tracker["stack"][0]["flow_id"] == "transfer_money"
    assert tracker["stack"][0]["type"] == "flow"
    assert all(event["timestamp"] == SECONDS for event in tracker["events"])
    kinds = [event["event"] for event in tracker["events"]]
    assert {"session_started", "user", "bot", "slot", "action", "flow_started", "flow_completed"} <= set(kinds)
    asked = next(event for event in tracker["events"] if event["event"] == "bot")
    assert asked["metadata"]["utter_action"] == "utter_ask_amount"
    confirm = [event for event in tracker["events"] if event["event"] == "bot"][-1]
    assert confirm["data"]["buttons"][0] == {"title": "Yes", "payload": "/SetSlots(confirmed=True)"}


def test_what_the_protocol_does_not_know_is_left_out() -> None:
    assert tracker_event(ActionReturned("x"), SECONDS, "voice") is None


def test_the_domain_has_every_key_of_the_protocol(bank: Assistant) -> None:
    domain = domain_json(bank)
    assert domain.keys() >= {
        "config",
        "session_config",
        "intents",
        "entities",
        "slots",
        "responses",
        "actions",
        "forms",
    }
    assert "action_pay" in domain["actions"]
    json.dumps(domain)
