"""End-to-end tests pass and fail as they should, with recorded commands in place of a model."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from dialogue.errors import TestsInvalid
from dialogue.testing.commands_file import read_commands, write_commands
from dialogue.testing.results import CaseResult
from dialogue.testing.runner import Bench, run_suite
from dialogue.testing.suite import load_suite
from flows.commands import CancelFlow, Clarify, SetSlot, StartFlow
from flows.model import Assistant
from tests.support.conversations import ScriptedActions, SpokenCommands

STUBS = """
stub_custom_actions:
  action_pay:
    events: []
    responses: [{response: utter_paid, fee: 2}]
  action_balance: {events: [{event: slot, name: balance, value: 1200}]}
"""


async def run(
    bank: Assistant, folder: Path, cases: str, head: str = STUBS, **options: Any
) -> tuple[list[CaseResult], dict[str, Any]]:
    """Run test cases whose user steps are command lines, unless `options` say otherwise."""
    tests = folder / "e2e_tests"
    tests.mkdir(exist_ok=True)
    (tests / "cases.yml").write_text(dedent(head) + "test_cases:\n" + dedent(cases))
    bench = Bench(bank, **({"understanding": SpokenCommands(bank)} | options))
    result = await run_suite(load_suite([], folder), bench)
    return list(result.cases), result.to_json()


async def test_a_conversation_with_plain_steps_passes(bank: Assistant, tmp_path: Path) -> None:
    cases = """
    - test_case: transfer
      steps:
        - user: start flow transfer_money
        - bot: Who is it for?
        - user: set slot recipient Joe
        - utter: utter_ask_amount
        - slot_was_set: [recipient: Joe]
        - user: set slot amount 50
        - bot: "Send 50.0 to Joe?"
        - slot_was_set: [amount, {amount: "50"}]
        - slot_was_not_set: [confirmed, amount: 51]
        - user: /SetSlots(confirmed=True)
        - bot: Sent 50 to Joe, fee 2.
        - utter: utter_paid
    """
    results, report = await run(bank, tmp_path, cases)
    assert results[0].failure is None
    assert report["passed"] == 1
    assert report["failed"] == 0
    expected = {"file": "e2e_tests/cases.yml", "name": "transfer", "passed": True, "turns": 4, "failure": None}
    assert [{key: case[key] for key in expected} for case in report["cases"]] == [expected]
    assert results[0].commands[0] == (StartFlow("transfer_money"),)
    assert results[0].commands[3] == ()  # a payload speaks for itself


async def test_every_assertion(bank: Assistant, tmp_path: Path) -> None:
    cases = """
    - test_case: all
      steps:
        - user: disambiguate flows transfer_money check_balance
          assertions:
            - flow_started: pattern_clarification
            - pattern_clarification_contains: [transfer money, check balance]
            - bot_did_not_utter: {utter_name: utter_ask_recipient}
        - user: start flow transfer_money, set slot recipient Joe, set slot amount 9
          assertions:
            - flow_started: {operator: all, flow_ids: [transfer_money]}
            - flow_started: {operator: any, flow_ids: [transfer_money, nonsense]}
            - slot_was_set: [{name: recipient}, {name: amount, value: 9}]
            - slot_was_not_set: [{name: confirmed}, {name: amount, value: 8}]
            - bot_uttered:
                utter_name: utter_ask_confirmed
                text_matches: "9 to J.e"
                buttons:
                  - {title: Yes, payload: /SetSlots(confirmed=True)}
                  - {title: No, payload: /SetSlots(confirmed=False)}
        - user: cancel flow
          assertions:
            - flow_cancelled: {flow_id: transfer_money}
            - slot_was_set: [{name: amount, value: null}]
        - user: start flow check_balance
          assertion_order_enabled: true
          assertions:
            - flow_started: check_balance
            - action_executed: action_balance
            - bot_uttered: {text_matches: 1200}
            - flow_completed: {flow_id: check_balance}
        - user: start flow check_balance
          assertions:
            - flow_completed: {flow_id: check_balance, flow_step_id: 1_utter_balance}
    """
    results, _ = await run(bank, tmp_path, cases)
    assert results[0].failure is None


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("- bot: Who are you?", "bot_uttered: 'Who are you?'"),
        ("- utter: utter_balance", "bot_uttered: utter_balance"),
        ("- slot_was_set: [recipient]", "slot_was_set: recipient"),
        ("- slot_was_set: [amount: 6]", "slot_was_set: amount = 6"),
        ("- slot_was_not_set: [amount]", "slot_was_not_set: amount"),
        ("- slot_was_not_set: [amount: 5]", "slot_was_not_set: amount = 5"),
        ("  assertions: [flow_started: check_balance]", "flow_started: all of check_balance"),
        ("  assertions: [flow_completed: transfer_money]", "flow_completed: transfer_money"),
        ("  assertions: [flow_cancelled: {flow_id: transfer_money, flow_step_id: x}]", "flow_cancelled"),
        ("  assertions: [pattern_clarification_contains: [check balance]]", "pattern_clarification_contains"),
        ("  assertions: [action_executed: action_pay]", "action_executed: action_pay"),
        ("  assertions: [bot_uttered: {text_matches: '^is'}]", "matching '^is'"),
        ("  assertions: [bot_uttered: {buttons: [{title: A, payload: b}]}]", "with buttons A"),
        ("  assertions: [bot_did_not_utter: {text_matches: Who}]", "bot_did_not_utter: matching 'Who'"),
        ("  assertions: [generative_response_is_relevant: {threshold: 0.9}]", "needs a judging language model"),
    ],
)
async def test_what_does_not_happen_fails(bank: Assistant, tmp_path: Path, step: str, expected: str) -> None:
    case = f"- test_case: bad\n  steps:\n    - user: start flow transfer_money, set slot amount 5\n    {step}\n"
    results, report = await run(bank, tmp_path, case)
    failure = report["cases"][0]["failure"]
    assert failure["step"] == 1
    assert expected in failure["expected"]
    assert "bot (utter_ask_recipient): Who is it for?" in failure["actual"]
    assert failure["line"] == 11
    assert not results[0].passed


async def test_order_matters_only_where_it_is_asked_for(bank: Assistant, tmp_path: Path) -> None:
    cases = """
    - test_case: any order
      steps:
        - user: start flow check_balance
          assertions: [{bot_uttered: {utter_name: utter_balance}}, {action_executed: action_balance}]
    - test_case: in order
      steps:
        - user: start flow check_balance
          assertion_order_enabled: true
          assertions: [{bot_uttered: {utter_name: utter_balance}}, {action_executed: action_balance}]
    """
    results, _ = await run(bank, tmp_path, cases)
    assert [result.passed for result in results] == [True, False]


async def test_a_case_stops_at_its_first_failure(bank: Assistant, tmp_path: Path) -> None:
    cases = """
    - test_case: early
      steps:
        - user: start flow transfer_money
        - bot: nonsense
        - user: set slot recipient Joe
        - bot: more nonsense
    """
    results, _ = await run(bank, tmp_path, cases)
    assert results[0].turns == 1
    assert results[0].failure is not None
    assert results[0].failure.expected == "bot_uttered: 'nonsense'"


async def test_fixtures_metadata_and_conftest(bank: Assistant, tmp_path: Path) -> None:
    (tmp_path / "conftest.yml").write_text("fixtures: [{who: [{recipient: Ann}, {nickname: outer}]}]\n")
    (tmp_path / "e2e_tests").mkdir()
    (tmp_path / "e2e_tests" / "conftest.yml").write_text("fixtures: [{extra: [{nickname: yes}]}]\n")
    cases = """
    - test_case: fixed
      fixtures: [who, extra]
      metadata: caller
      steps:
        - user: start flow transfer_money
        - bot: How much for Ann?
        - user: set slot amount 5
          metadata: louder
        - bot: Send 5 to Ann?
    """
    head = "metadata: [{caller: {language: en, volume: 1}}, {louder: {volume: 2}}]\n"
    understanding = SpokenCommands(bank)
    results, _ = await run(bank, tmp_path, cases, head, understanding=understanding)
    assert results[0].failure is None
    assert [dict(turn.metadata) for turn in understanding.turns] == [
        {"language": "en", "volume": 1},
        {"language": "en", "volume": 2},
    ]


async def test_a_stub_of_one_case_and_real_actions_behind_stubs(bank: Assistant, tmp_path: Path) -> None:
    head = """
    stub_custom_actions:
      action_balance: {events: [{event: slot, name: balance, value: 1}], responses: []}
      rich::action_balance: {events: [{event: slot, name: balance, value: 1000000}], responses: []}
    """
    cases = """
    - test_case: poor
      steps: [{user: start flow check_balance}, {bot: You have 1.}]
    - test_case: rich
      steps: [{user: start flow check_balance}, {bot: You have 1000000.}]
    """
    results, _ = await run(bank, tmp_path, cases, head)
    assert [result.failure for result in results] == [None, None]
    real = ScriptedActions({"action_balance": [{"event": "slot", "name": "balance", "value": 5}]})
    results, _ = await run(bank, tmp_path, cases.replace("1.", "5."), head, actions=real, stubs="aside")
    assert results[0].failure is None
    results, _ = await run(bank, tmp_path, cases, "", stubs="only")
    assert any("went wrong" in line for line in results[0].failure.actual)  # type: ignore[union-attr]


async def test_only_the_last_of_consecutive_user_steps_is_judged(bank: Assistant, tmp_path: Path) -> None:
    cases = """
    - test_case: twice
      steps:
        - user: start flow transfer_money
        - user: set slot recipient Joe
        - bot: How much for Joe?
    """
    results, _ = await run(bank, tmp_path, cases)
    assert results[0].failure is None
    results, _ = await run(bank, tmp_path, cases.replace("How much for Joe", "Who is it for"))
    assert results[0].failure is not None


async def test_recorded_commands_stand_for_a_model(bank: Assistant, tmp_path: Path) -> None:
    cases = """
    - test_case: spoken
      steps:
        - user: I'd like to give Joe fifty
        - bot: Send 50 to Joe?
        - user: /SetSlots(confirmed=True)
        - utter: utter_paid
    - test_case: not recorded
      steps: [{user: hello}]
    """
    commands = tmp_path / "commands.yml"
    commands.write_text(
        "e2e_tests/cases.yml::spoken:\n"
        '  - ["start flow transfer_money", "SetSlot(recipient, \\"Joe\\")", set slot amount 50]\n'
        "  - []\n"
    )
    results, _ = await run(bank, tmp_path, cases, understanding=None, recorded=read_commands(commands))
    assert results[0].failure is None
    assert results[1].failure is not None
    assert "recorded commands" in results[1].failure.expected


@pytest.mark.parametrize("key", ["cases.yml::x", "e2e_tests/cases.yml::x", "x"])
async def test_a_case_is_found_by_path_or_name(bank: Assistant, tmp_path: Path, key: str) -> None:
    cases = "- test_case: x\n  steps: [{user: pay}, {bot: Who is it for?}]\n"
    recorded = {key: ((StartFlow("transfer_money"),),)}
    results, _ = await run(bank, tmp_path, cases, understanding=None, recorded=recorded)
    assert results[0].failure is None


def test_a_commands_file_survives_the_round_trip(tmp_path: Path) -> None:
    recorded = {
        "a/b.yml::it's a case: yes": (
            (StartFlow("transfer_money"), SetSlot("recipient", 'Joe: the "great", yes')),
            (),
            (CancelFlow(), Clarify(("a", "b"))),
        )
    }
    write_commands(tmp_path / "c.yml", recorded)
    assert read_commands(tmp_path / "c.yml") == recorded


def test_a_bad_commands_file_names_every_line(tmp_path: Path) -> None:
    file = tmp_path / "c.yml"
    file.write_text("case:\n  - [dance]\n  - [start flow x]\nother: 3\n")
    with pytest.raises(TestsInvalid) as caught:
        read_commands(file)
    assert [(finding.line, finding.code) for finding in caught.value.findings] == [(2, "command"), (4, "commands")]
    with pytest.raises(TestsInvalid, match="cannot read the file"):
        read_commands(tmp_path / "missing.yml")


def test_bad_test_files_give_all_findings_with_their_place(tmp_path: Path) -> None:
    (tmp_path / "e2e_tests").mkdir()
    (tmp_path / "e2e_tests" / "bad.yml").write_text(
        dedent("""\
        test_cases:
          - steps: [{user: hi}]
          - test_case: no steps
          - test_case: many faults
            fixtures: [nobody]
            steps:
              - usr: hi
              - just text
              - user: hi
                metadata: nothing
                assertions:
                  - flow_start: x
                  - bot_uttered: {text_matches: "["}
                  - flow_completed: {flow_step_id: x}
        """)
    )
    (tmp_path / "e2e_tests" / "broken.yml").write_text("test_cases: [")
    (tmp_path / "e2e_tests" / "stray.yml").write_text("# only a comment\n")
    with pytest.raises(TestsInvalid) as caught:
        load_suite([], tmp_path)
    found = [(finding.file, finding.line, finding.code) for finding in caught.value.findings]
    assert found == [
        ("e2e_tests/bad.yml", 2, "test-case"),
        ("e2e_tests/bad.yml", 3, "steps"),
        ("e2e_tests/bad.yml", 5, "unknown-fixtures"),
        ("e2e_tests/bad.yml", 7, "step"),
        ("e2e_tests/bad.yml", 8, "step"),
        ("e2e_tests/bad.yml", 10, "unknown-metadata"),
        ("e2e_tests/bad.yml", 12, "assertion"),
        ("e2e_tests/bad.yml", 13, "regex"),
        ("e2e_tests/bad.yml", 14, "assertion"),
        ("e2e_tests/broken.yml", found[-1][1], "yaml"),
    ]
    assert "did you mean 'flow_started'?" in str(caught.value)


def test_one_case_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "t.yml").write_text(
        "test_cases:\n- {test_case: a, steps: [{user: x}]}\n- {test_case: b, steps: [{user: y}]}\n"
    )
    assert [case.name for case in load_suite(["t.yml::b"], tmp_path).cases] == ["b"]
    assert len(load_suite(["t.yml"], tmp_path).cases) == 2
    with pytest.raises(TestsInvalid, match="there is no case named 'c'"):
        load_suite(["t.yml::c"], tmp_path)
    with pytest.raises(TestsInvalid, match="no such test file"):
        load_suite(["missing.yml"], tmp_path)


def test_cases_of_one_name_have_their_own_recordings(tmp_path: Path) -> None:
    (tmp_path / "t.yml").write_text(
        "test_cases:\n- {test_case: a, steps: [{user: x}]}\n- {test_case: a, steps: [{user: y}]}\n"
    )
    first, second = load_suite(["t.yml"], tmp_path).cases
    assert first.keys[0] == "t.yml::a"
    assert second.keys[0] == "t.yml::a #2"
    assert "t.yml::a" in second.keys


async def test_expectations_of_the_sessions_start(bank: Assistant, tmp_path: Path) -> None:
    cases = """
    - test_case: opening
      steps:
        - assertions: [{action_executed: action_session_start}]
        - user: yes
    """
    results, _ = await run(bank, tmp_path, cases)
    assert results[0].failure is None
    results, _ = await run(bank, tmp_path, cases.replace("action_session_start", "action_pay"))
    assert results[0].failure is not None
    assert results[0].failure.step == 0


async def test_fail_fast_stops_the_run(bank: Assistant, tmp_path: Path) -> None:
    (tmp_path / "t.yml").write_text(
        "test_cases:\n- {test_case: a, steps: [{user: x}, {bot: y}]}\n- {test_case: b, steps: [{user: y}]}\n"
    )
    seen: list[CaseResult] = []
    result = await run_suite(
        load_suite(["t.yml"], tmp_path),
        Bench(bank, SpokenCommands(bank)),
        fail_fast=True,
        on_case=seen.append,
    )
    assert (result.passed, result.failed) == (0, 1)
    assert seen == list(result.cases)
