"""What is read of a real conversation's state, driven by the engine."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dialogue.understanding.situation import read_situation
from flows.commands import SessionStart, SetSlot, StartFlow
from flows.engine import step
from flows.inputs import CommandsReceived
from flows.loader import load_assistant
from flows.model import Assistant, CollectTask
from flows.state import initial_state

DOMAIN = """
slots:
  recipient: {type: text}
  amount: {type: float}
  note: {type: text}
  checked: {type: text, mappings: [{type: controlled}]}
  confirmed: {type: bool}
actions: [action_send]
responses:
  utter_ask_recipient: [{text: To whom?}]
  utter_ask_amount: [{text: How much?}]
  utter_ask_note: [{text: What note?}]
  utter_ask_confirmed: [{text: Send it?}]
"""
FLOWS = """
flows:
  send_money:
    description: Send money to a person.
    steps:
      - collect: recipient
        description: who gets it
      - collect: amount
      - collect: note
        force_slot_filling: true
      - collect: confirmed
        next:
          - if: slots.confirmed
            then:
              - action: action_send
                next: END
          - else: END
  hidden:
    description: Never offered.
    if: "False"
    steps:
      - action: action_send
"""


@pytest.fixture
def assistant(tmp_path: Path) -> Assistant:
    (tmp_path / "data").mkdir()
    (tmp_path / "domain.yml").write_text(DOMAIN)
    (tmp_path / "data" / "flows.yml").write_text(FLOWS)
    return load_assistant(tmp_path)


def test_nothing_runs_at_first(assistant: Assistant) -> None:
    situation = read_situation(initial_state(assistant), assistant)
    assert (situation.asked, situation.active, situation.fillable) == (None, None, ())
    assert [flow.id for flow in situation.startable] == ["send_money"]
    assert situation.descriptions["recipient"] == "who gets it"


def test_a_waiting_step_is_seen(assistant: Assistant) -> None:
    given = CommandsReceived((StartFlow("send_money"), SetSlot("recipient", "Joe")))
    state, _ = step(initial_state(assistant), CommandsReceived((SessionStart(),)), assistant)
    state, _ = step(state, given, assistant)
    situation = read_situation(state, assistant)
    assert situation.asked is not None
    assert situation.asked.name == "amount"
    assert situation.active is not None
    assert situation.active.id == "send_money"
    assert {slot.name for slot in situation.fillable} == {"recipient", "amount", "note", "confirmed"}
    assert situation.values["recipient"] == "Joe"
    assert not situation.takes_everything


def test_a_forced_step_is_seen(assistant: Assistant) -> None:
    given = CommandsReceived((StartFlow("send_money"), SetSlot("recipient", "Joe"), SetSlot("amount", 5)))
    state, _ = step(initial_state(assistant), given, assistant)
    assert read_situation(state, assistant).takes_everything


def test_descriptions_are_made_once_an_assistant(assistant: Assistant) -> None:
    first, second = (read_situation(initial_state(assistant), assistant) for _ in range(2))
    assert first.descriptions is second.descriptions


def test_the_first_description_of_a_slot_counts_and_another_assistant_has_its_own(assistant: Assistant) -> None:
    flow = assistant.flows["send_money"]
    steps = tuple(
        replace(one, task=replace(one.task, description="another"))
        if isinstance(one.task, CollectTask) and one.task.slot == "recipient"
        else one
        for one in flow.steps
    )
    again = replace(flow, id="again", steps=steps)
    before = replace(assistant, flows={"again": again, **assistant.flows})
    behind = replace(assistant, flows={**assistant.flows, "again": again})
    assert before.slot_descriptions["recipient"] == "another"
    assert behind.slot_descriptions["recipient"] == assistant.slot_descriptions["recipient"] == "who gets it"
