"""What a synthetic caller does in a call, step by step, and what came of each step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from voice.caller.log import CallLog, ServerEvent
from voice.caller.wav import Utterance
from voice.ports import Pcm


@dataclass(frozen=True, slots=True)
class Turn:
    """One step: the caller speaks `utterance`, or sends `message` (a payload) over the data channel, or is silent.

    `silence_ms`: so long the caller says nothing first, counted from the assistant's last sound. `barge_in_at_ms`:
    the caller begins after so much of the reply before; if that is over sooner, then.
    """

    utterance: Utterance | None = None
    message: str | None = None
    silence_ms: int = 0
    barge_in_at_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was begun. Number 0 is the greeting, before any step.

    Times on the caller's clock; `events` are what the server told from `began_ms` until the next step began.
    `spoken` is the index in the log's `spoken`; `since_ms` is when the assistant's last sound before it had ended,
    and `message_ms` when a payload was sent. `is_over_reply`: a reply was playing when the caller began.
    """

    number: int
    began_ms: float
    events: tuple[ServerEvent, ...]
    spoken: int | None = None
    since_ms: float | None = None
    message_ms: float | None = None
    is_over_reply: bool = False


Watch = Callable[[Taken], bool]
"""Shown each step when it is over; returns whether the call goes on."""


@dataclass(frozen=True, slots=True)
class HeldCall:
    """A finished call: its log, the steps that were taken, in order, and what was heard behind the caller."""

    log: CallLog
    taken: Sequence[Taken]
    background: Pcm | None = None
