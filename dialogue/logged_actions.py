"""Actions while turns of a conversation are taken again: nothing that was done is done twice.

    asked ── the log has this action with these slots ──────────────→ what it gave back then
          ── not, and it does no harm (effect none or read) ────────→ run
          ── not, and it writes ── the log has it by its name ──────→ what it gave back then, and a note
                                └─ it has not ──────────────────────→ nothing comes of it, and a note

Once the conversation goes on live (`is_live`), every action is run.
"""

from __future__ import annotations

import json
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence

from dialogue.events import ActionFailed, ActionReturned, DialogueEvent
from dialogue.ports import ActionRunner, ToolRunner
from flows.actions import only_asks
from flows.commands import Json
from flows.effects import ToolCall
from flows.events import SlotSet
from flows.model import Assistant
from flows.state import initial_state

Result = ActionReturned | ActionFailed


class LoggedActions:
    """An `ActionRunner` and `ToolRunner` in front of the ones that run."""

    def __init__(self, events: Sequence[DialogueEvent], n_kept: int, assistant: Assistant, live: ActionRunner) -> None:
        """`events` is the whole log; what was done before place `n_kept` is not asked for again."""
        self.is_live = False
        self.notes: list[str] = []
        self._live = live
        self._effects = assistant.action_effects
        self._exact: dict[tuple[str, str], deque[Result]] = defaultdict(deque)
        self._by_name: dict[str, Result] = {}
        slots = dict(initial_state(assistant).slots)
        for place, event in enumerate(events):
            if isinstance(event, SlotSet):
                slots[event.name] = event.value
            elif isinstance(event, ActionReturned | ActionFailed) and place >= n_kept:
                self._exact[event.name, _written(slots)].append(event)
                self._by_name.setdefault(event.name, event)

    def knows(self, name: str) -> bool:
        """Say whether the log has the action, or it can be run."""
        return name in self._by_name or self._live.knows(name)

    async def run(self, name: str, tracker: Json, domain: Json) -> Result:
        """Return what the action gave back, or gives back now."""
        if self.is_live:
            return await self._live.run(name, tracker, domain)
        slots = tracker.get("slots", {}) if isinstance(tracker, Mapping) else {}
        logged = self._exact.get((name, _written(slots)))
        if logged:
            return logged.popleft()
        if self._effects.get(name, "write") != "write" or only_asks(name):
            return await self._live.run(name, tracker, domain)
        return self._not_again(name)

    async def call(self, call: ToolCall) -> Result:
        """The same for a tool, of which nobody knows whether it writes."""
        if self.is_live:
            if isinstance(self._live, ToolRunner):
                return await self._live.call(call)
            return ActionFailed(call.tool, f"no server for the tool {call.tool!r} is connected")
        return self._not_again(call.tool)

    def _not_again(self, name: str) -> Result:
        logged = self._by_name.get(name)
        if logged is not None:
            self.notes.append(f"{name} writes, and was not run again: its result is the recorded one")
            return logged
        self.notes.append(f"{name} writes, and was not run: taken as one that does nothing")
        return ActionReturned(name)


def _written(slots: object) -> str:
    return json.dumps(slots, sort_keys=True, ensure_ascii=False, default=str)
