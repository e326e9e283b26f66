"""Pipecat beside us: its environment, made once in the cache folder, and its server, run for one measurement.

Pipecat is never installed into our own environment. Its versions of everything that both sides use (aiortc, PyAV,
CTranslate2, faster-whisper, onnxruntime, piper) are those installed here, and its weights are our files.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

from models.cache import ModelCache
from tests.support.server import free_port, running_server

PIPECAT = "1.14.0"
SHARED = ("aiortc", "av", "ctranslate2", "faster-whisper", "numpy", "onnxruntime", "piper-tts")
"""What both sides use, in the same versions."""
SERVER = Path(__file__).with_name("pipecat_server.py")
VOICE = "en_US-joe-medium"
COMPUTE_TYPE = "int8"
"""As we run the recogniser. Pipecat's own default would be float32, at twice the time."""
GREETING = "Hello, this is the bank. What can I do for you?"
FALLBACK = "Thank you. What else can I do for you?"
"""The reply to a turn for which there is no other."""
INSTALL_S = 1_800


class BaselineMissing(Exception):
    """Pipecat's environment could not be made; the message says why."""


def requirements() -> list[str]:
    return [f"pipecat-ai[webrtc,whisper,piper]=={PIPECAT}", *(f"{name}=={version(name)}" for name in SHARED)]


def environment_folder(wanted: Sequence[str]) -> Path:
    """Return where an environment with exactly this lives: another version here makes another folder."""
    key = hashlib.sha256("\n".join([sys.version, *wanted]).encode()).hexdigest()[:12]
    return user_cache_path("vivavoce") / "bench" / f"pipecat-{PIPECAT}-{key}"


def ensure_environment() -> Path:
    """Return the Python of Pipecat's environment; make it on first use (1.1 GB, minutes).

    Raises:
        BaselineMissing: it could not be installed.
    """
    wanted = requirements()
    folder = environment_folder(wanted)
    python = folder / "bin" / "python"
    stamp = folder / "installed"
    if stamp.is_file():
        return python
    print(f"baseline: installing {', '.join(wanted)} into {folder} (once)", file=sys.stderr, flush=True)
    for command in (
        [sys.executable, "-m", "venv", "--clear", str(folder)],
        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted],
    ):
        done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_S, check=False)
        if done.returncode:
            raise BaselineMissing(f"Pipecat could not be installed: {done.stderr.strip()[-2_000:]}")
    stamp.write_text("\n".join(wanted) + "\n", encoding="utf-8")
    return python


def settings_for(port: int, replies: Sequence[Sequence[str]], cache: ModelCache | None = None) -> dict[str, Any]:
    """Say what Pipecat is to be run with: our very files, and one list of replies a conversation.

    Raises:
        ModelMissing: the weights have not been fetched.
    """
    cache = cache or ModelCache()
    return {
        "port": port,
        "whisper": str(cache.path("whisper-base", "model.bin").parent),
        "compute_type": COMPUTE_TYPE,
        "piper": str(cache.path("piper-en-us-joe", f"{VOICE}.onnx").parent),
        "voice": VOICE,
        "greeting": GREETING,
        "replies": [list(texts) or [FALLBACK] for texts in replies],
    }


@contextmanager
def serve_pipecat(folder: Path, replies: Sequence[Sequence[str]]) -> Iterator[str]:
    """Run Pipecat's server until the block ends; give its address. Conversation n is at `ADDRESS/n`.

    Raises:
        BaselineMissing: Pipecat could not be installed. ServerFailed: its server did not come up.
    """
    python = ensure_environment()
    port = free_port()
    settings = folder / "pipecat.json"
    settings.write_text(json.dumps(settings_for(port, replies)), encoding="utf-8")
    command = [str(python), str(SERVER), str(settings)]
    with running_server(command, port, folder, {"HF_HUB_OFFLINE": "1"}) as served:
        yield served.url
