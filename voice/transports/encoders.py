"""Encoders of outgoing audio, one stream each: 20 ms of 48 kHz mono become one payload, at once.

aiortc would encode stereo at 96 kbit/s in a thread pool, where a frame waits behind whatever else is in there.
"""

from __future__ import annotations

import fractions
from typing import Protocol

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext

from voice.audio import FRAME_MS
from voice.ports import Pcm
from voice.resampling import Resampler

OUTPUT_RATE_HZ = 48_000
FRAME_SAMPLES_OUT = OUTPUT_RATE_HZ * FRAME_MS // 1000
BIT_RATE = 40_000
"""Opus mono speech at full band (RFC 7587, section 3.1.1: 28 to 40 kbit/s for full-band speech). With 32 and second
copies libopus falls back to wide band, 16 kHz, unless it works harder than this machine should."""
EXPECTED_LOSS_PERCENT = "10"
"""libopus spends bits on a second copy of each frame only where it is told to expect loss."""
COMPLEXITY = "0"
"""Of 0 to 10. Measured: half the time of 2, still full-band at this bit rate (docs/decisions/0014-receive-path.md)."""
PRIMED_MS = 4
"""Silence before the first sample, so that the resampler's 2 ms never make a frame come out short."""

_AV_CODECS = {"pcmu": ("pcm_mulaw", 8_000), "pcma": ("pcm_alaw", 8_000), "g722": ("g722", 16_000)}


class FrameEncoder(Protocol):
    def encode(self, samples: Pcm) -> bytes:
        """Return the payload of 960 samples."""
        ...


class OpusEncoder:
    """Mono, 20 ms, with a second copy of each frame in the next packet."""

    def __init__(self) -> None:
        self._context = _encoder("libopus")
        self._context.bit_rate, self._context.format, self._context.layout = BIT_RATE, "s16", "mono"
        self._context.sample_rate = OUTPUT_RATE_HZ
        self._context.time_base = fractions.Fraction(1, OUTPUT_RATE_HZ)
        self._context.options = {
            "application": "voip",
            "frame_duration": str(FRAME_MS),
            "fec": "1",
            "packet_loss": EXPECTED_LOSS_PERCENT,
            "compression_level": COMPLEXITY,
        }
        self._time_base = fractions.Fraction(1, OUTPUT_RATE_HZ)
        self._pts = 0

    def encode(self, samples: Pcm) -> bytes:
        frame = _frame(samples, OUTPUT_RATE_HZ, self._pts, self._time_base)
        self._pts += len(samples)
        return b"".join(bytes(packet) for packet in self._context.encode(frame))  # always one packet a frame


class AvEncoder:
    """The telephone's codecs, by PyAV, after resampling."""

    def __init__(self, codec: str) -> None:
        name, self._rate_hz = _AV_CODECS[codec]
        self._context = _encoder(name)
        self._context.format, self._context.layout = "s16", "mono"
        self._context.sample_rate = self._rate_hz
        self._context.time_base = fractions.Fraction(1, self._rate_hz)
        self._resampler = Resampler(self._rate_hz)
        self._frame_samples = self._rate_hz * FRAME_MS // 1000
        self._waiting: Pcm = np.zeros(self._rate_hz * PRIMED_MS // 1000, np.int16)
        self._time_base = fractions.Fraction(1, self._rate_hz)
        self._pts = 0

    def encode(self, samples: Pcm) -> bytes:
        self._waiting = np.concatenate([self._waiting, self._resampler.convert(samples, OUTPUT_RATE_HZ)])
        ready, self._waiting = self._waiting[: self._frame_samples], self._waiting[self._frame_samples :]
        frame = _frame(ready, self._rate_hz, self._pts, self._time_base)
        self._pts += len(ready)
        return b"".join(bytes(packet) for packet in self._context.encode(frame))


def make_encoder(codec: str) -> FrameEncoder:
    """Make an encoder; `codec` is a lower-case name of the SDP: opus, pcmu, pcma or g722."""
    return OpusEncoder() if codec == "opus" else AvEncoder(codec)


def _encoder(name: str) -> AudioCodecContext:
    context = av.CodecContext.create(name, "w")
    assert isinstance(context, AudioCodecContext)  # the codecs named here are audio
    return context


def _frame(samples: Pcm, rate_hz: int, pts: int, time_base: fractions.Fraction) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples).reshape(1, -1), "s16", "mono")
    frame.sample_rate, frame.pts, frame.time_base = rate_hz, pts, time_base
    return frame
