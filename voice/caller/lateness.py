"""How late received frames are: their arrival against the media clock, as a listener's buffer would find out."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from voice.caller.timeline import SAMPLES_PER_MS, RtpAudio, unwrap

MEMORY_MS = 2_000
"""A listener adapts to a line whose delay has changed within so long (our own choice): a sender that slips once, by a
stall that it never makes up for, is late for two seconds and on time from then on."""
LATE_MS = 60.0
"""From here on a frame is late: the most that the jitter buffer of a browser holds back on a good line."""


def lags_ms(packets: Sequence[RtpAudio]) -> list[float]:
    """Return for each packet, in order of arrival, how much later it came than the least delayed one of the two
    seconds of media before it."""
    timestamps = unwrap([packet.timestamp for packet in packets], 32)
    delays = [
        (timestamp / SAMPLES_PER_MS, packet.arrival_ms - timestamp / SAMPLES_PER_MS)
        for packet, timestamp in zip(packets, timestamps, strict=True)
    ]
    lags: list[float] = []
    least: deque[tuple[float, float]] = deque()
    for media_ms, delay_ms in delays:
        while least and least[-1][1] >= delay_ms:
            least.pop()
        least.append((media_ms, delay_ms))
        while least[0][0] < media_ms - MEMORY_MS:
            least.popleft()
        lags.append(delay_ms - least[0][1])
    return lags


def late_received(packets: Sequence[RtpAudio], limit_ms: float = LATE_MS) -> int:
    """Count the received frames that came more than `limit_ms` after their moment."""
    return sum(1 for lag in lags_ms(packets) if lag > limit_ms)
