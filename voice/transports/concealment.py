"""Makes up for audio that is missing: the last pitch period again, fading to silence within 60 ms. Pure.

The idea of G.711 appendix I: a vowel goes on for a moment, and a longer gap is honest silence. Where the codec
conceals by itself (Opus), only the fade is used.
"""

from __future__ import annotations

import numpy as np

from voice.ports import Pcm
from voice.transports.pace import best_period

STEADY_MS = 20
"""The first lost frame is as loud as what came before."""
SILENT_FROM_MS = 60
"""And from here on there is silence (the brief's number, and that of G.711 appendix I)."""
MEMORY_MS = 30
BLEND_MS = 2
"""How long made-up and real audio overlap where the caller is heard again."""


def faded(samples: Pcm, missing_before: int, rate_hz: int) -> Pcm:
    """Fade made-up samples by how much was missing before them."""
    at_ms = (missing_before + np.arange(len(samples))) * 1000 / rate_hz
    gain = np.clip((SILENT_FROM_MS - at_ms) / (SILENT_FROM_MS - STEADY_MS), 0.0, 1.0)
    return np.rint(samples * gain).astype(np.int16)


class Concealment:
    """Remembers what was heard last of one caller, at `rate_hz`."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._memory: Pcm = np.zeros(MEMORY_MS * rate_hz // 1000, np.int16)
        self._period: Pcm | None = None
        self._missing = 0

    def heard(self, samples: Pcm) -> Pcm:
        """Take samples of the caller; return them, joined to what was made up before."""
        if self._period is not None:
            width = min(len(samples), BLEND_MS * self._rate_hz // 1000)
            ramp = (np.arange(width) + 0.5) / max(width, 1)
            joint = np.rint(self._repeated(width) * (1.0 - ramp) + samples[:width] * ramp).astype(np.int16)
            samples = np.concatenate([joint, samples[width:]])
            self._period, self._missing = None, 0
        self._memory = np.concatenate([self._memory, samples])[-len(self._memory) :]
        return samples

    def conceal(self, count: int) -> Pcm:
        """Make up the next `count` samples."""
        if self._period is None:
            lag = best_period(self._memory[::-1], self._rate_hz // 400, self._rate_hz // 70)
            self._period = self._memory[-lag:]
        samples = self._repeated(count)
        self._missing += count
        return samples

    def _repeated(self, count: int) -> Pcm:
        assert self._period is not None
        at = (self._missing + np.arange(count)) % len(self._period)
        return faded(self._period[at], self._missing, self._rate_hz)
