"""`vivavoce test` with recorded commands, so that no model is needed."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from studio.cli.test import COVERAGE_FOLDER, with_coverage_folder
from tests.studio.cli.conftest import Vivavoce

CASES = """\
test_cases:
  - test_case: paints
    steps:
      - user: paint it please
      - utter: utter_ask_colour
      - user: red
      - bot: It is red now.
  - test_case: is polite
    steps:
      - user: I must go
      - bot: Farewell.
"""
COMMANDS = """\
paints:
  - [start flow paint]
  - [set slot colour red]
is polite:
  - [start flow leave]
"""


@pytest.fixture
def folder(assistant_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (assistant_folder / "e2e_tests").mkdir()
    (assistant_folder / "e2e_tests" / "all.yml").write_text(CASES)
    (assistant_folder / "commands.yml").write_text(COMMANDS)
    monkeypatch.delenv("RASA_PRO_BETA_STUB_CUSTOM_ACTION", raising=False)
    working = tmp_path / "working"
    working.mkdir()
    monkeypatch.chdir(working)
    return assistant_folder


def test_failures_are_told_and_fail(vivavoce: Vivavoce, folder: Path) -> None:
    ran = vivavoce("test", folder, "--commands", folder / "commands.yml")
    assert ran.code == 1
    assert "passed  e2e_tests/all.yml::paints" in ran.out
    assert "FAILED  e2e_tests/all.yml::is polite" in ran.out
    assert "e2e_tests/all.yml:11, user step 1: I must go" in ran.out
    assert "Farewell." in ran.out
    assert "1 passed, 1 failed" in ran.out


def test_a_failure_tells_the_conversation_the_commands_and_the_difference(vivavoce: Vivavoce, folder: Path) -> None:
    tests = folder / "e2e_tests" / "all.yml"
    tests.write_text(CASES.replace("It is red now.", "It is read now."))
    arguments = ("test", folder, "--commands", folder / "commands.yml")
    told = vivavoce(*arguments).out
    assert "e2e_tests/all.yml:7, user step 2: red" in told
    assert "- It is read now." in told
    assert "+ It is red now." in told
    assert "set slot colour red   (by recorded)" in told
    assert "user: paint it please" in told
    failure = json.loads(vivavoce(*arguments, "--json").out)["cases"][0]["failure"]
    assert "user: red" in failure["conversation"]
    assert "bot (utter_painted): It is red now." in failure["conversation"]
    assert failure["commands"]["stage"] == "recorded"
    assert failure["commands"]["proposed"] == ["set slot colour red"]
    assert failure["diff"][0] == "- It is read now."


def test_one_case_by_name(vivavoce: Vivavoce, folder: Path) -> None:
    ran = vivavoce("test", folder, "e2e_tests/all.yml::paints", "--commands", folder / "commands.yml")
    assert ran.code == 0
    assert "1 passed, 0 failed" in ran.out


def test_json_and_junit(vivavoce: Vivavoce, folder: Path) -> None:
    report = folder / "report.xml"
    ran = vivavoce("test", folder, "--commands", folder / "commands.yml", "--json", "--junit", report)
    result = json.loads(ran.out)
    assert (result["passed"], result["failed"], result["model"]) == (1, 1, "recorded")
    assert result["cases"][1]["failure"]["step"] == 1
    assert ElementTree.parse(report).getroot().attrib["failures"] == "1"


def test_recorded_commands_can_be_replayed(vivavoce: Vivavoce, folder: Path) -> None:
    record = folder / "again.yml"
    vivavoce("test", folder, "--commands", folder / "commands.yml", "--record", record)
    again = vivavoce("test", folder, "e2e_tests/all.yml::paints", "--commands", record)
    assert again.code == 0
    assert record.read_text().splitlines()[:3] == [
        '"all.yml::paints":',
        "  - [start flow paint]",
        "  - [set slot colour red]",
    ]


def test_fail_fast(vivavoce: Vivavoce, folder: Path) -> None:
    tests = folder / "e2e_tests" / "all.yml"
    tests.write_text(CASES.replace("It is red now.", "It is blue now."))
    ran = vivavoce("test", folder, "--commands", folder / "commands.yml", "--fail-fast")
    assert "0 passed, 1 failed" in ran.out


def test_without_models_it_says_what_to_type(vivavoce: Vivavoce, folder: Path) -> None:
    ran = vivavoce("test", folder)
    assert ran.code == 1
    assert "vivavoce models fetch" in ran.err


def test_no_tests_are_no_success(vivavoce: Vivavoce, folder: Path) -> None:
    (folder / "e2e_tests" / "all.yml").write_text("test_cases: []\n")
    ran = vivavoce("test", folder, "--commands", folder / "commands.yml")
    assert ran.code == 1
    assert ran.out.strip().endswith("No tests were found.")


def test_warnings_are_told_and_fail_nothing(vivavoce: Vivavoce, folder: Path) -> None:
    commands = folder / "more.yml"
    commands.write_text(COMMANDS + "nobody:\n  - []\n")
    tests = folder / "e2e_tests" / "all.yml"
    tests.write_text(CASES.replace("bot: Farewell.", "utter: utter_goodby"))
    ran = vivavoce("test", folder, "--commands", commands, "--json")
    result = json.loads(ran.out)
    assert "not among the tests: nobody" in result["warnings"][-1]
    assert "[unknown-response] the assistant has no response 'utter_goodby'" in result["warnings"][0]
    one = vivavoce("test", folder, "e2e_tests/all.yml::paints", "--commands", commands)
    assert one.code == 0
    assert "nobody" not in one.out


def test_a_recording_that_is_too_short_says_so(vivavoce: Vivavoce, folder: Path) -> None:
    commands = folder / "short.yml"
    commands.write_text("paints:\n  - start flow paint\n")
    ran = vivavoce("test", folder, "e2e_tests/all.yml::paints", "--commands", commands)
    assert ran.code == 1
    assert "the recording has 1 turns, the case 2" in ran.out


def test_coverage_writes_its_files_and_prints_a_table(vivavoce: Vivavoce, folder: Path) -> None:
    arguments = ("test", folder, "--commands", folder / "commands.yml", "--coverage")
    ran = vivavoce(*arguments)
    assert ran.code == 1
    assert "Flow Name" in ran.out
    assert "Coverage by the 1 tests that passed" in ran.out
    written = sorted(path.name for path in Path(COVERAGE_FOLDER).iterdir())
    assert written == [
        "commands_histogram_for_failed_tests.csv",
        "commands_histogram_for_passed_tests.csv",
        "coverage.json",
        "coverage_report_for_failed_tests.csv",
        "coverage_report_for_passed_tests.csv",
        "failed.yml",
        "passed.yml",
    ]
    drawn = json.loads((Path(COVERAGE_FOLDER) / "coverage.json").read_text())
    assert drawn["flows"]["paint"]["coverage"] == 1.0
    paints = drawn["cases"][0]
    assert (paints["file"], paints["name"], paints["passed"]) == ("e2e_tests/all.yml", "paints", True)
    assert "paint" in paints["flows"]
    assert vivavoce(*arguments, "elsewhere").code == 1
    assert Path("elsewhere", "coverage.json").is_file()
    assert vivavoce("test", folder, "elsewhere/passed.yml", "--commands", folder / "commands.yml").code == 0


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["D", "--coverage"], ["D", f"--coverage={COVERAGE_FOLDER}"]),
        (["D", "--coverage", "--json"], ["D", f"--coverage={COVERAGE_FOLDER}", "--json"]),
        (["D", "--coverage", "out", "--json"], ["D", "--coverage=out", "--json"]),
        (["D", "--coverage", "a.yml"], ["D", f"--coverage={COVERAGE_FOLDER}", "a.yml"]),
        (["D", "--coverage", "a::b"], ["D", f"--coverage={COVERAGE_FOLDER}", "a::b"]),
        (["--coverage=x", "D"], ["--coverage=x", "D"]),
        (["D", "--", "--coverage"], ["D", "--", "--coverage"]),
    ],
)
def test_the_folder_of_the_coverage_may_be_left_out(arguments: list[str], expected: list[str]) -> None:
    assert with_coverage_folder(arguments) == expected


def test_stubs_alone_where_the_formats_variable_says_so(
    vivavoce: Vivavoce, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = vivavoce(
        "test", folder, "e2e_tests/all.yml::paints", "--commands", folder / "commands.yml", "--actions", "stub"
    )
    assert ran.code == 0
    monkeypatch.setenv("RASA_PRO_BETA_STUB_CUSTOM_ACTION", "true")
    assert vivavoce("test", folder, "e2e_tests/all.yml::paints", "--commands", folder / "commands.yml").code == 0


def test_an_action_server_that_is_not_there_is_told_before_the_run(vivavoce: Vivavoce, folder: Path) -> None:
    nobody = "http://127.0.0.1:9/webhook"
    ran = vivavoce("test", folder, "--commands", folder / "commands.yml", "--actions", nobody)
    assert ran.code == 1
    assert "127.0.0.1:9" in ran.err
    assert "passed" not in ran.out


@pytest.mark.parametrize("version", ["3.13", "3.14", "3.15", "3.15.2", "3.16", "3.17", "3.9"])
def test_any_version_of_the_format_is_a_profile(vivavoce: Vivavoce, folder: Path, version: str) -> None:
    path = "e2e_tests/all.yml::paints"
    ran = vivavoce("test", folder, path, "--commands", folder / "commands.yml", "--profile", version)
    assert ran.code == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("none.yml",), "none.yml"),
        (("--commands", "none.yml"), "--record none.yml"),
        (("--profile", "latest"), "--profile 3.13, 3.14 or 3.16"),
        (("--actions", "somewhere"), "--actions http://localhost:5055/webhook"),
        (("--nonsense",), "--nonsense"),
    ],
)
def test_wrong_arguments_say_what_to_type(
    vivavoce: Vivavoce, folder: Path, arguments: tuple[str, ...], told: str
) -> None:
    ran = vivavoce("test", folder, *arguments)
    assert ran.code == 2
    assert told in ran.err


def test_a_folder_that_is_none(vivavoce: Vivavoce, folder: Path) -> None:
    ran = vivavoce("test", folder / "nowhere")
    assert ran.code == 2
    assert "There is no folder" in ran.err


def test_faulty_files_are_told_all_at_once(vivavoce: Vivavoce, folder: Path) -> None:
    (folder / "e2e_tests" / "bad.yml").write_text("test_cases:\n  - test_case: x\n    steps: [{usr: hi}, {bot: [1]}]\n")
    ran = vivavoce("test", folder, "--commands", folder / "commands.yml")
    assert ran.code == 1
    assert "e2e_tests/bad.yml:3:" in ran.err
    assert "did you mean 'user'?" in ran.err
    assert "`bot` must be a text" in ran.err


READING = """\
import json
from pathlib import Path

from rasa_sdk import Action

COLOURS = json.loads(Path("db/colours.json").read_text())


class Mix(Action):
    def name(self):
        return "mix"

    def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(text=COLOURS[0] + Path("db/water.txt").read_text())
"""


def test_actions_open_the_files_of_their_folder_wherever_the_tests_are_run(vivavoce: Vivavoce, folder: Path) -> None:
    new = {
        "actions/mixing.py": READING,
        "db/colours.json": '["blue"]',
        "db/water.txt": "ish",
        "data/mixing.yml": "flows: {mixing: {description: Mixes, steps: [{action: mix}]}}",
        "e2e_tests/all.yml": "test_cases: [{test_case: mixes, steps: [{user: mix}, {bot: blueish}]}]",
        "commands.yml": "mixes: [[start flow mixing]]",
    }
    for name, text in new.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    with (folder / "domain.yml").open("a") as domain:
        domain.write("actions: [mix]\n")
    ran = vivavoce("test", folder, "--commands", folder / "commands.yml", "--record", "recorded.yml")
    assert (ran.code, Path("recorded.yml").is_file()) == (0, True), ran.out
