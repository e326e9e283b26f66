"""A worker program that speaks every text as a tone, as long as the text is, and draws no chance if told not to."""

from __future__ import annotations

import json
import random
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from models.frames import Frame
from models.workers.serving import Handler, serve

RATE_HZ = 22_050


def build(options: Mapping[str, Any]) -> tuple[Handler, Mapping[str, Any]]:
    path = Path(options["path"])
    assert path.is_file()
    inference = json.loads(path.with_name(f"{path.name}.json").read_text())["inference"]

    def handle(request: Frame) -> Generator[Frame, None, None]:
        for piece in request.header["pieces"]:
            frequency_hz = 200 + inference["noise_scale"] * 100 * random.random()
            times_s = np.arange(RATE_HZ * 50 * len(piece) // 1_000) / RATE_HZ
            samples = (6_000 * np.sin(2 * np.pi * frequency_hz * times_s)).astype(np.int16)
            yield Frame({"sample_rate_hz": RATE_HZ, "words": []}, samples.tobytes())

    return handle, {"sample_rate_hz": RATE_HZ}


if __name__ == "__main__":
    serve(build)
