"""Playback: the queue of one call's outgoing audio, one reply at a time, which knows what has been heard.

A plain object without clock or I/O. Whoever owns the playout clock (the transport) takes a frame every 20 ms; the
call puts samples in by `reply_id`. Samples of any reply but the live one are dropped here, so a late chunk of a
stopped reply can never become a second voice.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from voice.audio import FRAME_MS, fade_out, first_audible_sample, silence
from voice.ports import Pcm


@dataclass(frozen=True, slots=True)
class PlayedFrame:
    """20 ms for the transport. `is_first_audible`: the reply's first sound is in it, `onset_ms` into the frame."""

    samples: Pcm
    reply_id: int | None
    is_first_audible: bool = False
    onset_ms: int = 0
    is_last: bool = False


class PlaybackQueue:
    """Samples of the live reply, int16 mono at `rate_hz`."""

    def __init__(self, rate_hz: int) -> None:
        self.rate_hz = rate_hz
        self.reply_id: int | None = None
        self._frame_samples = rate_hz * FRAME_MS // 1000
        self._silent = silence(FRAME_MS, rate_hz)
        self._chunks: deque[Pcm] = deque()
        self._buffered = 0
        self._heard = 0
        self._was_audible = False
        self._is_complete = False

    @property
    def heard_ms(self) -> int:
        """How much of the live (or just ended) reply has been handed to the transport."""
        return self._heard * 1000 // self.rate_hz

    @property
    def buffered_ms(self) -> int:
        return self._buffered * 1000 // self.rate_hz

    def open(self, reply_id: int) -> None:
        """Make this the live reply; whatever another one still held is dropped."""
        self._clear()
        self.reply_id = reply_id
        self._heard = 0
        self._was_audible = False
        self._is_complete = False

    def put(self, reply_id: int, samples: Pcm) -> bool:
        """Append samples of a reply; False if that reply is not the live one (they are dropped)."""
        if reply_id != self.reply_id or self._is_complete:
            return False
        self._chunks.append(samples)
        self._buffered += len(samples)
        return True

    def complete(self, reply_id: int) -> None:
        """Nothing more will come of this reply: once the queue is empty, it has been played."""
        if reply_id == self.reply_id:
            self._is_complete = True

    def stop(self, reply_id: int) -> int | None:
        """Stop a reply, fading over one frame; return the milliseconds heard, None if it was not live."""
        if reply_id != self.reply_id:
            return None
        heard_ms = self.heard_ms
        tail = fade_out(self._take()) if self._buffered and self._heard else None
        self._clear()
        self.reply_id = None
        if tail is not None:
            self._chunks.append(tail)
            self._buffered = len(tail)
        return heard_ms

    def next_frame(self) -> PlayedFrame:
        """Return the next 20 ms; silence when there is nothing to play."""
        reply_id = self.reply_id
        if not self._buffered:
            if self._is_complete and reply_id is not None:
                self.reply_id = None
                return PlayedFrame(self._silent, reply_id, is_last=True)
            return PlayedFrame(self._silent, None)
        samples = self._take()
        if reply_id is None:
            return PlayedFrame(samples, None)
        self._heard += len(samples)
        onset = None if self._was_audible else first_audible_sample(samples, self.rate_hz)
        if onset is None:
            return PlayedFrame(samples, reply_id)
        self._was_audible = True
        return PlayedFrame(samples, reply_id, is_first_audible=True, onset_ms=onset * 1000 // self.rate_hz)

    def _take(self) -> Pcm:
        """Remove and return one frame's worth, padded with silence at the very end."""
        wanted = self._frame_samples
        taken: list[Pcm] = []
        while wanted and self._chunks:
            chunk = self._chunks.popleft()
            taken.append(chunk[:wanted])
            if len(chunk) > wanted:
                self._chunks.appendleft(chunk[wanted:])
            wanted -= len(taken[-1])
        self._buffered -= self._frame_samples - wanted
        if wanted:
            taken.append(self._silent[:wanted])
        return np.concatenate(taken)

    def _clear(self) -> None:
        self._chunks.clear()
        self._buffered = 0
