"""Everything that turn-taking remembers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from flows.effects import Expectation
from voice.audio import SILENT_DB
from voice.endpointing.answer_shape import OPEN, AnswerShape
from voice.endpointing.pauses import CallerPauses
from voice.endpointing.silence import Evidence
from voice.turns.overlap import Overlap

QUIET_DB = -60.0
"""What a call is taken to begin with: a quiet room on a good microphone."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A turn that is over and whose reply has begun, and which can still be taken back."""

    revision: int
    text: str
    begin_ms: int
    speech_end_ms: int
    silence_enough_ms: int
    begun_ms: int
    """When the reply was ordered."""
    pauses: CallerPauses
    """What was known of the caller's pauses while the turn went on."""
    audible_ms: int | None = None
    """Since when the caller hears it."""


@dataclass(frozen=True, slots=True)
class TurnState:
    """`phase` is of the caller; the assistant is `reply_id`. Times are ms of audio."""

    phase: Literal["quiet", "speaking", "paused"] = "quiet"
    now_ms: int = 0
    revision: int = 0
    begin_ms: int = 0
    pause_ms: int = 0
    """When the present revision was tried."""
    last_sound_ms: int = 0
    """The end of the last voiced frame that was audible: the VAD goes on for some frames after the voice has ended."""
    peak_db: float = SILENT_DB
    """The loudest frame of the turn."""
    caller_db: float | None = None
    """The loudest frame of the caller's turns so far, the later ones counting more; None before the first."""
    noise_db: float = QUIET_DB
    """The level of what is heard while nobody speaks."""
    run_ms: int = 0
    """Length of the present unbroken run of voiced frames."""
    next_partial_ms: int = 0
    evidence: Evidence = field(default_factory=Evidence)
    has_preview: bool = False
    """What would be said of the present revision is known and needs no action."""
    is_overlong: bool = False
    expectation: Expectation = field(default_factory=Expectation)
    shape: AnswerShape = OPEN
    """The expectation as listening needs it."""
    pauses: CallerPauses = field(default_factory=CallerPauses)
    reply_id: int | None = None
    is_interruptible: bool = True
    said: str = ""
    """The sentence of the reply that is being heard, and the one before: what an echo would bring back."""
    was_stopped_unheard: bool = False
    """The speech that goes on stopped a reply before any of its words were known."""
    is_question_out: bool = False
    """The last sentence of the reply, which asks if any does, is being heard or was."""
    overlap: Overlap | None = None
    """Speech over a reply, until it is known what it is."""
    pending: Pending | None = None
