"""From RTP packets to the 20 ms frames that a call listens to: ordered, complete in time, decoded, at 16 kHz.

    packet → JitterBuffer → decoder, concealment → DcBlocker → Pace → frames of 320 samples

No I/O, no clock: packets and times come in. 30 to 60 µs a frame, so it runs on the event loop, without a thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from voice.audio import FRAME_SAMPLES, LISTEN_RATE_HZ
from voice.ports import Pcm
from voice.resampling import Resampler
from voice.transports.dc_blocker import DcBlocker
from voice.transports.decoders import SpeechDecoder, make_decoder
from voice.transports.jitter_buffer import JitterBuffer, Slot
from voice.transports.pace import Pace
from voice.transports.rtp_audio import CLOCK_HZ, TICK_HZ, TICKS_PER_MS, AudioPacket, PayloadUnreadable, packet_ticks
from voice.transports.statistics import LinkStatistics

_TICKS_PER_SAMPLE = TICK_HZ // LISTEN_RATE_HZ
MAX_PAYLOAD_BYTES = 1_500
"""An Ethernet frame; RTP of audio is never fragmented."""


@dataclass(frozen=True, slots=True)
class HeardFrame:
    """320 samples at 16 kHz; `is_concealed` if some of them were made up for lost ones, `is_real` if some came."""

    samples: Pcm
    is_concealed: bool
    is_real: bool = True


class ReceivePath:
    """One caller's audio. All times are milliseconds of one clock, on which the call began at `begin_ms`."""

    def __init__(self, begin_ms: float) -> None:
        self._buffer = JitterBuffer(begin_ms)
        self._pace = Pace()
        self._dc = DcBlocker()
        self._codec = ""
        self._decoder: SpeechDecoder | None = None
        self._resampler = Resampler(LISTEN_RATE_HZ)
        self._waiting: Pcm = np.zeros(0, np.int16)
        self._is_waiting_concealed = False
        self._is_waiting_real = False
        self._unreadable = 0
        self._inserted_samples = self._removed_samples = 0

    def due_ms(self) -> float:
        """Return when `tick` has frames to give even if nothing arrives until then."""
        return self._buffer.due_ms()

    def put(self, packet: AudioPacket, now_ms: float) -> list[HeardFrame]:
        """Take a packet; return the frames that are complete with it."""
        is_usable = packet.codec in CLOCK_HZ and 0 < len(packet.payload) <= MAX_PAYLOAD_BYTES and packet.ticks > 0
        if is_usable:
            self._buffer.put(packet, now_ms)
        else:
            self._unreadable += 1
        return self.tick(now_ms)

    def tick(self, now_ms: float) -> list[HeardFrame]:
        """Return the frames that are due, concealed where nothing came."""
        return [frame for slot in self._buffer.take(now_ms) for frame in self._framed(slot)]

    def statistics(self) -> LinkStatistics:
        counts = self._buffer.counts
        return LinkStatistics(
            received_packets=counts.received,
            lost_packets=counts.lost,
            late_packets=counts.late,
            duplicate_packets=counts.duplicate,
            refused_packets=counts.refused,
            unreadable_packets=self._unreadable,
            restarts=counts.restarts,
            recovered_ms=counts.recovered_ticks // TICKS_PER_MS,
            concealed_ms=counts.concealed_ticks // TICKS_PER_MS,
            inserted_ms=self._inserted_samples * 1000 // LISTEN_RATE_HZ,
            removed_ms=self._removed_samples * 1000 // LISTEN_RATE_HZ,
            jitter_target_ms=round(self._buffer.target_ms, 1),
            drift_ppm=round(self._buffer.drift_ppm, 1),
        )

    def _framed(self, slot: Slot) -> Sequence[HeardFrame]:
        samples = self._rendered(slot)
        if slot.kind == "received":  # what was filled in is never ahead of time
            samples = self._kept_in_pace(samples)
        is_real = slot.kind not in ("concealed", "silent")
        self._is_waiting_concealed |= slot.kind == "concealed"
        self._is_waiting_real |= is_real
        self._waiting = np.concatenate([self._waiting, samples]) if len(self._waiting) else samples
        frames = []
        while len(self._waiting) >= FRAME_SAMPLES:
            frame = self._waiting[:FRAME_SAMPLES]
            frames.append(HeardFrame(frame, self._is_waiting_concealed, self._is_waiting_real))
            self._waiting = self._waiting[FRAME_SAMPLES:]
            self._is_waiting_concealed = slot.kind == "concealed" and len(self._waiting) > 0
            self._is_waiting_real = is_real and len(self._waiting) > 0
        return frames

    def _kept_in_pace(self, samples: Pcm) -> Pcm:
        adjusted = self._pace.adjust(samples, self._buffer.debt_ms)
        change = len(adjusted) - len(samples)
        if change:
            self._buffer.adjusted(change * _TICKS_PER_SAMPLE)
            self._inserted_samples += max(change, 0)
            self._removed_samples += max(-change, 0)
        return adjusted

    def _rendered(self, slot: Slot) -> Pcm:
        decoder = self._decoder_of(slot.codec)
        if decoder is None:
            return np.zeros(slot.ticks // _TICKS_PER_SAMPLE, np.int16)
        samples = self._decoded(decoder, slot)
        return self._dc.clean(self._resampler.convert(samples, decoder.rate_hz))

    def _decoded(self, decoder: SpeechDecoder, slot: Slot) -> Pcm:
        count = slot.ticks * decoder.rate_hz // TICK_HZ
        skip = slot.skip * decoder.rate_hz // TICK_HZ
        match slot.kind:
            case "received":
                try:
                    return _fitted(decoder.decode(slot.payload)[skip:], count)
                except PayloadUnreadable:
                    self._unreadable += 1
                    return _fitted(decoder.conceal(count), count)
            case "recovered":
                return _fitted(decoder.recover(slot.payload, count), count)
            case "concealed":
                return _fitted(decoder.conceal(count), count)
            case "silent":
                return np.zeros(count, np.int16)

    def _decoder_of(self, codec: str) -> SpeechDecoder | None:
        if codec and codec != self._codec:
            self._decoder, self._codec = make_decoder(codec), codec
        return self._decoder


def _fitted(samples: Pcm, count: int) -> Pcm:
    """Return exactly `count` samples: the time a packet claims is the time it gets."""
    if len(samples) == count:
        return samples
    return np.concatenate([samples[:count], np.zeros(max(count - len(samples), 0), np.int16)])


def audio_packet(source: int, codec: str, sequence: int, timestamp: int, payload: bytes) -> AudioPacket:
    """Make a packet of what the wire gave; its length is read from the payload, 0 if there is none."""
    ticks = packet_ticks(codec, payload) if codec in CLOCK_HZ else 0
    return AudioPacket(source, codec, sequence, timestamp, ticks, payload)
