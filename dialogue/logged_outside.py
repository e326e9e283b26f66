"""A conversation held again, whose outside is a log: its callers, actions and chance do what is written there.

Turns come with the commands that were understood, actions give back what they gave back, and of the variations of a
response that one is said whose words are in the log.
"""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

from dialogue.conversation import Conversation
from dialogue.events import (
    ActionFailed,
    ActionReturned,
    AssistantChanged,
    AssistantSaid,
    ConversationEnded,
    ConversationParked,
    ConversationStarted,
    DialogueEvent,
    UserSaid,
)
from dialogue.store import MemoryEventStore
from dialogue.turn import Understood, UserTurn
from flows.commands import Json, SessionEnd
from flows.effects import ToolCall
from flows.events import SlotSet
from flows.model import Assistant, Response
from flows.state import ConversationState

_VARIABLE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{[^{}]*\}", re.DOTALL)
_VERSION = "replayed"
MOST_TEMPLATE_CHARACTERS = 4_000
"""Longer templates are not compared with what was said; their first variation stands for them."""


class HeldAgain:
    """A conversation from `begin` on, the first event behind a state that is written down, or 0."""

    def __init__(self, events: Sequence[DialogueEvent], assistant: Assistant, begin: int, channel: str) -> None:
        self.actions = _LoggedActions(events[begin:])
        self.notes: list[str] = []
        self.fed: list[int] = []
        """The places of the events that came from outside."""
        self._events = events
        self._begin = begin
        self._store = MemoryEventStore()
        self._chance = _LoggedChance(events)
        self.conversation = Conversation(
            "replay",
            assistant,
            understanding=_Mute(),
            actions=self.actions,
            store=self._store,
            random=self._chance,
            channel=channel,
            report=lambda problem: self.notes.append(str(problem)),
            clock=lambda: 0.0,
            version=_VERSION if begin else "",
        )

    @property
    def n_events(self) -> int:
        return len(self.conversation.events)

    async def prepare(self) -> None:
        """Go to where the replay begins."""
        if self._begin:
            *before, written = self._events[: self._begin]
            assert isinstance(written, AssistantChanged | ConversationParked)
            # This assistant is the one that the state was written down for, whatever it was called.
            await self._store.append("replay", (*before, replace(written, version=_VERSION)))
            await self.conversation.resume()
        self._chance.written = self.conversation.events

    async def follow(self) -> None:
        """Give the conversation everything that came from outside, up to where it does something else than the log."""
        await self.prepare()
        for index in range(self._begin, len(self._events)):
            if index >= self.n_events and not await self.feed(index):
                return

    async def feed(self, index: int) -> bool:
        """Give the conversation the event at this place, if it came from outside; say whether it did."""
        event = self._events[index]
        match event:
            case ConversationStarted(metadata=metadata):
                await _drain(self.conversation.start(metadata))
            case UserSaid(text=text, commands=commands, metadata=metadata):
                reason = _ends_with(self._events, index) if SessionEnd() in commands else None
                if reason is not None and text == "/session_end":
                    await self.conversation.end(reason)
                else:
                    await _drain(self.conversation.commit(_understood(event, UserTurn(text, metadata))))
            case SlotSet(name=name, value=value, by=by):
                await self.conversation.set_slots({name: value}, by=by)
            case _:
                return False
        self.fed.append(index)
        return True


class _LoggedActions:
    """Actions that give back what the log has of them, in its order, by their names."""

    def __init__(self, events: Sequence[DialogueEvent]) -> None:
        self.assumed: list[str] = []
        self._results: dict[str, deque[ActionReturned | ActionFailed]] = defaultdict(deque)
        for event in events:
            if isinstance(event, ActionReturned | ActionFailed):
                self._results[event.name].append(event)

    def knows(self, name: str) -> bool:  # noqa: ARG002  # the signatures of this class and the next are the ports'
        return True

    async def run(self, name: str, tracker: Json, domain: Json) -> ActionReturned | ActionFailed:  # noqa: ARG002
        if self._results[name]:
            return self._results[name].popleft()
        self.assumed.append(f"{name} would run, and the recording has no result of it: taken as one that does nothing")
        return ActionReturned(name)

    async def call(self, call: ToolCall) -> ActionReturned | ActionFailed:
        return await self.run(call.tool, None, None)


class _Mute:
    """Understands nothing: the commands of every turn are in the log."""

    async def understand(self, turn: UserTurn, state: ConversationState) -> Understood:  # noqa: ARG002
        raise AssertionError("a replay understands nothing anew")


class _LoggedChance(Random):
    """Chooses the variation of a response whose words are those that the log has next."""

    def __init__(self, events: Sequence[DialogueEvent]) -> None:
        super().__init__(0)
        self.written: Sequence[DialogueEvent] = ()
        self._said = [event.text for event in events if isinstance(event, AssistantSaid)]
        self._next = 0

    def choice(self, seq: Any) -> Any:
        if not all(isinstance(one, Response) for one in seq):
            return super().choice(seq)
        n_said = sum(isinstance(event, AssistantSaid) for event in self.written)
        self._next = max(self._next, n_said)
        for index in range(self._next, len(self._said)):
            fitting = [one for one in seq if _may_say(one, self._said[index])]
            if fitting:
                self._next = index + 1
                return max(fitting, key=lambda one: len(_VARIABLE.sub("", one.text or "")))
        return seq[0]


def _may_say(variation: Response, text: str) -> bool:
    translations = (item.get("text") if isinstance(item, dict) else item for item in variation.translation.values())
    for template in (variation.text, *translations):
        if not isinstance(template, str) or len(template) > MOST_TEMPLATE_CHARACTERS:
            continue
        if _holds_in_order(text, [part for part in _VARIABLE.split(template) if part]):
            return True
    return False


def _understood(event: UserSaid, turn: UserTurn) -> Understood:
    return Understood(
        turn,
        event.commands,
        event.stage,
        took_ms=event.took_ms,
        prompt_tokens=event.prompt_tokens,
        completion_tokens=event.completion_tokens,
        fallbacks=event.fallbacks,
    )


def _holds_in_order(text: str, parts: Sequence[str]) -> bool:
    """Say whether the fixed parts of a template stand in a text one behind another. Linear, whatever the template."""
    at = 0
    for part in parts:
        found = text.find(part.strip(), at)
        if found < 0:
            return False
        at = found + len(part.strip())
    return bool(parts)


def _ends_with(events: Sequence[DialogueEvent], index: int) -> str | None:
    """Return the reason for which the conversation ends with this turn; None if it goes on."""
    for event in events[index + 1 :]:
        if isinstance(event, ConversationEnded):
            return event.reason
        if isinstance(event, UserSaid):
            return None
    return None


async def _drain(outputs: Any) -> None:
    async for _ in outputs:
        pass
