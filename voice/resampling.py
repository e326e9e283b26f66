"""Stateful sample-rate conversion for live audio: PyAV's resampler, which holds back at most 2 ms.

soxr's stream would hold back 60 to 115 ms (docs/decisions/0007-resampling.md).
"""

from __future__ import annotations

import av
import numpy as np

from voice.ports import Pcm


class Resampler:
    """Converts one direction of one stream, mono int16, from any input rate to `rate_hz`."""

    def __init__(self, rate_hz: int) -> None:
        self.rate_hz = rate_hz
        self._resampler = av.AudioResampler(format="s16", layout="mono", rate=rate_hz)

    def convert(self, samples: Pcm, rate_hz: int) -> Pcm:
        """Return what is ready after these samples; the last 2 ms may come with the next call."""
        if rate_hz == self.rate_hz:
            return samples
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = rate_hz
        return self.convert_frame(frame)

    def convert_frame(self, frame: av.AudioFrame) -> Pcm:
        """Return what is ready after a frame of any layout and format."""
        frame.pts = None
        return _joined(self._resampler.resample(frame))

    def flush(self) -> Pcm:
        """Return what was held back; the stream is over."""
        return _joined(self._resampler.resample(None))


def _joined(frames: list[av.AudioFrame]) -> Pcm:
    if not frames:
        return np.zeros(0, dtype=np.int16)
    return np.concatenate([frame.to_ndarray().reshape(-1) for frame in frames])
