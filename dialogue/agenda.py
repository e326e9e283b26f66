"""What actions have asked of the conversation itself: to be paused, and to be reminded. Folded from the log; pure.

A paused conversation answers nothing, because a person has taken over, until it is resumed or begun anew. Reminders
are kept until they are cancelled, or until the caller speaks where they say so; `due` tells which have come. That an
intent then comes in is for whoever has a clock, such as a channel that can call back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from dialogue.events import ActionReturned, ConversationEnded, ConversationStarted, DialogueEvent, UserSaid
from dialogue.turn import Understood
from flows.commands import Json, Restart, SessionEnd, SessionStart


@dataclass(frozen=True, slots=True)
class Reminder:
    """An intent that is to come in at `at`; a time without a zone is the server's own."""

    intent: str
    at: datetime
    name: str | None = None
    entities: Json = None
    ends_when_caller_speaks: bool = True


@dataclass(frozen=True, slots=True)
class Agenda:
    """What stands for a conversation: `reminders` in the order in which they were made."""

    is_paused: bool = False
    reminders: tuple[Reminder, ...] = ()

    def due(self, now: datetime) -> tuple[Reminder, ...]:
        """Return the reminders whose time has come; `now` needs a zone."""
        return tuple(one for one in self.reminders if one.at.astimezone(now.tzinfo) <= now)

    def silences(self, understood: Understood) -> bool:
        """Say whether a turn is to be left unanswered; what begins or ends a conversation never is."""
        through = (Restart, SessionStart, SessionEnd)
        return self.is_paused and not any(isinstance(command, through) for command in understood.commands)


def agenda_after(agenda: Agenda, event: DialogueEvent) -> Agenda:
    """Return what stands after an event."""
    match event:
        case ConversationStarted() | ConversationEnded():
            return Agenda()
        case UserSaid(commands=commands):
            if any(isinstance(command, Restart | SessionStart) for command in commands):
                return Agenda()
            kept = tuple(one for one in agenda.reminders if not one.ends_when_caller_speaks)
            return agenda if len(kept) == len(agenda.reminders) else replace(agenda, reminders=kept)
        case ActionReturned(events=events):
            for asked in events:
                agenda = _after(agenda, asked)
            return agenda
        case _:
            return agenda


def _after(agenda: Agenda, asked: Mapping[str, Json]) -> Agenda:
    match asked.get("event"):
        case "pause":
            return replace(agenda, is_paused=True)
        case "resume":
            return replace(agenda, is_paused=False)
        case "restart":
            return Agenda()
        case "reminder":
            made = _reminder(asked)
            others = tuple(one for one in agenda.reminders if made.name is None or one.name != made.name)
            return replace(agenda, reminders=(*others, made))
        case "cancel_reminder":
            return replace(agenda, reminders=tuple(one for one in agenda.reminders if not _is_meant(one, asked)))
        case _:
            return agenda


def _reminder(asked: Mapping[str, Json]) -> Reminder:
    name = asked.get("name")
    return Reminder(
        intent=str(asked["intent"]),
        at=datetime.fromisoformat(asked["date_time"]),
        name=None if name is None else str(name),
        entities=asked.get("entities"),
        ends_when_caller_speaks=asked.get("kill_on_user_msg") is not False,
    )


def _is_meant(reminder: Reminder, asked: Mapping[str, Json]) -> bool:
    """Tell whether a cancellation fits: by every part that it gives, and so by all where it gives none."""
    wanted = {"name": reminder.name, "intent": reminder.intent, "entities": reminder.entities}
    return all(asked.get(key) in (None, value) for key, value in wanted.items())
