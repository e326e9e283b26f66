"""What one RTP packet of audio says about itself: how long it is, and whether it carries its predecessor again.

Media time is counted in ticks of 1/48000 s for every codec, so that Opus (48 kHz), G.711 and G.722 (both 8 kHz on the
wire) share one clock without rounding.
"""

from __future__ import annotations

from dataclasses import dataclass

from voice.errors import VoiceError

TICK_HZ = 48_000
TICKS_PER_MS = TICK_HZ // 1000
CLOCK_HZ = {"opus": 48_000, "pcmu": 8_000, "pcma": 8_000, "g722": 8_000}
"""RTP clock of each codec we take, by its lower-case name in the SDP. G.722's is 8 kHz by RFC 3551, section 4.5.2."""
MAX_OPUS_TICKS = 120 * TICKS_PER_MS
"""The longest Opus packet (RFC 6716, section 3.2.5)."""
PAUSE_OPUS_BYTES = 2
"""An Opus packet of so few bytes says "nothing to hear" and begins a pause in sending (RFC 6716, section 2.1.9)."""

_SILK_TICKS = (480, 960, 1920, 2880)
_HYBRID_TICKS = (480, 960)
_CELT_TICKS = (120, 240, 480, 960)


class PayloadUnreadable(VoiceError):
    """A packet's payload is not what its codec allows."""

    code = "payload-unreadable"
    fault = "client"


@dataclass(frozen=True, slots=True)
class AudioPacket:
    """A packet as it arrived: counters as on the wire (16 and 32 bits), `ticks` its length."""

    source: int
    codec: str
    sequence: int
    timestamp: int
    ticks: int
    payload: bytes

    @property
    def begins_pause(self) -> bool:
        """Say whether the sender announced that it will send nothing for a while."""
        return self.codec == "opus" and len(self.payload) <= PAUSE_OPUS_BYTES


def packet_ticks(codec: str, payload: bytes) -> int:
    """Return the length of a payload in ticks; 0 if no length can be read from it."""
    if codec == "opus":
        return opus_ticks(payload)
    return len(payload) * (TICK_HZ // CLOCK_HZ[codec])  # one byte a tick of the wire's clock, in G.722 as well


def opus_ticks(payload: bytes) -> int:
    """Return the length that the head of an Opus packet tells (RFC 6716, section 3.1); 0 if it is malformed."""
    if not payload:
        return 0
    count = payload[1] & 63 if len(payload) > 1 else 0
    frames = (1, 2, 2, count)[payload[0] & 3]
    ticks = frames * _frame_ticks(payload[0] >> 3)
    return ticks if ticks <= MAX_OPUS_TICKS else 0


def carries_predecessor(payload: bytes) -> bool:
    """Say whether an Opus packet of one frame carries the one before it again (LBRR; RFC 6716, section 4.2.4).

    The first bits of a SILK layer are raw: one voice flag for each 20 ms of it, then the flag that is asked for.
    """
    if len(payload) < 2 or payload[0] & 3 or payload[0] >> 3 >= 16:
        return False
    silk_frames = max(1, _frame_ticks(payload[0] >> 3) // 960)
    return bool(payload[1] >> (7 - silk_frames) & 1)


def _frame_ticks(configuration: int) -> int:
    if configuration < 12:
        return _SILK_TICKS[configuration % 4]
    if configuration < 16:
        return _HYBRID_TICKS[configuration % 2]
    return _CELT_TICKS[configuration % 4]
