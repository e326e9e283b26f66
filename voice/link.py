"""The port between a call and its transport: audio frames in, a playback queue out, messages both ways."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from voice.ports import Pcm
from voice.speech.playback import PlayedFrame
from voice.turns.inputs import TurnInput

MAX_WAITING_FRAMES = 100
"""2 s of audio: if the call falls that far behind, the oldest frames are dropped and counted."""
MAX_WAITING_MESSAGES = 64


@dataclass(frozen=True, slots=True)
class FrameArrived:
    """20 ms of the caller, 320 samples int16 at 16 kHz; `received_ms` on the call's clock.

    `is_real`: some of it came from the caller, and is not only put in the place of what did not come.
    """

    samples: Pcm
    received_ms: int
    is_real: bool = True


@dataclass(frozen=True, slots=True)
class MessageArrived:
    """A JSON object from the client's data channel."""

    message: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FramePlayed:
    """A frame with something to tell (first audible, last of its reply) was handed over for sending."""

    frame: PlayedFrame
    sent_ms: int


@dataclass(frozen=True, slots=True)
class LinkClosed:
    """The other side hung up, or is gone; `reason` is a kebab-case word."""

    reason: str


@dataclass(frozen=True, slots=True)
class ReplyStopped:
    """A reply has been played or thrown away; nothing more will come of it."""

    reply_id: int


@dataclass(frozen=True, slots=True)
class TurnAnswered:
    """A committed turn has run to its end; `ended` says that the assistant wants to hang up."""

    reply_id: int
    ended: str | None = None


LinkInput: TypeAlias = FrameArrived | MessageArrived | FramePlayed | LinkClosed
CallInput: TypeAlias = LinkInput | TurnInput | ReplyStopped | TurnAnswered


class Inbox:
    """Everything that reaches a call, in order: one inbox, one consumer.

    Bounded: of waiting frames the oldest is dropped and counted; messages beyond the bound are refused, since a
    peer that floods must not grow our memory; other inputs are ours and few, and are never dropped.
    """

    def __init__(self) -> None:
        self.dropped_frames = 0
        self.refused_messages = 0
        self._items: deque[CallInput] = deque()
        self._frames = 0
        self._messages = 0
        self._arrived = asyncio.Event()
        self._has_given_frame = False

    def put(self, item: CallInput) -> None:
        """Add an item without waiting."""
        if isinstance(item, MessageArrived):
            if self._messages >= MAX_WAITING_MESSAGES:
                self.refused_messages += 1
                return
            self._messages += 1
        if isinstance(item, FrameArrived):
            if self._frames >= MAX_WAITING_FRAMES:
                self._drop_oldest_frame()
            self._frames += 1
        self._items.append(item)
        self._arrived.set()

    async def get(self) -> CallInput:
        """Return the next item; waits for one.

        After each frame all others on the loop have a turn. A call that works off what gathered during a stall would
        else keep the loop for all of it, up to 45 ms in a measured run, and what is to be sent meanwhile is late.
        """
        if self._has_given_frame:
            self._has_given_frame = False
            if self._items:
                await asyncio.sleep(0)
        while not self._items:
            self._arrived.clear()
            await self._arrived.wait()
        item = self._items.popleft()
        self._has_given_frame = isinstance(item, FrameArrived)
        self._frames -= self._has_given_frame
        self._messages -= isinstance(item, MessageArrived)
        return item

    def _drop_oldest_frame(self) -> None:
        for index, item in enumerate(self._items):
            if isinstance(item, FrameArrived):
                del self._items[index]
                self._frames -= 1
                self.dropped_frames += 1
                return


class PlaysFrames(Protocol):
    """Where the transport takes its outgoing frames from."""

    def next_frame(self) -> PlayedFrame: ...


class MediaLink(Protocol):
    """One connected caller. The transport owns the playout clock and takes a frame every 20 ms."""

    call_id: str
    transport: str
    output_rate_hz: int
    inbox: Inbox
    about: Mapping[str, str]
    """What the client said of the caller when the call was set up, such as `timezone`."""

    def now_ms(self) -> int:
        """Return the call's clock: monotonic milliseconds since the call began."""
        ...

    def attach(self, source: PlaysFrames) -> None:
        """Take outgoing frames from here; silence is sent before."""
        ...

    def send(self, message: Mapping[str, Any]) -> None:
        """Send a JSON object to the client, if its data channel is open; kept until it opens."""
        ...

    async def close(self, reason: str) -> None:
        """Hang up. Idempotent."""
        ...
