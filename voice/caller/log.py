"""The log of one call as the caller has it: all that `report` needs, all of it plain data.

Times are milliseconds since the call was begun, on the caller's monotonic clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from voice.audio import FRAME_MS
from voice.caller.clock import Pong
from voice.caller.timeline import SAMPLES_PER_MS, RtpAudio
from voice.caller.wav import Utterance

FRAME_SAMPLES = FRAME_MS * SAMPLES_PER_MS


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One message of the data channel."""

    at_ms: float
    message: Mapping[str, Any]

    @property
    def type(self) -> str:
        return str(self.message.get("type", ""))


@dataclass(frozen=True, slots=True)
class Spoken:
    """An utterance as it was sent: `first_frame` is the index in `CallLog.sent_ms` of its first 20 ms
    frame."""

    utterance: Utterance
    first_frame: int


@dataclass(frozen=True, slots=True)
class CallLog:
    """`sent_ms`: when each 20 ms frame of the microphone was handed to the connection, silence included."""

    call_id: str | None
    spoken: Sequence[Spoken]
    sent_ms: Sequence[float]
    packets: Sequence[RtpAudio]
    events: Sequence[ServerEvent]
    pongs: Sequence[Pong]
    end_ms: float
    ended: str
    failure: str | None = None
    connected_ms: float | None = None
    """When the encrypted connection stood: from here on audio can flow, and a greeting can be heard."""
    media: Mapping[str, Any] = field(default_factory=dict)
    """What the server counted of its side (`voice.transports.statistics`), where it tells."""

    def spoken_at_ms(self, frame: int, sample: int) -> float:
        """Return when a sample was spoken: a microphone hands a frame over when its last sample has been
        recorded.

        A sample that was never sent, because the call broke off, is placed where it would have been.
        """
        frame += sample // FRAME_SAMPLES
        within_ms = sample % FRAME_SAMPLES / SAMPLES_PER_MS
        missing = frame - (len(self.sent_ms) - 1)
        handed_over = self.sent_ms[-1] + missing * FRAME_MS if missing > 0 else self.sent_ms[frame]
        return handed_over - FRAME_MS + within_ms
