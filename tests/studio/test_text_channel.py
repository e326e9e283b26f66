"""Text conversations: sessions, bounds, one turn at a time, and messages in the REST channel's shape."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from dialogue.conversation import Conversation
from dialogue.errors import DialogueError
from dialogue.events import ConversationParked, ConversationStarted
from dialogue.store import MemoryEventStore
from dialogue.turn import Button, Said, Understood, UserTurn
from flows.events import SlotSet
from flows.loader import load_assistant
from flows.model import Assistant
from flows.state import ConversationState
from studio.errors import ServiceNotReady
from studio.text_channel import TextConversations, rest_messages
from tests.studio.conftest import NoActions, ScriptedUnderstanding

Begin = Callable[[str], Conversation]


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
    return beginning_on(load_assistant(folder), understanding, MemoryEventStore())


def beginning_on(assistant: Assistant, understanding: ScriptedUnderstanding, store: MemoryEventStore) -> Begin:
    def begin(sender: str) -> Conversation:
        return Conversation(
            f"rest:{sender}",
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


async def test_close_puts_every_conversation_away(assistant_folder: Path) -> None:
    begin = beginning(assistant_folder, ScriptedUnderstanding())
    begun: list[Conversation] = []

    def begin_and_keep(sender: str) -> Conversation:
        begun.append(begin(sender))
        return begun[-1]

    channel = TextConversations(begin_and_keep, limit=5)
    for sender in ("ann", "ben"):
        await channel.answer(sender, "paint", {})
    await channel.close()
    assert channel.count == 0
    assert all(isinstance(conversation.events[-1], ConversationParked) for conversation in begun)


def test_each_attachment_is_a_message_of_its_own() -> None:
    said = Said("Look.", None, (Button("Yes", "/yes"),), {"a": 1}, "picture.png")
    assert rest_messages("ann", said) == [
        {"recipient_id": "ann", "text": "Look.", "buttons": [{"title": "Yes", "payload": "/yes"}]},
        {"recipient_id": "ann", "image": "picture.png"},
        {"recipient_id": "ann", "custom": {"a": 1}},
    ]


class Clock:
    """Seconds since the epoch, as a test sets them."""

    def __init__(self) -> None:
        self.now_s = 1_000_000.0

    def __call__(self) -> float:
        return self.now_s


class Server:
    """Text channels over one event log, as a server and its restarts have them. `session` is the domain's text."""

    def __init__(self, folder: Path, session: str = "") -> None:
        if session:
            domain = folder / "domain.yml"
            domain.write_text(f"{domain.read_text()}session_config:\n{session}")
        self.assistant = load_assistant(folder)
        self.clock = Clock()
        self.store = MemoryEventStore(self.clock)
        self.faults: list[DialogueError] = []

    def channel(self, limit: int = 10) -> TextConversations:
        return TextConversations(
            beginning_on(self.assistant, ScriptedUnderstanding(), self.store),
            limit=limit,
            last_written=self.store.last_written,
            report=self.faults.append,
            clock=self.clock,
        )

    async def started(self, sender: str) -> int:
        """Return how many sessions the sender has had."""
        return sum(isinstance(event, ConversationStarted) for event in await self.store.load(f"rest:{sender}"))


@pytest.mark.parametrize("is_stopped", [True, False], ids=["stopped", "crashed"])
async def test_a_conversation_is_taken_up_after_a_restart(assistant_folder: Path, is_stopped: bool) -> None:
    server = Server(assistant_folder)
    channel = server.channel()
    await channel.answer("ann", "paint", {})
    if is_stopped:
        await channel.close()
    assert (await texts(server.channel(), "ann", "red"))[0] == "It is red now."
    assert await server.started("ann") == 1


async def test_what_made_room_is_taken_up_again(assistant_folder: Path) -> None:
    server = Server(assistant_folder)
    channel = server.channel(limit=1)
    for sender in ("ann", "ben", "ann", "ben"):
        await channel.answer(sender, "paint", {})
    assert channel.count == 1
    for sender in ("ann", "ben"):
        assert (await texts(channel, sender, "red"))[0] == "It is red now."
        assert await server.started(sender) == 1


