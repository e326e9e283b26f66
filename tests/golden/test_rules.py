"""The generator's own model of the reference, by cases worked out by hand; and that no expectation is idle."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dialogue.testing.commands_file import read_commands
from dialogue.testing.runner import Bench, run_case
from dialogue.testing.suite import load_suite
from flows.loader import load_assistant
from tests.golden.rules import END, answered, at_question, begun, corrected
from tests.golden.script import Answer, Path, Question
from tests.golden.turns import Expect, GoldenCase, Turn
from tests.golden.writing import written_cases, written_commands


def question(slot: str, **more) -> Question:
    return Question(slot, f"utter_ask_{slot}", Answer.text("this"), Answer.text("that"), **more)


PATH = Path(
    "errand",
    "run an errand",
    "please run an errand",
    (
        question("what"),
        question("who", child="meet"),
        question("sure", child="meet", is_always_asked=True),
        question("when"),
        question("confirmed", is_always_asked=True),
    ),
)
"""what, then who and sure in a called flow, then when, then confirmed."""


@pytest.mark.parametrize(
    ("given", "first"),
    [((), 0), (("what",), 1), (("who",), 0), (("what", "who"), 2), (("what", "who", "sure", "when"), 2)],
)
def test_a_filled_slot_is_not_asked_for_unless_it_always_is(given, first):
    assert begun(PATH, given).at == first


def test_an_answer_leads_to_the_next_open_question():
    assert answered(at_question(PATH, 0)).at == 1
    assert answered(replace(begun(PATH, ("who", "when")), at=2)).at == 4
    assert answered(at_question(PATH, 4)).at == END


@pytest.mark.parametrize(
    ("slots", "at", "asked"),
    [
        (("what",), 1, 1),  # nothing between that always asks
        (("what",), 3, 2),  # `sure` lies between
        (("what",), 4, 2),
        (("who",), 2, 2),  # within the called flow
        (("who",), 3, 2),  # the called flow is entered anew
        (("when",), 4, 4),
        (("what", "when"), 4, 2),  # the earliest counts
    ],
)
def test_a_correction_walks_on_from_the_earliest_slot(slots, at, asked):
    assert corrected(at_question(PATH, at), slots).at == asked


def test_an_answer_that_is_taken_back_is_asked_for_again():
    before = at_question(PATH, 3)

    assert corrected(replace(before, filled=before.filled - {"what"}), ["what"]).at == 0


WRONG = [
    Expect("says", "utter_closing"),
    Expect("keeps_quiet", "utter_opening_hours"),
    Expect("sets", "topic", "weather"),
    Expect("is_not", "topic", "food"),
    Expect("is_unset", "topic"),
    Expect("starts", "opening"),
    Expect("completes", "complain"),
    Expect("cancels", "complain"),
    Expect("runs", "action_nothing"),
    Expect("offers", "complain"),
]

ASSISTANT = {
    "config.yml": "recipe: default.v1\nlanguage: en\n",
    "domain.yml": """
slots:
  topic: {type: text}
responses:
  utter_opening_hours: [{text: From nine to five.}]
  utter_ask_topic: [{text: What about?}]
""",
    "data/flows.yml": """
flows:
  hours:
    description: Opening hours.
    steps: [{action: utter_opening_hours}]
  complain:
    description: A complaint.
    steps: [{collect: topic}]
""",
}


@pytest.fixture
def assistant(tmp_path):
    for name, text in ASSISTANT.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return load_assistant(tmp_path)


async def outcome(assistant, folder, *expects: Expect):
    """Run a written case in which opening hours are heard within a complaint about food, and `topic` is corrected."""
    turns = (
        Turn("I complain", ("start flow complain",), (Expect("says", "utter_ask_topic"),)),
        Turn("food; and when are you open", ("start flow hours", "set slot topic food"), expects),
    )
    cases = {"case.yml": [GoldenCase("a case", turns), GoldenCase("the same again", turns)]}
    tests = folder / "e2e_tests"
    tests.mkdir(exist_ok=True)
    (tests / "case.yml").write_text(written_cases(cases["case.yml"], {}), encoding="utf-8")
    (tests / "commands.yml").write_text(written_commands(cases), encoding="utf-8")
    bench = Bench(assistant, recorded=dict(read_commands(tests / "commands.yml")))
    return [(await run_case(case, bench)).failure for case in load_suite([], folder).cases]


async def test_what_holds_passes(assistant, tmp_path):
    right = (Expect("says", "utter_opening_hours"), Expect("sets", "topic", "food"), Expect("starts", "hours"))

    assert await outcome(assistant, tmp_path, *right) == [None, None]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.kind)
async def test_what_does_not_hold_fails(assistant, tmp_path, wrong):
    assert None not in await outcome(assistant, tmp_path, wrong)
