"""The outgoing audio track: takes 20 ms from the call at absolute deadlines, so that pacing never drifts."""

from __future__ import annotations

import asyncio
import fractions
import time

import av
import numpy as np
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack

from voice.audio import FRAME_MS, silence
from voice.link import PlaysFrames

OUTPUT_RATE_HZ = 48_000
"""Opus works at 48 kHz; aiortc would resample anything else itself."""
FRAME_SAMPLES_OUT = OUTPUT_RATE_HZ * FRAME_MS // 1000
MAX_BEHIND_S = 0.2
"""A loop that was stalled for longer skips what it missed, in place of a burst."""


class PlaybackTrack(MediaStreamTrack):
    """Sends what `source` plays; silence while there is none."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self.source: PlaysFrames | None = None
        self._due_s: float | None = None
        self._pts = 0
        self._silent = silence(FRAME_MS, OUTPUT_RATE_HZ)

    async def recv(self) -> av.AudioFrame:
        """Return the next frame at its time. Raises MediaStreamError once stopped."""
        if self.readyState != "live":
            raise MediaStreamError
        await self._wait()
        samples = self.source.next_frame().samples if self.source is not None else self._silent
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples).reshape(1, -1), "s16", "mono")
        frame.sample_rate = OUTPUT_RATE_HZ
        frame.pts = self._pts
        frame.time_base = fractions.Fraction(1, OUTPUT_RATE_HZ)
        self._pts += FRAME_SAMPLES_OUT
        return frame

    async def _wait(self) -> None:
        now_s = time.monotonic()
        if self._due_s is None or now_s - self._due_s > MAX_BEHIND_S:
            self._due_s = now_s
        self._due_s += FRAME_MS / 1000
        await asyncio.sleep(max(0.0, self._due_s - FRAME_MS / 1000 - now_s))
