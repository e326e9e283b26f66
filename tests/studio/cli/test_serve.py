"""`vivavoce serve` and `chat` as processes: without models they say so, and keep doing what needs none."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

VIVAVOCE = (sys.executable, "-c", "from studio.cli import main; main()")
GREETING = "Hello there. What can I do?"


@contextmanager
def serving(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Serve on a free port; yields the process and its address once everything that can be ready is."""
    process = subprocess.Popen(
        [*VIVAVOCE, "serve", str(folder), "--port", "0"], stdout=subprocess.PIPE, text=True, env=os.environ
    )
    try:
        assert process.stdout is not None
        url = ""
        for line in process.stdout:
            if line.startswith("Listening:"):
                url = line.split()[1]
            if line.startswith(("Ready", "What needs none")):
                break
        yield process, url
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


@pytest.mark.network
@pytest.mark.slow
def test_a_server_without_models(assistant_folder: Path) -> None:
    with serving(assistant_folder) as (process, url), httpx.Client(base_url=url, timeout=60) as client:
        assert client.get("/healthz").status_code == 200
        not_ready = client.get("/readyz")
        assert not_ready.status_code == 503
        assert "vivavoce models fetch" in not_ready.json()["message"]
        offer = client.post("/rtc/offer", content="v=0", headers={"Content-Type": "application/sdp"})
        assert (offer.status_code, offer.json()["code"]) == (503, "not-ready")
        assert client.get("/api/assistant").json()["id"] == "greeter"
        said = client.post("/webhooks/rest/webhook", json={"sender": "ann", "message": "/session_start"})
        assert said.json() == [{"recipient_id": "ann", "text": GREETING}]
        for number in (signal.SIGTERM, signal.SIGINT):
            process.send_signal(number)
        assert process.wait(timeout=60) == 0


@pytest.mark.network
@pytest.mark.slow
def test_a_terminal_that_has_gone_away_does_not_keep_the_server_from_stopping(assistant_folder: Path) -> None:
    with serving(assistant_folder) as (process, url):
        assert process.stdout is not None
        process.stdout.close()
        assert httpx.get(f"{url}/healthz").status_code == 200
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


@pytest.mark.network
@pytest.mark.slow
def test_a_taken_port_says_how_to_choose_another(assistant_folder: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        ran = subprocess.run(
            [*VIVAVOCE, "serve", str(assistant_folder), "--port", str(port)], capture_output=True, text=True
        )
    assert ran.returncode == 1
    assert f"Another program already listens on 127.0.0.1:{port}" in ran.stderr
    assert "--port" in ran.stderr


@pytest.mark.slow
def test_chat_from_a_pipe(assistant_folder: Path) -> None:
    turns = "/SetSlots(colour=red)\n/stop\n"
    ran = subprocess.run(
        [*VIVAVOCE, "chat", str(assistant_folder), "--no-model", "--debug"],
        input=turns,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0
    assert f"bot> {GREETING}" in ran.stdout
    assert "commands [payload" in ran.stdout


@pytest.mark.slow
def test_chat_without_models_says_what_to_type(assistant_folder: Path) -> None:
    ran = subprocess.run([*VIVAVOCE, "chat", str(assistant_folder)], input="", capture_output=True, text=True)
    assert ran.returncode == 1
    assert "vivavoce models fetch" in ran.stderr
    assert "--no-model" in ran.stderr
    assert "Traceback" not in ran.stderr
