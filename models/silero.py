"""Voice activity by Silero VAD (MIT), inline on the event loop: 0.1 ms a frame of 20 ms.

The network takes windows of 512 samples at 16 kHz, each behind the last 64 samples of the one before, and keeps a
state of its own. Frames of a call are 320 samples, so two of three complete a window.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from models.cache import ModelCache
from models.onnx_network import open_session
from voice.ports import Pcm

MODEL_ID = "silero-vad"
FILE_NAME = "silero_vad.onnx"
SAMPLE_RATE_HZ = 16_000
WINDOW_SAMPLES = 512
CONTEXT_SAMPLES = 64
_STATE_SHAPE = (2, 1, 128)
_FULL_SCALE = 32768.0


class SileroModel:
    """The network, loaded once and shared by all calls; each call gets its own `SileroVad` from it."""

    def __init__(self, path: Path) -> None:
        self._session = open_session(path)  # one thread: a second would take turns with the event loop
        self._rate = np.array(SAMPLE_RATE_HZ, dtype=np.int64)

    @classmethod
    def from_cache(cls, cache: ModelCache) -> SileroModel:
        """Load the network from the cache. Raises `ModelMissing`."""
        return cls(cache.path(MODEL_ID, FILE_NAME))

    def new_call(self) -> SileroVad:
        """Return voice activity for one call."""
        return SileroVad(self)

    def run(self, window: np.ndarray, state: np.ndarray) -> tuple[float, np.ndarray]:
        """Return the probability of speech in [1, 576] float32 and the state that follows."""
        inputs = {"input": window, "state": state, "sr": self._rate}
        probability, state = self._session.run(None, inputs)
        return float(probability[0, 0]), state


class SileroVad:
    """Voice activity of one call. Implements `voice.ports.VoiceActivity`."""

    def __init__(self, model: SileroModel) -> None:
        self._model = model
        self._state = np.zeros(_STATE_SHAPE, dtype=np.float32)
        # Context, then the samples of the window that have come.
        self._window = np.zeros((1, CONTEXT_SAMPLES + WINDOW_SAMPLES), dtype=np.float32)
        self._filled = CONTEXT_SAMPLES
        self._probability = 0.0

    def feed(self, frame: Pcm) -> float:
        """Take samples (int16, 16 kHz; 320 of them as a rule) and return the latest probability of speech."""
        samples = frame.astype(np.float32) / _FULL_SCALE
        while len(samples):
            taken = samples[: self._window.shape[1] - self._filled]
            self._window[0, self._filled : self._filled + len(taken)] = taken
            self._filled += len(taken)
            samples = samples[len(taken) :]
            if self._filled == self._window.shape[1]:
                self._probability, self._state = self._model.run(self._window, self._state)
                self._window[0, :CONTEXT_SAMPLES] = self._window[0, -CONTEXT_SAMPLES:]
                self._filled = CONTEXT_SAMPLES
        return self._probability
