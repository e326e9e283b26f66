"""A small assistant on disk, and understanding that follows a script."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from dialogue.events import ActionFailed
from dialogue.turn import Understood, UserTurn
from flows.commands import Command, Json, SetSlot, StartFlow
from flows.state import ConversationState

CONFIG = "recipe: default.v1\nlanguage: en\nassistant_id: greeter\npipeline: []\npolicies:\n  - name: FlowPolicy\n"
DOMAIN = """\
version: "3.1"
slots:
  colour:
    type: text
    mappings:
      - type: from_llm
responses:
  utter_hello:
    - text: Hello there. What can I do?
  utter_ask_colour:
    - text: Which colour?
      buttons:
        - title: Red
          payload: /SetSlots(colour=red)
  utter_painted:
    - text: It is {colour} now.
  utter_bye:
    - text: Goodbye.
"""
FLOWS = """\
flows:
  paint:
    description: Paint the house.
    steps:
      - collect: colour
      - action: utter_painted
  leave:
    description: End the conversation.
    steps:
      - action: utter_bye
      - action: action_hangup
  pattern_session_start:
    description: Begin.
    nlu_trigger:
      - intent: session_start
    steps:
      - action: action_session_start
      - action: utter_hello
"""

SCRIPT: Mapping[str, tuple[Command, ...]] = {
    "paint": (StartFlow("paint"),),
    "red": (SetSlot("colour", "red"),),
    "bye": (StartFlow("leave"),),
}


class ScriptedUnderstanding:
    """Knows the words of SCRIPT."""

    async def understand(self, turn: UserTurn, state: ConversationState) -> Understood:
        return Understood(turn, SCRIPT.get(turn.text, ()), "recorded")


class NoActions:
    """Knows no action."""

    async def run(self, name: str, tracker: Json, domain: Json) -> ActionFailed:
        return ActionFailed(name, "there are none")

    def knows(self, name: str) -> bool:
        return False


@pytest.fixture
def assistant_folder(tmp_path: Path) -> Path:
    """A folder with a small assistant that loads without findings."""
    folder = tmp_path / "greeter"
    (folder / "data").mkdir(parents=True)
    (folder / "config.yml").write_text(CONFIG)
    (folder / "domain.yml").write_text(DOMAIN)
    (folder / "data" / "flows.yml").write_text(FLOWS)
    return folder
