"""`vivavoce doctor`: what is missing and what to type, and the list of settings."""

from __future__ import annotations

import json
from pathlib import Path

from studio.settings import describe_settings
from tests.studio.cli.conftest import Vivavoce


def test_missing_models_say_what_to_type(vivavoce: Vivavoce, assistant_folder: Path) -> None:
    ran = vivavoce("doctor", assistant_folder)
    assert ran.code == 1
    assert "MISSING  model whisper-base" in ran.out
    assert "-> vivavoce models fetch whisper-base" in ran.out


def test_json(vivavoce: Vivavoce, assistant_folder: Path) -> None:
    ran = vivavoce("doctor", assistant_folder, "--json")
    report = json.loads(ran.out)
    checks = {check["name"]: check for check in report["checks"]}
    assert ran.code == 1
    assert not report["ok"]
    assert checks["python"]["state"] == "ok"
    assert checks["assistant"] == {
        "name": "assistant",
        "state": "ok",
        "found": str(assistant_folder),
        "advice": "",
    }
    assert all(check["advice"] for check in report["checks"] if check["state"] != "ok")


def test_an_assistant_with_errors(vivavoce: Vivavoce, assistant_folder: Path) -> None:
    (assistant_folder / "domain.yml").write_text("version: '3.1'\n")
    ran = vivavoce("doctor", assistant_folder)
    assert f"-> vivavoce validate {assistant_folder}" in ran.out


def test_settings_are_listed(vivavoce: Vivavoce) -> None:
    ran = vivavoce("doctor", "--settings")
    assert ran.code == 0
    assert all(setting.variable in ran.out for setting in describe_settings())
