"""Every event of the log survives the way to JSON and back."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest
from hypothesis import given, settings

from dialogue.errors import EventInvalid
from dialogue.events import DialogueEvent, UserSaid
from dialogue.serialization import (
    command_from_json,
    command_to_json,
    event_from_json,
    event_to_json,
    type_name,
)
from flows.commands import Command, CorrectSlots, SetSlot, StartFlow
from tests.support.log_events import events


@pytest.mark.parametrize("kind", get_args(DialogueEvent), ids=lambda kind: kind.__name__)
def test_every_event_type_survives_the_round_trip(kind: type) -> None:
    @settings(max_examples=25)
    @given(events(kind))
    def check(event: DialogueEvent) -> None:
        assert event_from_json(json.loads(json.dumps(event_to_json(event)))) == event

    check()


@pytest.mark.parametrize("kind", get_args(Command), ids=lambda kind: kind.__name__)
def test_every_command_type_survives_the_round_trip(kind: type) -> None:
    @settings(max_examples=25)
    @given(events(kind))
    def check(command: Command) -> None:
        assert command_from_json(json.loads(json.dumps(command_to_json(command)))) == command

    check()


def test_the_shape_is_a_type_in_snake_case_and_the_fields() -> None:
    said = UserSaid("hi", (StartFlow("transfer"), SetSlot("amount", 5)), "llm")
    assert event_to_json(said) == {
        "type": "user_said",
        "text": "hi",
        "commands": [
            {"type": "start_flow", "flow": "transfer", "extractor": "llm"},
            {"type": "set_slot", "name": "amount", "value": 5, "extractor": "llm"},
        ],
        "stage": "llm",
        "took_ms": 0.0,
        "prompt_tokens": 0,
        "completion_tokens": 0,
        "metadata": {},
        "is_answered": True,
    }
    assert type_name(CorrectSlots) == "correct_slots"


def test_a_field_that_came_later_takes_its_default() -> None:
    event = event_from_json({"type": "user_said", "text": "hi", "commands": [], "stage": "llm"})
    assert event == UserSaid("hi", (), "llm")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([], "expected an object"),
        ({}, "unknown type None"),
        ({"type": "flow_exploded"}, "unknown type 'flow_exploded'"),
        ({"type": "flow_started"}, "lacks its field 'flow_id'"),
        ({"type": "user_said", "text": "", "commands": [{"type": "nope"}], "stage": "llm"}, "unknown type"),
        ({"type": "user_said", "text": "", "commands": 3, "stage": "llm"}, "user_said.commands cannot be read"),
        ({"type": "assistant_said", "text": "", "buttons": [{}]}, "assistant_said.buttons cannot be read"),
    ],
)
def test_what_is_no_event_is_refused(data: Any, message: str) -> None:
    with pytest.raises(EventInvalid, match=message):
        event_from_json(data)
