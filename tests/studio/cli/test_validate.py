"""`vivavoce validate`: all findings, for people and for programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from studio.assistants import load
from tests.studio.cli.conftest import Vivavoce


def test_a_sound_assistant(vivavoce: Vivavoce, assistant_folder: Path) -> None:
    ran = vivavoce("validate", assistant_folder)
    assert (ran.code, ran.out.strip()) == (0, f"{assistant_folder}: no problems.")


def spoil(folder: Path) -> None:
    flows = folder / "data" / "flows.yml"
    flows.write_text(flows.read_text().replace("collect: colour", "collect: colr").replace("utter_bye", "utter_by"))


def test_every_error_has_its_place(vivavoce: Vivavoce, assistant_folder: Path) -> None:
    spoil(assistant_folder)
    ran = vivavoce("validate", assistant_folder)
    assert ran.code == 1
    assert "data/flows.yml:5:" in ran.out
    assert "data/flows.yml:10:" in ran.out
    assert "2 errors" in ran.out.splitlines()[-1]


def test_json(vivavoce: Vivavoce, assistant_folder: Path) -> None:
    spoil(assistant_folder)
    ran = vivavoce("validate", assistant_folder, "--json")
    report = json.loads(ran.out)
    assert ran.code == 1
    assert report["errors"] == 2
    assert {"file", "line", "column", "code", "message", "severity"} <= set(report["findings"][0])


def test_a_folder_that_is_not_there(vivavoce: Vivavoce, tmp_path: Path) -> None:
    ran = vivavoce("validate", tmp_path / "none")
    assert ran.code == 1
    assert "There is no folder" in ran.err


def test_a_folder_above_the_assistant_is_a_likely_slip(vivavoce: Vivavoce, assistant_folder: Path) -> None:
    ran = vivavoce("validate", assistant_folder.parent)
    assert ran.code == 1
    assert f"Did you mean {assistant_folder}?" in ran.err


def test_a_file_is_not_a_folder(vivavoce: Vivavoce, assistant_folder: Path) -> None:
    ran = vivavoce("validate", assistant_folder / "config.yml")
    assert ran.code == 1
    assert "is a file" in ran.err


def test_turn_settings_are_checked_too(vivavoce: Vivavoce, assistant_folder: Path) -> None:
    (assistant_folder / "voice.yml").write_text("turns:\n  patience_ms: 100\n")
    ran = vivavoce("validate", assistant_folder)
    assert ran.code == 1
    assert "voice.yml:1:1: error [turn-policy-invalid]" in ran.out
    assert "patience_ms" in ran.out


def test_strict_counts_warnings(vivavoce: Vivavoce, assistant_folder: Path) -> None:
    domain = assistant_folder / "domain.yml"
    domain.write_text(domain.read_text() + "intents: []\nintentz: []\n")
    assert vivavoce("validate", assistant_folder).code == 0
    ran = vivavoce("validate", assistant_folder, "--strict")
    assert ran.code == 1
    assert "warning [unknown-key]" in ran.out
    assert "\n    did you mean 'intents'?\n" in ran.out
    assert vivavoce("validate", assistant_folder, "--strict", "--json").code == 1


def test_findings_stand_together_by_file(vivavoce: Vivavoce, assistant_folder: Path) -> None:
    spoil(assistant_folder)
    (assistant_folder / "config.yml").write_text("language: [\n")
    lines = vivavoce("validate", assistant_folder).out.splitlines()
    files = [line.split(":")[0] if ":" in line else "" for line in lines if not line.startswith(" ")]
    assert files[:2] == ["config.yml", ""]
    assert files[2:5] == ["data/flows.yml", "data/flows.yml", ""]


def test_variables_of_the_environment(
    vivavoce: Vivavoce, assistant_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (assistant_folder / "endpoints.yml").write_text("action_endpoint:\n  url: ${ACTIONS_URL}\n")
    monkeypatch.delenv("ACTIONS_URL", raising=False)
    ran = vivavoce("validate", assistant_folder)
    assert ran.code == 0
    assert "endpoints.yml:2:8: warning [environment] the environment variable ACTIONS_URL is not set" in ran.out
    assert "set it, or write ${ACTIONS_URL:-otherwise}" in ran.out
    monkeypatch.setenv("ACTIONS_URL", "http://127.0.0.1:5055/webhook")
    assert vivavoce("validate", assistant_folder).out.strip() == f"{assistant_folder}: no problems."


def test_loading_fills_in_the_environment(assistant_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (assistant_folder / "endpoints.yml").write_text("action_endpoint:\n  url: ${ACTIONS_URL}\n")
    monkeypatch.setenv("ACTIONS_URL", "http://127.0.0.1:5055/webhook")
    loaded = load(assistant_folder, profile="3.13")
    assert loaded.endpoints["action_endpoint"] == {"url": "http://127.0.0.1:5055/webhook"}
    assert loaded.profile == "3.13"
