"""What an action is, what it sees of the conversation, and how it refuses to run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

from dialogue.actions.sdk.executor import CollectingDispatcher
from dialogue.actions.sdk.types import DomainDict, EventType

__all__ = [
    "ACTION_LISTEN_NAME",
    "NLU_FALLBACK_INTENT_NAME",
    "Action",
    "ActionExecutionRejection",
    "ActionMissingDomainException",
    "ActionNotFoundException",
    "EventType",
    "Tracker",
]

ACTION_LISTEN_NAME = "action_listen"
NLU_FALLBACK_INTENT_NAME = "nlu_fallback"


class Action:
    """User code with outside effects. Subclasses give `name` and `run` (plain or async)."""

    def name(self) -> str:
        """Return the name by which flows and the domain call this action."""
        raise NotImplementedError("an action must say its name")

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Do the work; say things through `dispatcher`, return events such as `SlotSet`."""
        raise NotImplementedError("an action must define run()")

    def __str__(self) -> str:
        return f"Action('{self.name()}')"


class ActionExecutionRejection(Exception):
    """Raised by an action that refuses to run, for instance a form that cannot use what the caller said."""

    def __init__(self, action_name: str, message: str | None = None) -> None:
        self.action_name = action_name
        self.message = message or f"Custom action '{action_name}' rejected to run"
        super().__init__(self.message)

    def __str__(self) -> str:
        return self.message


class ActionNotFoundException(Exception):
    """There is no action of this name."""

    def __init__(self, action_name: str, message: str | None = None) -> None:
        self.action_name = action_name
        self.message = message or f"No registered action found for name '{action_name}'."
        super().__init__(self.message)


class ActionMissingDomainException(Exception):
    """The domain was not sent along."""

    def __init__(self, action_name: str, message: str | None = None) -> None:
        self.action_name = action_name
        self.message = message or f"The domain is missing for action '{action_name}'."
        super().__init__(self.message)


