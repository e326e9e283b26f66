"""§6.1 every assertion and plain step, both ways: it passes where it should, and fails where it should."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent

import pytest

from dialogue.errors import TestsInvalid
from tests.conformance.files.e2e import failures, outcome, run, write_files

FLOWS = """
flows:
  book_tickets:
    name: book tickets
    description: book tickets for an event
    steps:
      - id: ask_event
        collect: event
      - collect: seats
        rejections:
          - if: slots.seats > 8
            utter: utter_too_many
      - id: price
        action: action_price
      - id: confirm
        action: utter_booked
  refund_tickets:
    name: refund tickets
    description: give money back
    steps:
      - collect: order
  helper:
    name: show help
    description: tell what is possible
    run_pattern_completed: false
    steps:
      - call: sub
      - action: utter_help
  sub:
    description: sub
    if: False
    steps:
      - action: utter_sub
"""
DOMAIN = """
version: "3.1"
slots:
  event: {type: text}
  seats: {type: float}
  order: {type: text}
  price: {type: float, mappings: [{type: controlled}]}
responses:
  utter_ask_event: [{text: Which event?}]
  utter_ask_seats:
    - text: How many seats?
      buttons:
        - {title: One, payload: /SetSlots(seats=1)}
        - {title: Two, payload: /SetSlots(seats=2)}
  utter_ask_order: [{text: Which order?}]
  utter_too_many: [{text: "Too many, sorry."}]
  utter_booked:
    - text: |
        {seats} seats for {event} at {price}.
  utter_help: [{text: I can book.}]
  utter_sub: [{text: Sub here.}]
actions: [action_price]
"""
ACTIONS = """
from rasa_sdk import Action
from rasa_sdk.events import SlotSet


class Price(Action):
    def name(self):
        return "action_price"

    def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(text="One moment.")
        return [SlotSet("price", tracker.get_slot("seats") * 12.5)]
"""
COMMANDS = """
c:
  - [start flow book_tickets]
  - [set slot event Opera]
  - [set slot seats 2]
