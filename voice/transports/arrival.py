"""The receive side of aiortc without its jitter buffer: audio goes to the listener as it arrives.

aiortc holds four packets back, 80 ms of every gap, and after one lost packet fourteen for the rest of the call
(transports reference, section 4). Smoothness is for ears; a recogniser needs order and nothing more.
"""

from __future__ import annotations

from typing import Any

import aiortc.rtcrtpreceiver
from aiortc.jitterbuffer import JitterFrame
from aiortc.rtp import RtpPacket

MAX_MISORDER = 100
"""A packet that is older by more begins a new count: the sender started over. The same bound as aiortc's own."""
_WRAP = 1 << 16


class ArrivalOrder:
    """Passes every packet that is newer than the last one; what comes late or twice is dropped."""

    def __init__(self) -> None:
        self._last: int | None = None

    def add(self, packet: RtpPacket) -> tuple[bool, JitterFrame | None]:
        """Return (no key frame is needed, the frame to decode if there is one)."""
        ahead = 1 if self._last is None else (packet.sequence_number - self._last) % _WRAP
        is_late = ahead == 0 or _WRAP - ahead < MAX_MISORDER
        if is_late:
            return False, None
        self._last = packet.sequence_number
        data: bytes = getattr(packet, "_data", b"")  # the receiver puts the codec's bytes there before it calls
        return False, JitterFrame(data, packet.timestamp) if data else None  # without data it is padding


def receive_in_arrival_order() -> None:
    """Use `ArrivalOrder` for audio in connections made from now on. Idempotent; a test guards the replaced name."""
    receiving: Any = aiortc.rtcrtpreceiver
    original = receiving.JitterBuffer
    if getattr(original, "is_ours", False):
        return

    def make(capacity: int, prefetch: int = 0, is_video: bool = False) -> Any:
        return original(capacity, prefetch, is_video) if is_video else ArrivalOrder()

    make.is_ours = True  # type: ignore[attr-defined]
    receiving.JitterBuffer = make
