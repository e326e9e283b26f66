"""The silence around pieces of speech: what a voice puts before the first syllable is waiting time, and what it puts
between two halves of one sentence is a hole in it."""

from __future__ import annotations

from typing import Final

import numpy as np

from voice.audio import WINDOW_MS, window_rms
from voice.ports import Pcm

ONSET_BELOW_PEAK_DB: Final = 50.0
"""A breathed "h" or an "f" begins 40 dB below the vowels (measured on piper); what is quieter is not speech."""
_FLOOR_RMS: Final = 4.0
"""About -78 dBFS: below any sound of a voice."""
LEAD_MS: Final = 10
"""So much silence stays before the first sound, twice the window by which it is found."""


def silent_lead_samples(samples: Pcm, rate_hz: int) -> int:
    """Return how many samples can go from the beginning of a piece without anything of its first syllable."""
    loud = _loud_windows(samples, rate_hz)
    if not loud.size:
        return 0
    return max(0, int(loud[0]) * (rate_hz * WINDOW_MS // 1000) - rate_hz * LEAD_MS // 1000)


def silent_tail_samples(samples: Pcm, rate_hz: int, kept_ms: int) -> int:
    """Return how many samples can go from the end of a piece so that `kept_ms` of silence stay."""
    loud = _loud_windows(samples, rate_hz)
    if not loud.size:
        return 0
    end = (int(loud[-1]) + 1) * (rate_hz * WINDOW_MS // 1000) + rate_hz * kept_ms // 1000
    return max(0, len(samples) - end)


def _loud_windows(samples: Pcm, rate_hz: int) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    levels = window_rms(samples, rate_hz)
    peak = float(levels.max(initial=0.0))
    return np.flatnonzero(levels > max(_FLOOR_RMS, peak * 10 ** (-ONSET_BELOW_PEAK_DB / 20)))
