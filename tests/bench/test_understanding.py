"""The understanding benchmark measures what it says, and tells nothing of sealed suites but figures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dialogue.testing.understanding.cases import UnderstandingSuite
from dialogue.testing.understanding.results import UnderstandingResult
from dialogue.testing.understanding.runner import UnderstandingBench, run_understanding
from dialogue.testing.understanding.scores import Count
from dialogue.turn import Understood, UserTurn
from flows.engine import expectation
from flows.model import Assistant
from flows.state import ConversationState
from models.training.domain_files import DomainData, read_domains
from studio.settings import load_settings
from tests.bench import understanding
from tests.bench.process_time import tree_cpu_s
from tests.bench.understanding_figures import bootstrap_f1, markdown, spaced, spaced_cases, summary, wilson
from tests.bench.understanding_growth import measure_growth, merged
from tests.bench.understanding_suites import (
    TABLES,
    BenchSuite,
    Named,
    NoEffects,
    SuiteUnusable,
    all_suites,
    sealed_suite,
    table_suite,
)
from tests.dialogue.understanding import spoken_turns

SECRET = "nobody may ever read this sentence"


class Answers:
    """Understands nothing, and remembers which slot was asked for."""

    def __init__(self, assistant: Assistant) -> None:
        self.assistant = assistant
        self.asked: list[str | None] = []

    async def understand(self, turn: UserTurn, state: ConversationState) -> Understood:
        self.asked.append(expectation(state, self.assistant).slot)
        return Understood(turn, (), "none")


@pytest.mark.parametrize("table", TABLES)
async def test_turns_of_tables_stand_where_the_table_says(table: str) -> None:
    suite = table_suite(table)
    files = sorted((spoken_turns.HERE / "assistants").glob("*.yml"))
    small = {path.stem: spoken_turns.load_small_assistant(path) for path in files}
    cases = spoken_turns.load_cases(spoken_turns.HERE / f"spoken_turns_{table}.yml", small)
    wanted = [case.asked for path in files for case in cases if case.assistant == path.stem]
    asked: list[str | None] = []
    for part in suite.parts:
        answers = Answers(part.assistant)
        result = await run_understanding(part.understanding, UnderstandingBench(part.assistant, answers, NoEffects()))
        assert [case.fault for case in result.cases if case.fault] == []
        asked += answers.asked
    assert len(asked) == len(cases)
    elsewhere = sum(slot != meant for slot, meant in zip(asked, wanted, strict=True))
    assert elsewhere <= 0.05 * len(cases), "a few ask again for what they were given"


def test_intervals() -> None:
    assert [round(end, 3) for end in wilson(90, 100)] == [0.826, 0.945]
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(10, 10)[1] == 1.0 > wilson(10, 10)[0] > 0.7
    good, bad = Count(10, 0, 0), Count(0, 10, 10)
    assert bootstrap_f1([good] * 20) == (1.0, 1.0)
    low, high = bootstrap_f1([good, bad] * 20)
    assert 0.25 < low < 0.5 < high < 0.75
    assert bootstrap_f1([]) == (0.0, 1.0)


def test_samples_are_spaced() -> None:
    assert spaced(range(10), 4) == [0, 3, 6, 9]
    assert spaced(range(3), 4) == [0, 1, 2]
    assert spaced_cases(list("abcdef"), [5] * 6, 10) == ["a", "f"]
    assert spaced_cases(list("abc"), [5] * 3, 1) == ["a"]


def test_time_of_processes_only_grows() -> None:
    assert 0 < tree_cpu_s() <= tree_cpu_s()


def domain(name: str) -> DomainData:
    say = [f"I want thing {number} please" for number in range(8)]
    flows: dict[str, dict[str, Any]] = {
        f"get_{thing}": {"name": f"get a {thing}", "descriptions": [f"Gets a {thing}.", f"a {thing}"], "say": say}
        for thing in ("cup", "hat", "pen")
    }
    flows["get_cup"]["slots"] = ["size"]
    size = {"type": "categorical", "about": "the size", "ask": "Which size?", "values": ["small", "large"]}
    return DomainData.model_validate({"domain": name, "title": name, "slots": {"size": size}, "flows": flows})


DOMAINS = (domain("shop"), domain("store"))


@pytest.mark.parametrize("size", [1, 6, 20])
def test_merged_domains_have_as_many_flows_as_wanted(size: int) -> None:
    assistant, said = merged(DOMAINS, size)
    assert len(assistant.user_flows) == size
    assert 0 < len(said) <= 40


@pytest.mark.slow
def test_the_domains_of_training_merge() -> None:
    assert len(merged(read_domains(), 300)[0].user_flows) == 300


async def test_growth_is_of_the_same_turns() -> None:
    async def prepare(assistant: Assistant) -> Answers:
        return Answers(assistant)

    told = await measure_growth(prepare, sizes=(2, 4), domains=DOMAINS)
    assert set(told["median_ms"]) == {"2", "4"}
    assert told["stages"]["2"] == {"none": 1.0}


def sealed(folder: Path, tests: str) -> Path:
    (folder / "data").mkdir(parents=True)
    (folder / "dialogue_understanding_tests").mkdir()
    (folder / "e2e_tests").mkdir()
    (folder / "config.yml").write_text("recipe: default.v1\nlanguage: en\npipeline: []\n")
    (folder / "domain.yml").write_text("responses: {utter_bye: [{text: Bye.}]}\n")
    (folder / "data" / "flows.yml").write_text(
        "flows: {leave: {description: End the talk., steps: [{action: utter_bye}]}}\n"
    )
    (folder / "dialogue_understanding_tests" / "typed_a.yml").write_text(tests)
    e2e = f"test_cases: [{{test_case: {SECRET}, steps: [{{user: {SECRET}}}, {{bot: {SECRET}}}]}}]\n"
    (folder / "e2e_tests" / "typed_a.yml").write_text(e2e)
    return folder


def steps(commands: str) -> str:
    return f"test_cases: [{{test_case: {SECRET}, steps: [{{user: {SECRET}, commands: {commands}}}]}}]\n"


def test_what_is_wrong_with_a_sealed_suite_is_a_number(tmp_path: Path) -> None:
    folder = sealed(tmp_path / "one", steps(f"[{SECRET}]"))
    with pytest.raises(SuiteUnusable) as unusable:
        sealed_suite(folder, "typed")
    assert str(unusable.value) == "its files have 1 findings"
    assert unusable.value.__suppress_context__
    with pytest.raises(SuiteUnusable, match="no spoken test"):
        sealed_suite(folder, "spoken")


def test_nothing_of_a_sealed_suite_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = sealed(tmp_path / "town", steps("[StartFlow(leave), StartFlow(unknown)]"))
    for name in ("SENTENCE_ENCODER", "READER", "LANGUAGE_MODEL"):
        monkeypatch.setenv(f"VIVAVOCE_{name}", "false")
    read = [Named("held back town typed", lambda: sealed_suite(folder, "typed"))]
    monkeypatch.setattr(understanding, "all_suites", lambda: read)
    assert understanding.main(["--json", "--no-growth"]) == 0
    printed = capfd.readouterr()
    told = json.loads(printed.out)
    assert {(row["suite"], row["stage"]) for row in told["suites"]} == {
        ("held back town typed", "fast_path"),
        ("held back town typed", "cascade"),
    }
    assert (told["suites"][-1]["turns"], told["suites"][-1]["e2e"]["cases"]) == (1, 1)
    assert "latencies_ms" not in told["suites"][0]
    assert set(told["not_run"]) == {"stage router", "stage reader", "stage llm"}
    assert understanding.main(["--no-growth"]) == 0
    everything = printed.out + printed.err + "".join(capfd.readouterr())
    assert SECRET not in everything
    assert "| held back town typed | cascade | 1 | 1 | 0.00 |" in everything


def test_an_unknown_suite_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        understanding.main(["--suite", "nothing of the kind"])
    assert "example bank" in capsys.readouterr().err


def test_every_suite_of_the_checkout_has_a_name_of_its_own() -> None:
    names = [one.name for one in all_suites()]
    assert len(names) == len(set(names)) >= 7


async def test_an_example_runs_whole_conversations(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SENTENCE_ENCODER", "READER", "LANGUAGE_MODEL"):
        monkeypatch.setenv(f"VIVAVOCE_{name}", "false")
    named = next(one for one in all_suites() if one.name == "example bank")
    bench = understanding.UnderstandingBenchmark(load_settings(), is_quick=True)
    told = await bench.run([named], ["fast_path", "cascade"], has_growth=False)
    assert [row["stage"] for row in told["suites"]] == ["fast_path", "cascade"]
    assert told["suites"][1]["e2e"]["cases"] == 10
    assert told["suites"][0]["faults"] == 0
    assert told["suites"][0]["off_script"] == 0, "recorded commands lead where the tests say"


def test_a_table_of_nothing_has_a_head() -> None:
    empty = summary(UnderstandingResult((), "cascade", "", 0.0))
    assert empty["turns"] == 0
    assert len(markdown([])) == 2
    assert BenchSuite("x", ()).parts == UnderstandingSuite(()).cases
