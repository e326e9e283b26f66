"""What the caller has said so far, as audio: the last half minute, addressable by audio time."""

from __future__ import annotations

from collections import deque

import numpy as np

from voice.audio import FRAME_MS, FRAME_SAMPLES, LISTEN_RATE_HZ, last_audible_sample, to_float
from voice.ports import Audio, Pcm

KEPT_FRAMES = 35_000 // FRAME_MS
"""35 s: more than the longest turn with its pre-roll and pauses."""


class HeardAudio:
    """A ring of 20 ms frames, int16 at 16 kHz. Audio time is counted in frames from the beginning of the call."""

    def __init__(self) -> None:
        self.now_ms = 0
        self._frames: deque[tuple[Pcm, int]] = deque(maxlen=KEPT_FRAMES)
        self._voiced: deque[bool] = deque(maxlen=KEPT_FRAMES)

    def append(self, samples: Pcm, received_ms: int, *, is_voiced: bool = False) -> None:
        """Add the next frame, with the moment of its arrival on the call's clock, and whether it sounds like speech."""
        if len(samples) != FRAME_SAMPLES:
            raise ValueError(f"a frame has {FRAME_SAMPLES} samples, not {len(samples)}")
        self._frames.append((samples, received_ms))
        self._voiced.append(is_voiced)
        self.now_ms += FRAME_MS

    def cut(self, from_ms: int, to_ms: int) -> Audio:
        """Return the audio of a span as float32 at 16 kHz; what is no longer kept is left out."""
        return to_float(self._pcm(from_ms, to_ms))

    def voiced_ms(self, from_ms: int, to_ms: int) -> int:
        """Return how much of a span sounded like speech."""
        first, last = self._indexes(from_ms, to_ms)
        return FRAME_MS * sum(1 for index, is_voiced in enumerate(self._voiced) if first <= index < last and is_voiced)

    def speech_end_ms(self, from_ms: int, to_ms: int) -> int:
        """Return the audio time just after the last audible sample of a span; its end if nothing is audible."""
        last = last_audible_sample(self._pcm(from_ms, to_ms), LISTEN_RATE_HZ)
        kept_from_ms = max(from_ms // FRAME_MS * FRAME_MS, self._oldest_ms)
        return to_ms if last is None else kept_from_ms + last * 1000 // LISTEN_RATE_HZ

    def clock_ms(self, audio_ms: int) -> int:
        """Return when this moment of audio arrived, on the call's clock."""
        if not self._frames:
            return audio_ms
        index = (audio_ms - self._oldest_ms - 1) // FRAME_MS
        index = min(max(index, 0), len(self._frames) - 1)
        frame_end_ms = self._oldest_ms + (index + 1) * FRAME_MS
        # A frame arrives when its last sample has been recorded, so its first one was heard 20 ms before.
        return self._frames[index][1] - (frame_end_ms - audio_ms)

    @property
    def _oldest_ms(self) -> int:
        return self.now_ms - len(self._frames) * FRAME_MS

    def _pcm(self, from_ms: int, to_ms: int) -> Pcm:
        first, last = self._indexes(from_ms, to_ms)
        frames = [samples for index, (samples, _) in enumerate(self._frames) if first <= index < last]
        return np.concatenate(frames) if frames else np.zeros(0, dtype=np.int16)

    def _indexes(self, from_ms: int, to_ms: int) -> tuple[int, int]:
        """Return which frames hold a span, the last one not included."""
        first = max(0, (from_ms - self._oldest_ms) // FRAME_MS)
        return first, max(0, -(-(to_ms - self._oldest_ms) // FRAME_MS))
