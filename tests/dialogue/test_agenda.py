"""What actions ask of the conversation: a pause, and reminders."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dialogue.agenda import Agenda, agenda_after
from dialogue.events import ActionReturned, ConversationEnded, ConversationStarted, DialogueEvent, UserSaid
from dialogue.turn import Understood, UserTurn
from flows.commands import Command, Restart, SessionEnd, StartFlow


def reminder(intent: str, minute: int, **more: object) -> dict[str, object]:
    return {"event": "reminder", "intent": intent, "date_time": f"2026-01-01T10:{minute:02}:00+00:00", **more}


def asked(*events: dict[str, object]) -> ActionReturned:
    return ActionReturned("action_x", events)


def after(*events: DialogueEvent) -> Agenda:
    agenda = Agenda()
    for event in events:
        agenda = agenda_after(agenda, event)
    return agenda


def intents(agenda: Agenda) -> list[str]:
    return [one.intent for one in agenda.reminders]


PAUSE, RESUME, RESTART = {"event": "pause"}, {"event": "resume"}, {"event": "restart"}
SPOKE = UserSaid("hello", (), "llm")


@pytest.mark.parametrize(
    ("events", "is_paused"),
    [
        ([], False),
        ([asked(PAUSE)], True),
        ([asked(PAUSE, RESUME)], False),
        ([asked(RESUME, PAUSE), SPOKE], True),
        ([asked(PAUSE), asked(RESTART)], False),
        ([asked(PAUSE), UserSaid("/restart", (Restart(),), "payload")], False),
        ([asked(PAUSE), ConversationStarted("a")], False),
        ([asked(PAUSE), ConversationEnded("hangup")], False),
    ],
)
def test_a_pause_holds_until_something_ends_it(events: list[DialogueEvent], is_paused: bool) -> None:
    assert after(*events).is_paused is is_paused


@pytest.mark.parametrize(
    ("command", "is_silenced"), [(StartFlow("x"), True), (Restart(), False), (SessionEnd(), False)]
)
def test_what_begins_or_ends_a_conversation_gets_through(command: Command, is_silenced: bool) -> None:
    understood = Understood(UserTurn("x"), (command,), "llm")
    assert after(asked(PAUSE)).silences(understood) is is_silenced
    assert not Agenda().silences(understood)


def test_reminders_are_kept_in_order_and_fall_due() -> None:
    agenda = after(asked(reminder("late", 30), reminder("soon", 10, entities={"a": "b"}, name="n")))
    assert intents(agenda) == ["late", "soon"]
    assert agenda.reminders[1].entities == {"a": "b"}
    assert [one.intent for one in agenda.due(datetime(2026, 1, 1, 10, 10, tzinfo=UTC))] == ["soon"]
    assert agenda.due(datetime(2026, 1, 1, 10, 9, tzinfo=UTC)) == ()


def test_a_reminder_of_the_same_name_takes_its_place() -> None:
    agenda = after(asked(reminder("a", 1, name="n"), reminder("b", 2, name="n"), reminder("c", 3), reminder("d", 4)))
    assert intents(agenda) == ["b", "c", "d"]


def test_a_caller_who_speaks_ends_those_that_wait_for_silence() -> None:
    made = asked(reminder("a", 1), reminder("b", 2, kill_on_user_msg=False), reminder("c", 3, kill_on_user_msg=True))
    assert intents(after(made, SPOKE)) == ["b"]


@pytest.mark.parametrize(
    ("parts", "left"),
    [
        ({}, []),
        ({"name": None, "intent": None, "entities": None}, []),
        ({"name": "n"}, ["b"]),
        ({"intent": "b"}, ["a"]),
        ({"name": "n", "intent": "b"}, ["a", "b"]),
        ({"entities": {"x": 1}}, ["a"]),
        ({"name": "other"}, ["a", "b"]),
    ],
)
def test_a_cancellation_meets_what_fits_all_its_parts(parts: dict[str, object], left: list[str]) -> None:
    made = asked(reminder("a", 1, name="n"), reminder("b", 2, name="m", entities={"x": 1}))
    assert intents(after(made, asked({"event": "cancel_reminder", **parts}))) == left
