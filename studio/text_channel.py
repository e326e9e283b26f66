"""Text conversations by sender: bounded in number, one turn at a time each, answered in the REST channel's shape.

A sender's conversation lasts: it is put away when it makes room or the server stops, and taken up from the event log
with the sender's next message, whatever was changed meanwhile. What ends is the session, after the time that the
domain's `session_config` gives; the next message then begins another one in the same conversation.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dialogue.conversation import Conversation
from dialogue.errors import DialogueError
from dialogue.faults import log_fault
from dialogue.turn import Ended, Said, TurnOutput, UserTurn
from studio.errors import ServiceNotReady

SESSION_START = "/session_start"


@dataclass(slots=True)
class _Open:
    """`active_s` is when the session was last heard of, in seconds since the epoch; None before there is one."""

    conversation: Conversation
    writing: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0
    is_taken_up: bool = False
    active_s: float | None = None


async def never_written(_: str) -> None:
    """Say of every conversation that nothing of it is stored."""


class TextConversations:
    """Keeps the conversations of a text channel; the one unused for longest makes room for a new sender.

    The first message of a session starts it, and its greeting is not spoken: whoever writes first wants an answer to
    what they wrote. A client that wants the greeting sends `/session_start` first.
    """

    def __init__(
        self,
        begin: Callable[[str], Conversation],
        *,
        limit: int,
        last_written: Callable[[str], Awaitable[float | None]] = never_written,
        report: Callable[[DialogueError], None] = log_fault,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Set up the channel.

        Args:
            begin: makes a sender's conversation, whose id is the same each time.
            limit: how many are kept open.
            last_written: when a conversation's log was last written to, in seconds since the epoch.
            report: is told when a stored conversation cannot be taken up, which then begins anew.
            clock: seconds since the epoch.
        """
        self._begin = begin
        self._limit = limit
        self._last_written = last_written
        self._report = report
        self._clock = clock
        self._open: OrderedDict[str, _Open] = OrderedDict()
        self._leaving: dict[str, _Open] = {}

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
                await self._take_up(sender, entry)
                outputs = await self._turn(entry, message, {"sender": sender, **metadata})
                entry.active_s = self._clock()
        finally:
            entry.waiting -= 1
        ended = next((output for output in outputs if isinstance(output, Ended)), None)
        if ended is not None and self._open.get(sender) is entry:
            del self._open[sender]
            await entry.conversation.end(ended.reason)
        said = [output for output in outputs if isinstance(output, Said)]
        return [part for one in said for part in rest_messages(sender, one)]

    async def close(self) -> None:
        """Put every conversation away, because the server stops."""
        while self._open:
            await self._put_away(*self._open.popitem())

    async def _entry(self, sender: str) -> _Open:
        if sender in self._open:
            self._open.move_to_end(sender)
            return self._open[sender]
        evicted = self._make_room()
        entry = self._open[sender] = _Open(self._begin(sender))
        if evicted is not None:
            await self._put_away(*evicted)
        return entry

    async def _put_away(self, sender: str, entry: _Open) -> None:
        self._leaving[sender] = entry
        try:
            async with entry.writing:
                await entry.conversation.park()
        finally:
            if self._leaving.get(sender) is entry:
                del self._leaving[sender]

    async def _take_up(self, sender: str, entry: _Open) -> None:
        """Take the conversation up from the log, once, and not before whoever puts it away is done."""
        if entry.is_taken_up:
            return
        leaving = self._leaving.get(sender)
        if leaving is not None:
            async with leaving.writing:
                pass
        conversation = entry.conversation
        try:
            entry.active_s = await self._last_written(conversation.conversation_id)
            if entry.active_s is not None:
                await conversation.resume()
        except DialogueError as problem:
            self._report(problem)
            entry.active_s = None
        entry.is_taken_up = True

    def _make_room(self) -> tuple[str, _Open] | None:
        if len(self._open) < self._limit:
            return None
        for sender, entry in self._open.items():
            if entry.waiting == 0:
                return sender, self._open.pop(sender)
        raise ServiceNotReady("Every text conversation that this server keeps is busy: try again in a few seconds.")

    async def _turn(self, entry: _Open, message: str, metadata: Mapping[str, Any]) -> list[TurnOutput]:
        conversation = entry.conversation
        if self._needs_session(entry):
            greeting = await _collect(conversation.start(dict(metadata)))
            if message.strip() == SESSION_START or any(isinstance(output, Ended) for output in greeting):
                return greeting
        understood = await conversation.understand(UserTurn(message, dict(metadata)))
        return await _collect(conversation.commit(understood))

    def _needs_session(self, entry: _Open) -> bool:
        conversation, active_s = entry.conversation, entry.active_s
        if active_s is None or not conversation.events or conversation.is_over:
            return True
        session = conversation.assistant.session
        lasts_s = session.expiration_time_min * 60
        return session.start_after_expiry and lasts_s > 0 and self._clock() - active_s > lasts_s


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
