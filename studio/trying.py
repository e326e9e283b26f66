"""Conversations that are tried in the studio: found by their id while they run and for a while after.

A designer looks into one, sets its slots, goes back to any turn of it, or takes its turns again with one of them
changed. Going back makes another conversation (a *rewound* one) which stands where the log leads; the next call takes
it up. The log of the first one stays as it is.
"""

from __future__ import annotations

import uuid
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from dialogue.events import AssistantChanged, ConversationParked, ConversationStarted, DialogueEvent, UserSaid
from dialogue.logged_actions import LoggedActions
from dialogue.replaying import TurnComparison
from dialogue.store import MemoryEventStore
from dialogue.turn import Understood, UserTurn
from dialogue.turn_traces import trace_of_turn, turns_of
from flows.commands import HandleCodeChange, Json, SessionEnd
from flows.events import SlotSet
from flows.model import Assistant
from flows.values import Misfit, fitted
from studio.errors import Fault, StudioError
from studio.tried_conversation import DESIGNER, TriedConversation, masked
from studio.versions import Dialogue, Version
from voice.protocols.events_json import to_json

CONVERSATION: Final = "conversation"
"""What a client says of its call: the rewound conversation that it takes up."""
CHAT: Final = "chat"
"""And that its caller types, so that nobody minds how long they are silent."""
MOST_KEPT: Final = 64
"""Conversations that can be found; the longest untouched are forgotten first."""
VOICE: Final = "voice"


class ConversationUnknown(StudioError):
    """No conversation of this id is being tried."""

    code: ClassVar[str] = "conversation-unknown"
    fault: ClassVar[Fault] = "client"
    http_status: ClassVar[int] = 404


class TurnUnknown(StudioError):
    """The conversation has no turn of this number, or no slot of this name."""

    code: ClassVar[str] = "turn-unknown"
    fault: ClassVar[Fault] = "client"
    http_status: ClassVar[int] = 400


@dataclass(frozen=True, slots=True)
class Tried:
    """One conversation and what it is held with."""

    conversation: TriedConversation
    project: str
    environment: str


@dataclass(frozen=True, slots=True)
class Rewinding:
    """How a conversation goes back: to behind turn `turn` (0 is the greeting).

    With `text` or `slots`, that turn is taken again instead: with these words, after these slots were set. The turns
    behind it follow, unless `follows` is false.
    """

    turn: int
    text: str | None = None
    slots: Mapping[str, Json] = field(default_factory=dict)
    follows: bool = True

    @property
    def takes_again(self) -> bool:
        return self.text is not None or bool(self.slots)


@dataclass(frozen=True, slots=True)
class Rewound:
    """The new conversation, and what has become of the turns that were taken again."""

    tried: Tried
    turns: tuple[TurnComparison, ...] = ()
    notes: tuple[str, ...] = ()


class Trying:
    """The conversations of one server that are tried."""

    def __init__(self, *, most_kept: int = MOST_KEPT) -> None:
        self._most_kept = most_kept
        self._tried: OrderedDict[str, Tried] = OrderedDict()

    def find(self, conversation_id: str) -> Tried:
        """Return a conversation. Raises ConversationUnknown."""
        tried = self._tried.get(conversation_id)
        if tried is None:
            raise ConversationUnknown(
                f"No conversation {conversation_id[:64]!r} is being tried here; it may be too long ago, or the server "
                "was started again. Begin a new one."
            )
        self._tried.move_to_end(conversation_id)
        return tried

    async def begin(self, dialogue: Dialogue, call_id: str, about: Mapping[str, str], of: tuple[str, str]) -> Tried:
        """Make the conversation of a call to `of` (project, environment); it takes up what `about` names.

        Raises:
            ConversationUnknown, EventInvalid, StoreUnavailable.
        """
        conversation = dialogue.new_kind(TriedConversation, call_id, VOICE)
        if about.get(CONVERSATION):
            before = self.find(about[CONVERSATION]).conversation
            await conversation.take_up(tuple(before.events), before.understood)
        return self._keep(Tried(conversation, *of))

    async def set_slots(self, conversation_id: str, values: Mapping[str, Json]) -> list[dict[str, Any]]:
        """Set slots of a conversation; its next turn will find them. Returns the events.

        Raises:
            ConversationUnknown, TurnUnknown: there is no such slot, or the value is none of its type.
        """
        conversation = self.find(conversation_id).conversation
        n_before = len(conversation.events)
        await conversation.set_slots(fitting(values, conversation.assistant), by=DESIGNER)
        return [to_json(event) for event in conversation.events[n_before:] if isinstance(event, SlotSet)]

    async def rewind(self, conversation_id: str, dialogue: Dialogue, wanted: Rewinding) -> Rewound:
        """Make a conversation that stands where another one stood, under the assistant as it is now.

        Raises:
            ConversationUnknown, TurnUnknown, EventInvalid.
        """
        tried = self.find(conversation_id)
        events = tuple(tried.conversation.events)
        kept, again = parted(events, wanted)
        actions = LoggedActions(events, len(kept), dialogue.assistant, dialogue.version.actions)
        slots = fitting(wanted.slots, dialogue.assistant)
        made = _offline(dialogue, actions)
        await made.take_up(kept, tried.conversation.understood)
        if slots:
            await made.set_slots(slots, by=DESIGNER)
        turns = await _taken_again(made, again, wanted)
        actions.is_live = True
        return Rewound(self._keep(Tried(made, tried.project, tried.environment)), turns, tuple(actions.notes))

    def _keep(self, tried: Tried) -> Tried:
        self._tried[tried.conversation.conversation_id] = tried
        while len(self._tried) > self._most_kept:
            self._tried.popitem(last=False)
        return tried


