"""What turn-taking orders. Nothing but `CommitTurn` may lead to an effect outside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from voice.events import ReplyPaused, ReplyResumed, SpeechPaused, SpeechStarted, TurnDropped, TurnEnded, TurnRetracted


@dataclass(frozen=True, slots=True)
class Emit:
    event: SpeechStarted | SpeechPaused | TurnEnded | TurnDropped | TurnRetracted | ReplyPaused | ReplyResumed


@dataclass(frozen=True, slots=True)
class TryTurn:
    """Recognise the audio from `from_ms` to `to_ms` as this revision of the turn.

    `is_over_reply`: a reply is held for it, so that the words, most likely few, are wanted soon.
    """

    revision: int
    from_ms: int
    to_ms: int
    is_over_reply: bool = False


@dataclass(frozen=True, slots=True)
class JudgeTurn:
    """Ask the turn model about this revision's audio."""

    revision: int
    from_ms: int
    to_ms: int


@dataclass(frozen=True, slots=True)
class RecognisePartial:
    """Recognise what was said so far. `is_over_reply`: a reply is held for it, so that it is not given up for a final
    that begins meanwhile."""

    from_ms: int
    to_ms: int
    is_over_reply: bool = False


@dataclass(frozen=True, slots=True)
class Understand:
    """Propose commands for this text; nothing may come of it unless the revision is committed."""

    revision: int
    text: str


@dataclass(frozen=True, slots=True)
class WithdrawTurn:
    """The caller went on: abandon all work on this revision."""

    revision: int


@dataclass(frozen=True, slots=True)
class BeginReply:
    """The turn is over: say what it would have said, so far as that needs no action. It is not committed yet."""

    revision: int
    text: str
    speech_end_ms: int
    silence_enough_ms: int


@dataclass(frozen=True, slots=True)
class CommitTurn:
    """The turn is over and stays so; `silence_enough_ms` is when the silence had sufficed, had everything been known.

    Its reply may have begun (`BeginReply` of the same revision).
    """

    revision: int
    text: str
    speech_end_ms: int
    silence_enough_ms: int


@dataclass(frozen=True, slots=True)
class RetractTurn:
    """The caller went on after all: stop the reply that was begun for this revision. Nothing came of it."""

    revision: int


@dataclass(frozen=True, slots=True)
class DropTurn:
    """The revision was no turn; abandon all work on it. A reply that it stopped for nothing is said again."""

    revision: int


@dataclass(frozen=True, slots=True)
class AdmitUnheard:
    """The caller did say something, and it could not be recognised: abandon the revision and say so."""

    revision: int


@dataclass(frozen=True, slots=True)
class PauseReply:
    """The caller makes sounds over this reply: hold it until it is known what they are."""

    reply_id: int


@dataclass(frozen=True, slots=True)
class ResumeReply:
    """Go on from the sample at which the reply was paused."""

    reply_id: int


@dataclass(frozen=True, slots=True)
class StopReply:
    """The caller barged in on this reply."""

    reply_id: int


TurnEffect: TypeAlias = (
    Emit
    | TryTurn
    | JudgeTurn
    | RecognisePartial
    | Understand
    | WithdrawTurn
    | BeginReply
    | CommitTurn
    | RetractTurn
    | DropTurn
    | AdmitUnheard
    | PauseReply
    | ResumeReply
    | StopReply
)
