"""What happens to turn-taking: audio, the results of models, and what the assistant does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from flows.effects import Expectation
from voice.endpointing.answer_shape import AnswerShape


@dataclass(frozen=True, slots=True)
class FrameHeard:
    """20 ms of the caller's audio ended at `at_ms`, with this VAD probability of speech.

    `level_db`: RMS below full scale; None where it is not known, and voice activity alone decides.
    """

    at_ms: int
    speech_probability: float
    level_db: float | None = None


@dataclass(frozen=True, slots=True)
class PartialReady:
    """What was recognised of a turn that still goes on, from `begin_ms`; `committed` is what will not change."""

    begin_ms: int
    text: str
    committed: str = ""
    log_probability: float = 0.0


@dataclass(frozen=True, slots=True)
class TranscriptReady:
    """What was recognised of a revision. `is_invented`: there was too little speech for what was written."""

    revision: int
    text: str
    log_probability: float
    is_invented: bool = False
    language: str | None = None


@dataclass(frozen=True, slots=True)
class TurnJudged:
    revision: int
    probability: float


@dataclass(frozen=True, slots=True)
class CommandsReady:
    """Understanding has finished; `is_certain` when the words completely answer the waiting question.

    `has_preview`: what the assistant would say first is known and needs no action, so it may be said before the turn
    is committed, and taken back. `confidence`: how sure understanding is of commands that do something; 0.0 where none
    does. `is_asked_back`: it would ask which of a few things is meant.
    """

    revision: int
    is_certain: bool
    has_preview: bool = False
    confidence: float = 1.0
    is_asked_back: bool = False


@dataclass(frozen=True, slots=True)
class RecognitionFailed:
    revision: int
    reason: str


@dataclass(frozen=True, slots=True)
class ReplyChanged:
    """The assistant began (`reply_id`) or stopped (None) being audible or about to be."""

    reply_id: int | None
    is_interruptible: bool = True


@dataclass(frozen=True, slots=True)
class ReplyAudible:
    """A sentence of a reply begins to be heard; `is_last_sentence` from its last one on, which asks if any does."""

    reply_id: int
    is_last_sentence: bool = False
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class QuestionChanged:
    """The flow waits for something else now; `shape` is what that sounds like, None for what the expectation says.

    `awaits` is False while the assistant still works on a turn.
    """

    expectation: Expectation
    awaits: bool = True
    shape: AnswerShape | None = None


@dataclass(frozen=True, slots=True)
class CommitNow:
    """Something else is answered now, or the call ends: a turn whose reply has begun can be taken back no more."""


@dataclass(frozen=True, slots=True)
class SpeechDropped:
    """What the caller is saying counts no more: they answer by keys."""


TurnInput: TypeAlias = (
    FrameHeard
    | PartialReady
    | TranscriptReady
    | TurnJudged
    | CommandsReady
    | RecognitionFailed
    | ReplyChanged
    | ReplyAudible
    | QuestionChanged
    | CommitNow
    | SpeechDropped
)
