"""The reply of a call that is being produced or played, and the account of its gap."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from dialogue.turn import Said, Understood
from voice.events import LatencyMeasured
from voice.latency import TurnMarks, parts
from voice.speech.speaker import Reply


@dataclass(slots=True)
class LiveReply:
    """The reply that is being produced or played."""

    reply: Reply
    speaking: asyncio.Task[None]
    marks: TurnMarks | None
    was_ready: bool = False
    is_decided: bool = False
    sentence: int = 0
    """The sentence that is being heard."""

    def understood(self, at_ms: int) -> None:
        """The commands of its turn are known."""
        if self.marks is not None:
            self.marks = replace(self.marks, understood_ms=at_ms)

    def decided(self, at_ms: int, *, was_ready: bool) -> None:
        """Its first words are known."""
        if not self.is_decided:
            self.is_decided, self.was_ready = True, was_ready
            if self.marks is not None:
                self.marks = replace(self.marks, decided_ms=at_ms)

    def measured(self, first_audio_ms: int) -> LatencyMeasured | None:
        """Return the account of its gap; None for what answers no turn of the caller."""
        if self.marks is None:
            return None
        marks = replace(self.marks, first_audio_ms=first_audio_ms)
        return LatencyMeasured(
            self.reply.reply_id,
            marks.gap_ms,
            parts(marks),
            marks.speech_end_ms,
            marks.first_audio_ms,
            self.was_ready,
        )


@dataclass(slots=True)
class BegunReply:
    """A reply that is heard before its turn is committed; `foreseen` is what it says."""

    revision: int
    reply: Reply
    understood: Understood
    foreseen: list[Said]
