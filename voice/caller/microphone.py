"""The caller's microphone: 20 ms frames of Opus by absolute deadlines, speech when there is some, else
silence.

It hands encoded packets to the connection, so that no frame waits in a thread pool behind other work.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import av
import numpy as np
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError
from av.audio.codeccontext import AudioCodecContext

from voice.audio import FRAME_MS
from voice.caller.log import FRAME_SAMPLES, Spoken
from voice.caller.timeline import SAMPLES_PER_MS
from voice.caller.wav import CALL_RATE_HZ, Utterance
from voice.ports import Pcm

BIT_RATE = 48_000
"""Well above where Opus mono speech is transparent (about 32 kbit/s): recognition hears the recording, not
the codec."""


class Microphone(MediaStreamTrack):
    """A track that never stops sending. `sent_ms` and `spoken` are the log of what went out when."""

    kind = "audio"

    def __init__(self, now_ms: Callable[[], float], background: Pcm | None = None) -> None:
        """Take the caller's clock, and what is heard behind the caller all the time: 48 kHz mono, repeated."""
        super().__init__()
        self.sent_ms: list[float] = []
        self.spoken: list[Spoken] = []
        self._now_ms = now_ms
        self._started_ms: float | None = None
        self._speech: Pcm = np.zeros(0, np.int16)
        self._background = background if background is not None and len(background) else None
        self._encoder = opus_encoder()

    def say(self, utterance: Utterance) -> float:
        """Speak from the next frame on; return when the last audible sample will have been spoken."""
        first_frame = len(self.sent_ms)
        self._speech = utterance.samples
        self.spoken.append(Spoken(utterance, first_frame))
        started_ms = self._now_ms() if self._started_ms is None else self._started_ms
        return started_ms + (first_frame - 1) * FRAME_MS + utterance.speech_end / SAMPLES_PER_MS

    @property
    def is_speaking(self) -> bool:
        return len(self._speech) > 0

    async def recv(self) -> av.Packet[Any]:
        """Return the next frame when its time has come; after a stall, at once, until it has caught up."""
        if self.readyState != "live":
            raise MediaStreamError
        if self._started_ms is None:
            self._started_ms = self._now_ms()
        due_ms = self._started_ms + len(self.sent_ms) * FRAME_MS
        await asyncio.sleep(max(due_ms - self._now_ms(), 0.0) / 1000)
        packet = self._encode(self._next_frame())
        self.sent_ms.append(self._now_ms())
        return packet

    def _next_frame(self) -> Pcm:
        frame = np.zeros(FRAME_SAMPLES, np.int16)
        taken, self._speech = self._speech[:FRAME_SAMPLES], self._speech[FRAME_SAMPLES:]
        frame[: len(taken)] = taken
        return frame if self._background is None else self._over_background(frame, self._background)

    def _over_background(self, frame: Pcm, background: Pcm) -> Pcm:
        start = len(self.sent_ms) * FRAME_SAMPLES
        behind = np.take(background, range(start, start + FRAME_SAMPLES), mode="wrap")
        return np.asarray(np.clip(frame.astype(np.int32) + behind, -32768, 32767), np.int16)

    def _encode(self, samples: Pcm) -> av.Packet[Any]:
        pts = len(self.sent_ms) * FRAME_SAMPLES
        frame = av.AudioFrame.from_ndarray(samples[None, :], format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = CALL_RATE_HZ, pts, Fraction(1, CALL_RATE_HZ)
        (encoded,) = self._encoder.encode(frame)  # libopus gives one packet a frame, with 6.5 ms of look-ahead inside
        packet = av.Packet(bytes(encoded))
        packet.pts, packet.time_base = pts, Fraction(1, CALL_RATE_HZ)
        return packet


def opus_encoder() -> AudioCodecContext:
    """Make an Opus encoder for 20 ms of 48 kHz mono speech."""
    encoder = AudioCodecContext.create("libopus", "w")
    encoder.bit_rate, encoder.format, encoder.layout = BIT_RATE, "s16", "mono"
    encoder.sample_rate, encoder.time_base = CALL_RATE_HZ, Fraction(1, CALL_RATE_HZ)
    encoder.options = {"application": "voip", "fec": "1", "packet_loss": "10"}  # as a browser does
    return encoder
