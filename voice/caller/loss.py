"""A line that loses packets: each independently, by a seed, so that a run can be repeated."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from typing import Any

from aiortc.rtp import is_rtcp


class Loss:
    """Says of each packet whether it is lost; `count` is how many were."""

    def __init__(self, rate: float, seed: int = 1) -> None:
        self.count = 0
        self._rate = rate
        self._chance = random.Random(seed)

    def takes_one(self) -> bool:
        """Whether the next packet is lost."""
        is_lost = self._rate > 0 and self._chance.random() < self._rate
        self.count += is_lost
        return is_lost


def lose_sent_packets(transport: Any, loss: Loss) -> None:
    """Lose packets of audio that are sent over a transport of aiortc; its reports (RTCP) always pass.

    aiortc has no public place for this, so it wraps a private method of one transport;
    tests/voice/caller/test_loss.py fails if it changes its shape.
    """
    send: Callable[[bytes], Awaitable[None]] = transport._send_rtp

    async def lossy(data: bytes) -> None:
        if is_rtcp(data) or not loss.takes_one():
            await send(data)

    transport._send_rtp = lossy
