"""`vivavoce doctor`: what is missing and what to type, and the list of settings."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from studio.settings import describe_settings
from tests.studio.cli.conftest import Vivavoce
from tests.support.action_server import ActionServerDouble


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


def test_turn_settings_that_cannot_be_used(vivavoce: Vivavoce, assistant_folder: Path) -> None:
    (assistant_folder / "voice.yml").write_text("turns:\n  patience_ms: 100\n")
    ran = vivavoce("doctor", assistant_folder)
    assert f"MISSING  {'assistant':<28} {assistant_folder}: 1 error(s)" in ran.out


@pytest.fixture
def action_server() -> Iterator[ActionServerDouble]:
    """An action server in a thread of its own."""
    double = ActionServerDouble()
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(double.start(), loop).result(10)
    yield double
    asyncio.run_coroutine_threadsafe(double.stop(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def _action_server_check(vivavoce: Vivavoce, folder: Path) -> dict[str, str] | None:
    checks = json.loads(vivavoce("doctor", folder, "--json").out)["checks"]
    found: dict[str, str] | None = next((check for check in checks if check["name"] == "action server"), None)
    return found


def test_an_action_server_that_is_there(
    vivavoce: Vivavoce, assistant_folder: Path, action_server: ActionServerDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    (assistant_folder / "endpoints.yml").write_text("action_endpoint:\n  url: ${ACTIONS_URL}\n")
    monkeypatch.setenv("ACTIONS_URL", action_server.url)
    expected = {"name": "action server", "state": "ok", "found": action_server.url, "advice": ""}
    assert _action_server_check(vivavoce, assistant_folder) == expected


def test_an_action_server_that_is_not_there(vivavoce: Vivavoce, assistant_folder: Path, unused_tcp_port: int) -> None:
    address = f"http://127.0.0.1:{unused_tcp_port}/webhook"
    (assistant_folder / "endpoints.yml").write_text(f"action_endpoint:\n  url: {address}\n")
    check = _action_server_check(vivavoce, assistant_folder)
    assert check is not None
    assert check["state"] == "warning"
    assert str(unused_tcp_port) in check["advice"]


def test_an_action_server_whose_address_is_not_set(
    vivavoce: Vivavoce, assistant_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (assistant_folder / "endpoints.yml").write_text("action_endpoint:\n  url: ${ACTIONS_URL}\n")
    monkeypatch.delenv("ACTIONS_URL", raising=False)
    check = _action_server_check(vivavoce, assistant_folder)
    assert check is not None
    assert check["state"] == "warning"
    assert "ACTIONS_URL" in check["advice"]


def test_actions_in_this_process_need_no_server(vivavoce: Vivavoce, assistant_folder: Path) -> None:
    (assistant_folder / "endpoints.yml").write_text("action_endpoint:\n  actions_module: actions\n")
    assert _action_server_check(vivavoce, assistant_folder) is None


def test_settings_are_listed(vivavoce: Vivavoce) -> None:
    ran = vivavoce("doctor", "--settings")
    assert ran.code == 0
    assert all(setting.variable in ran.out for setting in describe_settings())