class Tracker:
    """The conversation as an action sees it: a copy, so that only returned events change anything."""

    def __init__(  # the signature is the format's, hence its length
        self,
        sender_id: str,
        slots: dict[str, Any],
        latest_message: dict[str, Any] | None,
        events: list[EventType],
        paused: bool,
        followup_action: str | None,
        active_loop: dict[str, Any],
        latest_action_name: str | None,
        stack: list[dict[str, Any]] | None = None,
        user_id: str | None = None,
    ) -> None:
        self.sender_id = sender_id
        self.user_id = user_id
        self.slots = slots
        self.latest_message = latest_message or {}
        self.events = events
        self.paused = paused
        self.followup_action = followup_action
        self.active_loop = active_loop
        self.latest_action_name = latest_action_name
        self.stack = stack or []
        self._latest_event_time: float | None = None
        self._latest_input_channel: str | None = None

    @classmethod
    def from_dict(cls, state: Mapping[str, Any]) -> Tracker:
        """Return the tracker of a request's `tracker` object."""
        tracker = cls(
            state.get("sender_id", "default"),
            dict(state.get("slots") or {}),
            dict(state.get("latest_message") or {}),
            list(state.get("events") or []),
            bool(state.get("paused", False)),
            state.get("followup_action"),
            dict(state.get("active_loop") or {}),
            state.get("latest_action_name"),
            list(state.get("stack") or []),
            state.get("user_id"),
        )
        tracker._latest_event_time = state.get("latest_event_time")
        tracker._latest_input_channel = state.get("latest_input_channel")
        return tracker

    def copy(self) -> Tracker:
        """Return a tracker of its own with the same content."""
        return Tracker.from_dict(self.current_state())

    @property
    def active_loop_name(self) -> str | None:
        """The name of the form that runs, if one does."""
        return self.active_loop.get("name") if self.active_loop else None

    @property
    def active_form(self) -> dict[str, Any]:
        """The older name of `active_loop`."""
        return self.active_loop

    def get_slot(self, key: str) -> Any:
        """Return the slot's value; None when it is not set or unknown."""
        return self.slots.get(key)

    def current_slot_values(self) -> dict[str, Any]:
        """Return all slots."""
        return self.slots

    def current_state(self) -> dict[str, Any]:
        """Return the whole tracker as JSON-ready data, added slots included."""
        last = self.events[-1].get("timestamp") if self.events else None
        state = {
            "sender_id": self.sender_id,
            "user_id": self.user_id,
            "slots": self.slots,
            "latest_message": self.latest_message,
            "latest_event_time": last if last is not None else self._latest_event_time,
            "followup_action": self.followup_action,
            "paused": self.is_paused(),
            "events": self.events,
            "latest_input_channel": self.get_latest_input_channel(),
            "active_loop": self.active_loop,
            "latest_action_name": self.latest_action_name,
            "stack": self.stack,
        }
        return deepcopy(state)

    def get_intent_of_latest_message(self, skip_fallback_intent: bool = True) -> str | None:
        """Return the latest intent's name, if there is one (a fallback intent only when not skipped)."""
        ranking = self.latest_message.get("intent_ranking") or []
        best = self.latest_message.get("intent") or (ranking[0] if ranking else {})
        name: str | None = best.get("name")
        if skip_fallback_intent and name == NLU_FALLBACK_INTENT_NAME:
            return ranking[1].get("name") if len(ranking) > 1 else None
        return name

    def get_latest_entity_values(
        self, entity_type: str, entity_role: str | None = None, entity_group: str | None = None
    ) -> Iterator[Any]:
        """Yield the values of the latest message's entities of a type."""
        for entity in self.latest_message.get("entities") or []:
            if entity.get("entity") != entity_type:
                continue
            if entity.get("role") == entity_role and entity.get("group") == entity_group:
                yield entity.get("value")

    def get_latest_input_channel(self) -> str | None:
        """Return the name of the channel on which the caller spoke last."""
        for event in reversed(self.events):
            if event.get("event") == "user":
                channel: str | None = event.get("input_channel")
                return channel
        return self._latest_input_channel

    def is_paused(self) -> bool:
        """Say whether the conversation is paused."""
        return self.paused

    def idx_after_latest_restart(self) -> int:
        """Return the index of the first event after the latest restart."""
        for index in range(len(self.events) - 1, -1, -1):
            if self.events[index].get("event") == "restart":
                return index + 1
        return 0

    def events_after_latest_restart(self) -> list[EventType]:
        """Return the events since the latest restart."""
        return list(self.events[self.idx_after_latest_restart() :])

    def applied_events(self) -> list[EventType]:
        """Return the events that still count: nothing before a restart."""
        return self.events_after_latest_restart()

    def get_last_event_for(self, event_type: str, exclude: Sequence[str] = (), skip: int = 0) -> EventType | None:
        """Return the latest event of a type, after passing over `skip` of them; `exclude` has names of actions."""
        for event in reversed(self.applied_events()):
            if event.get("event") != event_type or event.get("name") in exclude:
                continue
            if skip == 0:
                return event
            skip -= 1
        return None

    def last_executed_action_has(self, name: str, skip: int = 0) -> bool:
        """Say whether the action before the listening one was `name`."""
        last = self.get_last_event_for("action", [ACTION_LISTEN_NAME], skip)
        return last is not None and last.get("name") == name

    def slots_to_validate(self) -> dict[str, Any]:
        """Return the slots that were set last, in one run of slot events."""
        slots: dict[str, Any] = {}
        for event in reversed(self.events):
            if event.get("event") != "slot":
                break
            slots.setdefault(event["name"], event.get("value"))
        return dict(reversed(slots.items()))

    def add_slots(self, slots: list[EventType]) -> None:
        """Apply slot events to this copy, so that later code of the same action sees them."""
        for event in slots:
            if event.get("event") == "slot":
                self.slots[event["name"]] = event.get("value")
                self.events.append(event)
