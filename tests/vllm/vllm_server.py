"""vLLM's real server on the CPU, in a process of its own, with the catalogue's small model and an adapter."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from platformdirs import user_cache_path

from models.cache import ModelCache
from models.llama import FILE_NAME, MODEL_ID
from tests.support.server import free_port, stop

PYTHON_VARIABLE = "VIVAVOCE_VLLM_PYTHON"
"""The interpreter that has vLLM; `make check-vllm` sets it. Without it these tests are skipped."""
ADAPTER_VARIABLE = "VIVAVOCE_VLLM_ADAPTER"
"""A trained adapter (PEFT folder) to check beside the one of chance; optional."""

MODEL = "smollm2"
ADAPTER = "chance"
API_KEY = "only-for-this-test"
CONTEXT_TOKENS = 2560
NICENESS = 10
READY_S = 600.0
"""On two busy cores: torch is imported twice, and the server tries its model once."""
MAKE_S = 300.0
SHOWN_CHARACTERS = 4000
MAKER = Path(__file__).with_name("make_model.py")


class VllmFailed(AssertionError):
    """The server or its model could not be made; the message has the end of what was written."""


@dataclass(frozen=True, slots=True)
class RunningVllm:
    """A running server: `url` without a path, and the folders that it may load."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path
    adapter: Path
    trained_adapter: Path | None

    def client(self, timeout_s: float = 120.0) -> httpx.Client:
        """An HTTP client that is let in."""
        headers = {"Authorization": f"Bearer {API_KEY}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=timeout_s)

    @property
    def output(self) -> str:
        """The end of what the server wrote."""
        return self.log.read_text(errors="replace")[-SHOWN_CHARACTERS:]


def model_folder(python: str) -> Path:
    """The small model as vLLM loads it, and the adapter beside it; made once, kept in the user's cache folder."""
    folder = user_cache_path("vivavoce") / "vllm-check"
    weights = folder / "smollm2"
    if not (weights / "config.json").is_file():
        _make(python, "weights", ModelCache().path(MODEL_ID, FILE_NAME), weights)
    if not (folder / "adapter" / "adapter_config.json").is_file():
        _make(python, "adapter", weights, folder / "adapter")
    return folder


@contextmanager
def serve_vllm(python: str, folder: Path) -> Iterator[RunningVllm]:
    """Serve until the block ends; the log goes into `folder`. Raises `VllmFailed` if it does not come up."""
    models = model_folder(python)
    port = free_port()
    log = folder / "vllm.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            _command(python, models, port),
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    trained = os.environ.get(ADAPTER_VARIABLE)
    url = f"http://127.0.0.1:{port}"
    running = RunningVllm(url, process, log, models / "adapter", Path(trained) if trained else None)
    try:
        _wait_until_ready(running)
        yield running
    finally:
        stop(process)


def _command(python: str, models: Path, port: int) -> list[str]:
    """What docs/vllm.md tells operators to type, but for the size and the device."""
    return [
        *("nice", "-n", str(NICENESS), python, "-m", "vllm.entrypoints.openai.api_server"),
        *("--model", str(models / "smollm2"), "--served-model-name", MODEL),
        *("--host", "127.0.0.1", "--port", str(port), "--api-key", API_KEY),
        *("--allowed-origins", "[]"),
        *("--enable-lora", "--max-lora-rank", "16", "--max-loras", "2"),
        *("--lora-modules", f"{ADAPTER}={models / 'adapter'}"),
        *("--enable-prefix-caching", "--enable-prompt-tokens-details", "--scheduling-policy", "priority"),
        # Not "auto", which hands what xgrammar refuses to another library without a word.
        *("--structured-outputs-config.backend", "xgrammar"),
        *("--max-model-len", str(CONTEXT_TOKENS), "--max-num-seqs", "4", "--dtype", "bfloat16", "--enforce-eager"),
    ]


def _environment() -> dict[str, str]:
    own = {
        "VLLM_CPU_KVCACHE_SPACE": "1",
        "VLLM_ALLOW_RUNTIME_LORA_UPDATING": "1",
        "VLLM_NO_USAGE_STATS": "1",
        "HF_HUB_OFFLINE": "1",
    }
    return {**os.environ, **own}


def _make(python: str, what: str, source: Path, made: Path) -> None:
    """Make into a folder beside the final one, so that what is there is whole."""
    partial = made.with_name(f"{made.name}.{os.getpid()}")
    partial.parent.mkdir(parents=True, exist_ok=True)
    command = ["nice", "-n", str(NICENESS), python, str(MAKER), what, str(source), str(partial)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=MAKE_S, check=False)
    if done.returncode != 0:
        raise VllmFailed(f"the {what} for vLLM could not be made:\n{done.stderr[-SHOWN_CHARACTERS:]}")
    partial.rename(made)


def _wait_until_ready(running: RunningVllm) -> None:
    deadline_s = time.monotonic() + READY_S
    while time.monotonic() < deadline_s:
        if running.process.poll() is not None:
            raise VllmFailed(f"vLLM ended with exit code {running.process.returncode}:\n{running.output}")
        try:
            if httpx.get(f"{running.url}/health", timeout=5.0).is_success:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.5)
    raise VllmFailed(f"vLLM was not ready after {READY_S:.0f} s:\n{running.output}")


def main() -> None:
    """Serve until the input ends, for work on these tests: writes the server's address."""
    folder = Path(sys.argv[1])
    with serve_vllm(os.environ[PYTHON_VARIABLE], folder) as running:
        sys.stdout.write(f"{running.url}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
