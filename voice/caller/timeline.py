"""Puts received audio where it belongs in time: by RTP timestamp, anchored to the arrival of the least
delayed packets.

Media timestamps know how far apart packets were recorded, arrivals know when they came. A packet that is
late by network or scheduler stays in line with its neighbours, and a real pause of the sender (its
timestamps stand still while time goes on) becomes silence. Measurements use the arrival itself:
`Timeline.heard_at_ms`.
"""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass

import av
import numpy as np

from voice.caller.wav import CALL_RATE_HZ
from voice.ports import Pcm

SAMPLES_PER_MS = CALL_RATE_HZ // 1000
LOOK_AHEAD_PACKETS = 50
"""The anchor is the least delay among the next second of packets, so that a burst after a stall is not a
pause."""
PAUSE_MS = 100
"""The anchor moves only for more than this: less is jitter or clock drift and must not click."""


@dataclass(frozen=True, slots=True)
class RtpAudio:
    """One RTP packet of Opus as it arrived; `arrival_ms` on the caller's clock, when the kernel had it.

    `waited_ms`: how long it lay there until this process read it.
    """

    arrival_ms: float
    sequence: int
    timestamp: int
    payload: bytes
    waited_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class DecodedPacket:
    arrival_ms: float
    timestamp: int
    samples: Pcm


@dataclass(frozen=True, slots=True)
class Timeline:
    """What was received, `samples` [n] int16 48 kHz mono from time 0 of the caller's clock, gaps as
    silence."""

    samples: Pcm
    starts: tuple[int, ...] = ()
    arrivals_ms: tuple[float, ...] = ()

    def heard_at_ms(self, index: int) -> float:
        """Return when a sample could be heard at the earliest: its packet's arrival plus its place in the
        packet."""
        at = bisect.bisect_right(self.starts, index) - 1
        if at < 0:
            return index / SAMPLES_PER_MS
        return self.arrivals_ms[at] + (index - self.starts[at]) / SAMPLES_PER_MS


def unwrap(values: Sequence[int], bits: int) -> list[int]:
    """Undo the wrap-around of a counter whose steps, forward or back, are shorter than half its range."""
    modulus, result = 1 << bits, list(values[:1])
    for value in values[1:]:
        step = (value - result[-1]) % modulus
        result.append(result[-1] + (step - modulus if step >= modulus // 2 else step))
    return result


def decode(packets: Sequence[RtpAudio]) -> list[DecodedPacket]:
    """Decode Opus packets in the order they were sent; duplicates and what cannot be decoded are left out."""
    sequences = unwrap([packet.sequence for packet in packets], 16)
    timestamps = unwrap([packet.timestamp for packet in packets], 32)
    decoder = av.CodecContext.create("libopus", "r")
    decoder.format, decoder.layout, decoder.sample_rate = "s16", "mono", CALL_RATE_HZ
    decoded: dict[int, DecodedPacket] = {}
    for sequence, timestamp, packet in sorted(
        zip(sequences, timestamps, packets, strict=True), key=lambda item: item[0]
    ):
        if sequence in decoded or not packet.payload:
            continue
        try:
            frames = decoder.decode(av.Packet(packet.payload))
        except av.FFmpegError:
            continue  # outside bytes: a damaged packet is a hole in the recording, as on a real line
        if frames:
            samples = np.concatenate([frame.to_ndarray().reshape(-1) for frame in frames])
            decoded[sequence] = DecodedPacket(packet.arrival_ms, timestamp, samples)
    return list(decoded.values())


def anchors_ms(packets: Sequence[DecodedPacket]) -> list[float]:
    """Return for each packet the time that stands for timestamp 0, moved only by real pauses."""
    delays = [packet.arrival_ms - packet.timestamp / SAMPLES_PER_MS for packet in packets]
    result: list[float] = []
    for index in range(len(delays)):
        least = min(delays[index : index + LOOK_AHEAD_PACKETS])
        is_moved = not result or abs(least - result[-1]) > PAUSE_MS
        result.append(least if is_moved else result[-1])
    return result


def place(packets: Sequence[DecodedPacket]) -> Timeline:
    """Lay decoded packets, in the order they were sent, on one timeline."""
    if not packets:
        return Timeline(np.zeros(0, np.int16))
    starts = [
        round(anchor * SAMPLES_PER_MS) + packet.timestamp
        for anchor, packet in zip(anchors_ms(packets), packets, strict=True)
    ]
    end = max(start + len(packet.samples) for start, packet in zip(starts, packets, strict=True))
    samples = np.zeros(max(end, 0), np.int16)
    for start, packet in zip(starts, packets, strict=True):
        kept = packet.samples[max(-start, 0) :]
        samples[max(start, 0) : max(start, 0) + len(kept)] = kept
    in_order = sorted(zip(starts, (packet.arrival_ms for packet in packets), strict=True))
    return Timeline(samples, tuple(s for s, _ in in_order), tuple(a for _, a in in_order))