def shown(tried: Tried) -> dict[str, Any]:
    """Return a conversation as the page reads it: events as a call sends them, and how turns were understood."""
    conversation = tried.conversation
    events = tuple(conversation.events)
    told = [to_json(event) for event in events if not isinstance(event, AssistantChanged | ConversationParked)]
    return {
        "conversation_id": conversation.conversation_id,
        "project": tried.project,
        "environment": tried.environment,
        "is_over": conversation.is_over,
        "events": told,
        "turns": [_shown_turn(place, one, events, conversation) for place, one in conversation.understood.items()],
        "slots": _slots(conversation),
    }


def fitting(values: Mapping[str, Json], assistant: Assistant) -> dict[str, Json]:
    """Return values as their slots take them. Raises TurnUnknown for a slot or value that cannot be."""
    fitted_values: dict[str, Json] = {}
    for name, value in values.items():
        slot = assistant.slots.get(name)
        if slot is None:
            raise TurnUnknown(f"The assistant has no slot {name[:100]!r}.")
        try:
            fitted_values[name] = fitted(slot, value)
        except Misfit as misfit:
            kinds = f", one of {', '.join(slot.values)}" if slot.values else ""
            raise TurnUnknown(f"The slot {name!r} takes a value of type {slot.type}{kinds}.") from misfit
    return fitted_values


def parted(
    events: Sequence[DialogueEvent], wanted: Rewinding
) -> tuple[tuple[DialogueEvent, ...], list[list[DialogueEvent]]]:
    """Return what stays of a log, and the turns that are taken again.

    Turns are counted as the page shows them: what the caller said, without silences.

    Raises:
        TurnUnknown: there is no such turn.
    """
    turns = turns_of(events)
    places = [0, *(place for place, turn in enumerate(turns) if place and _is_spoken(turn))]
    if wanted.turn >= len(places) or (wanted.takes_again and wanted.turn < 1):
        raise TurnUnknown(f"The conversation has {len(places) - 1} turns of the caller, and none with this number.")
    if not any(isinstance(event, ConversationStarted) for event in turns[0]):
        raise TurnUnknown("The conversation has not begun yet.")
    place = places[wanted.turn]
    n_kept = place if wanted.takes_again else place + 1
    kept = [event for turn in turns[:n_kept] for event in turn]
    if not wanted.takes_again:
        return tuple(kept), []
    return tuple(kept), turns[place:] if wanted.follows else [turns[place]]


def _is_spoken(turn: Sequence[DialogueEvent]) -> bool:
    return isinstance(turn[0], UserSaid) and turn[0].text != ""


def _offline(dialogue: Dialogue, actions: LoggedActions) -> TriedConversation:
    """Make a conversation that is written nowhere: the call that takes it up is."""
    version = dialogue.version
    of = Version(version.assistant, version.understanding, actions, version.name)
    apart = Dialogue(of, MemoryEventStore(), dialogue.report)
    return apart.new_kind(TriedConversation, f"rewound-{uuid.uuid4().hex[:16]}", VOICE)


async def _taken_again(
    made: TriedConversation, turns: Sequence[Sequence[DialogueEvent]], wanted: Rewinding
) -> tuple[TurnComparison, ...]:
    compared: list[TurnComparison] = []
    for place, turn in enumerate(turns):
        said = turn[0]
        if made.is_over or not isinstance(said, UserSaid):
            break
        is_first = place == 0
        text = wanted.text if is_first and wanted.text is not None else said.text
        mark = len(made.events)
        async for _ in made.commit(await _heard(made, said, text)):
            pass
        number = wanted.turn + place
        compared.append(TurnComparison(trace_of_turn(number, turn), trace_of_turn(number, made.events[mark:])))
    return tuple(compared)


async def _heard(made: TriedConversation, said: UserSaid, text: str) -> Understood:
    """Understand a turn anew; a silence is what it was."""
    if text:
        return await made.understand(UserTurn(text, said.metadata))
    own = tuple(one for one in said.commands if not isinstance(one, HandleCodeChange | SessionEnd))
    return Understood(UserTurn("", said.metadata), own, said.stage)


def _shown_turn(
    place: int, understood: Understood, events: Sequence[DialogueEvent], conversation: TriedConversation
) -> dict[str, Any]:
    return {
        "place": place,
        "text": understood.turn.text,
        "stage": understood.stage,
        "took_ms": understood.took_ms,
        "confidence": understood.confidence,
        "prompt": masked(understood.prompt, events, conversation.assistant),
        "completion": masked(understood.completion, events, conversation.assistant),
        "prompt_tokens": understood.prompt_tokens,
        "cached_tokens": understood.cached_tokens,
        "completion_tokens": understood.completion_tokens,
        "fallbacks": list(understood.fallbacks),
    }


def _slots(conversation: TriedConversation) -> list[dict[str, Any]]:
    """Return the assistant's own slots with their values; that of a sensitive one is not told."""
    told = []
    for name, slot in conversation.assistant.slots.items():
        if slot.is_default:
            continue
        value = conversation.state.slots.get(name)
        is_hidden = slot.is_sensitive and value is not None
        told.append(
            {
                "name": name,
                "type": slot.type,
                "values": list(slot.values),
                "value": None if is_hidden else value,
                "is_sensitive": slot.is_sensitive,
                "is_set": value is not None,
            }
        )
    return told
