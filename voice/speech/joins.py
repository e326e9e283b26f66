"""How pieces of speech are put together: without the silence around them, and without a click where they meet.

What a voice puts before the first syllable is waiting time, and what it puts between two halves of one sentence is a
hole in it. Where two pieces meet in the middle of a sound the waveform jumps, which is heard as a click.

    piece      ~~~~~~~~~\
    next piece        \\  ~~~~~~~~~~      both sound, and the waveform jumps: cross-faded over 5 ms
                       ──                one of them ends or begins in a sound, the other in silence: faded over 5 ms
"""

from __future__ import annotations

from typing import Final

import numpy as np

from voice.audio import WINDOW_MS, window_rms
from voice.ports import Pcm

ONSET_BELOW_PEAK_DB: Final = 50.0
"""A breathed "h" or an "f" begins 40 dB below the vowels (measured on piper); what is quieter is not speech."""
_FLOOR_RMS: Final = 4.0
"""About -78 dBFS: below any sound of a voice."""
CROSS_FADE_MS: Final = 5
"""Where two sounds meet: long enough not to click, shorter than any speech sound (a stop's burst lasts 10 ms)."""
AUDIBLE_STEP: Final = 328
"""A hundredth of full scale (-40 dB): a smaller step is masked by the speech around it; our own choice."""
_NEAR: Final = 64
"""Samples on each side of a join that tell how fast the waveform moves there: 3 ms at 22 kHz."""
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


class Joiner:
    """Puts the pieces of one sentence together, int16 at one rate. The last milliseconds are held back until the next
    piece is known."""

    def __init__(self, rate_hz: int) -> None:
        self.rate_hz = rate_hz
        self._width = max(1, rate_hz * CROSS_FADE_MS // 1000)
        self._held = np.zeros(0, dtype=np.int16)
        self._has_begun = False

    @property
    def held_samples(self) -> int:
        """How many samples of the pieces so far have not been given back yet."""
        return len(self._held)

    def add(self, piece: Pcm) -> Pcm:
        """Return what can be played now that the next piece is known; together they are as long as the pieces, or
        5 ms shorter for each jump."""
        if not len(piece):
            return piece
        if not self._has_begun:
            self._has_begun = True
            joined = _faded_in(piece, self._width)
        elif _jumps(self._held, piece):
            joined = _cross_faded(self._held, piece, self._width)
        else:
            joined = np.concatenate([self._held, piece])
        self._held = joined[-self._width :]
        return joined[: len(joined) - len(self._held)]

    def end(self) -> Pcm:
        """Return what was held back: nothing comes behind it."""
        held, self._held = self._held, np.zeros(0, dtype=np.int16)
        return _faded_in(held[::-1], self._width)[::-1] if len(held) else held


def _jumps(before: Pcm, after: Pcm) -> bool:
    """Whether the waveform breaks between two pieces: it leaves the line that it was on by more than it did before."""
    near = np.concatenate([before[-_NEAR:], after[:_NEAR]]).astype(np.int64)
    if len(near) < 4:
        return False
    bends = np.abs(np.diff(near, 2))
    place = len(before[-_NEAR:])
    at_join = int(bends[max(0, place - 2) : place].max(initial=0))
    elsewhere = int(np.concatenate([bends[: max(0, place - 2)], bends[place:]]).max(initial=0))
    return at_join > max(AUDIBLE_STEP, 2 * elsewhere)


def _cross_faded(before: Pcm, after: Pcm, width: int) -> Pcm:
    """Return both, of which `width` samples lie over one another; never more than the shorter of them has."""
    width = min(width, len(before), len(after))
    rising = (np.arange(width, dtype=np.float32) + 1) / np.float32(width + 1)
    over = before[len(before) - width :] * (1 - rising) + after[:width] * rising
    return np.concatenate([before[: len(before) - width], np.rint(over).astype(np.int16), after[width:]])


def _faded_in(piece: Pcm, width: int) -> Pcm:
    """Return the piece; if it begins in the middle of a sound, from silence."""
    first, second = (int(sample) for sample in piece[[0, min(1, len(piece) - 1)]])
    if abs(first) <= max(AUDIBLE_STEP, 1.5 * abs(second - first)):
        return piece  # it rises from silence by itself
    width = min(width, len(piece))
    rising = np.arange(width, dtype=np.float32) / np.float32(width)
    return np.concatenate([np.rint(piece[:width] * rising).astype(np.int16), piece[width:]])
