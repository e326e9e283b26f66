"""Worker program of the end-of-turn model: Smart Turn 3.2 (BSD-2-Clause) on one thread."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from models.frames import Frame
from models.log_mel import SAMPLE_RATE_HZ, Array, LogMel
from models.onnx_network import open_session
from models.workers.serving import Handler, serve

WINDOW_SAMPLES = 8 * SAMPLE_RATE_HZ
_TINY = 1e-7


class TurnNetwork:
    """The network with its features."""

    def __init__(self, path: Path) -> None:
        self._session = open_session(path)
        self._features = LogMel()

    def estimate(self, audio: Array) -> float:
        """Return the probability that the speaker of `audio` ([n_samples] float32, 16 kHz) has finished."""
        window = np.zeros(WINDOW_SAMPLES, dtype=np.float32)
        recent = audio[-WINDOW_SAMPLES:]
        window[len(window) - len(recent) :] = recent
        # Whisper's feature extractor with normalisation on: zero mean and unit variance over the whole window.
        window = (window - window.mean()) / np.sqrt(window.var() + _TINY)
        features = self._features.compute(window)[None]
        (logits,) = self._session.run(None, {"input_features": features})
        return float(logits[0, 0])


def build(options: Mapping[str, Any]) -> tuple[Handler, Mapping[str, Any]]:
    """Load the model at `path`."""
    network = TurnNetwork(Path(options["path"]))
    network.estimate(np.zeros(SAMPLE_RATE_HZ, dtype=np.float32))

    def handle(request: Frame) -> Generator[Frame, None, None]:
        yield Frame({"probability": network.estimate(np.frombuffer(request.payload, dtype=np.float32))})

    return handle, {}


if __name__ == "__main__":
    serve(build)
