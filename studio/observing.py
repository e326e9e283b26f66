"""Ears of the telemetry: an event store and a media link that tell it of every event and pass everything on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dialogue.events import DialogueEvent
from dialogue.ports import EventStore
from studio.telemetry import Telemetry
from voice.link import Inbox, MediaLink, PlaysFrames


class ObservedStore:
    """An event store whose events are counted once they are stored."""

    def __init__(self, store: EventStore, telemetry: Telemetry) -> None:
        self._store = store
        self._telemetry = telemetry

    async def append(self, conversation_id: str, events: Sequence[DialogueEvent]) -> None:
        """Append, then count."""
        await self._store.append(conversation_id, events)
        for event in events:
            self._telemetry.observe(event)

    async def load(self, conversation_id: str) -> Sequence[DialogueEvent]:
        """Return the conversation's events in order."""
        return await self._store.load(conversation_id)

    async def last_written(self, conversation_id: str) -> float | None:
        """Return when the conversation's log was last appended to."""
        return await self._store.last_written(conversation_id)


class ObservedLink:
    """A media link whose messages to the client are counted."""

    def __init__(self, link: MediaLink, telemetry: Telemetry) -> None:
        self.call_id: str = link.call_id
        self.transport: str = link.transport
        self.output_rate_hz: int = link.output_rate_hz
        self.inbox: Inbox = link.inbox
        self.about: Mapping[str, str] = link.about
        self._link = link
        self._telemetry = telemetry

    def now_ms(self) -> int:
        """Return the call's clock."""
        return self._link.now_ms()

    def attach(self, source: PlaysFrames) -> None:
        """Take outgoing frames from here."""
        self._link.attach(source)

    def send(self, message: Mapping[str, Any]) -> None:
        """Count and send."""
        self._telemetry.observe_call(message)
        self._link.send(message)

    async def close(self, reason: str) -> None:
        """Hang up."""
        await self._link.close(reason)
