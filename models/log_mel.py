"""Log-mel spectrograms as Whisper was trained on them: 80 bands, 25 ms windows every 10 ms, at 16 kHz.

Facts from the Whisper paper (section 2.2) and its published configuration: a periodic Hann window of 400 samples, hop
160, the mel scale of Slaney's Auditory Toolbox with bands of equal area, log10 limited to 8 below the maximum, then
(x + 4) / 4. Smart Turn uses the same features.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

SAMPLE_RATE_HZ = 16_000
HOP_SAMPLES = 160
BANDS = 80
_WINDOW_SAMPLES = 400
_FLOOR = 1e-10
_DYNAMIC_RANGE_DECADES = 8.0
# Slaney's scale: linear below 1 kHz (15 mel), then 27 steps for each factor of 6.4.
_LINEAR_HZ_PER_MEL = 200.0 / 3.0
_KNEE_HZ = 1000.0
_KNEE_MEL = 15.0
_LOG_STEP = np.log(6.4) / 27.0

Array = npt.NDArray[np.float32]


class LogMel:
    """Computes log-mel spectrograms; holds the window and the filters."""

    def __init__(self, bands: int = BANDS) -> None:
        phase = 2.0 * np.pi * np.arange(_WINDOW_SAMPLES) / _WINDOW_SAMPLES
        self._window = (0.5 - 0.5 * np.cos(phase)).astype(np.float32)
        self._filters = _build_filters(bands)

    def compute(self, audio: Array) -> Array:
        """Return [bands, n_samples // 160] float32 for `audio`, [n_samples] float32 at 16 kHz (200 samples or more)."""
        margin = _WINDOW_SAMPLES // 2
        padded = np.pad(audio, margin, mode="reflect")
        frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW_SAMPLES)[::HOP_SAMPLES]
        spectrum = np.fft.rfft(frames[: len(audio) // HOP_SAMPLES] * self._window, axis=1)
        power = spectrum.real**2 + spectrum.imag**2
        decades = np.log10(np.maximum(power @ self._filters, _FLOOR))
        decades = np.maximum(decades, decades.max() - _DYNAMIC_RANGE_DECADES)
        return np.ascontiguousarray(((decades + 4.0) / 4.0).T, dtype=np.float32)


def _build_filters(bands: int) -> Array:
    """Return [201, bands] float32: triangles between neighbouring band centres, each of unit area."""
    top_mel = _KNEE_MEL + np.log(SAMPLE_RATE_HZ / 2 / _KNEE_HZ) / _LOG_STEP
    mel = np.linspace(0.0, top_mel, bands + 2)
    above = _KNEE_HZ * np.exp(_LOG_STEP * (mel - _KNEE_MEL))
    edges_hz = np.where(mel < _KNEE_MEL, mel * _LINEAR_HZ_PER_MEL, above)
    bins_hz = np.fft.rfftfreq(_WINDOW_SAMPLES, 1.0 / SAMPLE_RATE_HZ)[:, None]
    left, centre, right = edges_hz[:-2], edges_hz[1:-1], edges_hz[2:]
    rising = (bins_hz - left) / (centre - left)
    falling = (right - bins_hz) / (right - centre)
    triangles = np.maximum(0.0, np.minimum(rising, falling))
    return np.asarray(triangles * (2.0 / (right - left)), dtype=np.float32)
