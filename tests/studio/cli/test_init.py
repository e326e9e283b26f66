"""`vivavoce init`: every template makes an assistant that validates and whose tests pass."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from studio.projects.templates import templates
from tests.studio.cli.conftest import Vivavoce


@pytest.mark.parametrize("template", [template.id for template in templates()])
def test_a_template_is_an_assistant_that_works(vivavoce: Vivavoce, tmp_path: Path, template: str) -> None:
    folder = tmp_path / "Mein Büro"
    made = vivavoce("init", folder, "--template", template)
    assert (made.code, made.err) == (0, "")
    assert f"vivavoce serve {folder}" in made.out
    assert vivavoce("validate", folder, "--strict").code == 0
    ran = vivavoce("test", folder, "--commands", folder / "e2e_tests" / "commands.yml", "--json")
    report = json.loads(ran.out)
    assert (ran.code, report["failed"], report["warnings"]) == (0, 0, [])
    assert report["passed"] > 0


def test_the_name(vivavoce: Vivavoce, tmp_path: Path) -> None:
    assert vivavoce("init", tmp_path / "x", "--name", 'Zoë\'s "Büro": #1').code == 0
    from studio.assistants import load

    assistant = load(tmp_path / "x")
    assert (assistant.name, assistant.id) == ('Zoë\'s "Büro": #1', "zoe-s-buro-1")


def test_the_templates_are_listed(vivavoce: Vivavoce) -> None:
    told = vivavoce("init", "--list")
    assert (told.code, [line.split()[0] for line in told.out.splitlines()]) == (
        0, ["empty", "appointments", "faq", "order-status"],
    )  # fmt: skip
    listed = json.loads(vivavoce("init", "--list", "--json").out)
    assert set(listed[0]) == {"id", "name", "description"}


def test_json(vivavoce: Vivavoce, tmp_path: Path) -> None:
    told = json.loads(vivavoce("init", tmp_path / "x", "--json").out)
    assert told["template"] == "empty"
    assert "config.yml" in told["files"]


def test_a_folder_that_is_not_empty(vivavoce: Vivavoce, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    ran = vivavoce("init", tmp_path / "mine")
    assert (ran.code, [path.name for path in (tmp_path / "mine").iterdir()]) == (1, ["letter.txt"])
    assert "is not empty" in ran.err
    assert "is a file" in vivavoce("init", tmp_path / "mine" / "letter.txt").err


def test_an_empty_folder_is_taken(vivavoce: Vivavoce, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    assert vivavoce("init", tmp_path / "new").code == 0
    assert (tmp_path / "new" / "config.yml").is_file()


def test_a_template_that_there_is_not(vivavoce: Vivavoce, tmp_path: Path) -> None:
    ran = vivavoce("init", tmp_path / "x", "--template", "bank")
    assert ran.code == 1
    assert "there are appointments, empty, faq, order-status" in ran.err
    assert vivavoce("init").code == 2
