"""What arrival times tell: how late a packet is, how long to wait for one, and how fast the sender's clock runs. Pure.

The least delayed packet of the last seconds says when media time p can be here at the earliest (`offset_ms` + p).
Everything else is later than that by its lateness:

    arrival - media end   |      .        .             lateness of each packet: height above the floor
                          |  . .   . . .    .  .        target: as high as nearly all of them, plus a margin
                          |__.______.______.___.__      floor: offset_ms; its slope is the drift of the clocks
"""

from __future__ import annotations

from collections import deque

from voice.transports.rtp_audio import TICKS_PER_MS

MIN_TARGET_MS = 20.0
"""One frame. On a clean link this costs nothing: a lost packet is known as lost when the next one, 20 ms later, is
there, and that one may carry it again."""
MAX_TARGET_MS = 120.0
"""The issue says 20 to 60 ms, and with up to 60 ms of jitter the target stays there. On a link with 100 ms of jitter 60
would conceal four packets in ten, which no recogniser understands; waiting costs only the calls that need it."""
START_TARGET_MS = 40.0
"""Until enough packets have been seen: between the two, our own choice."""
MARGIN_MS = 5.0
"""On top of the lateness seen: timers and the event loop are that exact. Our own choice."""
SHRINK_MS = 0.5
"""How much the target falls at most each `JUDGE_EVERY` packets: 3 ms a second."""
JUDGE_EVERY = 8
FIRST_JUDGED = 48
"""After a second the start's guess may give way to less; to more at any time."""
SEEN_PACKETS = 128
"""2.5 s of packets; the second latest of them sets the target, so that a single spike does not."""
FLOOR_WINDOW_MS = 2_000.0
"""The floor is the least delay of the last one to two windows: long enough to hold an undelayed packet under 100 ms of
jitter, short enough that 200 ppm of drift move it by less than 1 ms."""
SLOPE_WINDOWS = 60
"""Drift is the slope over the floors of at most two minutes."""
MIN_SLOPE_WINDOWS = 5
"""And of at least ten seconds: before that it is reported as 0,"""
MAX_SLOPE_ERROR_PPM = 25.0
"""and so it is while jitter makes its standard error larger than this."""


class ArrivalClock:
    """Follows one stream of packets. Positions are media time in ticks, at the end of a packet."""

    def __init__(self, position: int, now_ms: float, target_ms: float = START_TARGET_MS) -> None:
        delay_ms = now_ms - position / TICKS_PER_MS
        self.target_ms = target_ms
        self._window_began_ms = now_ms
        self._floor_ms = self._last_floor_ms = delay_ms
        self._lateness_ms: deque[float] = deque(maxlen=SEEN_PACKETS)
        self._since_judged = 0
        self._is_guess = True
        self._floors: deque[tuple[float, float]] = deque(maxlen=SLOPE_WINDOWS)

    @property
    def offset_ms(self) -> float:
        """When media time 0 could have been here at the earliest."""
        return min(self._floor_ms, self._last_floor_ms)

    def earliest_ms(self, position: int) -> float:
        """Return when a packet that ends at this position can be here at the earliest."""
        return self.offset_ms + position / TICKS_PER_MS

    def lateness_ms(self, position: int, now_ms: float) -> float:
        """Return how much later than that it is now; negative for a packet that is faster than any before."""
        return now_ms - self.earliest_ms(position)

    def observe(self, position: int, now_ms: float) -> None:
        """Take the arrival of a packet that ends at this position."""
        delay_ms = now_ms - position / TICKS_PER_MS
        if now_ms - self._window_began_ms >= FLOOR_WINDOW_MS:
            self._floors.append((now_ms, self._floor_ms))
            self._last_floor_ms, self._floor_ms = self._floor_ms, delay_ms
            self._window_began_ms = now_ms
        self._floor_ms = min(self._floor_ms, delay_ms)
        self._lateness_ms.append(delay_ms - self.offset_ms)
        self._since_judged += 1
        if self._since_judged >= JUDGE_EVERY:
            self._since_judged = 0
            self._judge()

    def _judge(self) -> None:
        needed_ms = sorted(self._lateness_ms)[-2] + MARGIN_MS
        is_known = len(self._lateness_ms) >= FIRST_JUDGED
        fallen_ms = needed_ms if self._is_guess and is_known else self.target_ms - SHRINK_MS * is_known
        self._is_guess = self._is_guess and not is_known
        target_ms = max(needed_ms, fallen_ms)
        self.target_ms = min(max(target_ms, MIN_TARGET_MS), MAX_TARGET_MS)

    @property
    def drift_ppm(self) -> float:
        """How much faster than ours the sender's clock runs, in parts per million; 0 until it is known."""
        count = len(self._floors)
        if count < MIN_SLOPE_WINDOWS:
            return 0.0
        mean_at = sum(at for at, _ in self._floors) / count
        mean_floor = sum(floor for _, floor in self._floors) / count
        above = sum((at - mean_at) * (floor - mean_floor) for at, floor in self._floors)
        below = sum((at - mean_at) ** 2 for at, _ in self._floors)
        slope = above / below
        scatter = sum((floor - mean_floor - slope * (at - mean_at)) ** 2 for at, floor in self._floors)
        is_known = (scatter / (count - 2) / below) ** 0.5 * 1_000_000 < MAX_SLOPE_ERROR_PPM
        return -slope * 1_000_000 if is_known else 0.0
