"""The outgoing audio track: takes 20 ms from the call at absolute deadlines, so that pacing never drifts.

It hands encoded packets to aiortc, which sends those as they are: no thread, no second encoder.
"""

from __future__ import annotations

import asyncio
import fractions
from collections.abc import Callable
from typing import Any

import av
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack

from voice.audio import FRAME_MS, silence
from voice.link import PlaysFrames
from voice.transports.encoders import FRAME_SAMPLES_OUT, OUTPUT_RATE_HZ, FrameEncoder, make_encoder
from voice.transports.pacing import Pacing

MAX_BEHIND_S = 0.2
"""A loop that was stalled for longer skips what it missed, in place of a burst."""
_TIME_BASE = fractions.Fraction(1, OUTPUT_RATE_HZ)


class PlaybackTrack(MediaStreamTrack):
    """Sends what `source` plays; silence while there is none, so that a browser is in tune before the first word."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self.source: PlaysFrames | None = None
        self.codec = "opus"
        """What was negotiated; set before the first frame is asked for."""
        self.pacing = Pacing()
        self.on_fault: Callable[[Exception], None] | None = None
        """Told of what `source` or the encoder raises: aiortc would only fall silent."""
        self._encoder: FrameEncoder | None = None
        self._due_s: float | None = None
        self._pts = 0
        self._silent = silence(FRAME_MS, OUTPUT_RATE_HZ)

    async def recv(self) -> av.Packet[Any]:
        """Return the next frame, encoded, at its time. Raises MediaStreamError once stopped."""
        if self.readyState != "live":
            raise MediaStreamError
        due_s = await self._wait()
        try:
            packet = av.Packet(self._next_payload())
        except Exception as error:  # whatever it is, it ends this call and not the process's loop
            if self.on_fault is not None:
                self.on_fault(error)
            raise MediaStreamError from error
        packet.pts, packet.time_base = self._pts, _TIME_BASE
        self._pts += FRAME_SAMPLES_OUT
        self.pacing.note((asyncio.get_running_loop().time() - due_s) * 1000)
        return packet

    def _next_payload(self) -> bytes:
        if self._encoder is None:
            self._encoder = make_encoder(self.codec)
        samples = self.source.next_frame().samples if self.source is not None else self._silent
        return self._encoder.encode(samples)

    async def _wait(self) -> float:
        """Wait for the frame's deadline and return it; after a long stall, leave out the frames of that time."""
        loop = asyncio.get_running_loop()
        now_s = loop.time()
        due_s = now_s if self._due_s is None else self._due_s
        if now_s - due_s > MAX_BEHIND_S:
            missed = int((now_s - due_s) * 1000 / FRAME_MS)
            self.pacing.skipped += missed
            self._pts += missed * FRAME_SAMPLES_OUT
            due_s += missed * FRAME_MS / 1000
        await asyncio.sleep(max(0.0, due_s - now_s))
        self._due_s = due_s + FRAME_MS / 1000
        return due_s
