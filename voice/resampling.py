"""Stateful sample-rate conversion for live audio: PyAV's resampler, which holds back at most 2 ms.

soxr's stream would hold back 60 to 115 ms (docs/decisions/0007-resampling.md).
"""

from __future__ import annotations

import av
import numpy as np

from voice.ports import Pcm


class Resampler:
    """Converts one direction of one stream, mono int16, from any input rate to `rate_hz`.

    The input may change its rate, layout or format while it runs (a caller's codec may): what was held back of the
    old one comes first.
    """

    def __init__(self, rate_hz: int) -> None:
        self.rate_hz = rate_hz
        self._resampler = self._new()
        self._input: tuple[int, str, str] | None = None

    def convert(self, samples: Pcm, rate_hz: int) -> Pcm:
        """Return what is ready after these samples; the last 2 ms may come with the next call."""
        if (rate_hz == self.rate_hz and self._input is None) or not len(samples):
            return samples
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples).reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = rate_hz
        return self.convert_frame(frame)

    def convert_frame(self, frame: av.AudioFrame) -> Pcm:
        """Return what is ready after a frame of any layout and format."""
        frame.pts = None
        given = (frame.sample_rate, frame.layout.name, frame.format.name)
        rest = self.flush() if self._input not in (None, given) else _joined([])
        self._input = given
        ready = _joined(self._resampler.resample(frame))
        return np.concatenate([rest, ready]) if len(rest) else ready

    def flush(self) -> Pcm:
        """Return what was held back; the stream is over, and another may begin."""
        rest = _joined(self._resampler.resample(None)) if self._input is not None else _joined([])
        self._resampler, self._input = self._new(), None
        return rest

    def _new(self) -> av.AudioResampler:
        return av.AudioResampler(format="s16", layout="mono", rate=self.rate_hz)


def _joined(frames: list[av.AudioFrame]) -> Pcm:
    if not frames:
        return np.zeros(0, dtype=np.int16)
    return np.concatenate([frame.to_ndarray().reshape(-1) for frame in frames])
