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

from dialogue.acting import perform
from dialogue.agenda import Agenda
from dialogue.anticipation import Anticipation
from dialogue.course import Course
from dialogue.engine import decide
from dialogue.errors import DialogueError, UnderstandingFailed
from dialogue.events import (
    ActionFailed,
    ActionReturned,
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
from dialogue.rehearsal import Rehearsal
from dialogue.tracker import domain_json
from dialogue.try_policy import try_policy
from dialogue.turn import Ended, Said, TurnOutput, Understood, UserTurn
from dialogue.version_change import VersionChange
from flows.commands import Failed, Json, SessionEnd, SessionStart
from flows.effects import Effect, Emit, Expectation, Listen, RunAction
from flows.engine import expectation, step
from flows.events import SlotSet
from flows.inputs import CommandsReceived
from flows.model import Assistant
from flows.state import ConversationState

MOST_REHEARSALS = 8
"""So many turns are remembered as rehearsed: one is being said, one is being heard, the others were forgotten."""
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
        self._report = report
        self._clock = clock
        self._zone = zone
        self._sender = conversation_id if sender is None else sender
        self._change = VersionChange(version)
        self._writer = LogWriter(conversation_id, store, report)
        self._course = Course(assistant, random, channel, clock, recorded=self._writer.add, report=report)
        self._lock = asyncio.Lock()
        self._turns: set[asyncio.Task[None]] = set()
        self._domain = domain_json(assistant)
        self._every_turn = every_turn_actions(assistant)
        self._try_policy = try_policy(assistant.voice)
        self._anticipation = Anticipation()
        self._rehearsals: list[Rehearsal] = []
        self._adopted: Rehearsal | None = None
        """What was rehearsed of the turn that is being carried out."""

    @property
    def state(self) -> ConversationState:
        """The state after everything that was committed."""
        return self._course.state

    @property
    def expectation(self) -> Expectation:
        """What the caller is expected to say next."""
        return expectation(self._course.state, self.assistant)

    @property
    def events(self) -> Sequence[DialogueEvent]:
        """The log so far, oldest first. It grows; do not change it."""
        return self._course.log

    @property
    def agenda(self) -> Agenda:
        """What actions have asked for that stands: a pause, reminders."""
        return self._course.agenda

    @property
    def is_over(self) -> bool:
        """Whether the conversation was ended, by either side."""
        return bool(self.events) and isinstance(self.events[-1], ConversationEnded)

    async def resume(self) -> None:
        """Take up the conversation from its stored log, whichever version of the assistant wrote it.

        Raises:
            StoreUnavailable: the log cannot be read.
            EventInvalid: something in the log is no event of this program.
        """
        stored_events = await self._store.load(self.conversation_id)
        async with self._lock:
            self._course.stand(self._change.resume(stored_events, self.assistant), stored_events)

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
            self._course.stand(self._change.adopt(self.state, self.assistant, assistant, version))
            self.assistant = self._course.assistant = assistant
            self._understanding = understanding or self._understanding
            self._actions = actions or self._actions
            self._domain = domain_json(assistant)
            self._every_turn = every_turn_actions(assistant)
            self._try_policy = try_policy(assistant.voice)
            return self._change.is_due

    async def park(self) -> None:
        """Put the conversation away after what still runs: `resume` takes it up, here or elsewhere."""
        async with self._lock:
            if self.events and not self.is_over and not isinstance(self.events[-1], ConversationParked):
                self._course.record(self._change.parked(self.state, self.assistant))
            await self._writer.flush()

    async def understand(self, turn: UserTurn) -> Understood:
        """Propose commands for a turn. Without effect: may be cancelled, repeated, or dropped."""
        at = local_time(self._clock(), turn.metadata, self.state.slots, self.assistant.voice, self._zone)
        given = replace(turn, history=history_lines(self.events), local_time=at)
        try:
            return await self._understanding.understand(given, self.state)
        except Exception as problem:  # the plugin boundary: a model must not end a call
            self._report(UnderstandingFailed(f"understanding failed: {type(problem).__name__}: {problem}"))
            return Understood(given, (Failed(),), "none")

    def preview(self, understood: Understood) -> tuple[Said, ...]:
        """Return what would be said if the turn were committed now, up to its first action. Without effect.

        Chance is forked with the state: committed next, the turn says exactly this. Nothing, where an action runs
        before the turn's commands or the conversation is paused.
        """
        return self._rehearsal(understood).said

    def rehearse(self, understood: Understood) -> Rehearsal:
        """Try a turn on a fork, up to its first action; `Rehearsal.go_on` runs that one if it does no harm.

        The commit of this very `understood` takes over what was obtained. Whoever drops the turn discards it.
        """
        rehearsal = self._rehearsal(understood)
        kept = [one for one in self._rehearsals if not one.is_discarded]
        self._rehearsals = [*kept[1 - MOST_REHEARSALS :], rehearsal]
        return rehearsal

    def _rehearsal(self, understood: Understood) -> Rehearsal:
        is_unknown = self.agenda.silences(understood) or bool(self._due(understood))
        heard = None if is_unknown else self._change.heard(understood)
        return Rehearsal(self._course.fork(), understood, heard, self._try_policy, self._run_action)

    async def start(self, metadata: Mapping[str, Json] | None = None) -> AsyncIterator[TurnOutput]:
        """Begin the session; `metadata` (of the call) goes to the slot `session_started_metadata`."""
        given = dict(metadata or {})

        async def begin(_outputs: Outputs) -> tuple[Effect, ...]:
            self._change.is_due = False  # a session that begins leaves nothing behind that could be gone
            self._course.record(ConversationStarted(self.assistant.id, given))
            self._course.state, effects = step(self.state, CommandsReceived((SessionStart(given),)), self.assistant)
            return effects

        async for output in self._run(begin, is_first=True):
            yield output

    async def commit(self, understood: Understood) -> AsyncIterator[TurnOutput]:
        """Carry out a turn. Each output comes as soon as it is decided; the last is Waiting or Ended.

        To stop reading is not to stop the turn: see the module.
        """

        async def begin(outputs: Outputs) -> tuple[Effect, ...]:
            heard = self._change.heard(understood)
            if self.agenda.silences(heard):
                self._course.record(user_said(understood, is_answered=False))
                return (Listen(self.expectation),)
            self._change.is_due = False
            self._adopted = self._rehearsed(understood, heard)
            self._course.record(user_said(heard))
            await self._prepare(heard, outputs)
            self._course.state, effects = decide(self.state, heard, self.assistant)
            return effects

        async for output in self._run(begin):
            yield output

    def cut_short(self, heard: str) -> None:
        """Take note that the caller stopped what was being said, and of what they heard of it."""
        if self.events and not self.is_over:
            self._course.record(ReplyCutShort(heard))

    async def set_slots(self, values: Mapping[str, Json], *, by: str | None = None) -> None:
        """Set slots from outside, as fixtures of tests do, without anything being said; `by` says who.

        A conversation that is over takes none: its log is closed.
        """
        async with self._lock:
            if self.is_over:
                return
            self._note_version()
            self._course.state = replace(self.state, slots={**self.state.slots, **values})
            for name, value in values.items():
                self._course.record(SlotSet(name, value, by))
            await self._writer.flush()

    async def end(self, reason: str = "hangup") -> None:
        """End the conversation after what still runs. Says nothing: nobody is listening any more."""
        payload = Understood(UserTurn("/session_end"), (SessionEnd(),), "payload")

        async def begin(_outputs: Outputs) -> tuple[Effect, ...]:
            self._course.ending = reason
            self._course.record(user_said(payload))
            self._course.state, effects = decide(self.state, payload, self.assistant)
            return effects

        for rehearsal in self._rehearsals:
            rehearsal.discard()
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
                        outputs.put_nowait(Ended(self._course.ending))
                        return
                    self._note_version()
                    await self._carry_out(await begin(outputs), outputs)
                    if is_last and not self.is_over:
                        self._course.record(ConversationEnded(self._course.ending))
                finally:
                    self._let_go_of_rehearsal()
                    await self._writer.flush()
        finally:
            outputs.put_nowait(None)
            self._anticipation.begin(self._understanding, None if self.is_over else self.state)

    async def _carry_out(self, effects: Sequence[Effect], outputs: Outputs) -> None:
        while True:
            action = self._course.apply(effects, outputs.put_nowait)
            await self._writer.flush()
            if action is None:
                return
            effects = self._course.returned(await self._result(action), outputs.put_nowait)

    async def _prepare(self, understood: Understood, outputs: Outputs) -> None:
        """Run what runs before the commands of every turn."""
        course, put = self._course, outputs.put_nowait
        for name in self._due(understood):
            await self._writer.flush()
            result = await self._run_action(course, RunAction(name, None, None))
            course.record(result)
            if isinstance(result, ActionReturned):
                said = course.messages(result)
                course.state, events = stored(course.state, result, self.assistant)
                course.apply(course.tell([Emit(event) for event in events], said, put), put)

    def _due(self, understood: Understood) -> tuple[str, ...]:
        return actions_due(self._every_turn, understood.commands, self.state, self.assistant)

    async def _run_action(self, course: Course, action: RunAction) -> ActionReturned | ActionFailed:
        """Run a custom action or tool on what the course shows of the conversation."""
        tracker = course.tracker(self._sender)
        return await perform(self._actions, action.name, tracker, self._domain, self.assistant, action.call)

    async def _result(self, action: RunAction) -> ActionReturned | ActionFailed:
        """Return what an action of the running turn gives back: what it gave when the turn was rehearsed, if it did."""
        if self._adopted is not None:
            tried = self._adopted.result_of(action, self.state, len(self._course.tracker_events))
            if tried is not None:
                return await asyncio.shield(tried)
        return await self._run_action(self._course, action)

    def _rehearsed(self, understood: Understood, heard: Understood) -> Rehearsal | None:
        """Return what was rehearsed of this turn, if it still holds."""
        of_turn = [one for one in self._rehearsals if one.understood is understood]
        self._rehearsals = [one for one in self._rehearsals if one.understood is not understood]
        return next((one for one in of_turn if one.adopt(heard.commands, self.state)), None)

    def _let_go_of_rehearsal(self) -> None:
        adopted, self._adopted = self._adopted, None
        if adopted is not None:
            adopted.discard()

    def _note_version(self) -> None:
        if (changed := self._change.note(self.state)) is not None:
            self._course.record(changed)
