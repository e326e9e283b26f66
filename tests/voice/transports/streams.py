"""RTP streams on a virtual clock: a sender, a network with chance, and a receiver that is ticked when it asks to be."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TypeAlias, TypeVar

from voice.transports.rtp_audio import TICKS_PER_MS, AudioPacket

Out = TypeVar("Out")
MAX_TICKS_AT_ONCE = 30
"""A receiver may be behind by half a second, at one frame a tick; more without time going on is a loop."""
Sent: TypeAlias = list[tuple[float, AudioPacket]]
"""Packets, each with when it is sent or arrives."""


@dataclass(frozen=True, slots=True)
class Network:
    """What happens to packets: probabilities, and a uniform delay of up to `jitter_ms` on top of `delay_ms`."""

    loss: float = 0.0
    duplication: float = 0.0
    jitter_ms: float = 0.0
    delay_ms: float = 5.0
    keeps_order: bool = False
    seed: int = 0

    def deliver(self, sent: Iterable[tuple[float, AudioPacket]]) -> Sent:
        """Return (arrival, packet) in order of arrival."""
        chance = random.Random(self.seed)
        arrived: Sent = []
        latest_ms = 0.0
        for sent_ms, packet in sent:
            copies = (chance.random() >= self.loss) + (chance.random() < self.duplication)
            for _ in range(copies):
                at_ms = sent_ms + self.delay_ms + chance.uniform(0, self.jitter_ms)
                latest_ms = max(latest_ms, at_ms)
                arrived.append((latest_ms if self.keeps_order else at_ms, packet))
        return sorted(arrived, key=lambda each: each[0])


def number_of(payload: bytes) -> int:
    """Return which packet of `stream` a payload is; its first byte is the head of 20 ms of Opus without a copy."""
    return int(payload[1:])


def stream(
    count: int,
    *,
    frame_ms: int = 20,
    begin_ms: float = 0.0,
    sequence: int = 0,
    timestamp: int = 0,
    source: int = 1,
    ppm: float = 0.0,
    payload: Callable[[int], bytes] = lambda number: b"\xfc%03d" % number,
) -> Sent:
    """Return Opus packets with the time at which each is sent: when it has been spoken, by a clock `ppm` too fast."""
    step_ms = frame_ms / (1 + ppm / 1e6)
    ticks = frame_ms * TICKS_PER_MS
    packets = []
    for number in range(count):
        given = AudioPacket(
            source, "opus", (sequence + number) % 65536, (timestamp + number * ticks) % 2**32, ticks, payload(number)
        )
        packets.append((begin_ms + (number + 1) * step_ms, given))
    return packets


def with_clock_of(packets: Sent, codec: str, divisor: int) -> Sent:
    """Return the packets as another codec's, whose RTP clock is slower."""
    return [(at, replace(each, codec=codec, timestamp=each.timestamp // divisor)) for at, each in packets]


def run(
    arrived: Sent,
    put: Callable[[AudioPacket, float], list[Out]],
    tick: Callable[[float], list[Out]],
    due_ms: Callable[[], float],
    until_ms: float,
) -> list[tuple[float, Out]]:
    """Let everything arrive in time and tick in between; return what came out, with when."""
    given: list[tuple[float, Out]] = []
    now_ms = ticks = 0.0
    for at_ms, packet in [*arrived, (until_ms, None)]:
        while due_ms() < at_ms:
            ticks = ticks + 1 if due_ms() <= now_ms else 0
            assert ticks < MAX_TICKS_AT_ONCE, "the timer spins"
            now_ms = max(now_ms, due_ms())
            given += [(now_ms, each) for each in tick(now_ms)]
        now_ms = at_ms
        if packet is not None:
            given += [(at_ms, each) for each in put(packet, at_ms)]
    return given
