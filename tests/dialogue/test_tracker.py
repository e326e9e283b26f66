"""The tracker and domain that custom actions get."""

from __future__ import annotations

import json

import pytest

from dialogue.events import ActionReturned, UserSaid
from dialogue.tracker import domain_json, protocol_command, tracker_event, tracker_json
from flows.commands import (
    CancelFlow,
    CannotHandle,
    ChitChat,
    Clarify,
    Command,
    KnowledgeAnswer,
    SetSlot,
    SkipQuestion,
    StartFlow,
)
from flows.model import Assistant
from flows.state import initial_state
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
    assert tracker["latest_message"]["commands"][0]["command"] == "set slot"
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


async def test_a_payload_gives_intent_and_entities_and_its_turn_the_metadata(bank: Assistant) -> None:
    payload = '/begin_transfer{"recipient": "Joe", "tag": ["a", "b"]}'
    said = UserSaid(payload, (StartFlow("transfer_money"),), "payload", metadata={"vip": True})
    told = tracker_event(said, SECONDS, "rest")
    assert told is not None
    tracker = tracker_json("c", initial_state(bank), [told], channel="rest", is_paused=True)
    assert tracker["paused"] is True
    latest = tracker["latest_message"]
    assert latest["intent"] == {"name": "begin_transfer", "confidence": 1.0}
    assert [(one["entity"], one["value"]) for one in latest["entities"]] == [
        ("recipient", "Joe"),
        ("tag", "a"),
        ("tag", "b"),
    ]
    assert latest["metadata"] == {"vip": True}
    assert latest["commands"] == [{"command": "start flow", "flow": "transfer_money"}]


@pytest.mark.parametrize("text", ["hello", "/SetSlots(a=1)", "/x{not json}", "/x" + "{" * 9])
def test_other_text_has_no_intent(text: str) -> None:
    told = tracker_event(UserSaid(text, (), "llm"), SECONDS, "rest")
    assert told is not None
    assert told["parse_data"]["intent"]["name"] is None
    assert told["parse_data"]["entities"] == []


@pytest.mark.parametrize(
    ("command", "written"),
    [
        (SetSlot("a", 1), {"command": "set slot", "name": "a", "value": 1, "extractor": "llm"}),
        (CancelFlow(), {"command": "cancel flow"}),
        (Clarify(("a", "b")), {"command": "clarify", "options": ["a", "b"]}),
        (KnowledgeAnswer(), {"command": "knowledge"}),
        (ChitChat(), {"command": "chitchat"}),
        (SkipQuestion(), {"command": "skip question"}),
        (CannotHandle("x"), {"command": "cannot handle", "reason": "x"}),
    ],
)
def test_commands_are_written_as_the_protocol_has_them(command: Command, written: dict[str, object]) -> None:
    assert protocol_command(command) == written
