"""Takes a constant offset out of a caller's audio; audio without one passes untouched, bit by bit. Pure.

Cheap sound cards and broken drivers add one: half the range of clipping is lost, and a level meter never falls to
silence. The offset is followed by a one-pole low-pass over the means of frames and subtracted along a ramp.
"""

from __future__ import annotations

import numpy as np

from voice.ports import Pcm

SETTLE_FRAMES = 10
"""Time constant, 200 ms in frames of 20 ms: a corner below 1 Hz, far under any voice. Our own choice."""
MIN_OFFSET = 100.0
"""-50 dBFS, where VAD and meters begin to be misled; a clean recording's own mean stays under 20. Our own choice."""


class DcBlocker:
    """Follows one caller's offset."""

    def __init__(self) -> None:
        self._offset = 0.0

    def clean(self, samples: Pcm) -> Pcm:
        """Return the samples without the offset."""
        if not len(samples):
            return samples
        before = self._offset
        mean = int(np.add.reduce(samples, dtype=np.int64)) / len(samples)
        self._offset += (mean - before) / SETTLE_FRAMES
        if max(abs(before), abs(self._offset)) < MIN_OFFSET:
            return samples
        ramp = np.linspace(before, self._offset, len(samples))
        return np.clip(np.rint(samples - ramp), -32768, 32767).astype(np.int16)
