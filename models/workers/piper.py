"""Worker program of synthesis: the piper engine.

piper-tts is GPL-3.0-or-later. It runs in this process alone and nothing imports this module: the server starts it as a
program and speaks to it over pipes. It is also an optional extra, so it may be absent.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any

from models.frames import Frame
from models.workers.serving import Handler, serve


def load_voice(path: Path, threads: int) -> Any:
    """Load a voice with a bounded number of threads, which the engine's own loader does not offer."""
    import onnxruntime
    from piper import PiperVoice
    from piper.config import PiperConfig

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    return PiperVoice(
        config=PiperConfig.from_dict(json.loads(path.with_name(f"{path.name}.json").read_text())),
        session=onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"]),
    )


def build(options: Mapping[str, Any]) -> tuple[Handler, Mapping[str, Any]]:
    """Load the voice at `path`; `threads` bounds its use of the processor."""
    voice = load_voice(Path(options["path"]), options["threads"])
    for _ in voice.synthesize("Ready."):
        pass

    def handle(request: Frame) -> Generator[Frame, None, None]:
        for chunk in voice.synthesize(request.header["text"]):
            yield Frame({"sample_rate_hz": chunk.sample_rate}, chunk.audio_int16_bytes)

    return handle, {"sample_rate_hz": voice.config.sample_rate}


if __name__ == "__main__":
    serve(build)
