"""The shell of one conversation: carries out what the pure engine orders, and writes down everything that happens.

    understand(turn) ── no effect, may be cancelled, may be thrown away
    commit(understood) ── decide ─┬─ events → log ─┐
                          ↑       ├─ responses → Said     at once, before later actions run
                          └─ action results ← RunAction   until the engine listens or hangs up

A committed turn always runs to its end. It is a task of its own that writes to a queue, and `commit` merely reads
that queue: a caller who barges in, or hangs up, stops the reading and never the turn, because a transfer that was
begun must be logged whether or not anybody still listens. This is the one place outside a call's TaskGroup that
makes tasks; `end` waits for them. A lock lets one turn run at a time, in the order of their commits.

State and log change together between two awaits, so no moment exists at which one of them is ahead. What is said
is filled in with the slots as they were at that place among the effects: a flow's end empties them again.

Another version of the assistant takes over between turns (`adopt`, `resume`). Nothing is written until the next turn
begins: that one notes the version and, where what the conversation stood on is gone, is a code change first.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import tzinfo
from random import Random
from typing import assert_never

from dialogue.acting import Message, messages, perform
from dialogue.actions.results import engine_input
from dialogue.agenda import Agenda, agenda_after
from dialogue.anticipation import Anticipation
from dialogue.engine import decide, preview
from dialogue.errors import DialogueError, UnderstandingFailed
from dialogue.events import (
    ActionFailed,
    ActionReturned,
    AssistantSaid,
    ConversationEnded,
    ConversationParked,
    ConversationStarted,
    DialogueEvent,
    ReplyCutShort,
    user_said,
)
from dialogue.every_turn import actions_due, every_turn_actions, stored
from dialogue.faults import log_fault
from dialogue.history import history_lines
from dialogue.local_time import local_time
from dialogue.log_writer import LogWriter
from dialogue.ports import ActionRunner, EventStore, Understanding
from dialogue.rehearsal import rehearsed
from dialogue.replay import last_messages
from dialogue.responses import Moment, say_or_apologise
from dialogue.templates import Values
from dialogue.tracker import domain_json, tracker_event, tracker_json
from dialogue.turn import Ended, Happened, Said, TurnOutput, Understood, UserTurn, Waiting
from dialogue.version_change import VersionChange
from flows.commands import Failed, Json, SessionEnd, SessionStart
from flows.effects import Effect, Emit, Expectation, HangUp, Listen, RepeatLastMessages, RunAction, ToolCall, Utter
from flows.engine import expectation, step
from flows.events import SlotSet
from flows.inputs import CommandsReceived
from flows.model import Assistant
from flows.state import ConversationState, initial_state

Outputs = asyncio.Queue[TurnOutput | None]
"""What a turn puts out; None after the last one. Unbounded, since a turn must never wait for its reader."""
Begin = Callable[[Outputs], Awaitable[tuple[Effect, ...]]]  # begins a turn; returns what the engine orders first


class Conversation:
    """One conversation. Its parts fail without failing it: the caller hears the internal-error pattern instead.

    `report` is told of every fault that the caller does not otherwise learn about, such as a full disk beneath
    the event log; `clock` gives seconds since the epoch, for the timestamps that custom actions see. `version` is the
    fingerprint of the assistant; `zone` the time zone of callers of whom nothing is known, if not that of this machine;
    `sender` is who custom actions are told it is, if that is not the conversation's id.
    """

    def __init__(  # the parts of a conversation are many, and each is a port
        self,
        conversation_id: str,
        assistant: Assistant,
        *,
        understanding: Understanding,
        actions: ActionRunner,
        store: EventStore,
        random: Random,
        channel: str = "voice",
        report: Callable[[DialogueError], None] = log_fault,
        clock: Callable[[], float] = time.time,
        zone: tzinfo | None = None,
        version: str = "",
        sender: str | None = None,
    ) -> None:
        self.conversation_id = conversation_id
        self.assistant = assistant
        self._understanding = understanding
        self._actions = actions
        self._store = store
        self._random = random
        self._channel = channel
        self._report = report
        self._clock = clock
        self._zone = zone
        self._sender = conversation_id if sender is None else sender
        self._change = VersionChange(version)
        self._state = initial_state(assistant)
        self._slots = dict(self._state.slots)
        self._ending = "hangup"
        self._log: list[DialogueEvent] = []
        self._tracker_events: list[dict[str, Json]] = []
        self._writer = LogWriter(conversation_id, store, report)
        self._lock = asyncio.Lock()
        self._turns: set[asyncio.Task[None]] = set()
        self._domain = domain_json(assistant)
        self._every_turn = every_turn_actions(assistant)
        self._agenda = Agenda()
        self._anticipation = Anticipation()

    @property
    def state(self) -> ConversationState:
        """The state after everything that was committed."""
        return self._state

    @property
    def expectation(self) -> Expectation:
        """What the caller is expected to say next."""
        return expectation(self._state, self.assistant)

    @property
    def events(self) -> Sequence[DialogueEvent]:
        """The log so far, oldest first. It grows; do not change it."""
        return self._log

    @property
    def agenda(self) -> Agenda:
        """What actions have asked for that stands: a pause, reminders."""
        return self._agenda

    @property
    def is_over(self) -> bool:
        """Whether the conversation was ended, by either side."""
        return bool(self._log) and isinstance(self._log[-1], ConversationEnded)

    async def resume(self) -> None:
        """Take up the conversation from its stored log, whichever version of the assistant wrote it.

        Raises:
            StoreUnavailable: the log cannot be read.
            EventInvalid: something in the log is no event of this program.
        """
        stored_events = await self._store.load(self.conversation_id)
        async with self._lock:
            self._state = self._change.resume(stored_events, self.assistant)
            self._log.clear()
            self._tracker_events.clear()
            self._agenda = Agenda()
            for event in stored_events:
                self._note(event)
            self._slots = dict(self._state.slots)

    async def adopt(
        self,
        assistant: Assistant,
        *,
        version: str = "",
        understanding: Understanding | None = None,
        actions: ActionRunner | None = None,
    ) -> bool:
        """Go on under another version of the assistant once the running turn is over.

        Returns whether that is a code change, which the next turn will answer.
        """
        async with self._lock:
            self._state = self._change.adopt(self._state, self.assistant, assistant, version)
            self._slots = dict(self._state.slots)
            self.assistant = assistant
            self._understanding = understanding or self._understanding
            self._actions = actions or self._actions
            self._domain = domain_json(assistant)
            self._every_turn = every_turn_actions(assistant)
            return self._change.is_due

    async def park(self) -> None:
        """Put the conversation away after what still runs: `resume` takes it up, here or elsewhere."""
        async with self._lock:
            if self._log and not self.is_over and not isinstance(self._log[-1], ConversationParked):
                self._record(self._change.parked(self._state, self.assistant))
            await self._writer.flush()

    async def understand(self, turn: UserTurn) -> Understood:
        """Propose commands for a turn. Without effect: may be cancelled, repeated, or dropped."""
        at = local_time(self._clock(), turn.metadata, self._state.slots, self.assistant.voice, self._zone)
        given = replace(turn, history=history_lines(self._log), local_time=at)
        try:
            return await self._understanding.understand(given, self._state)
        except Exception as problem:  # the plugin boundary: a model must not end a call
            self._report(UnderstandingFailed(f"understanding failed: {type(problem).__name__}: {problem}"))
            return Understood(given, (Failed(),), "none")

    def preview(self, understood: Understood) -> tuple[Said, ...]:
        """Return what would be said if the turn were committed now, up to its first action. Without effect.

        Chance is forked with the state: committed next, the turn says exactly this. Nothing, where an action runs
        before the turn's commands or the conversation is paused.
        """
        if self._agenda.silences(understood) or self._due(understood):
            return ()
        chance = Random()
        chance.setstate(self._random.getstate())
        tried = preview(self._state, self._change.heard(understood), self.assistant)
        return rehearsed(tried.effects, self._state.slots, self.assistant, self._channel, chance)

    async def start(self, metadata: Mapping[str, Json] | None = None) -> AsyncIterator[TurnOutput]:
        """Begin the session; `metadata` (of the call) goes to the slot `session_started_metadata`."""
        given = dict(metadata or {})

        async def begin(_outputs: Outputs) -> tuple[Effect, ...]:
            self._change.is_due = False  # a session that begins leaves nothing behind that could be gone
            self._record(ConversationStarted(self.assistant.id, given))
            self._state, effects = step(self._state, CommandsReceived((SessionStart(given),)), self.assistant)
            return effects

        async for output in self._run(begin, is_first=True):
            yield output

    async def commit(self, understood: Understood) -> AsyncIterator[TurnOutput]:
        """Carry out a turn. Each output comes as soon as it is decided; the last is Waiting or Ended.

        To stop reading is not to stop the turn: see the module.
        """

        async def begin(outputs: Outputs) -> tuple[Effect, ...]:
            heard = self._change.heard(understood)
            if self._agenda.silences(heard):
                self._record(user_said(understood, is_answered=False))
                return (Listen(self.expectation),)
            self._change.is_due = False
            self._record(user_said(heard))
            await self._prepare(heard, outputs)
            self._state, effects = decide(self._state, heard, self.assistant)
            return effects

        async for output in self._run(begin):
            yield output

    def cut_short(self, heard: str) -> None:
        """Take note that the caller stopped what was being said, and of what they heard of it."""
        if self._log and not self.is_over:
            self._record(ReplyCutShort(heard))

    async def set_slots(self, values: Mapping[str, Json]) -> None:
        """Set slots from outside, as fixtures of tests do, without anything being said."""
        async with self._lock:
            self._note_version()
            self._state = replace(self._state, slots={**self._state.slots, **values})
            for name, value in values.items():
                self._record(SlotSet(name, value))
            await self._writer.flush()

    async def end(self, reason: str = "hangup") -> None:
        """End the conversation after what still runs. Says nothing: nobody is listening any more."""
        payload = Understood(UserTurn("/session_end"), (SessionEnd(),), "payload")

        async def begin(_outputs: Outputs) -> tuple[Effect, ...]:
            self._ending = reason
            self._record(user_said(payload))
            self._state, effects = decide(self._state, payload, self.assistant)
            return effects

        async for _ in self._run(begin, is_last=True):
            pass
        if self._turns:
            await asyncio.wait(self._turns)

    async def _run(self, begin: Begin, *, is_first: bool = False, is_last: bool = False) -> AsyncIterator[TurnOutput]:
        outputs: Outputs = asyncio.Queue()
        turn = asyncio.create_task(self._hold(begin, outputs, is_first, is_last))
        self._turns.add(turn)
        turn.add_done_callback(self._turns.discard)
        while (output := await outputs.get()) is not None:
            yield output
        await turn

    async def _hold(self, begin: Begin, outputs: Outputs, is_first: bool, is_last: bool) -> None:
        try:
            async with self._lock:
                try:
                    if self.is_over and not is_first:
                        outputs.put_nowait(Ended(self._ending))
                        return
                    self._note_version()
                    await self._carry_out(await begin(outputs), outputs)
                    if is_last and not self.is_over:
                        self._record(ConversationEnded(self._ending))
                finally:
                    await self._writer.flush()
        finally:
            outputs.put_nowait(None)
            self._anticipation.begin(self._understanding, None if self.is_over else self._state)

    async def _carry_out(self, effects: tuple[Effect, ...], outputs: Outputs) -> None:
        while True:
            action = self._apply(effects, outputs)
            await self._writer.flush()
            if action is None:
                return
            effects = await self._act(action, outputs)

    def _apply(self, effects: Sequence[Effect], outputs: Outputs) -> RunAction | None:
        """Carry out effects up to an action, which is returned. Does not await: see the module."""
        for effect in effects:
            match effect:
                case Emit(event=event):
                    self._record(event)
                    outputs.put_nowait(Happened(event))
                case Utter(response=name):
                    moment = Moment(Values(self._slots, effect.context, effect.metadata), self._channel)
                    said, problem = say_or_apologise(name, self.assistant, moment, self._random)
                    self._say(said, problem, outputs)
                case RepeatLastMessages():
                    for message in last_messages(self._log):
                        self._say(Said(message.text, message.response, message.buttons), None, outputs)
                case Listen(expectation=expected):
                    outputs.put_nowait(Waiting(expected))
                case HangUp():
                    self._record(ConversationEnded(self._ending))
                    outputs.put_nowait(Ended(self._ending))
                case RunAction():
                    return effect
                case _:
                    assert_never(effect)
        return None

    async def _prepare(self, understood: Understood, outputs: Outputs) -> None:
        """Run what runs before the commands of every turn."""
        for name in self._due(understood):
            await self._writer.flush()
            result = await self._perform(name, None)
            if isinstance(result, ActionReturned):
                said = self._messages(result)
                self._state, events = stored(self._state, result, self.assistant)
                self._apply(self._tell([Emit(event) for event in events], said, outputs), outputs)

    def _due(self, understood: Understood) -> tuple[str, ...]:
        return actions_due(self._every_turn, understood.commands, self._state, self.assistant)

    async def _act(self, action: RunAction, outputs: Outputs) -> tuple[Effect, ...]:
        """Run a custom action and return what the engine orders next."""
        result = await self._perform(action.name, action.call)
        said = self._messages(result)
        self._state, effects = step(self._state, engine_input(result, self.assistant), self.assistant)
        return tuple(self._tell(effects, said, outputs))

    async def _perform(self, name: str, call: ToolCall | None) -> ActionReturned | ActionFailed:
        """Run a custom action or tool."""
        tracker = tracker_json(
            self._sender, self._state, self._tracker_events, channel=self._channel, is_paused=self._agenda.is_paused
        )
        result = await perform(self._actions, name, tracker, self._domain, self.assistant, call)
        self._record(result)
        return result

    def _messages(self, result: ActionReturned | ActionFailed) -> list[Message]:
        """Return what an action wants to be said, with the slots as they were while it ran."""
        return messages(result, self.assistant, Moment(Values(self._state.slots), self._channel), self._random)

    def _tell(self, effects: Sequence[Effect], said: Sequence[Message], outputs: Outputs) -> Sequence[Effect]:
        """Say that an action ran, then what it says; return the orders that are left, such as its slots."""
        n_first = 1 if effects and isinstance(effects[0], Emit) else 0
        self._apply(effects[:n_first], outputs)
        for message, problem in said:
            self._say(message, problem, outputs)
        return effects[n_first:]

    def _note_version(self) -> None:
        if (changed := self._change.note(self._state)) is not None:
            self._record(changed)

    def _say(self, said: Said, problem: DialogueError | None, outputs: Outputs) -> None:
        if problem is not None:
            self._report(problem)
        self._record(AssistantSaid(said.text, said.response, said.buttons, said.source))
        outputs.put_nowait(said)

    def _record(self, event: DialogueEvent) -> None:
        self._note(event)
        self._writer.add(event)

    def _note(self, event: DialogueEvent) -> None:
        self._log.append(event)
        self._agenda = agenda_after(self._agenda, event)
        if isinstance(event, SlotSet):
            self._slots[event.name] = event.value
        told = tracker_event(event, self._clock(), self._channel)
        if told is not None:
            self._tracker_events.append(told)
