"""`vivavoce test` with recorded commands, so that no model is needed."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

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
def folder(assistant_folder: Path) -> Path:
    (assistant_folder / "e2e_tests").mkdir()
    (assistant_folder / "e2e_tests" / "all.yml").write_text(CASES)
    (assistant_folder / "commands.yml").write_text(COMMANDS)
    return assistant_folder


def test_failures_are_told_and_fail(vivavoce: Vivavoce, folder: Path) -> None:
    ran = vivavoce("test", folder, "--commands", folder / "commands.yml")
    assert ran.code == 1
    assert "passed  e2e_tests/all.yml::paints" in ran.out
    assert "FAILED  e2e_tests/all.yml::is polite" in ran.out
    assert "e2e_tests/all.yml:10, user step 1: I must go" in ran.out
    assert "Farewell." in ran.out
    assert "1 passed, 1 failed" in ran.out


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
    assert (ran.code, ran.out.strip()) == (1, "No tests were found.")


@pytest.mark.parametrize("arguments", [("none.yml",), ("--commands", "none.yml")])
def test_files_that_are_not_there(vivavoce: Vivavoce, folder: Path, arguments: tuple[str, ...]) -> None:
    ran = vivavoce("test", folder, *arguments)
    assert ran.code == 1
    assert "none.yml:1:1" in ran.err
