"""Puts audio in or takes it out so that the caller's clock stays with ours: in silence where it can. Pure.

Sound cards differ by up to 200 ppm, 12 ms a minute; a route may change by 50 ms. Silence is taken out or repeated
as it is. Inside speech one pitch period is, by overlap and add, which neither clicks nor moves the pitch:

    shorter   |aaaaBBBBcccc|  →  |a↘B cccc|        longer   |aaaabbbb|  →  |aaaa b↘a bbbb|
"""

from __future__ import annotations

import math

import numpy as np

from voice.audio import LISTEN_RATE_HZ
from voice.ports import Pcm

QUIET_DEBT_MS = 5.0
"""Less than this is left alone: it is how exactly the least delay of a jittery link is known. Our own choice."""
SPOKEN_DEBT_MS = 30.0
"""Inside speech only a debt of this size is worth a pitch period; 200 ppm need two and a half minutes without a
pause for it. Our own choice."""
SPOKEN_EVERY_MS = 200
"""And no more often: at most one pitch period in this time, so that speech is 5 % faster or slower at most."""
MIN_PERIOD = LISTEN_RATE_HZ // 400
MAX_PERIOD = LISTEN_RATE_HZ // 100
"""Lags that are searched, 2.5 to 10 ms: the pitch of most voices, or a multiple of it."""
QUIET_RMS = 30.0
"""-60 dBFS: quiet in any case."""
QUIET_ABOVE_FLOOR = 2.0
"""And up to 6 dB above the floor of the noise."""
FLOOR_RISE = 1.01
"""The floor follows noise that grows louder by 4 dB a second."""


class Pace:
    """Adjusts one caller's audio, 16 kHz."""

    def __init__(self) -> None:
        self._floor_rms = 0.0
        self._since_spoken_ms = 0.0

    def adjust(self, samples: Pcm, debt_ms: float) -> Pcm:
        """Return the samples, shorter if `debt_ms` is negative and it can be done unheard, longer if positive."""
        is_quiet = self._is_quiet(samples)
        self._since_spoken_ms += len(samples) * 1000 / LISTEN_RATE_HZ
        if abs(debt_ms) < (QUIET_DEBT_MS if is_quiet else SPOKEN_DEBT_MS):
            return samples
        if is_quiet and abs(debt_ms) * LISTEN_RATE_HZ >= len(samples) * 1000:
            return samples[:0] if debt_ms < 0 else np.concatenate([samples, samples[::-1]])
        if not is_quiet:
            if self._since_spoken_ms < SPOKEN_EVERY_MS:
                return samples
            self._since_spoken_ms = 0.0
        longest = min(MAX_PERIOD, len(samples) // 2, int(abs(debt_ms) * LISTEN_RATE_HZ / 1000))
        if longest < MIN_PERIOD:
            return samples
        period = best_period(samples, MIN_PERIOD, longest)
        return shorter(samples, period) if debt_ms < 0 else longer(samples, period)

    def _is_quiet(self, samples: Pcm) -> bool:
        if not len(samples):
            return False
        wave = samples.astype(np.float32)  # the dot product of floats is the fastest way to a level, 2 µs
        rms = math.sqrt(float(np.dot(wave, wave)) / len(wave))
        self._floor_rms = min(rms, self._floor_rms * FLOOR_RISE + 0.1)
        return rms < max(QUIET_RMS, self._floor_rms * QUIET_ABOVE_FLOOR)


def best_period(samples: Pcm, shortest: int, longest: int) -> int:
    """Return the lag at which the samples are most like themselves. Needs more than `longest` of them."""
    wave = samples.astype(np.float64)
    width = len(wave) - longest
    first = wave[:width]
    likeness = np.correlate(wave[shortest:], first, "valid")
    energy = np.cumsum(np.concatenate([[0.0], wave * wave]))
    lags = np.arange(shortest, longest + 1)
    energies = energy[lags + width] - energy[lags]
    return int(lags[np.argmax(likeness / np.sqrt(energies + 1.0))])


def shorter(samples: Pcm, period: int) -> Pcm:
    """Take one period out. Needs two periods."""
    return np.concatenate([_faded(samples[:period], samples[period : 2 * period]), samples[2 * period :]])


def longer(samples: Pcm, period: int) -> Pcm:
    """Put one period in. Needs two periods."""
    joint = _faded(samples[period : 2 * period], samples[:period])
    return np.concatenate([samples[:period], joint, samples[period:]])


def _faded(out: Pcm, into: Pcm) -> Pcm:
    ramp = (np.arange(len(out)) + 0.5) / len(out)
    return np.rint(out * (1.0 - ramp) + into * ramp).astype(np.int16)
