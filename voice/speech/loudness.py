"""How loud speech is, and how it is brought to one loudness: one gain a voice, and a limiter for what would clip.

Loudness is measured as EBU R128 / ITU-R BS.1770-4 does: K-weighted, in blocks of 400 ms that overlap by three quarters,
without the blocks that are silent or much below the others. A voice's gain is fixed once it has been measured: a gain
that followed the sentences would make quiet ones loud ("pumping").

    first sentences of a voice ─→ block_energies ─→ gated_lufs ─→ gain_db ─→ stored
    every sentence ─→ levelled(samples, gain_db): times the gain, no true peak above -1 dBFS
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from voice.ports import Pcm

Samples = npt.NDArray[np.float32]
Energies = npt.NDArray[np.float64]

TARGET_LUFS: Final = -20.0
"""Our own choice: as loud as a voice with 20 dB between its loudness and its peaks (piper's, measured) can be without a
limiter at work all the time. Broadcasts have -23, music and podcasts -14 to -16."""
CEILING_DBFS: Final = -1.0
"""No true peak above this (EBU R128, section 3): codecs overshoot."""
MOST_GAIN_DB: Final = 20.0
"""A voice this much too quiet or too loud is broken; more gain would only raise its noise."""
_BLOCK_MS: Final = 400
_STEP_MS: Final = 100
_OFFSET_DB: Final = -0.691
_ABSOLUTE_GATE_LUFS: Final = -70.0
_RELATIVE_GATE_DB: Final = 10.0
"""The four above: BS.1770-4, annex 1."""
_KEPT_DB: Final = 0.2
"""The estimate of true peaks is at most so much too low for sound of up to 80 % of half the rate (measured against
16-fold oversampling; speech has next to nothing above that)."""
_RAMP_MS: Final = 5
"""The limiter's gain moves this far ahead of and behind a peak: shorter distorts, longer is heard."""
_TAPS: Final = 24
_POINTS: Final = np.array([0.25, 0.5, 0.75])
"""Between two samples: fourfold oversampling, as BS.1770-4, annex 2, asks for."""
_FILTER_HZ: Final = 48_000
"""The rate for which the standard gives its coefficients; their response is taken at the frequencies of any other."""


def block_energies(samples: Samples, rate_hz: int) -> Energies:
    """Return the mean square of each block of K-weighted samples, [n_blocks]; a short sound is one block."""
    block, step = rate_hz * _BLOCK_MS // 1000, rate_hz * _STEP_MS // 1000
    weighted = _k_weighted(samples, rate_hz)
    if len(weighted) < block:
        weighted = np.pad(weighted, (0, block - len(weighted)))
    sums = np.concatenate([[0.0], np.cumsum(weighted * weighted)])
    starts = np.arange(0, len(weighted) - block + 1, step)
    return np.asarray((sums[starts + block] - sums[starts]) / block)


def gated_lufs(energies: Energies) -> float | None:
    """Return the loudness of blocks, of one recording or of several; None where all of them are silent."""
    loud = energies[_lufs(energies) > _ABSOLUTE_GATE_LUFS]
    if not loud.size:
        return None
    gate = float(_lufs(loud.mean())) - _RELATIVE_GATE_DB
    return float(_lufs(loud[_lufs(loud) > gate].mean()))


def gain_db(measured_lufs: float | None) -> float:
    """Return the gain that brings a voice to the target; 0 for one that has not been heard."""
    if measured_lufs is None or not math.isfinite(measured_lufs):
        return 0.0
    return max(-MOST_GAIN_DB, min(MOST_GAIN_DB, TARGET_LUFS - measured_lufs))


def levelled(samples: Samples, rate_hz: int, voice_gain_db: float) -> Pcm:
    """Apply a voice's gain to one piece of its speech.

    Args:
        samples: [n_samples] float32, nominally in [-1, 1]. What is not a number becomes silence.
        rate_hz: of the samples.
        voice_gain_db: the same for every piece of the voice.
    """
    louder = np.nan_to_num(samples, posinf=0.0, neginf=0.0) * np.float32(10 ** (voice_gain_db / 20))
    limited = _limited(louder.astype(np.float32), rate_hz)
    return np.asarray(np.clip(np.rint(limited * 32767.0), -32768, 32767).astype(np.int16))


def true_peak(samples: Samples) -> float:
    """Return the greatest magnitude of the signal between and at its samples, as a share of full scale."""
    return float(_peaks_around(samples, np.arange(len(samples))).max(initial=0.0))


def _k_weighted(samples: Samples, rate_hz: int) -> npt.NDArray[np.float64]:
    """Filter as ears do, in the frequency domain; a second of silence behind keeps the end out of the beginning."""
    length = len(samples) + rate_hz
    turned = np.exp(-2j * np.pi * np.fft.rfftfreq(length, 1 / rate_hz) / _FILTER_HZ)
    square = turned * turned
    shelf = (1.53512485958697 - 2.69169618940638 * turned + 1.19839281085285 * square) / (
        1 - 1.69065929318241 * turned + 0.73248077421585 * square
    )
    high_pass = (1 - 2 * turned + square) / (1 - 1.99004745483398 * turned + 0.99007225036621 * square)
    spectrum = np.fft.rfft(samples, length) * shelf * high_pass
    return np.asarray(np.fft.irfft(spectrum, length)[: len(samples)])


def _lufs(energy: npt.ArrayLike) -> npt.NDArray[np.float64]:
    return np.asarray(_OFFSET_DB + 10 * np.log10(np.asarray(energy, dtype=np.float64) + 1e-12))


def _limited(samples: Samples, rate_hz: int) -> Samples:
    """Lower the gain for some milliseconds around each peak that is too high, and nothing else."""
    ceiling = 10 ** ((CEILING_DBFS - _KEPT_DB) / 20)
    # Between samples a signal of speech is at most 6 dB above them.
    is_high = np.abs(samples) > ceiling / 2
    near = np.flatnonzero(is_high | np.append(is_high[1:], False))
    peaks = _peaks_around(samples, near)
    near, peaks = near[peaks > ceiling], peaks[peaks > ceiling]
    if not near.size:
        return samples
    ramp = max(1, rate_hz * _RAMP_MS // 1000)
    limited = samples.copy()
    for first, last in _stretches(near, 4 * ramp):
        start, end = max(0, near[first] - 2 * ramp), min(len(samples), near[last] + 2 * ramp + 1)
        wanted = np.ones(end - start)
        wanted[near[first : last + 1] - start] = ceiling / peaks[first : last + 1]
        limited[start:end] *= _smoothed(wanted, ramp).astype(np.float32)
    return limited


def _smoothed(wanted: npt.NDArray[np.float64], ramp: int) -> npt.NDArray[np.float64]:
    """Return a gain without steps that is nowhere above the wanted one."""
    width = 2 * ramp + 1
    lowest = sliding_window_view(np.pad(wanted, ramp, constant_values=1.0), width).min(axis=1)
    window = np.hanning(width + 2)[1:-1]
    return np.asarray(sliding_window_view(np.pad(lowest, ramp, mode="edge"), width) @ (window / window.sum()))


def _stretches(places: npt.NDArray[np.intp], apart: int) -> list[tuple[int, int]]:
    """Return first and last index of each run of places that are closer than `apart`."""
    breaks = np.flatnonzero(np.diff(places) > apart)
    return list(zip([0, *(breaks + 1)], [*breaks, len(places) - 1], strict=True))


def _peaks_around(samples: Samples, places: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
    """Return for each place the greatest magnitude at it and between it and the next sample."""
    if not places.size:
        return np.zeros(0)
    padded = np.pad(samples.astype(np.float64), (_TAPS // 2 - 1, _TAPS // 2))
    around = sliding_window_view(padded, _TAPS)[places]
    return np.asarray(np.maximum(np.abs(samples[places]), np.abs(around @ _interpolation()).max(axis=1)))


def _interpolation() -> npt.NDArray[np.float64]:
    """Return the taps for each point between two samples, [24, 3]: a windowed sinc."""
    offsets = np.arange(_TAPS)[:, None] - (_TAPS // 2 - 1) - _POINTS[None, :]
    return np.asarray(np.sinc(offsets) * np.cos(np.pi * offsets / (_TAPS + 1)) ** 2)
