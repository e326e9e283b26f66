"""What custom actions are written with: the public surface of the format's action SDK, in our own small classes.

An assistant's `actions` package imports these names from here (or from `rasa_sdk`: where that package is not
installed the in-process runner answers its imports with this module). Events are plain dicts, as on the wire.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, TypeAlias

EventType: TypeAlias = dict[str, Any]
DomainDict: TypeAlias = dict[str, Any]


class Action:
    """User code with outside effects. Subclasses give `name` and `run` (plain or async)."""

    def name(self) -> str:
        """Return the name by which flows and the domain call this action."""
        raise NotImplementedError("an action must say its name")

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Do the work; say things through `dispatcher`, return events such as `SlotSet`."""
        raise NotImplementedError("an action must define run()")


class CollectingDispatcher:
    """Collects what an action wants to be said, in order, in `messages`."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []

    def utter_message(  # the signature is the format's, hence its length
        self,
        text: str | None = None,
        image: str | None = None,
        json_message: dict[str, Any] | None = None,
        template: str | None = None,
        response: str | None = None,
        attachment: Any = None,
        buttons: list[dict[str, Any]] | None = None,
        elements: list[dict[str, Any]] | None = None,
        **kwargs: Any,
    ) -> None:
        """Say `text`, or the domain's `response` with `kwargs` as its arguments."""
        message = {
            "text": text,
            "buttons": buttons or [],
            "elements": elements or [],
            "custom": json_message or {},
            "template": template,
            "response": response,
            "image": image,
            "attachment": attachment,
        }
        self.messages.append({**message, **kwargs})


class Tracker:
    """The conversation as an action sees it: a copy, so that only returned events change anything."""

    def __init__(self, state: Mapping[str, Any]) -> None:
        self._state = dict(state)
        self.sender_id: str = state.get("sender_id", "default")
        self.user_id: str | None = state.get("user_id")
        self.slots: dict[str, Any] = dict(state.get("slots") or {})
        self.latest_message: dict[str, Any] = dict(state.get("latest_message") or {})
        self.events: list[EventType] = list(state.get("events") or [])
        self.stack: list[dict[str, Any]] = list(state.get("stack") or [])
        self.paused: bool = bool(state.get("paused", False))
        self.followup_action: str | None = state.get("followup_action")
        self.active_loop: dict[str, Any] = dict(state.get("active_loop") or {})
        self.latest_action_name: str | None = state.get("latest_action_name")

    @classmethod
    def from_dict(cls, state: Mapping[str, Any]) -> Tracker:
        """Return the tracker of a request's `tracker` object."""
        return cls(state)

    def get_slot(self, key: str) -> Any:
        """Return the slot's value; None when it is not set or unknown."""
        return self.slots.get(key)

    def current_slot_values(self) -> dict[str, Any]:
        """Return all slots."""
        return self.slots

    def current_state(self) -> dict[str, Any]:
        """Return the whole tracker as JSON-ready data, added slots included."""
        return {**deepcopy(self._state), "slots": deepcopy(self.slots), "events": deepcopy(self.events)}

    def get_intent_of_latest_message(self, skip_fallback_intent: bool = True) -> str | None:
        """Return the latest intent's name, if there is one (a fallback intent only when not skipped)."""
        ranking = self.latest_message.get("intent_ranking") or []
        best = self.latest_message.get("intent") or (ranking[0] if ranking else {})
        name: str | None = best.get("name")
        if skip_fallback_intent and name == "nlu_fallback":
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
        latest: str | None = self._state.get("latest_input_channel")
        return latest

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

    def get_last_event_for(
        self, event_type: str, action_names_to_exclude: list[str] | None = None, skip: int = 0
    ) -> EventType | None:
        """Return the latest event of a type, after passing over `skip` of them."""
        excluded = action_names_to_exclude or []
        for event in reversed(self.events):
            if event.get("event") != event_type or event.get("name") in excluded:
                continue
            if skip == 0:
                return event
            skip -= 1
        return None

    def last_executed_action_has(self, name: str, skip: int = 0) -> bool:
        """Say whether the action before the listening one was `name`."""
        last = self.get_last_event_for("action", ["action_listen"], skip)
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


def _event(kind: str, timestamp: float | None, **content: Any) -> EventType:
    return {"event": kind, "timestamp": time.time() if timestamp is None else timestamp, **content}


def SlotSet(key: str, value: Any = None, timestamp: float | None = None) -> EventType:
    """Set a slot; None clears it."""
    return _event("slot", timestamp, name=key, value=value)


def FollowupAction(name: str, timestamp: float | None = None) -> EventType:
    """Run this action next."""
    return _event("followup", timestamp, name=name)


def AllSlotsReset(timestamp: float | None = None) -> EventType:
    """Clear every slot."""
    return _event("reset_slots", timestamp)


def Restarted(timestamp: float | None = None) -> EventType:
    """Forget everything and begin again."""
    return _event("restart", timestamp)


def SessionStarted(timestamp: float | None = None) -> EventType:
    """A session begins."""
    return _event("session_started", timestamp)


def SessionEnded(metadata: dict[str, Any] | None = None, timestamp: float | None = None) -> EventType:
    """End the conversation after what was said."""
    return _event("session_ended", timestamp, metadata=metadata or {})


def ActionExecuted(
    action_name: str,
    policy: str | None = None,
    confidence: float | None = None,
    timestamp: float | None = None,
) -> EventType:
    """Note that an action ran."""
    return _event("action", timestamp, name=action_name, policy=policy, confidence=confidence)


def BotUttered(
    text: str | None = None,
    data: dict[str, Any] | None = None,
    metadata: dict[str, Any] | None = None,
    timestamp: float | None = None,
) -> EventType:
    """Say a text."""
    return _event("bot", timestamp, text=text, data=data or {}, metadata=metadata or {})


def UserUttered(
    text: str | None = None,
    parse_data: dict[str, Any] | None = None,
    timestamp: float | None = None,
    input_channel: str | None = None,
) -> EventType:
    """Note that the caller said something."""
    return _event("user", timestamp, text=text, parse_data=parse_data or {}, input_channel=input_channel)


def ConversationPaused(timestamp: float | None = None) -> EventType:
    """Pause the conversation."""
    return _event("pause", timestamp)


def ConversationResumed(timestamp: float | None = None) -> EventType:
    """Resume a paused conversation."""
    return _event("resume", timestamp)


def ActionExecutionRejected(
    action_name: str,
    policy: str | None = None,
    confidence: float | None = None,
    timestamp: float | None = None,
) -> EventType:
    """Note that an action refused to run."""
    return _event("action_execution_rejected", timestamp, name=action_name, policy=policy, confidence=confidence)


def ActiveLoop(name: str | None, timestamp: float | None = None) -> EventType:
    """Switch to a form, or to none."""
    return _event("active_loop", timestamp, name=name)
