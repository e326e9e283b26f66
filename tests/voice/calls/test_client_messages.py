"""Messages of a client: each does one thing, and what means nothing is refused in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from dialogue.events import DialogueEvent
from flows.commands import Command, UserSilence
from tests.support.call import FakeLink
from tests.support.virtual_clock import run_virtually
from voice import events
from voice.calls.client_messages import HUNG_UP, take_message


class NotingCall:
    """A call that only writes down what it is asked to do."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any]] = []
        self.told: list[events.CallEvent | DialogueEvent] = []

    def answer_command(self, command: Command) -> None:
        self.asked.append(("command", command))

    def answer_text(self, text: str) -> None:
        self.asked.append(("text", text))

    def say_aside(self, text: str, *, ends_call: bool) -> None:
        self.asked.append(("aside", text))

    def fill(self, text: str, gap_ms: int) -> None:
        self.asked.append(("fill", text))

    def stop_reply(self) -> None:
        self.asked.append(("stop", None))

    def resume_reply(self, reply_id: int) -> None:
        self.asked.append(("resume", reply_id))

    def drop_speech(self) -> None:
        self.asked.append(("drop", None))

    def listen_in(self, language: str) -> None:
        self.asked.append(("language", language))

    def emit(self, event: events.CallEvent | DialogueEvent) -> None:
        self.told.append(event)

    def hang_up(self, reason: str) -> None:
        self.asked.append(("hang_up", reason))


def taken(message: Mapping[str, Any], *, is_key: bool = False) -> tuple[NotingCall, FakeLink]:
    async def take() -> tuple[NotingCall, FakeLink]:
        call, link = NotingCall(), FakeLink("")
        take_message(message, call, link, lambda _: is_key)
        return call, link

    return run_virtually(take)


@pytest.mark.parametrize(
    ("message", "asked"),
    [
        ({"type": "say", "text": "my balance"}, ("text", "my balance")),
        ({"type": "silence"}, ("command", UserSilence())),
        ({"type": "hang_up"}, ("hang_up", HUNG_UP)),
    ],
)
def test_a_message_is_done(message: dict[str, Any], asked: tuple[str, Any]) -> None:
    call, link = taken(message)

    assert call.asked == [asked]
    assert not call.told
    assert not link.sent


def test_a_ping_is_answered_with_the_clock_of_the_call() -> None:
    call, link = taken({"type": "ping", "client_ms": 1.5})

    (pong,) = link.of("pong")
    assert (pong["client_ms"], pong["call_ms"]) == (1.5, pong["clock_ms"])
    assert not call.asked


def test_a_key_is_pressed_and_nothing_else_happens() -> None:
    call, _ = taken({"type": "key", "key": "5"}, is_key=True)

    assert not call.asked
    assert not call.told


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"type": "nonsense"},
        {"type": ["say"]},
        {"type": "say"},
        {"type": "say", "text": "  "},
        {"type": "say", "text": 5},
        {"type": "ping", "client_ms": "now"},
        {"type": "key", "key": "55"},
    ],
)
def test_what_means_nothing_is_refused_and_changes_nothing(message: dict[str, Any]) -> None:
    call, link = taken(message)

    (fault,) = call.told
    assert isinstance(fault, events.Fault)
    assert fault.code == "message-unknown"
    assert "docs/events.md" in fault.message
    assert not call.asked
    assert not link.sent
