"""A synthetic voice and its payloads, in every form that a caller may send."""

from __future__ import annotations

import fractions

import av
import numpy as np

from voice.resampling import Resampler
from voice.transports.encoders import make_encoder

TELEPHONE = {"pcmu", "pcma", "g722"}


def voice(seconds: float, rate_hz: int = 48_000) -> np.ndarray:
    """A hum with syllables, so that every layer of a codec has something to do."""
    at_s = np.arange(int(seconds * rate_hz)) / rate_hz
    hum = sum(np.sin(2 * np.pi * 140 * part * at_s) / part for part in range(1, 12))
    noise = np.random.default_rng(1).normal(0, 0.05, len(at_s))
    return ((0.3 + 0.7 * np.abs(np.sin(2 * np.pi * 2.2 * at_s))) * (hum + noise) * 5000).astype(np.int16)


def opus_payloads(
    samples: np.ndarray,
    options: dict[str, str],
    *,
    bit_rate: int = 32_000,
    layout: str = "mono",
    frame_ms: float = 20,
    rate_hz: int = 48_000,
) -> list[bytes]:
    """Encode mono samples with libopus."""
    context = av.CodecContext.create("libopus", "w")
    context.bit_rate, context.format, context.layout, context.sample_rate = bit_rate, "s16", layout, rate_hz
    context.time_base, context.options = fractions.Fraction(1, rate_hz), {**options, "frame_duration": str(frame_ms)}
    size, payloads = int(frame_ms * rate_hz // 1000), []
    for begin in range(0, len(samples) - size, size):
        mono = samples[begin : begin + size]
        whole = np.repeat(mono, 2) if layout == "stereo" else mono
        frame = av.AudioFrame.from_ndarray(whole.reshape(1, -1), "s16", layout)
        frame.sample_rate, frame.pts, frame.time_base = rate_hz, begin, fractions.Fraction(1, rate_hz)
        payloads += [bytes(packet) for packet in context.encode(frame)]
    return payloads


def telephone_payloads(samples: np.ndarray, codec: str, frame_ms: int = 20) -> list[bytes]:
    """Encode 48 kHz mono samples as G.711 or G.722, 160 bytes for each 20 ms."""
    encoder = make_encoder(codec)
    whole = b"".join(encoder.encode(samples[begin : begin + 960]) for begin in range(0, len(samples) - 959, 960))
    size = frame_ms * 8
    return [whole[begin : begin + size] for begin in range(0, len(whole) - size + 1, size)]


def at_16_khz(samples: np.ndarray) -> np.ndarray:
    return Resampler(16_000).convert(samples, 48_000)


def envelope_likeness(first: np.ndarray, second: np.ndarray, max_shift_ms: int = 60) -> float:
    """Return the best correlation of two recordings' levels over small shifts: 1 is the same speech."""
    one, two = _levels(first), _levels(second)
    shifts = range(-max_shift_ms // 10, max_shift_ms // 10 + 1)
    best = 0.0
    for shift in shifts:
        left, right = one[max(shift, 0) :], two[max(-shift, 0) :]
        width = min(len(left), len(right))
        best = max(best, float(np.corrcoef(left[:width], right[:width])[0, 1]))
    return best


def _levels(samples: np.ndarray) -> np.ndarray:
    """Levels over 40 ms, every 10: longer than a pitch period, shorter than a syllable."""
    power = np.cumsum(np.concatenate([[0.0], np.square(samples.astype(float))]))
    return np.sqrt((power[640:] - power[:-640])[::160] / 640)
