"""Which version of its assistant a conversation runs on, and what is due because another has taken over.

    adopt / resume ── the state is carried over, nothing is written ──▶ next turn: note() ─▶ AssistantChanged
                                                                                  heard() ─▶ HandleCodeChange first

However many versions pass while nobody speaks, each is compared with what the last turn left behind: a step that goes
and comes back was never gone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import structlog

from dialogue.events import AssistantChanged, ConversationParked, DialogueEvent
from dialogue.replay import Standing, take_up
from dialogue.snapshots import state_to_json
from dialogue.turn import Understood
from flows.code_change import adopted, footing
from flows.commands import HandleCodeChange
from flows.model import Assistant
from flows.state import ConversationState

log = structlog.get_logger(__name__)


class VersionChange:
    """Follows one conversation through the versions of its assistant. `version` is the present one's fingerprint."""

    def __init__(self, version: str) -> None:
        self.version = version
        self.is_due = False
        self._before: Standing | None = None

    def adopt(self, state: ConversationState, old: Assistant, new: Assistant, version: str) -> ConversationState:
        """Return the state under the new version. `is_due` says whether that is a code change."""
        self._before = self._before or self._standing(state, old)
        self.version = version
        return self._taken_over(self._before, new)

    def resume(self, stored: Sequence[DialogueEvent], assistant: Assistant) -> ConversationState:
        """Return the state that a log leads to. Raises EventInvalid."""
        left = take_up(stored, assistant)
        state = self._taken_over(left, assistant)
        is_same = left.version == self.version != ""
        self._before = None if is_same and not self.is_due else left
        return state

    def parked(self, state: ConversationState, assistant: Assistant) -> ConversationParked:
        """Return the event that puts the conversation away."""
        left = self._before or self._standing(state, assistant)
        return ConversationParked(left.version, state_to_json(left.state), left.footing.steps, left.footing.resets)

    def note(self, state: ConversationState) -> AssistantChanged | None:
        """Return the event that tells of the version which took over, at the first turn that it matters to."""
        if self._before is None:
            return None
        self._before = None
        return AssistantChanged(self.version, state_to_json(state))

    def heard(self, understood: Understood) -> Understood:
        """Return the turn with the code change in front, where one is due."""
        if not self.is_due:
            return understood
        return replace(understood, commands=(HandleCodeChange(), *understood.commands))

    def _taken_over(self, left: Standing, assistant: Assistant) -> ConversationState:
        result = adopted(left.state, left.footing, assistant)
        self.is_due = result.is_code_change
        if result.misfits:
            log.warning("slots hold values that do not fit any more", slots=list(result.misfits))
        return result.state

    def _standing(self, state: ConversationState, assistant: Assistant) -> Standing:
        return Standing(self.version, state, footing(state, assistant))