async def test_senders_that_push_each_other_out_lose_nothing(assistant_folder: Path) -> None:
    server = Server(assistant_folder)
    channel = server.channel(limit=2)
    senders = [f"sender {number}" for number in range(6)]
    for round_number in range(3):
        for first, second in zip(senders[::2], senders[1::2], strict=True):
            message = ("paint", "hm", "red")[round_number]
            await asyncio.gather(channel.answer(first, message, {}), channel.answer(second, message, {}))
    for sender in senders:
        events = await server.store.load(f"rest:{sender}")
        assert SlotSet("colour", "red") in events
        assert await server.started(sender) == 1


async def test_a_message_after_the_expiry_begins_a_session(assistant_folder: Path) -> None:
    server = Server(assistant_folder, "  session_expiration_time: 10\n")
    channel = server.channel()
    await channel.answer("ann", "paint", {})
    server.clock.now_s += 9 * 60
    await channel.answer("ann", "hm", {})
    server.clock.now_s += 9 * 60
    assert (await texts(channel, "ann", "red"))[0] == "It is red now."
    await channel.answer("ann", "paint", {})
    server.clock.now_s += 11 * 60
    assert await texts(channel, "ann", "/session_start") == ["Hello there. What can I do?"]
    assert await server.started("ann") == 2
    await channel.answer("ann", "paint", {})
    await channel.close()
    server.clock.now_s += 11 * 60
    assert "It is red now." not in await texts(server.channel(), "ann", "red")
    assert await server.started("ann") == 3


@pytest.mark.parametrize(
    "session", ["  session_expiration_time: 0\n", "  session_expiration_time: 1\n  start_session_after_expiry: false\n"]
)
async def test_sessions_that_never_expire_by_themselves(assistant_folder: Path, session: str) -> None:
    server = Server(assistant_folder, session)
    channel = server.channel()
    await channel.answer("ann", "paint", {})
    server.clock.now_s += 365 * 24 * 3600
    assert (await texts(channel, "ann", "red"))[0] == "It is red now."
    assert await server.started("ann") == 1


@pytest.mark.parametrize("is_carried", [True, False])
async def test_slots_are_carried_over_or_not(assistant_folder: Path, is_carried: bool) -> None:
    told = f"  session_expiration_time: 1\n  carry_over_slots_to_new_session: {str(is_carried).lower()}\n"
    domain = assistant_folder / "domain.yml"
    domain.write_text(domain.read_text().replace("responses:", "  name: {type: text}\nresponses:", 1))
    server = Server(assistant_folder, told)
    begun: list[Conversation] = []
    begin = beginning_on(server.assistant, ScriptedUnderstanding(), server.store)

    def begin_and_keep(sender: str) -> Conversation:
        begun.append(begin(sender))
        return begun[-1]

    channel = TextConversations(
        begin_and_keep, limit=2, last_written=server.store.last_written, clock=server.clock, report=server.faults.append
    )
    await channel.answer("ann", "hm", {})
    await begun[0].set_slots({"name": "Ann"})
    server.clock.now_s += 61
    await channel.answer("ann", "hm", {})
    assert begun[0].state.slots["name"] == ("Ann" if is_carried else None)
    assert await server.started("ann") == 2


async def test_a_log_that_cannot_be_read_is_a_fault_and_a_new_session(assistant_folder: Path) -> None:
    server = Server(assistant_folder)
    await server.store.append("rest:ann", [ConversationParked("1", {"slots": 7})])
    channel = server.channel()
    assert await texts(channel, "ann", "paint") == ["Which colour?"]
    assert (await texts(channel, "ann", "red"))[0] == "It is red now."
    assert [fault.code for fault in server.faults] == ["event-invalid"]


async def test_a_conversation_that_ended_is_another_session_after_a_restart(assistant_folder: Path) -> None:
    server = Server(assistant_folder)
    assert await texts(server.channel(), "ann", "bye") == ["Goodbye."]
    assert await texts(server.channel(), "ann", "paint") == ["Which colour?"]
    assert await server.started("ann") == 2
