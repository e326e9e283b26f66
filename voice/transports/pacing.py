"""How late frames left: the moment that each was due against the moment it was handed to the network.

A sender knows this of itself, so that a caller who hears late frames can tell a busy server from a bad line, and from
a stall of its own. Pure: times come in.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

BOUNDS_MS: Final = (1.0, 2.0, 5.0, 10.0, 20.0, 40.0, 60.0, 100.0, 200.0)
"""One frame (20 ms), what playback may be ahead of its time in a browser on a good line (60 ms), and what is skipped
in place of being sent late (200 ms), with steps between. Our own choice."""
LATE_MS: Final = 20.0
"""From here on a frame is late: the next one is due by then."""
VERY_LATE_MS: Final = 60.0
"""From here on a listener hears it: the most that the jitter buffer of a browser holds back on a good line."""


@dataclass(slots=True)
class Pacing:
    """Counts of frames by how late they left: `counts[i]` up to `BOUNDS_MS[i]`, the last one beyond all of them."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS_MS) + 1))
    sum_ms: float = 0.0
    worst_ms: float = 0.0
    skipped: int = 0
    """Frames that were not sent at all, since their time had passed long ago."""

    @property
    def sent(self) -> int:
        return sum(self.counts)

    def note(self, late_ms: float) -> None:
        """A frame was handed over so much after its time; before it counts as in time."""
        late_ms = max(late_ms, 0.0)
        self.counts[bisect_left(BOUNDS_MS, late_ms)] += 1
        self.sum_ms += late_ms
        self.worst_ms = max(self.worst_ms, late_ms)

    def over(self, bound_ms: float) -> int:
        """Return how many frames left more than `bound_ms` late, which is one of `BOUNDS_MS`."""
        return sum(self.counts[BOUNDS_MS.index(bound_ms) + 1 :])


def together(pacings: Iterable[Pacing]) -> Pacing:
    """Return the counts of several senders as one."""
    whole = Pacing()
    for pacing in pacings:
        whole.counts = [mine + other for mine, other in zip(whole.counts, pacing.counts, strict=True)]
        whole.sum_ms += pacing.sum_ms
        whole.worst_ms = max(whole.worst_ms, pacing.worst_ms)
        whole.skipped += pacing.skipped
    return whole
