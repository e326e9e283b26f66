"""Text conversations by sender: bounded in number, one turn at a time each, answered in the REST channel's shape."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dialogue.conversation import Conversation
from dialogue.turn import Ended, Said, TurnOutput, UserTurn
from studio.errors import ServiceNotReady

SESSION_START = "/session_start"
EVICTED = "evicted"
"""Why a conversation that was dropped for want of room ended."""


@dataclass(slots=True)
class _Open:
    conversation: Conversation
    writing: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0
    is_started: bool = False


class TextConversations:
    """Keeps the conversations of a text channel; the one unused for longest makes room for a new sender.

    The first message of a sender starts the session, whose greeting is not spoken: whoever writes first wants an
    answer to what they wrote. A client that wants the greeting sends `/session_start` first.
    """

    def __init__(self, begin: Callable[[], Conversation], *, limit: int) -> None:
        self._begin = begin
        self._limit = limit
        self._open: OrderedDict[str, _Open] = OrderedDict()

    @property
    def count(self) -> int:
        """How many conversations are open."""
        return len(self._open)

    async def answer(self, sender: str, message: str, metadata: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Take one turn and return what the assistant says, as messages of the REST channel.

        Raises:
            ServiceNotReady: every conversation is in the middle of a turn and there is no room for another.
        """
        entry = await self._entry(sender)
        entry.waiting += 1
        try:
            async with entry.writing:
                outputs = await self._turn(entry, message, {"sender": sender, **metadata})
        finally:
            entry.waiting -= 1
        ended = next((output for output in outputs if isinstance(output, Ended)), None)
        if ended is not None and self._open.get(sender) is entry:
            del self._open[sender]
            await entry.conversation.end(ended.reason)
        said = [output for output in outputs if isinstance(output, Said)]
        return [part for one in said for part in rest_messages(sender, one)]

    async def close(self) -> None:
        """End every conversation, because the server stops."""
        while self._open:
            _, entry = self._open.popitem()
            async with entry.writing:
                await entry.conversation.end("server-stopped")

    async def _entry(self, sender: str) -> _Open:
        if sender in self._open:
            self._open.move_to_end(sender)
            return self._open[sender]
        evicted = self._make_room()
        entry = self._open[sender] = _Open(self._begin())
        if evicted is not None:
            await evicted.conversation.end(EVICTED)
        return entry

    def _make_room(self) -> _Open | None:
        if len(self._open) < self._limit:
            return None
        for sender, entry in self._open.items():
            if entry.waiting == 0:
                return self._open.pop(sender)
        raise ServiceNotReady("Every text conversation that this server keeps is busy: try again in a few seconds.")

    async def _turn(self, entry: _Open, message: str, metadata: Mapping[str, Any]) -> list[TurnOutput]:
        conversation = entry.conversation
        if not entry.is_started:
            greeting = await _collect(conversation.start(dict(metadata)))
            entry.is_started = True
            if message.strip() == SESSION_START or any(isinstance(output, Ended) for output in greeting):
                return greeting
        understood = await conversation.understand(UserTurn(message, dict(metadata)))
        return await _collect(conversation.commit(understood))


async def _collect(outputs: AsyncIterator[TurnOutput]) -> list[TurnOutput]:
    return [output async for output in outputs]


def rest_messages(recipient: str, said: Said) -> list[dict[str, Any]]:
    """Write one thing said as messages of the REST channel: text with its buttons, then each attachment alone."""
    messages: list[dict[str, Any]] = []
    if said.text or said.buttons:
        text: dict[str, Any] = {"text": said.text}
        if said.buttons:
            text["buttons"] = [{"title": button.title, "payload": button.payload} for button in said.buttons]
        messages.append(text)
    messages += [
        {name: value}
        for name, value in (("image", said.image), ("attachment", said.attachment), ("custom", said.custom))
        if value is not None
    ]
    return [{"recipient_id": recipient, **message} for message in messages]
