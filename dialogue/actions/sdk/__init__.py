"""What custom actions are written with: the public surface of the format's action SDK, in our own small classes.

An assistant's `actions` package imports these names from here or from `rasa_sdk`: where that package is not installed
the in-process runner answers its imports with this one. So the modules have the names that they have there: `events`,
`executor`, `forms`, `interfaces`, `types`. Events are plain dicts, as on the wire.
"""

from __future__ import annotations

from dialogue.actions.sdk import events, executor, forms, interfaces, types
from dialogue.actions.sdk.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActionReverted,
    ActiveLoop,
    AgentUttered,
    AllSlotsReset,
    BotUttered,
    ConversationPaused,
    ConversationResumed,
    FollowupAction,
    LoopInterrupted,
    ReminderCancelled,
    ReminderScheduled,
    Restarted,
    SessionEnded,
    SessionStarted,
    SlotSet,
    StoryExported,
    UserUtteranceReverted,
    UserUttered,
)
from dialogue.actions.sdk.executor import CollectingDispatcher
from dialogue.actions.sdk.forms import FormValidationAction, ValidationAction
from dialogue.actions.sdk.interfaces import Action, ActionExecutionRejection, Tracker
from dialogue.actions.sdk.types import DomainDict, EventType

__all__ = [
    "Action",
    "ActionExecuted",
    "ActionExecutionRejected",
    "ActionExecutionRejection",
    "ActionReverted",
    "ActiveLoop",
    "AgentUttered",
    "AllSlotsReset",
    "BotUttered",
    "CollectingDispatcher",
    "ConversationPaused",
    "ConversationResumed",
    "DomainDict",
    "EventType",
    "FollowupAction",
    "FormValidationAction",
    "LoopInterrupted",
    "ReminderCancelled",
    "ReminderScheduled",
    "Restarted",
    "SessionEnded",
    "SessionStarted",
    "SlotSet",
    "StoryExported",
    "Tracker",
    "UserUtteranceReverted",
    "UserUttered",
    "ValidationAction",
    "events",
    "executor",
    "forms",
    "interfaces",
    "types",
]
