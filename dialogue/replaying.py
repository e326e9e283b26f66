"""Replaying a conversation from its log: what a running conversation would write again, event by event.

Nothing is understood anew and no action runs: commands, action results and what was set from outside are taken from
the log, and the conversation's own shell carries them out. `again` does so under the assistant that wrote the log, and
its events must be the same, byte for byte. `under` does so under another one, turn by turn, for a comparison.

Chance is in the log as well: which variation of a response was said shows in the words, and is chosen again. That a
caller cut a reply short is a note, which stands wherever they did so and which nothing follows from.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from dialogue.cleanup import clean_up
from dialogue.events import (
    AssistantChanged,
    ConversationParked,
    ConversationStarted,
    DialogueEvent,
    ReplyCutShort,
    UserSaid,
)
from dialogue.logged_outside import HeldAgain
from dialogue.serialization import event_to_json
from dialogue.turn_traces import TurnTrace, trace_of
from flows.commands import Command
from flows.events import SlotSet
from flows.model import Assistant
from flows.state import ConversationState


@dataclass(frozen=True, slots=True)
class Divergence:
    """The first place at which a log and its replay differ; `None` where one of them is at its end."""

    index: int
    logged: str | None
    replayed: str | None


@dataclass(frozen=True, slots=True)
class Replayed:
    """An exact replay: from which event on it could be done, how many were compared, and where they differ."""

    begin: int
    compared: int
    divergence: Divergence | None


@dataclass(frozen=True, slots=True)
class TurnComparison:
    """One turn under the assistant that was recorded and under another."""

    recorded: TurnTrace
    changed: TurnTrace
    notes: tuple[str, ...] = ()
    """What had to be assumed, such as the result of an action that the recording has none of."""

    @property
    def differences(self) -> tuple[str, ...]:
        """The names of what is not the same."""
        names = ("commands", "said", "slots", "flows", "actions")
        return tuple(name for name in names if getattr(self.recorded, name) != getattr(self.changed, name))


async def again(
    events: Sequence[DialogueEvent], assistant: Assistant, *, channel: str = "voice", masked: Collection[str] = ()
) -> Replayed:
    """Replay a log under the assistant that wrote it, from the last state on that is written down in it.

    `channel` is where it was held, since responses may have variations for one. `masked` are slots in whose place the
    log has `[slot]`: there any words are the same.
    """
    places = [index for index, event in enumerate(events) if not isinstance(event, ReplyCutShort)]
    log = [events[index] for index in places]
    begin = _begin(log)
    runner = HeldAgain(log, assistant, begin, channel)
    await runner.follow()
    found = _first_difference(log, runner.conversation.events, begin, masked)
    if found is not None:
        found = replace(found, index=places[found.index] if found.index < len(places) else len(events))
    return Replayed(places[begin] if begin < len(places) else len(events), len(log) - begin, found)


async def under(
    events: Sequence[DialogueEvent], recorded: Assistant, changed: Assistant, *, channel: str = "voice"
) -> list[TurnComparison]:
    """Give the turns of a log to another assistant, and compare what comes of each with what came of it."""
    events = [event for event in events if not isinstance(event, ReplyCutShort)]
    first = HeldAgain(events, recorded, 0, channel)
    await first.follow()
    parts = _parts(events, frozenset(first.fed))
    before = await _traces(events, parts, HeldAgain(events, recorded, 0, channel))
    after = await _traces(events, parts, HeldAgain(events, changed, 0, channel))
    return [TurnComparison(one, other, notes) for (one, _), (other, notes) in zip(before, after, strict=True)]


def event_line(event: DialogueEvent) -> str:
    """Return an event as a line of a log."""
    return json.dumps(event_to_json(event), ensure_ascii=False)


def _begin(events: Sequence[DialogueEvent]) -> int:
    """Return the event behind the last state that is written down."""
    written = (i + 1 for i in range(len(events) - 1, -1, -1) if _is_snapshot(events[i]))
    return next(written, 0)


def _is_snapshot(event: DialogueEvent) -> bool:
    return isinstance(event, AssistantChanged | ConversationParked)


def _first_difference(
    logged: Sequence[DialogueEvent], replayed: Sequence[DialogueEvent], begin: int, masked: Collection[str]
) -> Divergence | None:
    hidden = re.compile("|".join(re.escape(f"[{slot}]") for slot in masked)) if masked else None
    for index in range(begin, max(len(logged), len(replayed))):
        ours = event_line(logged[index]) if index < len(logged) else None
        theirs = event_line(replayed[index]) if index < len(replayed) else None
        if ours != theirs and not (hidden and ours and theirs and _is_same_but_for(hidden, ours, theirs)):
            return Divergence(index, ours, theirs)
    return None


def _is_same_but_for(hidden: re.Pattern[str], ours: str, theirs: str) -> bool:
    """Say whether two lines are the same where nothing is hidden in ours. Linear."""
    first, *others = hidden.split(ours)
    if not others or not theirs.startswith(first) or len(theirs) < len(first) + len(others[-1]):
        return False
    end = len(theirs) - len(others[-1])
    at = len(first)
    for part in others[:-1]:
        found = theirs.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return theirs.endswith(others[-1])


# --- the same turns under another assistant ------------------------------------------------------------------------


@dataclass(slots=True)
class _Part:
    """The events from outside that belong to one turn."""

    number: int
    user: str
    indexes: list[int] = field(default_factory=list)


async def _traces(
    events: Sequence[DialogueEvent], parts: Sequence[_Part], runner: HeldAgain
) -> list[tuple[TurnTrace, tuple[str, ...]]]:
    await runner.prepare()
    traces = []
    for part in parts:
        mark, n_assumed, n_notes = runner.n_events, len(runner.actions.assumed), len(runner.notes)
        state = runner.conversation.state
        for index in part.indexes:
            await runner.feed(index)
        notes = (*runner.actions.assumed[n_assumed:], *runner.notes[n_notes:])
        traces.append(
            (_trace(part, events, runner.conversation.events[mark:], state, runner.conversation.assistant), notes)
        )
    return traces


def _parts(events: Sequence[DialogueEvent], fed: frozenset[int]) -> list[_Part]:
    """Return the turns of a log; `fed` are the places of what is known to have come from outside."""
    parts = [_Part(0, "")]
    for index, event in enumerate(events):
        match event:
            case UserSaid(text=text):
                parts.append(_Part(len(parts), text, [index]))
            case ConversationStarted():
                parts[-1].indexes.append(index)
            case SlotSet() if index in fed:
                parts[-1].indexes.append(index)
            case _:
                pass
    return parts


def _trace(
    part: _Part,
    events: Sequence[DialogueEvent],
    fresh: Sequence[DialogueEvent],
    state: ConversationState,
    assistant: Assistant,
) -> TurnTrace:
    said = events[part.indexes[0]] if part.indexes else None
    commands: tuple[Command, ...] = ()
    if isinstance(said, UserSaid):  # clean-up is where a changed assistant first hears another turn
        commands = clean_up(said.commands, state, assistant, is_payload=said.stage == "payload")
    return trace_of(part.number, part.user, commands, fresh)
