"""A small shop as an assistant whose actions have all kinds of effects, and take their time."""

from __future__ import annotations

import asyncio
from pathlib import Path
from random import Random

from dialogue.events import ActionFailed, ActionReturned
from flows.commands import Json
from flows.loader import load_assistant
from flows.model import Assistant

FLOWS = """
flows:
  look:
    description: Compute, look up, tell
    steps:
      - action: action_compute
      - action: utter_found
      - action: action_look_up
      - action: utter_found
  guess:
    description: Looks up what may not be tried
    steps:
      - action: action_audited
      - action: utter_found
  order:
    description: Orders without asking
    steps:
      - action: action_compute
      - action: action_order
      - action: utter_done
  order_with_words:
    description: Says something and orders
    steps:
      - action: utter_wait
      - action: action_order
  order_after_look:
    description: Looks up what may not be tried, then orders
    steps:
      - action: action_audited
      - action: action_order
  do_unknown:
    description: Does what nobody has declared
    steps:
      - action: action_unknown
      - action: utter_done
  visit:
    description: Notes a visit
    steps:
      - action: action_note_visit
      - action: utter_done
  ask_first:
    description: Asks, then orders
    steps:
      - collect: sure
        ask_before_filling: true
        next:
          - if: slots.sure
            then: [{action: action_order, next: END}]
          - else: END
"""
DOMAIN = """
version: "3.1"
slots:
  found: {type: any, mappings: [{type: controlled}]}
  sure: {type: bool}
actions:
  - action_compute: {effect: none}
  - action_look_up: {effect: read}
  - action_audited: {effect: read}
  - action_order: {effect: write}
  - action_note_visit: {effect: write}
  - action_unknown
responses:
  utter_found: [{text: "It is {found}."}, {text: "I found {found}."}]
  utter_done: [{text: Done.}]
  utter_wait: [{text: I am ordering it.}]
  utter_ask_sure: [{text: Are you sure?}]
"""
VOICE = """
speculation:
  reads: [action_look_up]
  at_once: [action_note_visit]
"""
ACTIONS = ("action_compute", "action_look_up", "action_audited", "action_order", "action_note_visit", "action_unknown")
EFFECTS = {"action_compute": "none", "action_look_up": "read", "action_audited": "read"}


def load_shop(folder: Path) -> Assistant:
    (folder / "data").mkdir()
    (folder / "data" / "flows.yml").write_text(FLOWS)
    (folder / "domain.yml").write_text(DOMAIN)
    (folder / "voice.yml").write_text(VOICE)
    (folder / "config.yml").write_text("recipe: default.v1\nlanguage: en\nassistant_id: shop\npipeline: []\n")
    return load_assistant(folder)


class SlowActions:
    """Take their time; every run gives a slot a value of its own, fails, or runs into its time-out."""

    def __init__(self, chance: Random, *, failing: float = 0.0) -> None:
        self.chance = chance
        self.failing = failing
        self.begun: list[tuple[str, int]] = []
        self.cancelled: set[int] = set()
        self.results: dict[int, ActionReturned | ActionFailed] = {}

    def knows(self, name: str) -> bool:
        return name in ACTIONS

    async def run(self, name: str, tracker: Json, domain: Json) -> ActionReturned | ActionFailed:
        number = len(self.begun)
        self.begun.append((name, number))
        try:
            await asyncio.sleep(self.chance.choice((0.0, 0.05, 0.4, 2.0)))
            if self.chance.random() < self.failing:
                await asyncio.sleep(self.chance.choice((0.0, 10.0)))
                self.results[number] = ActionFailed(name, f"run {number} failed")
            else:
                value = {"event": "slot", "name": "found", "value": number}
                self.results[number] = ActionReturned(name, (value,))
        except asyncio.CancelledError:
            self.cancelled.add(number)
            raise
        return self.results[number]
