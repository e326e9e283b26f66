"""Events on the wire: one JSON object each, in a shape that the page and other programs rely on."""

from __future__ import annotations

import json

import pytest

from dialogue.events import AssistantSaid, UserSaid
from flows.commands import SetSlot, StartFlow
from flows.events import SlotSet
from voice.events import BargeIn, LatencyMeasured, TurnEnded
from voice.protocols.events_json import to_json


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (
            TurnEnded(1, "yes", 900, 1200),
            {"type": "turn_ended", "revision": 1, "text": "yes", "speech_end_ms": 900, "at_ms": 1200},
        ),
        (BargeIn(2, 300, 4000), {"type": "barge_in", "reply_id": 2, "heard_ms": 300, "at_ms": 4000}),
        (SlotSet("amount", 50), {"type": "slot_set", "name": "amount", "value": 50}),
        (AssistantSaid("Hi"), {"type": "assistant_said", "text": "Hi", "response": None, "buttons": []}),
    ],
)
def test_golden(event: object, expected: dict[str, object]) -> None:
    assert to_json(event) == expected
    assert json.loads(json.dumps(to_json(event))) == expected


def test_commands_stand_in_the_syntax_of_the_format() -> None:
    said = UserSaid("send fifty", (StartFlow("transfer_money"), SetSlot("amount", 50)), "llm", 12.5)
    assert to_json(said)["commands"] == ["start flow transfer_money", "set slot amount 50"]


def test_latency_parts_are_a_plain_object() -> None:
    measured = to_json(LatencyMeasured(1, 30, {"endpoint": 30}, 100, 130))
    assert measured["parts"] == {"endpoint": 30}
