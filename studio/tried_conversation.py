"""A conversation that somebody tries in the studio: it remembers how each turn was understood, and can begin midway.

What a language model was asked is kept here and not in the log: prompts are long, and nobody but the person who tries
the assistant needs them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final

from dialogue.conversation import Conversation
from dialogue.events import AssistantSaid, DialogueEvent, UserSaid
from dialogue.replay import last_messages
from dialogue.turn import Said, TurnOutput, Understood, Waiting
from flows.commands import Json, SetSlot
from flows.events import SlotSet
from flows.model import Assistant

DESIGNER: Final = "designer"
"""Who has set a slot from the studio, as the log says it."""
SAID_BEFORE: Final = "said_before"
"""The source of words that are said again when a conversation is taken up: the page has them already."""
LEAST_MASKED_CHARACTERS: Final = 3
"""A sensitive value that is shorter is left as it is: to hide every `1` of a prompt would make it unreadable."""
MOST_TURNS: Final = 500
"""How many turns are remembered as they were understood."""


class TriedConversation(Conversation):
    """Takes the arguments of a conversation."""

    def __init__(self, *args: Any, **parts: Any) -> None:
        super().__init__(*args, **parts)
        self.understood: dict[int, Understood] = {}
        """By the place of the turn among the caller's, from 0."""

    async def take_up(self, events: Sequence[DialogueEvent], understood: Mapping[int, Understood]) -> None:
        """Stand where this log leads; nothing of it happens again. Raises EventInvalid, StoreUnavailable."""
        await self._store.append(self.conversation_id, events)
        await self.resume()
        n_turns = turns_in(events)
        self.understood = {place: one for place, one in understood.items() if place < n_turns}

    async def start(self, metadata: Mapping[str, Json] | None = None) -> AsyncIterator[TurnOutput]:
        """Begin; one that was taken up says again what it said last, of which nothing is written down."""
        if not self.events:
            async for output in super().start(metadata):
                yield output
            return
        for said in _said_last(self.events):
            yield Said(said.text, said.response, said.buttons, metadata={"utter_source": SAID_BEFORE})
        yield Waiting(self.expectation)

    async def commit(self, understood: Understood) -> AsyncIterator[TurnOutput]:
        """Carry out a turn, and remember how it was understood."""
        if len(self.understood) < MOST_TURNS:
            self.understood[turns_in(self.events)] = understood
        async for output in super().commit(understood):
            yield output


def turns_in(events: Sequence[DialogueEvent]) -> int:
    """Count the turns of the caller."""
    return sum(isinstance(event, UserSaid) for event in events)


def masked(text: str | None, events: Sequence[DialogueEvent], assistant: Assistant) -> str | None:
    """Return a text without the values that sensitive slots had, or were proposed to have, in a conversation."""
    if text is None:
        return None
    given: list[tuple[str, Json]] = []
    for event in events:
        if isinstance(event, SlotSet):
            given.append((event.name, event.value))
        elif isinstance(event, UserSaid):
            given += [(one.name, one.value) for one in event.commands if isinstance(one, SetSlot)]
    hidden = {
        str(value): f"[{name}]"
        for name, value in given
        if value is not None and name in assistant.slots and assistant.slots[name].is_sensitive
    }
    for value in sorted(hidden, key=len, reverse=True):
        if len(value) >= LEAST_MASKED_CHARACTERS:
            text = text.replace(value, hidden[value])
    return text


def _said_last(events: Sequence[DialogueEvent]) -> Sequence[AssistantSaid]:
    """Return what was said since the caller's last turn; where that was nothing, what was said before it."""
    said: list[AssistantSaid] = []
    for event in reversed(events):
        if isinstance(event, UserSaid):
            break
        if isinstance(event, AssistantSaid):
            said.append(event)
    return tuple(reversed(said)) or last_messages(events)
