"""Commands: what understanding proposes. They have no effect of their own; the engine decides what they do."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isfinite
from typing import Any, TypeAlias

Json: TypeAlias = Any
"""A JSON value: None, bool, int, float, str, list or dict of these."""


@dataclass(frozen=True, slots=True)
class StartFlow:
    """The caller wants what this flow does. `extractor` as in SetSlot; who heard it makes it no other command."""

    flow: str
    extractor: str = field(default="llm", compare=False)


@dataclass(frozen=True, slots=True)
class SetSlot:
    """The caller gave a value. `extractor` names who heard it: llm, nlu, fast_path, payload.

    `only_in` are flows of which one must be active for the value to count, as a slot's mapping asks for; none: any.
    A number that JSON does not have becomes its text, so that every turn can be written to the log.
    """

    name: str
    value: Json
    extractor: str = "llm"
    only_in: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if isinstance(self.value, float | list | dict):
            object.__setattr__(self, "value", _in_json(self.value))


@dataclass(frozen=True, slots=True)
class CancelFlow:
    """The caller wants to stop what is going on."""


@dataclass(frozen=True, slots=True)
class Clarify:
    """What the caller wants may be any of these flows (ids); empty when nothing fits."""

    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SkipQuestion:
    """The caller does not want to answer the question."""


@dataclass(frozen=True, slots=True)
class KnowledgeAnswer:
    """The caller asks something that documents may answer."""


@dataclass(frozen=True, slots=True)
class ChitChat:
    """The caller makes small talk."""


@dataclass(frozen=True, slots=True)
class RepeatLastBotMessages:
    """The caller wants to hear the last words again."""


@dataclass(frozen=True, slots=True)
class HumanHandoff:
    """The caller asks for a person (no command of the format since 3.16; the pattern stays)."""


@dataclass(frozen=True, slots=True)
class CorrectSlots:
    """Derived in clean-up from SetSlot on filled slots: ((name, new value), ...), in the order heard."""

    corrections: tuple[tuple[str, Json], ...]


@dataclass(frozen=True, slots=True)
class CannotHandle:
    """Nothing usable was understood; `reason` is one of the format's, see pattern_cannot_handle."""

    reason: str = "default"


@dataclass(frozen=True, slots=True)
class Failed:
    """Understanding itself failed (the format's Error command); answered by pattern_internal_error."""

    error_type: str = "rasa_internal_error_default"
    info: dict[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SessionStart:
    """The call begins; `metadata` goes to the slot session_started_metadata."""

    metadata: dict[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SessionEnd:
    """The call is over."""


@dataclass(frozen=True, slots=True)
class Restart:
    """Forget everything and begin again."""


@dataclass(frozen=True, slots=True)
class UserSilence:
    """The caller has not said anything for the silence time-out."""


@dataclass(frozen=True, slots=True)
class HandleCodeChange:
    """The assistant was changed beneath this conversation."""


@dataclass(frozen=True, slots=True)
class Noop:
    """Nothing is to be done."""


def _in_json(value: Json) -> Json:
    match value:
        case float() if not isfinite(value):
            return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
        case list():
            return [_in_json(item) for item in value]
        case dict():
            return {name: _in_json(item) for name, item in value.items()}
        case _:
            return value


Command: TypeAlias = (
    StartFlow
    | SetSlot
    | CancelFlow
    | Clarify
    | SkipQuestion
    | KnowledgeAnswer
    | ChitChat
    | RepeatLastBotMessages
    | HumanHandoff
    | CorrectSlots
    | CannotHandle
    | Failed
    | SessionStart
    | SessionEnd
    | Restart
    | UserSilence
    | HandleCodeChange
    | Noop
)
