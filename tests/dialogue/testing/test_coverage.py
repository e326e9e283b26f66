"""Coverage: which steps and links of the flows the tests run through, in numbers, files and cases to run again."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from dialogue.testing.case_file import cases_text
from dialogue.testing.coverage import Trace, coverage_of, trace_of
from dialogue.testing.coverage_report import commands_csv, report_of, table, table_csv, to_json
from dialogue.testing.runner import Bench, run_suite
from dialogue.testing.suite import load_suite
from dialogue.testing.yaml_text import block
from flows.events import FlowCompleted, FlowStarted, StepEntered
from flows.findings import Findings
from flows.model import Assistant
from flows.source import read_yaml
from tests.support.conversations import SpokenCommands
from tests.support.small_bank import small_bank

CASES = """
fixtures: [{rich: [{nickname: "yes"}]}]
metadata: [{m: {language: en}}]
stub_custom_actions:
  action_pay: {responses: [{response: utter_paid, fee: 2}]}
  action_balance: {events: [{event: slot, name: balance, value: 1200}]}
  pays::action_pay: {responses: [{response: utter_paid, fee: 3}]}
test_cases:
- test_case: pays
  fixtures: [rich]
  metadata: m
  steps:
    - user: start flow transfer_money, set slot recipient Joe, set slot amount 1.50
    - bot: Send 1.5 to Joe?
    - user: set slot amount 7
    - user: /SetSlots(confirmed=True)
      metadata: m
    - bot: Sent 7 to Joe, fee 3.
- test_case: declines
  steps:
    - user: start flow transfer_money, set slot recipient Joe, set slot amount 50
    - user: set slot confirmed false
    - bot: 12
"""


async def results(bank: Assistant, folder: Path, text: str = CASES) -> list[object]:
    (folder / "t.yml").write_text(dedent(text))
    bench = Bench(bank, SpokenCommands(bank), stubs="only", measures_coverage=True)
    return list((await run_suite(load_suite(["t.yml"], folder), bench)).cases)


async def test_steps_links_and_commands_are_counted(bank: Assistant, tmp_path: Path) -> None:
    cases = await results(bank, tmp_path)
    assert [case.passed for case in cases] == [True, False]  # type: ignore[attr-defined]
    report = report_of(cases, bank)  # type: ignore[arg-type]
    assert all(not flow.id.startswith("pattern_") for flow in report.whole.flows)
    passed, failed = (
        {flow.id: flow for flow in coverage.flows}["transfer_money"] for coverage in (report.passed, report.failed)
    )
    assert {step.id for step in passed.missing} == {"declined"}
    assert {step.id for step in failed.missing} == {"pay"}
    assert passed.share == pytest.approx(0.8)
    edges = {edge: count for edge, count in passed.edges.items() if edge[0] not in ("START",)}
    assert sum(count for (_, target), count in edges.items() if target == "pay") == 1
    assert ("pay", "END") in edges
    assert sum(count for (_, target), count in edges.items() if target == "declined") == 0
    whole = to_json(report)
    steps = whole["flows"]["transfer_money"]["steps"]
    assert (steps["pay"]["passed"], steps["pay"]["failed"], steps["declined"]["failed"]) == (1, 0, 1)
    assert steps["pay"]["line"] > 10
    assert whole["flows"]["transfer_money"]["edges"]["pay -> END"] == 1
    assert whole["commands"]["set_slot"] == 7
    assert whole["commands_of_failed"] == {"set_slot": 3, "start_flow": 1}
    assert [case["flows"] for case in whole["cases"]] == [["transfer_money"]] * 2


async def test_the_tables_name_what_is_missing_and_its_line(bank: Assistant, tmp_path: Path) -> None:
    report = report_of(await results(bank, tmp_path), bank)  # type: ignore[arg-type]
    rows = {row[0]: row for row in table(report.passed)}
    declined = bank.flows["transfer_money"].by_id["declined"].place
    assert declined is not None
    assert rows["transfer_money"] == ("transfer_money", "80.00%", "5", "declined", str(declined.line))
    assert rows["check_balance"][1:3] == ("0.00%", "2")
    assert rows["Total"][2] == str(sum(len(flow.steps) for flow in bank.user_flows))
    assert table_csv(report.passed).splitlines()[0] == "Flow Name,Coverage,Num Steps,Missing Steps,Line Numbers"
    assert commands_csv(report.failed).splitlines() == ["Command,Count", "set_slot,3", "start_flow,1"]


async def test_overridden_patterns_count_and_default_ones_do_not(tmp_path: Path) -> None:
    override = """
    flows:
      pattern_completed:
        description: Nothing more
        steps: [{action: utter_declined}]
    """
    bank = small_bank(tmp_path, flows=override)
    flow_ids = {flow.id for flow in coverage_of((), bank).flows}
    assert "pattern_completed" in flow_ids
    assert "pattern_correction" not in flow_ids


def test_a_jump_back_is_no_link(bank: Assistant) -> None:
    flow = bank.flows["transfer_money"]
    ids = [step.id for step in flow.steps]
    events = [FlowStarted(flow.id), *(StepEntered(flow.id, one) for one in (ids[0], ids[1], ids[2], ids[0]))]
    trace = trace_of(events, bank)
    assert dict(trace.edges) == {
        (flow.id, "START", ids[0]): 1,
        (flow.id, ids[0], ids[1]): 1,
        (flow.id, ids[1], ids[2]): 1,
    }
    assert trace.steps[flow.id, ids[0]] == 2
    ended = trace_of([FlowStarted("gone"), StepEntered("gone", "x"), FlowCompleted("gone", "END")], bank)
    assert ended.flows == ()
    assert coverage_of([Trace()], bank).share == 0.0


async def test_cases_are_written_back_so_that_they_run_again(bank: Assistant, tmp_path: Path) -> None:
    cases = await results(bank, tmp_path)
    text = cases_text(case.case for case in cases)  # type: ignore[attr-defined]
    assert 'bot: "12"' in text
    again = await results(bank, tmp_path, text)
    for before, after in zip(cases, again, strict=True):
        assert (before.name, before.passed, before.turns) == (after.name, after.passed, after.turns)  # type: ignore[attr-defined]
    steps = load_suite(["t.yml"], tmp_path).cases[0].steps
    assert [step.metadata for step in steps] == [{"language": "en"}] * 3
    assert load_suite(["t.yml"], tmp_path).cases[0].slots == {"nickname": "yes"}
    assert cases_text([]) == "test_cases: []\n"


@pytest.mark.parametrize(
    "value",
    [
        {"a": [1, {"b": None, "c": [True, 1.5]}], "yes": "no", "on: off": ["- x", "#", ""]},
        [[1, [2, []]], {}, {"x": {}}],
        {"multi\nline": "a\nb", "é🎈": "\u0085\u2028"},
        [],
    ],
)
def test_yaml_is_read_back(value: object) -> None:
    findings = Findings()
    found = read_yaml(block(value), "x.yml", findings)
    assert found is not None
    assert (found.plain(), findings.sorted()) == (value, ())
