"""Which of two readings is meant is known from what the assistant would refuse."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import pytest

from dialogue.understanding.accepted import as_slot
from dialogue.understanding.admission import admitted
from dialogue.understanding.dates import read_times
from dialogue.understanding.fast_path.reading import read_slot
from dialogue.understanding.situation import Situation, slot_descriptions
from flows.commands import SetSlot
from tests.support.assistant_files import load_files

FILES = {
    "config.yml": "recipe: default.v1\nlanguage: en\npipeline: []\n",
    "domain.yml": """
version: "3.1"
slots:
  visit_day: {type: text, mappings: [{type: from_llm}]}
  visit_time: {type: text, mappings: [{type: from_llm}]}
  call_time: {type: text, mappings: [{type: from_llm}]}
  bar_time: {type: text, mappings: [{type: from_llm}]}
responses:
  utter_ask_visit_day: [{text: When?}]
  utter_ask_visit_time: [{text: At what time?}]
  utter_ask_call_time: [{text: When may we call?}]
  utter_ask_bar_time: [{text: And the bar?}]
  utter_closed: [{text: We are closed then.}]
""",
    "data/flows.yml": """
flows:
  visit:
    description: Come for a visit
    steps:
      - collect: visit_day
      - collect: visit_time
        description: the time of the visit, such as 19:30
        rejections:
          - if: not (slots.visit_time matches "^[0-9][0-9]:[0-9][0-9]$")
            utter: utter_closed
          - if: slots.visit_time < "12:00" or slots.visit_time > "21:00"
            utter: utter_closed
          - if: slots.visit_day is 'Sunday' and slots.visit_time > "19:00"
            utter: utter_closed
      - collect: call_time
        description: when to call back, as HH:MM
      - collect: bar_time
        description: the time at the bar, such as 19:30
        rejections:
          - if: slots.bar_time < "18:00"
            utter: utter_closed
""",
}


@pytest.fixture(scope="module")
def situation(tmp_path_factory: pytest.TempPathFactory) -> Situation:
    assistant = load_files(tmp_path_factory.mktemp("assistant"), FILES)
    return Situation(assistant, active=assistant.flows["visit"], descriptions=slot_descriptions(assistant))


@pytest.mark.parametrize(
    ("said", "day", "value"),
    [
        ("half past seven", None, "19:30"),
        ("one", None, "13:00"),
        ("twelve", None, "12:00"),
        ("seven in the morning", None, "07:00"),  # said so, and refused by its own words
        ("eight", "Sunday", "20:00"),  # too late for a Sunday, which the caller is to be told
        ("ten", None, "ten"),  # refused either way
        ("at sunset", None, "sunset"),
    ],
)
def test_the_hour_at_which_one_may_come(situation: Situation, said: str, day: str | None, value: str) -> None:
    slot = situation.assistant.slots["visit_time"]
    assert as_slot(slot, said, replace(situation, values={"visit_day": day})) == value


def test_where_nothing_is_refused_it_stays_open(situation: Situation) -> None:
    slot = situation.assistant.slots["call_time"]
    assert as_slot(slot, "half past seven", situation) == "half past seven"
    assert as_slot(slot, "half past seven in the evening", situation) == "19:30"


def test_the_fast_path_is_as_certain(situation: Situation) -> None:
    slots = situation.assistant.slots
    assert read_slot("at half past seven", slots["visit_time"], situation) == "19:30"
    assert read_slot("at half past seven", slots["call_time"], situation) is None


def test_what_was_said_for_certain_is_not_opened_again(situation: Situation) -> None:
    """ "Eleven in the morning" became 23:00 at a bar that opens at 18:00: 11:00 was read once more, as either."""
    slot = situation.assistant.slots["bar_time"]
    assert read_slot("eleven in the morning", slot, situation) == "11:00"
    open_now = replace(situation, fillable=(slot,))
    given = admitted([SetSlot("bar_time", "11:00")], open_now, [situation.assistant.flows["visit"]])
    assert given == (SetSlot("bar_time", "11:00"),)


@pytest.mark.parametrize(
    ("said", "times"),
    [
        ("quarter to one", ((0, 45), (12, 45))),
        ("quarter to one in the afternoon", ((12, 45),)),
        ("quarter to twelve", ((11, 45), (23, 45))),
        ("half past twelve at night", ((0, 30),)),
        ("twelve in the morning", ((0, 0),)),
    ],
)
def test_around_twelve(said: str, times: tuple[tuple[int, int], ...]) -> None:
    assert read_times(said) == tuple(time(*one) for one in times)
