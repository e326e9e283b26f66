"""The events that an action may return, one constructor each. A time stamp of None is filled in by who logs it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeAlias

from dialogue.actions.sdk.types import EventType

__all__ = [
    "ActionExecuted",
    "ActionExecutionRejected",
    "ActionReverted",
    "ActiveLoop",
    "AgentUttered",
    "AllSlotsReset",
    "BotUttered",
    "ConversationPaused",
    "ConversationResumed",
    "EventType",
    "FollowupAction",
    "Form",
    "FormValidation",
    "LoopInterrupted",
    "ReminderCancelled",
    "ReminderScheduled",
    "Restarted",
    "SessionEnded",
    "SessionStarted",
    "SlotSet",
    "StoryExported",
    "UserUtteranceReverted",
    "UserUttered",
]

Entities: TypeAlias = list[dict[str, Any]] | dict[str, str] | None


def _event(kind: str, timestamp: float | None, **content: Any) -> EventType:
    return {"event": kind, "timestamp": timestamp, **content}


def SlotSet(key: str, value: Any = None, timestamp: float | None = None) -> EventType:
    """Set a slot; None clears it."""
    return _event("slot", timestamp, name=key, value=value)


def FollowupAction(name: str, timestamp: float | None = None) -> EventType:
    """Run this action next."""
    return _event("followup", timestamp, name=name)


def AllSlotsReset(timestamp: float | None = None) -> EventType:
    """Give every slot its initial value."""
    return _event("reset_slots", timestamp)


def Restarted(timestamp: float | None = None) -> EventType:
    """Forget everything and begin again."""
    return _event("restart", timestamp)


def SessionStarted(timestamp: float | None = None) -> EventType:
    """A session begins."""
    return _event("session_started", timestamp)


def SessionEnded(timestamp: float | None = None, metadata: dict[str, Any] | None = None) -> EventType:
    """End the conversation after what was said."""
    return _event("session_ended", timestamp, metadata=metadata)


def ActionExecuted(
    action_name: str, policy: str | None = None, confidence: float | None = None, timestamp: float | None = None
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
    return _event("bot", timestamp, text=text, data=data, metadata=metadata)


def UserUttered(
    text: str | None,
    parse_data: dict[str, Any] | None = None,
    timestamp: float | None = None,
    input_channel: str | None = None,
) -> EventType:
    """Note that the caller said something."""
    return _event("user", timestamp, text=text, parse_data=parse_data, input_channel=input_channel)


def AgentUttered(text: str | None = None, data: Any = None, timestamp: float | None = None) -> EventType:
    """Note that a person said something in the assistant's place."""
    return _event("agent", timestamp, text=text, data=data)


def UserUtteranceReverted(timestamp: float | None = None) -> EventType:
    """Take back the caller's latest turn."""
    return _event("rewind", timestamp)


def ActionReverted(timestamp: float | None = None) -> EventType:
    """Take back the latest action."""
    return _event("undo", timestamp)


def StoryExported(timestamp: float | None = None) -> EventType:
    """Write the conversation to a story file."""
    return _event("export", timestamp)


def ConversationPaused(timestamp: float | None = None) -> EventType:
    """Pause the conversation: the assistant answers nothing until it is resumed."""
    return _event("pause", timestamp)


def ConversationResumed(timestamp: float | None = None) -> EventType:
    """Resume a paused conversation."""
    return _event("resume", timestamp)


def ReminderScheduled(  # the signature is the format's, hence its length
    intent_name: str,
    trigger_date_time: datetime,
    entities: Entities = None,
    name: str | None = None,
    kill_on_user_message: bool = True,
    timestamp: float | None = None,
) -> EventType:
    """Have an intent come in at a later time."""
    return _event(
        "reminder",
        timestamp,
        intent=intent_name,
        entities=entities,
        date_time=trigger_date_time.isoformat(),
        name=name,
        kill_on_user_msg=kill_on_user_message,
    )


def ReminderCancelled(
    name: str | None = None,
    intent_name: str | None = None,
    entities: Entities = None,
    timestamp: float | None = None,
) -> EventType:
    """Cancel the reminders that fit every given part; with none given, all of them."""
    return _event("cancel_reminder", timestamp, name=name, intent=intent_name, entities=entities)


def ActionExecutionRejected(
    action_name: str, policy: str | None = None, confidence: float | None = None, timestamp: float | None = None
) -> EventType:
    """Note that an action refused to run."""
    return _event("action_execution_rejected", timestamp, name=action_name, policy=policy, confidence=confidence)


def ActiveLoop(name: str | None, timestamp: float | None = None) -> EventType:
    """Switch to a form, or to none."""
    return _event("active_loop", timestamp, name=name)


def LoopInterrupted(is_interrupted: bool, timestamp: float | None = None) -> EventType:
    """Note whether the form is interrupted."""
    return _event("loop_interrupted", timestamp, is_interrupted=is_interrupted)


def Form(name: str | None, timestamp: float | None = None) -> EventType:
    """Switch to a form: the older name of ActiveLoop."""
    return ActiveLoop(name, timestamp)


def FormValidation(validate: bool, timestamp: float | None = None) -> EventType:
    """Note whether the form validates: the older way to say LoopInterrupted."""
    return LoopInterrupted(not validate, timestamp)
