"""Decoders of received audio, one call's stream each: a payload becomes mono samples, and so does a missing one."""

from __future__ import annotations

from typing import Protocol

import av
import av.frame
import numpy as np
from aiortc.codecs import get_decoder
from aiortc.jitterbuffer import JitterFrame
from aiortc.rtcrtpparameters import RTCRtpCodecParameters

from voice.audio import LISTEN_RATE_HZ
from voice.ports import Pcm
from voice.transports.concealment import BLEND_MS, Concealment, faded
from voice.transports.libopus import LibOpusDecoder, load_libopus
from voice.transports.rtp_audio import CLOCK_HZ, PayloadUnreadable

_RATE_HZ = {"opus": 48_000, "pcmu": 8_000, "pcma": 8_000, "g722": 16_000}
"""What PyAV's decoders give."""


class SpeechDecoder(Protocol):
    """Gives samples at `rate_hz`."""

    rate_hz: int

    def decode(self, payload: bytes) -> Pcm:
        """Return the samples of a packet. Raises PayloadUnreadable."""
        ...

    def recover(self, payload: bytes, count: int) -> Pcm:
        """Return the `count` samples before a packet that carries them again; made up if that fails."""
        ...

    def conceal(self, count: int) -> Pcm:
        """Make up the next `count` samples, fading to silence."""
        ...


class OpusDecoder:
    """libopus at 16 kHz mono: no resampler, its own concealment, and recovery from the next packet."""

    rate_hz = LISTEN_RATE_HZ

    def __init__(self, decoder: LibOpusDecoder) -> None:
        self._decoder = decoder
        self._missing = 0

    def decode(self, payload: bytes) -> Pcm:
        return self._joined(self._decoder.decode(payload))

    def recover(self, payload: bytes, count: int) -> Pcm:
        try:
            return self._joined(self._decoder.recover(payload, count))
        except PayloadUnreadable:
            return self.conceal(count)

    def conceal(self, count: int) -> Pcm:
        samples = faded(self._decoder.conceal(count), self._missing, self.rate_hz)
        self._missing += len(samples)
        return samples

    def _joined(self, samples: Pcm) -> Pcm:
        """Where a gap has begun to fade, let the caller come back without a click."""
        if self._missing:
            width = min(len(samples), BLEND_MS * self.rate_hz // 1000)
            level = faded(np.array([32767], np.int16), self._missing, self.rate_hz)[0] / 32767
            samples[:width] = np.rint(samples[:width] * np.linspace(level, 1.0, width)).astype(np.int16)
            self._missing = 0
        return samples


class AvDecoder:
    """aiortc's decoder of a codec, with concealment of ours."""

    def __init__(self, codec: str) -> None:
        self.rate_hz = _RATE_HZ[codec]
        self._decoder = get_decoder(
            RTCRtpCodecParameters(mimeType=f"audio/{codec}", clockRate=CLOCK_HZ[codec], channels=1, payloadType=0)
        )
        self._concealment = Concealment(self.rate_hz)

    def decode(self, payload: bytes) -> Pcm:
        try:
            frames = self._decoder.decode(JitterFrame(payload, 0))
        except (av.FFmpegError, ValueError) as error:
            raise PayloadUnreadable(f"a packet of {len(payload)} bytes cannot be decoded ({error})") from error
        return self._concealment.heard(np.concatenate([_mono(frame) for frame in frames]) if frames else _NOTHING)

    def recover(self, payload: bytes, count: int) -> Pcm:
        del payload  # no copy of another packet can be had out of it
        return self.conceal(count)

    def conceal(self, count: int) -> Pcm:
        return self._concealment.conceal(count)


def make_decoder(codec: str) -> SpeechDecoder:
    """Make a decoder; `codec` is one of `rtp_audio.CLOCK_HZ`."""
    library = load_libopus() if codec == "opus" else None
    return AvDecoder(codec) if library is None else OpusDecoder(LibOpusDecoder(library, LISTEN_RATE_HZ))


_NOTHING: Pcm = np.zeros(0, np.int16)


def _mono(frame: av.frame.Frame) -> Pcm:
    assert isinstance(frame, av.AudioFrame)  # decoders of audio codecs give nothing else
    samples = frame.to_ndarray().reshape(-1, frame.layout.nb_channels)
    return np.asarray(samples.mean(axis=1) if samples.shape[1] > 1 else samples[:, 0], np.int16)
