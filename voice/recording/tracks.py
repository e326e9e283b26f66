"""The two voices of a call on one time line: audio time in frames of 20 ms, caller left, assistant right. Pure.

The caller's frames are the clock. The assistant's come when the transport takes them, in bursts or late, and each is
put where the one before it ended, so that nothing in a sentence is torn; where they come to be off the clock, silence
is left out or put in between. So the beginning of everything that is said is right to the frame.
"""

from __future__ import annotations

from collections import deque
from typing import Literal, TypeAlias

import numpy as np

from voice.audio import FRAME_MS, FRAME_SAMPLES
from voice.ports import Pcm

Side: TypeAlias = Literal["caller", "assistant"]
SIDES: tuple[Side, Side] = ("caller", "assistant")
MOST_AHEAD_FRAMES = 10
"""200 ms: a transport that takes audio further ahead than that takes it wrongly, and frames are dropped and counted."""
MOST_GAP_FRAMES = 3_000
"""60 s: a longer hole is a fault of whoever tells the time; the frame is dropped rather than memory filled."""


class StereoTracks:
    """Frames from `base` on, in frames since the call began; what was taken lies before it."""

    def __init__(self) -> None:
        self.base = 0
        self.dropped_frames = 0
        self._frames: dict[Side, deque[Pcm | None]] = {side: deque() for side in SIDES}

    @property
    def now(self) -> int:
        """How far the caller's side goes, in frames."""
        return self.base + len(self._frames["caller"])

    def put(self, side: Side, samples: Pcm, at_ms: int) -> None:
        """Put 320 samples at this audio time, or where the frame before them ended if that is nearly the same."""
        track = self._frames[side]
        wanted = round(at_ms / FRAME_MS)
        end = self.base + len(track)
        is_silent = not samples.any()
        off = wanted - end
        if off > MOST_GAP_FRAMES or off < -MOST_AHEAD_FRAMES or len(samples) != FRAME_SAMPLES:
            self.dropped_frames += 1
        elif off > 1 or (off == 1 and (is_silent or not track or track[-1] is None)):
            track.extend([None] * off)
            track.append(None if is_silent else samples)
        elif off >= 0 or not is_silent:
            track.append(None if is_silent else samples)
        # Silence that would lie behind the clock is left out: that brings the track back to it.

    def take(self, to: int) -> Pcm:
        """Remove and return [n_frames * 320, 2] int16 up to this frame, silence where nothing was put."""
        count = max(0, to - self.base)
        samples = np.zeros((count * FRAME_SAMPLES, len(SIDES)), dtype=np.int16)
        for column, side in enumerate(SIDES):
            track = self._frames[side]
            for index in range(min(count, len(track))):
                frame = track.popleft()
                if frame is not None:
                    samples[index * FRAME_SAMPLES : (index + 1) * FRAME_SAMPLES, column] = frame
        self.base += count
        return samples

    def drop(self, to: int) -> int:
        """Forget everything up to this frame; return how many frames that are."""
        count = max(0, min(to, self.now) - self.base)
        for track in self._frames.values():
            for _ in range(min(count, len(track))):
                track.popleft()
        self.base += count
        return count
