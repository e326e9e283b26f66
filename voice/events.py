"""Events of a call: what happened in audio. Times are integer milliseconds of audio since the call began.

The data channel carries these, and the dialogue's, as JSON (`voice.protocols.events_json`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class CallStarted:
    call_id: str
    assistant: str
    transport: str


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """The caller began to speak; `at_ms` is the onset, not the moment of detection."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class SpeechPaused:
    """The caller fell silent for long enough to try the turn. `revision` names that version of the turn."""

    revision: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class PartialTranscript:
    """What was recognised so far; may change, but for the words of `committed`, on which two runs agreed."""

    text: str
    at_ms: int
    committed: str = ""


@dataclass(frozen=True, slots=True)
class FinalTranscript:
    """What was recognised of a whole revision; will not change. `log_probability` is the mean a token."""

    revision: int
    text: str
    log_probability: float
    at_ms: int


@dataclass(frozen=True, slots=True)
class TurnProbability:
    """The turn model's estimate (0 to 1) that the caller has finished."""

    revision: int
    probability: float
    at_ms: int


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """The caller's turn is over and committed as `text`; `speech_end_ms` is the last audible sample."""

    revision: int
    text: str
    speech_end_ms: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class TurnDropped:
    """A revision was noise, or nothing could be recognised in it."""

    revision: int
    reason: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class TurnRetracted:
    """A turn that had ended goes on after all: the caller spoke again before anything came of it."""

    revision: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class ReplyPaused:
    """The caller makes sounds over this reply; it is held until it is known what they are."""

    reply_id: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class ReplyResumed:
    """It was a nod (`backchannel`), `noise`, or too short to be known yet (`unknown`): the reply goes on."""

    reply_id: int
    reason: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class BargeIn:
    """Caller speech stopped the assistant; `heard_ms` of the reply had been played."""

    reply_id: int
    heard_ms: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class BackgroundBegan:
    """Something without words plays where the caller is, at this level: it is no longer taken for speech."""

    at_ms: int
    level_db: float


@dataclass(frozen=True, slots=True)
class BackgroundEnded:
    """It is over: `words` were heard, or it is `quiet`."""

    at_ms: int
    reason: str


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """The caller pressed a key of the telephone."""

    key: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class LanguageSwitched:
    """The call goes on in another language: the caller spoke it or asked for it, or a flow chose it."""

    language: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class ReplyStarted:
    """The first audible sample of a reply was handed to the transport."""

    reply_id: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class ReplyFinished:
    """Everything of a reply was played."""

    reply_id: int
    heard_ms: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class LatencyMeasured:
    """Where the gap of a turn went. The parts follow one another on the critical path and add up to `gap_ms`.

    `was_ready`: the first sentence of the reply had been rendered when the turn ended.
    """

    reply_id: int
    gap_ms: int
    parts: Mapping[str, int]
    speech_end_ms: int
    first_audio_ms: int
    was_ready: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """Something failed and the call goes on; `code` is the error's, `message` says what to do."""

    code: str
    message: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class CallEnded:
    reason: str
    at_ms: int


CallEvent: TypeAlias = (
    CallStarted
    | SpeechStarted
    | SpeechPaused
    | PartialTranscript
    | FinalTranscript
    | TurnProbability
    | TurnEnded
    | TurnDropped
    | TurnRetracted
    | ReplyPaused
    | ReplyResumed
    | BargeIn
    | BackgroundBegan
    | BackgroundEnded
    | KeyPressed
    | LanguageSwitched
    | ReplyStarted
    | ReplyFinished
    | LatencyMeasured
    | Fault
    | CallEnded
)
