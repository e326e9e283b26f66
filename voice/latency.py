"""Latency accounting: where the gap of one turn went, as parts of its critical path that add up.

    last audible sample        turn is over      transcript      commands        first words    first audible
    of the caller              (silence enough)  known           known           decided        sample out
         |------ endpoint -----------|-- recognition --|- understanding -|---- flow ----|-- first_audio --|

Work overlaps (recognition runs while the silence is still being awaited), so a part is only what it added to the
wait: the time from the latest of the marks before it to its own.
"""

from __future__ import annotations

from dataclasses import dataclass

PARTS = ("endpoint", "recognition", "understanding", "flow", "first_audio")


@dataclass(frozen=True, slots=True)
class TurnMarks:
    """When each thing of a turn happened, in milliseconds of the call's clock."""

    speech_end_ms: int
    silence_enough_ms: int
    transcript_ms: int
    understood_ms: int
    decided_ms: int
    first_audio_ms: int

    @property
    def gap_ms(self) -> int:
        return self.first_audio_ms - self.speech_end_ms


def parts(marks: TurnMarks) -> dict[str, int]:
    """Return the parts in `PARTS`, none negative; their sum is the gap exactly."""
    reached = marks.speech_end_ms
    result: dict[str, int] = {}
    moments = (marks.silence_enough_ms, marks.transcript_ms, marks.understood_ms, marks.decided_ms)
    for name, moment in zip(PARTS, (*moments, marks.first_audio_ms), strict=True):
        moment = min(max(moment, reached), max(marks.first_audio_ms, reached))
        result[name] = moment - reached
        reached = moment
    return result
