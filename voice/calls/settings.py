"""What an assistant's voice.yml says of its calls, for one call."""

from __future__ import annotations

from dataclasses import dataclass, field

from dialogue.turn import Said
from voice.attendance.policy import CallPolicy
from voice.turns.policy import TurnPolicy


@dataclass(frozen=True, slots=True)
class CallSettings:
    """How a call takes turns, and what it minds beside them. `notice` is said first, where calls are recorded."""

    turns: TurnPolicy = field(default_factory=TurnPolicy)
    attendance: CallPolicy = field(default_factory=CallPolicy)
    notice: Said | None = None
