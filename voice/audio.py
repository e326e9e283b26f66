"""Audio arithmetic: frames, levels, and where sound begins and ends. Samples are mono int16 unless said."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from voice.ports import Audio, Pcm

FRAME_MS = 20
LISTEN_RATE_HZ = 16_000
"""The rate at which everything that listens (VAD, recognition, turn model) works."""
FRAME_SAMPLES = LISTEN_RATE_HZ * FRAME_MS // 1000

AUDIBLE_BELOW_PEAK_DB = 35.0
"""A 5 ms window counts as audible within this distance of the loudest one: breath and codec noise stay out."""
AUDIBLE_FLOOR_RMS = 60.0
"""And never below this RMS (about -55 dBFS), so that a recording of silence has no audible sample."""
WINDOW_MS = 5
SILENT_DB = -96.0
"""The level of a frame of zeros; 16 bits reach no lower."""


def to_float(samples: Pcm) -> Audio:
    """Convert int16 to float32 in [-1, 1]."""
    return samples.astype(np.float32) / np.float32(32768.0)


def to_pcm(samples: npt.NDArray[np.floating]) -> Pcm:
    """Convert floating samples in [-1, 1] to int16, clipping what lies outside."""
    clipped: npt.NDArray[np.floating] = np.clip(samples, -1.0, 1.0)
    return (clipped * 32767.0).astype(np.int16)


def silence(duration_ms: int, rate_hz: int) -> Pcm:
    """Return so many milliseconds of silence."""
    return np.zeros(duration_ms * rate_hz // 1000, dtype=np.int16)


def window_rms(samples: Pcm, rate_hz: int) -> npt.NDArray[np.float64]:
    """Return the RMS of each whole 5 ms window."""
    width = rate_hz * WINDOW_MS // 1000
    count = len(samples) // width
    windows = samples[: count * width].astype(np.float64).reshape(count, width)
    return np.asarray(np.sqrt(np.mean(windows * windows, axis=1)))


def audible_threshold(samples: Pcm, rate_hz: int) -> float:
    """Return the RMS above which a window of this recording counts as audible."""
    levels = window_rms(samples, rate_hz)
    peak = float(levels.max()) if levels.size else 0.0
    return float(max(AUDIBLE_FLOOR_RMS, peak * 10 ** (-AUDIBLE_BELOW_PEAK_DB / 20)))


def first_audible_sample(samples: Pcm, rate_hz: int, threshold: float | None = None) -> int | None:
    """Return the index of the first sample of the first audible window; None if nothing is audible."""
    limit = audible_threshold(samples, rate_hz) if threshold is None else threshold
    loud = np.flatnonzero(window_rms(samples, rate_hz) > limit)
    return int(loud[0]) * (rate_hz * WINDOW_MS // 1000) if loud.size else None


def last_audible_sample(samples: Pcm, rate_hz: int, threshold: float | None = None) -> int | None:
    """Return the index just past the last audible window; None if nothing is audible."""
    limit = audible_threshold(samples, rate_hz) if threshold is None else threshold
    loud = np.flatnonzero(window_rms(samples, rate_hz) > limit)
    return (int(loud[-1]) + 1) * (rate_hz * WINDOW_MS // 1000) if loud.size else None


def fade_out(samples: Pcm) -> Pcm:
    """Fade the samples to silence, so that stopping playback does not click."""
    ramp = np.linspace(1.0, 0.0, num=len(samples), dtype=np.float32)
    return (samples.astype(np.float32) * ramp).astype(np.int16)


def fade_in(samples: Pcm) -> Pcm:
    """Fade the samples in from silence, so that playback that goes on does not click."""
    ramp = np.linspace(0.0, 1.0, num=len(samples), dtype=np.float32)
    return (samples.astype(np.float32) * ramp).astype(np.int16)


def level_db(samples: Pcm) -> float:
    """Return the RMS level of a frame, dB below full scale, without its constant part."""
    count = len(samples)
    if not count:
        return SILENT_DB
    wide = samples.astype(np.int64)  # so that the sums are exact, and a constant part leaves nothing behind
    total, energy = int(wide.sum()), int(wide.dot(wide))
    variance = (energy - total * total / count) / count
    return max(SILENT_DB, 10.0 * math.log10(variance / 32768.0**2)) if variance > 0 else SILENT_DB