"""
ONE_SEAT = "{title: One, payload: /SetSlots(seats=1)}"
TWO_SEATS = "{title: Two, payload: /SetSlots(seats=2)}"
ONE = "- user: I want tickets\n"
TWO = ONE + "- user: the opera\n"
THREE = TWO + "- user: two\n"


def _run(folder: Path, steps: str, commands: str = COMMANDS, head: str = "") -> bool:
    tests = f"{head}\ntest_cases:\n  - test_case: c\n    steps:\n{indent(steps, '      ')}\n"
    write_files(
        folder,
        {
            "data/flows.yml": FLOWS,
            "domain.yml": DOMAIN,
            "actions/__init__.py": "",
            "actions/actions.py": ACTIONS,
            "e2e_tests/t.yml": tests,
            "commands.yml": commands,
        },
    )
    return outcome(run(folder))["c"]


def _asserting(turns: str, *assertions: str, ordered: bool = False) -> str:
    order = "  assertion_order_enabled: true\n" if ordered else ""
    lines = "".join(f"    - {assertion}\n" for assertion in assertions)
    return turns + order + "  assertions:\n" + lines


ASSERTIONS: list[tuple[str, str, bool]] = [
    # flow_started
    (ONE, "flow_started: book_tickets", True),
    (ONE, "flow_started: refund_tickets", False),
    (TWO, "flow_started: book_tickets", False),
    (ONE, "flow_started: {operator: all, flow_ids: [book_tickets]}", True),
    (ONE, "flow_started: {operator: all, flow_ids: [book_tickets, refund_tickets]}", False),
    (ONE, "flow_started: {operator: any, flow_ids: [book_tickets, refund_tickets]}", True),
    (ONE, "flow_started: {operator: any, flow_ids: [refund_tickets, helper]}", False),
    (THREE, "flow_started: pattern_completed", True),
    (ONE, "flow_started: pattern_collect_information", True),
    # flow_completed
    (THREE, "flow_completed: {flow_id: book_tickets}", True),
    (TWO, "flow_completed: {flow_id: book_tickets}", False),
    (THREE, "flow_completed: {flow_id: refund_tickets}", False),
    (THREE, "flow_completed: {flow_id: book_tickets, flow_step_id: confirm}", True),
    (THREE, "flow_completed: {flow_id: book_tickets, flow_step_id: book_tickets_confirm}", True),
    (THREE, "flow_completed: {flow_id: book_tickets, flow_step_id: price}", False),
    # slot_was_set
    (TWO, "slot_was_set: [{name: event}]", True),
    (TWO, "slot_was_set: [{name: event, value: Opera}]", True),
    (TWO, "slot_was_set: [{name: event, value: opera}]", False),
    (TWO, "slot_was_set: [{name: seats}]", False),
    (THREE, "slot_was_set: [{name: seats, value: 2}]", True),
    (THREE, "slot_was_set: [{name: seats, value: 2.0}]", True),
    (THREE, 'slot_was_set: [{name: seats, value: "2"}]', True),
    (THREE, "slot_was_set: [{name: seats, value: 3}]", False),
    (THREE, "slot_was_set: [{name: seats, value: 2}, {name: price, value: 25}]", True),
    (THREE, "slot_was_set: [{name: seats, value: 2}, {name: price, value: 26}]", False),
    (THREE, "slot_was_set: [{name: event, value: null}]", True),
    (TWO, "slot_was_set: [{name: event, value: null}]", False),
    # slot_was_not_set
    (TWO, "slot_was_not_set: [{name: seats}]", True),
    (TWO, "slot_was_not_set: [{name: event}]", False),
    (TWO, "slot_was_not_set: [{name: event, value: Ballet}]", True),
    (TWO, "slot_was_not_set: [{name: event, value: Opera}]", False),
    (TWO, "slot_was_not_set: [{name: seats}, {name: event}]", False),
    # action_executed
    (THREE, "action_executed: action_price", True),
    (TWO, "action_executed: action_price", False),
    (THREE, "action_executed: utter_booked", True),
    (ONE, "action_executed: utter_ask_event", True),
    (ONE, "action_executed: utter_ask_seats", False),
    # bot_uttered
    (ONE, "bot_uttered: {utter_name: utter_ask_event}", True),
    (ONE, "bot_uttered: {utter_name: utter_ask_seats}", False),
    (ONE, "bot_uttered: {text_matches: Which event?}", True),
    (ONE, "bot_uttered: {text_matches: event}", True),
    (ONE, 'bot_uttered: {text_matches: "^Which.*event"}', True),
    (ONE, 'bot_uttered: {text_matches: "^event"}', False),
    (ONE, "bot_uttered: {utter_name: utter_ask_event, text_matches: Which}", True),
    (ONE, "bot_uttered: {utter_name: utter_ask_event, text_matches: seats}", False),
    (THREE, 'bot_uttered: {text_matches: "2 seats for Opera at 25."}', True),
    (THREE, 'bot_uttered: {text_matches: "One moment"}', True),
    (
        TWO,
        "bot_uttered: {buttons: [" + ONE_SEAT + ", " + TWO_SEATS + "]}",
        True,
    ),
    (TWO, "bot_uttered: {buttons: [{title: One, payload: /SetSlots(seats=1)}]}", False),
    (
        TWO,
        "bot_uttered: {buttons: [" + TWO_SEATS + ", " + ONE_SEAT + "]}",
        False,
    ),
    (
        TWO,
        "bot_uttered: {buttons: [{title: One, payload: /SetSlots(seats=9)}, " + TWO_SEATS + "]}",
        False,
    ),
    # bot_did_not_utter
    (ONE, "bot_did_not_utter: {utter_name: utter_ask_seats}", True),
    (ONE, "bot_did_not_utter: {utter_name: utter_ask_event}", False),
    (ONE, "bot_did_not_utter: {text_matches: seats}", True),
    (ONE, "bot_did_not_utter: {text_matches: event}", False),
    (TWO, "bot_did_not_utter: {buttons: [{title: One, payload: /SetSlots(seats=1)}]}", True),
    (ONE, "bot_did_not_utter: {utter_name: utter_ask_event, text_matches: seats}", True),
]


@pytest.mark.parametrize(("turns", "assertion", "passes"), ASSERTIONS)
def test_s6_1_assertions(tmp_path: Path, turns: str, assertion: str, passes: bool) -> None:
    assert _run(tmp_path, _asserting(turns, assertion)) is passes


CANCELLING = "c:\n  - [start flow book_tickets]\n  - [cancel flow]\n"


@pytest.mark.parametrize(
    ("assertion", "passes"),
    [
        ("flow_cancelled: {flow_id: book_tickets}", True),
        ("flow_cancelled: {flow_id: book_tickets, flow_step_id: ask_event}", True),
        ("flow_cancelled: {flow_id: book_tickets, flow_step_id: book_tickets_ask_event}", True),
        ("flow_cancelled: {flow_id: book_tickets, flow_step_id: confirm}", False),
        ("flow_cancelled: {flow_id: refund_tickets}", False),
        ("flow_completed: {flow_id: book_tickets}", False),
        ("flow_completed: {flow_id: pattern_cancel_flow}", True),
        ("flow_started: pattern_cancel_flow", True),
        ("action_executed: action_cancel_flow", True),
    ],
)
def test_s6_1_flow_cancelled(tmp_path: Path, assertion: str, passes: bool) -> None:
    assert _run(tmp_path, _asserting(TWO, assertion), CANCELLING) is passes


@pytest.mark.parametrize(
    ("names", "passes"),
    [
        ("[book tickets, refund tickets]", True),
        ("[refund tickets]", True),
        ("[show help]", False),
        ("[book tickets, show help]", False),
    ],
)
def test_s6_1_pattern_clarification_contains(tmp_path: Path, names: str, passes: bool) -> None:
    commands = "c:\n  - [disambiguate flows book_tickets refund_tickets]\n"
    assert _run(tmp_path, _asserting(ONE, f"pattern_clarification_contains: {names}"), commands) is passes


def test_s6_1_no_clarification_contains_nothing(tmp_path: Path) -> None:
    assert not _run(tmp_path, _asserting(ONE, "pattern_clarification_contains: [book tickets]"))


FIRST, SECOND = "bot_uttered: {utter_name: utter_sub}", "bot_uttered: {utter_name: utter_help}"
HELP = "c:\n  - [start flow helper]\n"


@pytest.mark.parametrize(
    ("assertions", "ordered", "passes"),
    [
        ([FIRST, SECOND], False, True),
        ([SECOND, FIRST], False, True),
        ([FIRST, SECOND], True, True),
        ([SECOND, FIRST], True, False),
        (["flow_started: helper", FIRST, "flow_completed: {flow_id: sub}", SECOND], True, True),
        (["flow_started: helper", SECOND, "flow_completed: {flow_id: sub}"], True, False),
        (["flow_completed: {flow_id: helper}", "flow_started: helper"], True, False),
    ],
)
def test_s6_1_assertion_order(tmp_path: Path, assertions: list[str], ordered: bool, passes: bool) -> None:
    assert _run(tmp_path, _asserting(ONE, *assertions, ordered=ordered), HELP) is passes


PLAIN: list[tuple[str, bool]] = [
    (ONE + "- bot: Which event?\n", True),
    (ONE + "- bot: Which\n", False),
    (ONE + '- bot: "Which event?\\n"\n', True),
    (ONE + "- utter: utter_ask_event\n", True),
    (ONE + "- utter: utter_ask_seats\n", False),
    (TWO + "- slot_was_set: [event]\n", True),
    (TWO + "- slot_was_set: [{event: Opera}]\n", True),
    (TWO + "- slot_was_set: [{event: Ballet}]\n", False),
    (TWO + "- slot_was_set: [event, seats]\n", False),
    (TWO + "- slot_was_not_set: [seats]\n", True),
    (TWO + "- slot_was_not_set: [event]\n", False),
    (TWO + "- slot_was_not_set: [{event: Ballet}]\n", True),
    (TWO + "- slot_was_not_set: [{event: Opera}]\n", False),
    (THREE + "- slot_was_set: [{seats: 2}]\n", True),
    (THREE + "- bot: 2 seats for Opera at 25.\n", True),
    # any order, extra events ignored
    (TWO + "- utter: utter_ask_seats\n- slot_was_set: [event]\n", True),
    (TWO + "- slot_was_set: [event]\n- utter: utter_ask_seats\n", True),
    (THREE + "- utter: utter_booked\n", True),
    (THREE + "- utter: utter_ask_continue_conversation\n- bot: One moment.\n", True),
    # the events of that turn only
    (TWO + "- utter: utter_ask_event\n", False),
    (ONE + "- utter: utter_ask_event\n- user: the opera\n- utter: utter_ask_seats\n", True),
    # of consecutive user steps only the last is evaluated
    (TWO + "- utter: utter_ask_seats\n", True),
    # payloads as user steps
    (ONE + "- user: /SetSlots(event=Opera)\n- slot_was_set: [{event: Opera}]\n- utter: utter_ask_seats\n", True),
]


@pytest.mark.parametrize(("steps", "passes"), PLAIN)
def test_s6_1_plain_steps(tmp_path: Path, steps: str, passes: bool) -> None:
    assert _run(tmp_path, steps) is passes


def test_s6_1_a_step_with_assertions_ignores_plain_steps(tmp_path: Path) -> None:
    steps = _asserting(ONE, "flow_started: book_tickets") + "- bot: something else entirely\n"
    assert _run(tmp_path, steps)


def test_s8_30_values_compare_leniently(tmp_path: Path) -> None:
    for value in ("2", '"2"', "2.0", '"2.0"'):
        assert _run(tmp_path, THREE + f"- slot_was_set: [{{seats: {value}}}]\n"), value
    numbers = "c:\n  - [start flow book_tickets]\n  - [set slot event 100]\n  - []\n"
    for value in ("100", '"100"', "100.0"):
        assert _run(tmp_path, TWO + f"- slot_was_set: [{{event: {value}}}]\n", numbers), value
    assert not _run(tmp_path, TWO + "- slot_was_set: [{event: 101}]\n", numbers)


def test_s8_25_by_name_not_set_looks_at_the_last_value_and_set_accepts_null(tmp_path: Path) -> None:
    refused = "c:\n  - [start flow book_tickets]\n  - [set slot event Opera]\n  - [set slot seats 99]\n"
    assert _run(
        tmp_path, THREE + "- slot_was_not_set: [seats]\n- slot_was_set: [seats]\n- utter: utter_too_many\n", refused
    )


def test_s6_1_fails_fast_at_the_first_failing_turn(tmp_path: Path) -> None:
    steps = ONE + "- utter: utter_help\n- user: the opera\n- utter: utter_ask_seats\n"
    _run(tmp_path, steps)
    (case,) = run(tmp_path).cases
    assert case.turns == 1
    assert case.failure is not None


def test_s6_1_assertions_before_the_first_user_step_look_at_the_session_start(tmp_path: Path) -> None:
    for expected, passes in [("action_executed: action_session_start", True), ("action_executed: action_price", False)]:
        steps = f"- assertions:\n    - {expected}\n" + ONE + "- utter: utter_ask_event\n"
        assert _run(tmp_path, steps) is passes


@pytest.mark.parametrize("word", ["yes", "no", "on", "off", "y", "null", "123", "1.50", "true", "2024-01-01"])
def test_s8_files_words_of_user_and_bot_steps_stay_text(tmp_path: Path, word: str) -> None:
    steps = f"- user: {word}\n- utter: utter_ask_event\n"
    if word == "null":
        return  # YAML's own null: no word at all
    assert _run(tmp_path, steps)
    (case,) = run(tmp_path).cases
    assert case.passed, failures(run(tmp_path))


@pytest.mark.parametrize("word", ["yes", "no", "on", "off"])
def test_s8_files_yes_and_no_stay_strings_in_slot_steps(tmp_path: Path, word: str) -> None:
    commands = f"c:\n  - [start flow book_tickets]\n  - [set slot event {word}]\n"
    assert _run(tmp_path, TWO + f"- slot_was_set: [{{event: {word}}}]\n", commands)
    assert not _run(tmp_path, TWO + "- slot_was_set: [{event: true}]\n", commands)


WRONG = [
    "- usr: hello\n",
    "- user: hello\n  assertions:\n    - flow_begun: x\n",
    "- user: hello\n  assertions:\n    - flow_started: {operator: some, flow_ids: [x]}\n",
    "- user: hello\n  assertions:\n    - flow_completed: {step: x}\n",
    "- user: hello\n  assertions:\n    - bot_uttered: {text_matches: '('}\n",
    "- user: hello\n  metadata: nothing\n",
    "- hello\n",
]


@pytest.mark.parametrize("steps", WRONG)
def test_s6_1_wrong_steps_are_told_with_their_place(tmp_path: Path, steps: str) -> None:
    with pytest.raises(TestsInvalid, match=r"t\.yml:\d+"):
        _run(tmp_path, steps)


def test_s6_1_bot_compares_with_trailing_newlines_stripped(tmp_path: Path) -> None:
    assert _run(tmp_path, THREE + "- bot: |\n    2 seats for Opera at 25.\n")
