"""`vivavoce finetune` where no model is needed: prepare with recorded commands, and what is refused."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

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
"""
COMMANDS = """\
paints:
  - [start flow paint]
  - [set slot colour red]
"""


@pytest.fixture
def folder(assistant_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (assistant_folder / "e2e_tests").mkdir()
    (assistant_folder / "e2e_tests" / "all.yml").write_text(CASES)
    (assistant_folder / "commands.yml").write_text(COMMANDS)
    monkeypatch.chdir(tmp_path)
    return assistant_folder


def prepared(vivavoce: Vivavoce, folder: Path, *more: str) -> Path:
    ran = vivavoce("finetune", "prepare", folder, "--commands", folder / "commands.yml", "--rephrases", "2", *more)
    assert ran.code == 0, ran.err
    return Path("output")


def test_prepare_writes_data_and_tells_what(vivavoce: Vivavoce, folder: Path) -> None:
    ran = vivavoce("finetune", "prepare", folder, "--commands", folder / "commands.yml", "--rephrases", "2", "--json")

    assert ran.code == 0
    told = json.loads(ran.out)
    assert (told["cases"], told["passed"], told["turns"], told["folder"]) == (1, 1, 2, "output")
    lines = Path("output/4_train_test_split/ft_splits/train.jsonl").read_text().splitlines()
    assert len(lines) == told["train"]
    assert json.loads(lines[0])["prompt"].endswith("Caller: paint it please\n")


def test_prepare_writes_real_names_and_messages(vivavoce: Vivavoce, folder: Path) -> None:
    out = prepared(vivavoce, folder, "--naming", "real", "--output-format", "conversational")

    line = (out / "4_train_test_split/ft_splits/train.jsonl").read_text().splitlines()[0]
    user, assistant = json.loads(line)["messages"]
    assert (user["role"], assistant["role"]) == ("user", "assistant")
    assert assistant["content"] == "start flow paint\n"


def test_prepare_answers_questions_from_documents(vivavoce: Vivavoce, folder: Path) -> None:
    (folder / "config.yml").write_text("policies: [{name: FlowPolicy}, {name: EnterpriseSearchPolicy}]\n")
    (folder / "docs").mkdir()
    (folder / "docs" / "paint.md").write_text("# Drying\nRed paint dries in two hours.\n")
    asked = "      - user: in how many hours red paint dries\n      - bot: Red paint dries in two hours.\n"
    (folder / "e2e_tests" / "all.yml").write_text(CASES + asked)
    (folder / "commands.yml").write_text(COMMANDS + "  - [search and reply]\n")

    ran = vivavoce("finetune", "prepare", folder, "--commands", folder / "commands.yml", "--rephrases", "0", "--json")

    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["turns"] == 3


def test_prepare_fails_where_no_test_passes(vivavoce: Vivavoce, folder: Path) -> None:
    (folder / "e2e_tests" / "all.yml").write_text(CASES.replace("It is red now.", "It is blue."))

    ran = vivavoce("finetune", "prepare", folder, "--commands", folder / "commands.yml")

    assert ran.code == 1
    assert "none of 1 tests passed" in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("option", "value"),
    [("--naming", "long"), ("--output-format", "xml"), ("--rephraser", "me"), ("--rephrases", "50")],
)
def test_prepare_refuses_what_it_does_not_know(vivavoce: Vivavoce, folder: Path, option: str, value: str) -> None:
    ran = vivavoce("finetune", "prepare", folder, option, value)

    assert ran.code == 2
    assert option in ran.err


@pytest.mark.skipif(importlib.util.find_spec("torch") is not None, reason="the extra `train` is installed")
def test_train_without_the_extra_says_what_to_type(vivavoce: Vivavoce, folder: Path, tmp_path: Path) -> None:
    out = prepared(vivavoce, folder)
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "config.json").write_text("{}")

    ran = vivavoce("finetune", "train", out, "--model", tmp_path / "base")
    as_json = vivavoce("finetune", "train", out, "--model", tmp_path / "base", "--json")

    assert (ran.code, as_json.code) == (1, 1)
    assert "pip install 'vivavoce[train]'" in ran.err
    assert json.loads(as_json.out)["code"] == "extra-missing"


@pytest.mark.parametrize("data", ["nowhere", "nowhere.jsonl"])
def test_train_tells_of_missing_data(vivavoce: Vivavoce, folder: Path, data: str) -> None:
    ran = vivavoce("finetune", "train", data)

    assert ran.code == 1
    assert data in ran.err


def test_train_tells_of_an_unknown_model(vivavoce: Vivavoce, folder: Path) -> None:
    ran = vivavoce("finetune", "train", prepared(vivavoce, folder), "--model", "gigantic-9000b")

    assert ran.code == 1
    assert "'gigantic-9000b' is no folder" in ran.err


def test_train_refuses_an_unknown_device(vivavoce: Vivavoce, folder: Path) -> None:
    ran = vivavoce("finetune", "train", prepared(vivavoce, folder), "--device", "abacus")

    assert ran.code == 2
    assert "--device" in ran.err


def test_export_tells_of_a_folder_without_an_adapter(vivavoce: Vivavoce, folder: Path, tmp_path: Path) -> None:
    ran = vivavoce("finetune", "export", folder, "--out", tmp_path / "a.gguf")

    assert ran.code == 1
    assert "no PEFT adapter" in ran.err
    assert not (tmp_path / "a.gguf").exists()
