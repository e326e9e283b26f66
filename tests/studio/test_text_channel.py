"""Text conversations: sessions, bounds, one turn at a time, and messages in the REST channel's shape."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import count
from pathlib import Path
from random import Random

import pytest

from dialogue.conversation import Conversation
from dialogue.store import MemoryEventStore
from dialogue.turn import Button, Said, Understood, UserTurn
from flows.loader import load_assistant
from flows.state import ConversationState
from studio.errors import ServiceNotReady
from studio.text_channel import TextConversations, rest_messages
from tests.studio.conftest import NoActions, ScriptedUnderstanding

Begin = Callable[[], Conversation]


class HeldUnderstanding(ScriptedUnderstanding):
    """Answers "paint" only when it is let go."""

    def __init__(self) -> None:
        self.entered = asyncio.Event()
        self.release = asyncio.Event()
        self.running = 0
        self.most_running = 0

    async def understand(self, turn: UserTurn, state: ConversationState) -> Understood:
        self.running += 1
        self.most_running = max(self.running, self.most_running)
        self.entered.set()
        await self.release.wait()
        self.running -= 1
        return await super().understand(turn, state)


def beginning(folder: Path, understanding: ScriptedUnderstanding) -> Begin:
    assistant, numbers = load_assistant(folder), count()
    store = MemoryEventStore()

    def begin() -> Conversation:
        return Conversation(
            f"rest-{next(numbers)}",
            assistant,
            understanding=understanding,
            actions=NoActions(),
            store=store,
            random=Random(1),
            channel="rest",
        )

    return begin


@pytest.fixture
def channel(assistant_folder: Path) -> TextConversations:
    return TextConversations(beginning(assistant_folder, ScriptedUnderstanding()), limit=2)


async def texts(channel: TextConversations, sender: str, message: str) -> list[str]:
    return [answer["text"] for answer in await channel.answer(sender, message, {})]


async def test_the_first_message_is_answered_without_the_greeting(channel: TextConversations) -> None:
    assert await channel.answer("ann", "paint", {}) == [
        {
            "recipient_id": "ann",
            "text": "Which colour?",
            "buttons": [{"title": "Red", "payload": "/SetSlots(colour=red)"}],
        }
    ]
    assert (await texts(channel, "ann", "red"))[0] == "It is red now."


async def test_session_start_asks_for_the_greeting(channel: TextConversations) -> None:
    assert await texts(channel, "ann", "/session_start") == ["Hello there. What can I do?"]


async def test_senders_do_not_share_a_conversation(channel: TextConversations) -> None:
    await channel.answer("ann", "paint", {})
    await channel.answer("ben", "paint", {})
    assert (await texts(channel, "ben", "red"))[0] == "It is red now."
    assert channel.count == 2


async def test_a_conversation_that_ended_begins_anew(channel: TextConversations) -> None:
    assert await texts(channel, "ann", "bye") == ["Goodbye."]
    assert channel.count == 0
    assert await texts(channel, "ann", "/session_start") == ["Hello there. What can I do?"]


async def test_the_longest_unused_makes_room(channel: TextConversations) -> None:
    for sender in ("ann", "ben"):
        await channel.answer(sender, "paint", {})
    await channel.answer("ann", "red", {})
    await channel.answer("cid", "paint", {})
    assert channel.count == 2
    assert await texts(channel, "ann", "paint") == ["Which colour?"]  # still there; ben made room


async def test_turns_of_one_sender_wait_for_one_another(assistant_folder: Path) -> None:
    understanding = HeldUnderstanding()
    channel = TextConversations(beginning(assistant_folder, understanding), limit=2)
    async with asyncio.TaskGroup() as group:
        first = group.create_task(texts(channel, "ann", "paint"))
        second = group.create_task(texts(channel, "ann", "red"))
        await understanding.entered.wait()
        understanding.release.set()
    assert first.result() == ["Which colour?"]
    assert second.result()[0] == "It is red now."
    assert understanding.most_running == 1


async def test_no_room_while_all_are_busy(assistant_folder: Path) -> None:
    understanding = HeldUnderstanding()
    channel = TextConversations(beginning(assistant_folder, understanding), limit=1)
    async with asyncio.TaskGroup() as group:
        held = group.create_task(texts(channel, "ann", "paint"))
        await understanding.entered.wait()
        with pytest.raises(ServiceNotReady):
            await channel.answer("ben", "paint", {})
        understanding.release.set()
    assert held.result() == ["Which colour?"]


async def test_close_ends_every_conversation(assistant_folder: Path) -> None:
    begin = beginning(assistant_folder, ScriptedUnderstanding())
    begun: list[Conversation] = []

    def begin_and_keep() -> Conversation:
        begun.append(begin())
        return begun[-1]

    channel = TextConversations(begin_and_keep, limit=5)
    for sender in ("ann", "ben"):
        await channel.answer(sender, "paint", {})
    await channel.close()
    assert channel.count == 0
    assert all(conversation.is_over for conversation in begun)


def test_each_attachment_is_a_message_of_its_own() -> None:
    said = Said("Look.", None, (Button("Yes", "/yes"),), {"a": 1}, "picture.png")
    assert rest_messages("ann", said) == [
        {"recipient_id": "ann", "text": "Look.", "buttons": [{"title": "Yes", "payload": "/yes"}]},
        {"recipient_id": "ann", "image": "picture.png"},
        {"recipient_id": "ann", "custom": {"a": 1}},
    ]
