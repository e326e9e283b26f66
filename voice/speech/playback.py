"""Playback: the queue of one call's outgoing audio, one reply at a time, which knows what has been heard.

A plain object without clock or I/O. Whoever owns the playout clock (the transport) takes a frame every 20 ms; the
call puts samples in by `reply_id`. Samples of any reply but the live one are dropped here, so a late chunk of a
stopped reply can never become a second voice.

A reply can be paused and goes on from the sample at which it was: the pause fades out over a frame, which is heard
again from its beginning, faded in. Where a pause of its own comes there, it goes on behind that: the caller has
waited already.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from voice.audio import FRAME_MS, audible_threshold, fade_in, fade_out, first_audible_sample, silence
from voice.ports import Pcm

CUT_FADE_MS = 10
"""Before a cut, so that it does not click: shorter than any speech sound."""
SKIPPED_PAUSE_MS = 600
"""As much of a reply's own pause is left out at most when it goes on."""
KEPT_PAUSE_MS = 5
"""Of a pause that is left out so much stays, in which the sound behind it fades in; all of it is inaudible."""
COMPARED_MS = 3000
"""Of what is ahead: what is audible in a pause is measured against the loudest of this."""


@dataclass(frozen=True, slots=True)
class PlayedFrame:
    """20 ms for the transport. `is_first_audible`: the reply's first sound is in it, `onset_ms` into the frame.

    `sentence` is the number of the sentence that begins in this frame, counted from 0; None in all other frames.
    """

    samples: Pcm
    reply_id: int | None
    is_first_audible: bool = False
    onset_ms: int = 0
    is_last: bool = False
    sentence: int | None = None

    @property
    def matters(self) -> bool:
        """Whether the call is to know of this frame."""
        return self.is_first_audible or self.is_last or self.sentence is not None


