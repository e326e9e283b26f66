"""`vivavoce understand` and `vivavoce train`, by the stage that needs no model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.studio.cli.conftest import Vivavoce

CASES = """\
test_cases:
  - test_case: paints
    steps:
      - user: /SetSlots(colour=red)
      - user: hm
        commands: [cannot handle]
      - user: paint it please
        commands: [StartFlow(paint), SetSlot(colour, red)]
"""
E2E = """\
test_cases:
  - test_case: says nothing
    steps:
      - user: hm
"""


@pytest.fixture
def folder(assistant_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (assistant_folder / "dialogue_understanding_tests").mkdir()
    (assistant_folder / "dialogue_understanding_tests" / "all.yml").write_text(CASES)
    (assistant_folder / "e2e_tests").mkdir()
    (assistant_folder / "e2e_tests" / "all.yml").write_text(E2E)
    (assistant_folder / "commands.yml").write_text("says nothing:\n  - []\n")
    for name in ("SENTENCE_ENCODER", "READER", "LANGUAGE_MODEL"):
        monkeypatch.setenv(f"VIVAVOCE_{name}", "false")
    monkeypatch.setenv("VIVAVOCE_TRAINED", str(tmp_path / "trained"))
    monkeypatch.chdir(tmp_path)
    return assistant_folder


def test_a_failed_turn_is_told_with_its_difference(vivavoce: Vivavoce, folder: Path) -> None:
    ran = vivavoce("understand", folder, "--stage", "fast_path")
    assert ran.code == 1
    assert "FAILED  dialogue_understanding_tests/all.yml::paints" in ran.out
    assert "all.yml:7, user step 3: paint it please" in ran.out
    for line in ("- start flow paint", "- set slot colour red", "+ cannot handle"):
        assert line in ran.out
    assert "1 of 2 turns as expected: accuracy 0.500, command F1 0.400" in ran.out
    assert "stage fast_path, model rules" in ran.out


def test_json_output_file_and_bound(vivavoce: Vivavoce, folder: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    ran = vivavoce("understand", folder, "--stage", "fast_path", "--json", "--output", report, "--min-f1", "0.4")
    assert ran.code == 0
    told = json.loads(ran.out)
    assert told == json.loads(report.read_text())
    assert told["failed_tests"] == ["dialogue_understanding_tests/all.yml::paints"]
    assert told["cases"][0]["steps"][1]["missing"] == ["start flow paint", "set slot colour red"]
    assert set(told) >= {
        "accuracy",
        "micro",
        "macro",
        "commands",
        "strict",
        "cleaned",
        "stages",
        "latency_ms",
        "tokens",
    }
    assert vivavoce("understand", folder, "--stage", "fast_path", "--json", "--min-f1", "0.5").code == 1


def test_the_cascade_without_models(vivavoce: Vivavoce, folder: Path) -> None:
    assert "stage cascade, model rules" in vivavoce("understand", folder).out


def test_tests_from_recorded_commands(vivavoce: Vivavoce, folder: Path) -> None:
    ran = vivavoce("understand", folder, "--from-commands", folder / "commands.yml", "--stage", "fast_path")
    assert ran.code == 0, "nothing is expected, and nothing is understood"
    assert "1 of 1 turns as expected" in ran.out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--stage", "magic"], "'magic' is no stage"),
        (["--stage", "router"], "the stage router needs the sentence encoder"),
        (["--stage", "llm"], "the stage llm needs the language model"),
        (["--actions", "nowhere"], "neither in-process nor stub"),
        (["--profile", "2"], "is no version of the format"),
        (["nowhere.yml"], "there is no test file or folder 'nowhere.yml'"),
        (["--from-commands", "nowhere.yml"], "there is no file nowhere.yml"),
        (["--min-f1", "2"], "--min-f1"),
        (["--output", "nowhere/report.json", "--stage", "fast_path"], "cannot be written"),
    ],
)
def test_what_cannot_be_obeyed_is_told(vivavoce: Vivavoce, folder: Path, arguments: list[str], told: str) -> None:
    ran = vivavoce("understand", folder, *arguments)
    assert ran.code in (1, 2)
    assert told in ran.err
    assert "Traceback" not in ran.err


def test_broken_tests_are_told_with_their_place(vivavoce: Vivavoce, folder: Path) -> None:
    tests = folder / "dialogue_understanding_tests" / "all.yml"
    tests.write_text(CASES.replace("cannot handle", "Gibberish(1)"))
    ran = vivavoce("understand", folder)
    assert ran.code == 1
    assert "all.yml:6:20: error [command] this is no command: Gibberish(1)" in ran.err


def test_without_tests_it_says_where_they_would_be(vivavoce: Vivavoce, folder: Path) -> None:
    (folder / "dialogue_understanding_tests").rename(folder / "elsewhere")
    ran = vivavoce("understand", folder)
    assert ran.code == 2
    assert "dialogue_understanding_tests" in ran.err


def test_training_without_models(vivavoce: Vivavoce, folder: Path, tmp_path: Path) -> None:
    ran = vivavoce("train", folder, "--no-voice")
    assert ran.code == 0
    assert "left out: sentence encoder and reader are switched off" in ran.out
    assert "trained in" in ran.out
    assert "nothing changed" in vivavoce("train", folder, "--no-voice").out
    told = json.loads(vivavoce("train", folder, "--no-voice", "--json").out)
    assert (told["changed"], Path(told["file"]).parent) == (False, tmp_path / "trained")
    assert json.loads(vivavoce("train", folder, "--no-voice", "--force", "--json").out)["changed"]


def test_training_what_is_no_assistant(vivavoce: Vivavoce, tmp_path: Path) -> None:
    ran = vivavoce("train", tmp_path / "nowhere")
    assert ran.code == 1
    assert "There is no folder" in ran.err
