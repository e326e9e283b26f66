"""A real `vivavoce serve` in a process of its own, for tests and benchmarks that call it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
VIVAVOCE = Path(sys.executable).parent / "vivavoce"
READY_S = 240.0
"""Until the models are loaded and the prompt's prefix is computed, on two busy cores."""
STOP_S = 30.0
SHOWN_LINES = 60


class ServerFailed(AssertionError):
    """The server did not come up; the message has the end of its output."""


@dataclass(frozen=True, slots=True)
class Served:
    """A running server. `folder` has its database and its output, and is its alone."""

    url: str
    folder: Path
    process: subprocess.Popen[bytes]

    @property
    def output(self) -> str:
        return output_of(self.folder)

    @property
    def bank_database(self) -> Path:
        return self.folder / "bank.sqlite"


def output_of(folder: Path) -> str:
    lines = (folder / "server.log").read_text(errors="replace").splitlines()
    return "\n".join(lines[-SHOWN_LINES:])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serve_assistant(
    folder: Path, assistant: Path = ROOT / "examples" / "bank", environment: Mapping[str, str] | None = None
) -> Iterator[Served]:
    """Serve an assistant until the block ends, with its data under `folder`.

    Raises:
        ServerFailed: it did not become ready.
    """
    port = free_port()
    command = [str(VIVAVOCE), "serve", str(assistant), "--port", str(port)]
    own = {"BANK_DATABASE": str(folder / "bank.sqlite"), "VIVAVOCE_DATA_DIR": str(folder)}
    with running_server(command, port, folder, {**own, **(environment or {})}) as served:
        yield served


@contextmanager
def running_server(command: list[str], port: int, folder: Path, environment: Mapping[str, str]) -> Iterator[Served]:
    """Run a server of this machine, ours or another's, until the block ends; its output is kept in the folder.

    Raises:
        ServerFailed: it did not become ready.
    """
    url = f"http://127.0.0.1:{port}"
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        wait_until_ready(url, process, folder)
        yield Served(url, folder, process)
    finally:
        stop(process)


def wait_until_ready(url: str, process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline_s = time.monotonic() + READY_S
    state = "no answer"
    while time.monotonic() < deadline_s:
        if process.poll() is not None:
            raise ServerFailed(f"the server ended with exit code {process.returncode}:\n{output_of(folder)}")
        try:
            response = httpx.get(f"{url}/readyz", timeout=5.0)
        except httpx.HTTPError as error:
            state = repr(error)
        else:
            if response.status_code == httpx.codes.OK:
                return
            state = f"HTTP {response.status_code}: {response.text}"
        time.sleep(0.25)
    raise ServerFailed(f"the server was not ready after {READY_S:.0f} s ({state}):\n{output_of(folder)}")


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask the server to stop; if it does not, end it and whatever it started."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
