"""Maps the server's clock to the caller's from pings, as NTP does (RFC 5905, section 8).

The exchange with the shortest way there and back is believed: its answer was stamped at most half that time
from the middle, so its error is bounded by half the shortest round trip.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pong:
    """One ping and its answer, in milliseconds: the first two on the caller's clock, the last on the
    server's."""

    sent_ms: float
    received_ms: float
    call_ms: float

    @property
    def round_trip_ms(self) -> float:
        return self.received_ms - self.sent_ms


def server_offset_ms(pongs: Sequence[Pong]) -> float | None:
    """Return what to add to a time of the caller's clock to have the server's; None without an answered
    ping."""
    if not pongs:
        return None
    best = min(pongs, key=lambda pong: pong.round_trip_ms)
    return best.call_ms - (best.sent_ms + best.received_ms) / 2


def shortest_round_trip_ms(pongs: Sequence[Pong]) -> float | None:
    """Return the shortest round trip: twice the worst error of `server_offset_ms`."""
    return min((pong.round_trip_ms for pong in pongs), default=None)
