"""How calls are recorded: `recording:` of voice.yml, and where the consent of a caller stands. Pure.

    ask:       nothing is kept until the slot is true; audio waits in memory, a bounded time, and is dropped on false
    announce:  the same until the notice was said
    none:      kept from the beginning

In every mode a slot that becomes false refuses: what was kept is deleted. A later yes is a consent from then on.
That a flow's end empties the slot (null) changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, TypeAlias, get_args

from dialogue.events import AssistantSaid, DialogueEvent
from flows.events import SlotSet
from voice.recording.errors import RecordingPolicyInvalid

ConsentMode: TypeAlias = Literal["ask", "announce", "none"]
MOST_HOLD_S = 600
"""Ten minutes of stereo are 38 MB of memory; our own choice."""


@dataclass(frozen=True, slots=True)
class RecordingPolicy:
    """What voice.yml says under `recording:`."""

    enabled: bool = False
    """Whether calls are recorded at all."""
    consent: ConsentMode = "ask"
    """What must happen before anything is kept: the caller agrees, the notice is said, or nothing."""
    consent_slot: str = "recording_consent"
    """The slot that is true when the caller agrees and false when they do not."""
    notice: str = "utter_recording_notice"
    """The response that tells of the recording, for `consent: announce`."""
    hold_s: int = 60
    """So much audio waits in memory for the consent; of a longer wait the oldest is lost. 64 kB a second."""
    folder: str = ""
    """Where recordings are put; `recordings` beside the event log when empty."""

    @classmethod
    def from_mapping(cls, given: Any) -> RecordingPolicy:
        """Read the settings. Raises RecordingPolicyInvalid, which names the setting and what it takes."""
        if not isinstance(given, Mapping):
            raise _invalid("", f"must be a map of settings, not {given!r}")
        names = [field.name for field in fields(cls)]
        strange = [name for name in given if name not in names]
        if strange:
            raise _invalid("", f"{strange[0]!r} is not a setting; there is {', '.join(names)}")
        policy = replace(cls(), **given)
        policy._check()
        return policy

    def _check(self) -> None:
        if not isinstance(self.enabled, bool):
            raise _invalid("enabled", f"must be true or false, not {self.enabled!r}")
        if self.consent not in get_args(ConsentMode):
            raise _invalid("consent", f"must be one of {', '.join(get_args(ConsentMode))}, not {self.consent!r}")
        for name in ("consent_slot", "notice", "folder"):
            if not isinstance(getattr(self, name), str):
                raise _invalid(name, f"must be a text, not {getattr(self, name)!r}")
        if isinstance(self.hold_s, bool) or not isinstance(self.hold_s, int) or not 1 <= self.hold_s <= MOST_HOLD_S:
            raise _invalid("hold_s", f"must be a whole number from 1 to {MOST_HOLD_S}, not {self.hold_s!r}")


def _invalid(name: str, problem: str) -> RecordingPolicyInvalid:
    return RecordingPolicyInvalid(f"voice.yml: recording:{f' {name}' if name else ''} {problem}")


class Consent:
    """Whether one call may be kept: `pending`, `given` or `refused`."""

    def __init__(self, policy: RecordingPolicy) -> None:
        self._policy = policy
        self.state: Literal["pending", "given", "refused"] = "given" if policy.consent == "none" else "pending"

    def take(self, event: DialogueEvent) -> None:
        """Follow an event of the conversation."""
        match event:
            case SlotSet(name=name, value=value) if name == self._policy.consent_slot:
                if value is False:
                    self.state = "refused"
                elif value is True:
                    self.state = "given"
            case AssistantSaid(response=response) if self._policy.consent == "announce" and self.state == "pending":
                if response == self._policy.notice:
                    self.state = "given"
            case _:
                pass
