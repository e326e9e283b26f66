"""Packets in as they arrive, slots out in the order they were spoken, without a hole in time. Pure.

A server listens and does not play, so nothing is held back for smoothness: a packet that is next leaves at once, and
only a missing one is waited for, as long as the link's jitter makes it worth while (`ArrivalClock.target_ms`).

    arrives   1 2 . 4 3 5 . . . 9          3 was reordered: 4 waits for it
    leaves    1 2     3 4 5     c c c 9    6, 7, 8 are lost: concealed when 9 is there and they are overdue
    stalls    1 2 . . . . .  →  1 2 c c c s s    nothing at all: concealed, then silent, at the pace of the wall clock

What left is counted (`_played`), and concealment never gets ahead of the wall clock. So the audio's time is the call's
time, whatever arrives. What remains (`debt_ms`: the clocks drift, the route changed) is for `voice.transports.pace`.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Literal

from voice.transports.arrival_clock import START_TARGET_MS, ArrivalClock
from voice.transports.rtp_audio import CLOCK_HZ, TICK_HZ, TICKS_PER_MS, AudioPacket, carries_predecessor

SLOT_TICKS = 20 * TICKS_PER_MS
STALL_GRACE_MS = 10.0
"""Waited on top of the target while nothing at all has come: half a frame for the next one, which may carry this one
again."""
AUDIBLE_CONCEALMENT_MS = 60
"""Longer gaps fade to silence within this time: a vowel held for longer is heard as speech (the brief's number)."""
MAX_HELD = 100
"""Packets that wait for a missing one: 2 s of them is a flood, for the longest wait is 130 ms."""
MAX_AHEAD_MS = 500.0
"""Audio that arrives faster than time goes by is taken so far; beyond it is dropped."""
EARLY_MS = 200.0
"""A packet that is faster than any before by more belongs to a timestamp that was set anew."""
MAX_LATE_MS = 2_000.0
MAX_MISORDER = 100
MAX_DROPOUT = 3_000
"""Bounds of a plausible sequence number behind and ahead (RFC 3550, appendix A.1)."""
LATE_RUN = 5
"""So many packets in a row that all came too late: the route has become slower for good."""
LONG_PAUSE_MS = 500.0
"""After so long without a packet, whatever comes first begins anew."""
REMEMBERED = 512
"""Sequence numbers by which a duplicate is known."""
ROUNDING_MS = 0.01
"""Times are sums of floats: what is due within this is due."""

SlotKind = Literal["received", "recovered", "concealed", "silent"]


@dataclass(frozen=True, slots=True)
class Slot:
    """A stretch of audio to be made. `payload` is to be decoded; `recovered`: the one before it, from its second copy.

    `skip` ticks at the beginning of a decoded payload are not to be heard: their time was filled already.
    """

    kind: SlotKind
    ticks: int
    codec: str = ""
    payload: bytes = b""
    skip: int = 0


@dataclass(slots=True)
class BufferCounts:
    """Packets, but for the last two, which are ticks of media time."""

    received: int = 0
    lost: int = 0
    late: int = 0
    duplicate: int = 0
    refused: int = 0
    restarts: int = 0
    recovered_ticks: int = 0
    concealed_ticks: int = 0


class JitterBuffer:
    """Orders one caller's packets. `begin_ms` is the call's beginning on the clock that all other times are of."""

    def __init__(self, begin_ms: float) -> None:
        self.counts = BufferCounts()
        self._begin_ms = begin_ms
        self._played = 0
        self._clock: ArrivalClock | None = None
        self._last: AudioPacket | None = None  # the newest plausible packet: what counters are unwrapped against
        self._last_sequence = self._last_position = 0
        self._last_arrival_ms = begin_ms
        self._next = 0  # where the next slot begins, in media time
        self._left_sequence = 0  # of the newest packet that has left
        self._held: dict[int, tuple[int, AudioPacket]] = {}
        self._seen: deque[int] = deque(maxlen=REMEMBERED)
        self._seen_set: set[int] = set()
        self._lost: dict[int, None] = {}  # counted as lost, in order; some may yet come
        self._suspect: AudioPacket | None = None
        self._late_run = 0
        self._missing_ticks = 0
        self._frame_ticks = SLOT_TICKS
        self._is_pause = True

    # --- what it knows -----------------------------------------------------------------------------------------

    @property
    def target_ms(self) -> float:
        return self._clock.target_ms if self._clock else START_TARGET_MS

    @property
    def drift_ppm(self) -> float:
        return self._clock.drift_ppm if self._clock else 0.0

    @property
    def played_ms(self) -> float:
        """How much audio has left."""
        return self._played / TICKS_PER_MS

    @property
    def debt_ms(self) -> float:
        """How much audio is to be put in (or, negative, taken out) for its time to be the call's time again."""
        if self._clock is None:
            return 0.0
        return self._clock.offset_ms + (self._next - self._played) / TICKS_PER_MS - self._begin_ms

    def adjusted(self, ticks: int) -> None:
        """Take note that so much audio was put in or, negative, taken out."""
        self._played += ticks

    def due_ms(self) -> float:
        """Return when `take` has something to give even if nothing arrives until then."""
        pace_ms = self._begin_ms + (self._played + SLOT_TICKS) / TICKS_PER_MS
        if self._clock is None:
            return pace_ms + START_TARGET_MS
        grace_ms = 0.0 if self._held else STALL_GRACE_MS
        overdue_ms = self._clock.earliest_ms(self._next + self._frame_ticks) + self._clock.target_ms + grace_ms
        return overdue_ms if self._held else max(pace_ms, overdue_ms)

    # --- packets in --------------------------------------------------------------------------------------------

    def put(self, packet: AudioPacket, now_ms: float) -> None:
        """Take a packet. `take` is to be called next."""
        if self._last is None or self._clock is None:
            self._start([packet], now_ms)
            return
        sequence, position = self._unwrapped(packet)
        if not self._is_plausible(packet, sequence, position, now_ms):
            self._doubt(packet, now_ms)
            return
        if sequence in self._seen_set:
            self.counts.duplicate += 1
            return
        self._take_in(packet, sequence, position, now_ms)

    def _unwrapped(self, packet: AudioPacket) -> tuple[int, int]:
        assert self._last is not None
        scale = TICK_HZ // CLOCK_HZ[packet.codec]
        step = _signed(packet.sequence - self._last.sequence, 16)
        return (
            self._last_sequence + step,
            self._last_position + _signed(packet.timestamp - self._last.timestamp, 32) * scale,
        )

    def _is_plausible(self, packet: AudioPacket, sequence: int, position: int, now_ms: float) -> bool:
        assert self._last is not None
        assert self._clock is not None
        if packet.source != self._last.source or packet.codec != self._last.codec:
            return False
        if not -MAX_MISORDER <= sequence - self._last_sequence <= MAX_DROPOUT:
            return False
        return -EARLY_MS <= self._clock.lateness_ms(position + packet.ticks, now_ms) <= MAX_LATE_MS

    def _doubt(self, packet: AudioPacket, now_ms: float) -> None:
        """Believe a stream that began anew once two of its packets are there; one alone may be a stray."""
        before, self._suspect = self._suspect, packet
        if now_ms - self._last_arrival_ms > LONG_PAUSE_MS:
            self._start([packet], now_ms)
        elif before is not None and _follows(packet, before):
            self.counts.refused -= 1
            self._start([before, packet], now_ms)
        else:
            self.counts.refused += 1

    def _start(self, packets: list[AudioPacket], now_ms: float) -> None:
        """Begin with these packets, the first of which leaves next; what was held of a stream before is given up."""
        first = packets[0]
        self.counts.restarts += self._last is not None
        self._held.clear()
        self._seen.clear()
        self._seen_set.clear()
        self._lost.clear()
        self._suspect = None
        self._late_run = 0
        self._last = first
        self._last_sequence, self._last_position = first.sequence, 0
        self._left_sequence = first.sequence - 1
        self._next = 0
        self._clock = ArrivalClock(first.ticks, now_ms, self.target_ms)
        for packet in packets:
            self._take_in(packet, *self._unwrapped(packet), now_ms)

    def _take_in(self, packet: AudioPacket, sequence: int, position: int, now_ms: float) -> None:
        assert self._clock is not None
        self.counts.received += 1
        self._remember(sequence)
        self._clock.observe(position + packet.ticks, now_ms)
        is_newest = sequence >= self._last_sequence
        if is_newest:
            self._last, self._last_sequence, self._last_position = packet, sequence, position
            self._last_arrival_ms = now_ms
        if position + packet.ticks <= self._next:
            self.counts.late += 1
            if sequence in self._lost:
                del self._lost[sequence]
                self.counts.lost -= 1
            self._late_run += is_newest
            if self._late_run >= LATE_RUN:
                self.counts.received -= 1
                self._start([packet], now_ms)
            return
        self._late_run = 0
        if len(self._held) >= MAX_HELD or position in self._held:
            self.counts.refused += 1
            return
        self._held[position] = sequence, packet

    def _remember(self, sequence: int) -> None:
        if len(self._seen) == REMEMBERED:
            self._seen_set.discard(self._seen[0])
        self._seen.append(sequence)
        self._seen_set.add(sequence)

    # --- slots out ---------------------------------------------------------------------------------------------

    def take(self, now_ms: float) -> list[Slot]:
        """Return what can leave now, in order; of silence where nothing at all has come, one slot at a time.

        One, since a stalled process finds its timer before its packets: they are to come in between.
        """
        slots: list[Slot] = []
        while self._held:
            given = self._leave(now_ms)
            if given is None:
                return slots
            slots += given
        if now_ms >= self.due_ms() - ROUNDING_MS:
            self._next += SLOT_TICKS
            slots += self._filled(self._kind_of_missing(), SLOT_TICKS)
        return slots

    def _leave(self, now_ms: float) -> list[Slot] | None:
        """Return the next slots before and with the first held packet, perhaps none; None if they are to wait."""
        position = min(self._held)
        sequence, packet = self._held[position]
        gap = position - self._next
        is_missing = sequence > self._left_sequence + 1
        if gap > 0 and is_missing and now_ms < self.due_ms() - ROUNDING_MS:
            return None
        before = self._bridge(gap, is_missing, packet, now_ms) if gap > 0 else self._top_up(now_ms, packet)
        self._count_lost(sequence)
        del self._held[position]
        skip = max(0, self._next - position)
        if self._is_flooding(now_ms) or skip >= packet.ticks:  # or its neighbours overlap and have said it all
            self.counts.refused += 1
        else:
            before.append(Slot("received", packet.ticks - skip, packet.codec, packet.payload, skip))
            self._played += packet.ticks - skip
        self._next = max(self._next, position + packet.ticks)
        self._left_sequence = max(self._left_sequence, sequence)
        self._missing_ticks = 0
        self._frame_ticks = packet.ticks
        self._is_pause = packet.begins_pause
        return before

    def _is_flooding(self, now_ms: float) -> bool:
        return self._begin_ms + self._played / TICKS_PER_MS - now_ms > MAX_AHEAD_MS

    def _bridge(self, gap: int, is_missing: bool, packet: AudioPacket, now_ms: float) -> list[Slot]:
        """Fill the time before a packet: a pause of the sender with silence, lost packets with what can be had."""
        room = self._room(now_ms)
        fill = max(0, min(gap, room))
        self._next += gap
        if not is_missing:
            return self._filled("silent", fill) if fill else []
        recovered = min(fill, packet.ticks) if packet.codec == "opus" and carries_predecessor(packet.payload) else 0
        slots: list[Slot] = []
        for begin in range(0, fill - recovered, SLOT_TICKS):
            slots += self._filled(self._kind_of_missing(), min(fill - recovered - begin, SLOT_TICKS))
        if recovered:
            self._played += recovered
            self.counts.recovered_ticks += recovered
            slots.append(Slot("recovered", recovered, packet.codec, packet.payload))
        return slots

    def _count_lost(self, sequence: int) -> None:
        """Count what is missing between the packet that left before and this one."""
        missing = range(self._left_sequence + 1, sequence)
        self.counts.lost += max(0, len(missing) - REMEMBERED)
        for each in missing[-REMEMBERED:]:
            if each not in self._seen_set:
                self.counts.lost += 1
                self._lost[each] = None
        if len(self._lost) > REMEMBERED:
            self._lost = dict.fromkeys(list(self._lost)[-REMEMBERED:])

    def _top_up(self, now_ms: float, packet: AudioPacket) -> list[Slot]:
        """Where a stream begins, fill the time before it, so that it is heard when it was spoken."""
        if self._next or self._held.get(0, (0, None))[1] is not packet:
            return []
        room = self._room(now_ms) - packet.ticks
        return self._filled("silent", room) if room > 0 else []

    def _room(self, now_ms: float) -> int:
        """Return by how many ticks, whole milliseconds of them, the audio is behind the wall clock."""
        return (int(now_ms - self._begin_ms) - -(-self._played // TICKS_PER_MS)) * TICKS_PER_MS

    def _kind_of_missing(self) -> SlotKind:
        is_audible = self._missing_ticks < AUDIBLE_CONCEALMENT_MS * TICKS_PER_MS
        return "concealed" if is_audible and not self._is_pause else "silent"

    def _filled(self, kind: SlotKind, ticks: int) -> list[Slot]:
        self._played += ticks
        self._missing_ticks += ticks
        if kind == "concealed":
            self.counts.concealed_ticks += ticks
        codec = self._last.codec if self._last else ""
        return [Slot(kind, ticks, codec)]


def _signed(difference: int, bits: int) -> int:
    """Return the shortest way around a counter of so many bits."""
    half = 1 << (bits - 1)
    return (difference + half) % (1 << bits) - half


def _follows(packet: AudioPacket, before: AudioPacket) -> bool:
    """Say whether two packets are neighbours of one stream."""
    step = _signed(packet.timestamp - before.timestamp, 32) * (TICK_HZ // CLOCK_HZ[packet.codec])
    is_neighbour = _signed(packet.sequence - before.sequence, 16) == 1 and 0 < step <= MAX_DROPOUT * SLOT_TICKS
    return packet.source == before.source and packet.codec == before.codec and is_neighbour
