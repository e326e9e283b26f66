"""A real server whose assistant is edited while somebody talks to it, and that is stopped and started in between."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.studio.cli.test_serve import serving

pytestmark = [pytest.mark.network, pytest.mark.slow]

MORE_FLOWS = """\
  choose:
    description: Choose a colour.
    nlu_trigger: [{intent: choose}]
    steps:
      - collect: colour
      - action: utter_painted
  greet:
    description: Say hello.
    nlu_trigger: [{intent: greet}]
    steps:
      - action: utter_hello
"""
UPDATED = "Sorry, I was just updated. Let's start that again. What can I do for you?"
LIMIT_S = 30.0


@pytest.fixture
def folder(assistant_folder: Path) -> Path:
    flows = assistant_folder / "data" / "flows.yml"
    flows.write_text(flows.read_text() + MORE_FLOWS)
    domain = assistant_folder / "domain.yml"
    domain.write_text(domain.read_text() + "intents: [choose, greet]\n")
    return assistant_folder


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def say(client: httpx.Client, message: str) -> list[str]:
    answer = client.post("/webhooks/rest/webhook", json={"sender": "ann", "message": message})
    assert answer.status_code == 200, answer.text
    return [part["text"] for part in answer.json()]


def version_when(client: httpx.Client, is_so: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Ask which version runs until it is as wanted."""
    deadline_s = time.monotonic() + LIMIT_S
    while time.monotonic() < deadline_s:
        status: dict[str, Any] = client.get("/api/assistant/version").json()
        if is_so(status):
            return status
        time.sleep(0.05)
    raise AssertionError(f"the version is still {status}")


def test_the_assistant_is_edited_while_a_conversation_waits(folder: Path) -> None:
    with serving(folder) as (_, url), httpx.Client(base_url=url, timeout=60) as client:
        first = client.get("/api/assistant/version").json()["version"]
        readiness = client.get("/readyz").status_code
        assert say(client, "/choose") == ["Which colour?"]

        edit(folder / "domain.yml", "It is {colour} now.", "So it is {colour}.")
        edit(folder / "domain.yml", "Which colour?", "What colour?")
        second = version_when(client, lambda status: status["version"] != first)["version"]
        assert say(client, "/SetSlots(colour=red)")[0] == "So it is red."

        assert say(client, "/choose") == ["What colour?"]
        edit(folder / "data" / "flows.yml", "      - collect: colour\n", "")
        third = version_when(client, lambda status: status["version"] != second)["version"]
        assert say(client, "/greet")[:2] == [UPDATED, "Hello there. What can I do?"]

        sound = (folder / "domain.yml").read_text()
        edit(folder / "domain.yml", "responses:\n", "responses: [\n")
        refused = version_when(client, lambda status: status["state"] == "refused")
        assert refused["version"] == third
        assert "domain.yml" in {finding["file"] for finding in refused["findings"]}
        assert say(client, "/greet")[0] == "Hello there. What can I do?"
        assert client.get("/readyz").status_code == readiness
        (folder / "domain.yml").write_text(sound.replace("Hello there.", "Good day."))
        fourth = version_when(client, lambda status: status["version"] != third)
        assert (fourth["state"], fourth["findings"]) == ("current", [])
        assert say(client, "/greet")[0] == "Good day. What can I do?"

        metrics = client.get("/metrics").text
        assert f'vivavoce_assistant_version{{version="{fourth["version"]}"}} 1' in metrics
        assert 'vivavoce_reloads_total{outcome="switched"} 3' in metrics
        assert 'vivavoce_reloads_total{outcome="refused"} 1' in metrics


def stop(process: subprocess.Popen[str], number: signal.Signals) -> None:
    process.send_signal(number)
    process.wait(timeout=60)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=["stopped", "killed"])
def test_a_conversation_survives_restarts_and_new_files(folder: Path, number: signal.Signals) -> None:
    with serving(folder) as (process, url), httpx.Client(base_url=url, timeout=60) as client:
        assert say(client, "/choose") == ["Which colour?"]
        stop(process, number)
    with serving(folder) as (process, url), httpx.Client(base_url=url, timeout=60) as client:
        assert say(client, "/SetSlots(colour=red)")[0] == "It is red now."
        assert say(client, "/choose") == ["Which colour?"]
        stop(process, number)
    edit(folder / "data" / "flows.yml", "  choose:\n", "  choose_differently:\n")
    with serving(folder) as (process, url), httpx.Client(base_url=url, timeout=60) as client:
        assert say(client, "/SetSlots(colour=red)") == [UPDATED]
        assert say(client, "/choose") == ["Which colour?"]
        assert say(client, "/SetSlots(colour=blue)")[0] == "It is blue now."


def test_without_reloading_the_files_do_not_matter(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIVAVOCE_RELOAD", "false")
    with serving(folder) as (_, url), httpx.Client(base_url=url, timeout=60) as client:
        (folder / "domain.yml").write_text("responses: [\n")
        assert say(client, "/choose") == ["Which colour?"]
        assert client.get("/api/assistant/version").json()["state"] == "current"