class PlaybackQueue:
    """Samples of the live reply, int16 mono at `rate_hz`."""

    def __init__(self, rate_hz: int) -> None:
        self.rate_hz = rate_hz
        self.reply_id: int | None = None
        self._frame_samples = rate_hz * FRAME_MS // 1000
        self._silent = silence(FRAME_MS, rate_hz)
        self._chunks: deque[Pcm] = deque()
        self._buffered = 0
        self._put = 0
        self._heard = 0
        self._begins: deque[tuple[int, int]] = deque()
        """Where sentences begin, (sample of the reply, number), those that have not been heard yet."""
        self._paused: int | None = None
        """The reply that is being held, which may not have been opened yet."""
        self._fading: Pcm | None = None
        """The frame that goes out next, whatever is queued: the end of what was paused or stopped."""
        self._fade_in_samples = 0
        """So many of the next samples fade in."""
        self._was_audible = False
        self._is_complete = False

    @property
    def heard_ms(self) -> int:
        """How much of the live (or just ended) reply has been handed to the transport."""
        return self._heard * 1000 // self.rate_hz

    @property
    def buffered_ms(self) -> int:
        return self._buffered * 1000 // self.rate_hz

    @property
    def is_paused(self) -> bool:
        return self._paused is not None and self._paused == self.reply_id

    @property
    def is_sounding(self) -> bool:
        """Whether the next frame has samples of a reply."""
        return self._buffered > 0 and not self.is_paused

    def open(self, reply_id: int) -> None:
        """Make this the live reply; whatever another one still held is dropped."""
        self._clear()
        self.reply_id = reply_id
        self._heard = self._put = 0
        self._fade_in_samples = 0
        self._was_audible = False
        self._is_complete = False

    def begin_sentence(self, reply_id: int, number: int) -> None:
        """What is put next belongs to this sentence of the reply."""
        if reply_id == self.reply_id and not self._is_complete:
            self._begins.append((self._put, number))

    def put(self, reply_id: int, samples: Pcm) -> bool:
        """Append samples of a reply; False if that reply is not the live one (they are dropped)."""
        if reply_id != self.reply_id or self._is_complete:
            return False
        self._chunks.append(samples)
        self._buffered += len(samples)
        self._put += len(samples)
        return True

    def cut(self, reply_id: int, at_ms: float) -> int | None:
        """Drop what lies behind this place of the live reply and was not played, fading out before it.

        Returns how many samples of the reply there are now; None where nothing lies behind.
        """
        kept_samples = max(0, round(at_ms * self.rate_hz / 1000) - self._heard)
        if reply_id != self.reply_id or kept_samples >= self._buffered:
            return None
        kept = np.concatenate(self._chunks)[:kept_samples]
        faded = min(kept_samples, self.rate_hz * CUT_FADE_MS // 1000)
        self._chunks.clear()
        if kept_samples:
            self._chunks.append(np.concatenate([kept[: kept_samples - faded], fade_out(kept[kept_samples - faded :])]))
        self._buffered, self._put = kept_samples, self._heard + kept_samples
        self._begins = deque(each for each in self._begins if each[0] < self._put)
        return self._put

    def complete(self, reply_id: int) -> None:
        """Nothing more will come of this reply: once the queue is empty, it has been played."""
        if reply_id == self.reply_id:
            self._is_complete = True

    def pause(self, reply_id: int) -> None:
        """Hold a reply, fading over one frame; also one that is not open yet."""
        if self._paused == reply_id:
            return
        if reply_id == self.reply_id and self._buffered and self._heard:
            self._fading = fade_out(self._peek())
        self._paused = reply_id

    def resume(self, reply_id: int) -> None:
        """Go on from the sample at which the reply was paused, or behind the silence that follows there."""
        if self._paused != reply_id:
            return
        self._paused = None
        if reply_id == self.reply_id and self._heard > 0:
            self._fade_in_samples = self._frame_samples
            self._skip_pause()

    def stop(self, reply_id: int) -> int | None:
        """Stop a reply, fading over one frame; return the milliseconds heard, None if it was not live."""
        if self._paused == reply_id:
            was_silent, self._paused = True, None
        else:
            was_silent = False
        if reply_id != self.reply_id:
            return None
        heard_ms = self.heard_ms
        if self._buffered and self._heard and not was_silent:
            self._fading = fade_out(self._peek())
        self._clear()
        self.reply_id = None
        return heard_ms

    def next_frame(self) -> PlayedFrame:
        """Return the next 20 ms; silence when there is nothing to play."""
        reply_id = self.reply_id
        if self._fading is not None:
            faded, self._fading = self._fading, None
            return PlayedFrame(faded, None)
        if self.is_paused:
            return PlayedFrame(self._silent, None)
        if not self._buffered:
            if self._is_complete and reply_id is not None:
                self.reply_id = None
                return PlayedFrame(self._silent, reply_id, is_last=True)
            return PlayedFrame(self._silent, None)
        return self._play(reply_id)

    def _play(self, reply_id: int | None) -> PlayedFrame:
        samples = self._take()
        if self._fade_in_samples:
            length, self._fade_in_samples = self._fade_in_samples, 0
            samples = np.concatenate([fade_in(samples[:length]), samples[length:]])
        sentence: int | None = None
        self._heard += len(samples)
        while self._begins and self._begins[0][0] < self._heard:
            sentence = self._begins.popleft()[1]
        onset = None if self._was_audible else first_audible_sample(samples, self.rate_hz)
        if onset is None:
            return PlayedFrame(samples, reply_id, sentence=sentence)
        self._was_audible = True
        onset_ms = onset * 1000 // self.rate_hz
        return PlayedFrame(samples, reply_id, is_first_audible=True, onset_ms=onset_ms, sentence=sentence)

    def _skip_pause(self) -> None:
        """Leave out the silence that comes next, but for the end of it, which fades in; it counts as heard."""
        if not self._buffered:
            return
        ahead = np.concatenate(self._chunks)
        # Beside what follows it, as an ear hears it: a breath before the next sentence is not its beginning.
        threshold = audible_threshold(ahead[: self.rate_hz * COMPARED_MS // 1000], self.rate_hz)
        next_up = ahead[: self.rate_hz * SKIPPED_PAUSE_MS // 1000]
        audible = first_audible_sample(next_up, self.rate_hz, threshold)
        kept = self.rate_hz * KEPT_PAUSE_MS // 1000
        skipped = (len(next_up) if audible is None else audible) - kept
        if skipped > 0:
            self._chunks = deque([ahead[skipped:]])
            self._buffered -= skipped
            self._heard += skipped
            self._fade_in_samples = kept

    def _peek(self) -> Pcm:
        """Return the next frame and leave it."""
        samples = np.concatenate([self._chunks[0][: self._frame_samples], *self._more()])[: self._frame_samples]
        return np.concatenate([samples, self._silent[len(samples) :]])

    def _more(self) -> list[Pcm]:
        """Return as much behind the first chunk as a frame may need."""
        found, length = [], len(self._chunks[0])
        for index in range(1, len(self._chunks)):
            if length >= self._frame_samples:
                break
            found.append(self._chunks[index])
            length += len(found[-1])
        return found

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
        self._begins.clear()
        self._buffered = 0
