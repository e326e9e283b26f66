"""The course of a conversation: its state, log and words, and what an order of the engine does to them. No I/O.

    engine ─ effects ─→ apply ─→ events noted, words put out ─→ the action that is to run, if one is
                          ↑                                                   │
                          └──────────── effects ←─ returned(result) ←─────────┘

The conversation's own course writes down what it notes (`recorded`). A *fork* of it goes on from the same point with
the same chance and a clock that stands still, and leaves no trace: what it says is what the conversation would say.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import assert_never

from dialogue.acting import Message, messages
from dialogue.actions.results import engine_input
from dialogue.agenda import Agenda, agenda_after
from dialogue.continued import Continued
from dialogue.errors import DialogueError
from dialogue.events import ActionFailed, ActionReturned, AssistantSaid, ConversationEnded, DialogueEvent
from dialogue.replay import last_messages
from dialogue.responses import Moment, say_or_apologise
from dialogue.templates import Values
from dialogue.tracker import tracker_event, tracker_json
from dialogue.turn import Ended, Happened, Said, TurnOutput, Waiting
from flows.commands import Json
from flows.effects import Effect, Emit, HangUp, Listen, RepeatLastMessages, RunAction, Utter
from flows.engine import step
from flows.events import SlotSet
from flows.model import Assistant
from flows.state import ConversationState, initial_state

Put = Callable[[TurnOutput], None]
"""Takes what a turn puts out, in order."""


class Course:
    """Where a conversation stands and how it came there. `recorded` is told of every event that is new."""

    def __init__(
        self,
        assistant: Assistant,
        random: Random,
        channel: str,
        clock: Callable[[], float],
        *,
        recorded: Callable[[DialogueEvent], None] = lambda _: None,
        report: Callable[[DialogueError], None] = lambda _: None,
    ) -> None:
        self.assistant = assistant
        self.state = initial_state(assistant)
        self.slots: dict[str, Json] = dict(self.state.slots)
        """As they are at the place among the effects that is being carried out: what is said is filled in with them."""
        self.log: list[DialogueEvent] | Continued[DialogueEvent] = []
        self.tracker_events: list[dict[str, Json]] | Continued[dict[str, Json]] = []
        self.agenda = Agenda()
        self.ending = "hangup"
        """Why the conversation ends, if it does."""
        self._random = random
        self._channel = channel
        self._clock = clock
        self._recorded = recorded
        self._report = report

    def fork(self) -> Course:
        """Return a course that goes on from here and leaves no trace."""
        chance, now = Random(0), self._clock()  # a seed given: to gather one costs 8 µs
        chance.setstate(self._random.getstate())
        forked = Course(self.assistant, chance, self._channel, lambda: now)
        forked.state, forked.slots = self.state, dict(self.slots)
        forked.log, forked.tracker_events = Continued(self.log), Continued(self.tracker_events)
        forked.agenda, forked.ending = self.agenda, self.ending
        return forked

    def stand(self, state: ConversationState, events: Sequence[DialogueEvent] | None = None) -> None:
        """Go on from this state; with `events`, they are all that has happened."""
        if events is not None:
            self.log, self.tracker_events = [], []
            self.agenda = Agenda()
            for event in events:
                self.note(event)
        self.state, self.slots = state, dict(state.slots)

    def record(self, event: DialogueEvent) -> None:
        """Take an event that is new."""
        self.note(event)
        self._recorded(event)

    def note(self, event: DialogueEvent) -> None:
        """Take an event, which may be written down already."""
        self.log.append(event)
        self.agenda = agenda_after(self.agenda, event)
        if isinstance(event, SlotSet):
            self.slots[event.name] = event.value
        told = tracker_event(event, self._clock(), self._channel)
        if told is not None:
            self.tracker_events.append(told)

    def tracker(self, sender: str) -> dict[str, Json]:
        """Return what an action that runs now is to see."""
        is_paused = self.agenda.is_paused
        return tracker_json(sender, self.state, self.tracker_events, channel=self._channel, is_paused=is_paused)

    def apply(self, effects: Sequence[Effect], put: Put) -> RunAction | None:
        """Carry out effects up to an action, which is returned. State and log change together: this awaits nothing."""
        for effect in effects:
            match effect:
                case Emit(event=event):
                    self.record(event)
                    put(Happened(event))
                case Utter(response=name):
                    moment = Moment(Values(self.slots, effect.context, effect.metadata), self._channel)
                    said, problem = say_or_apologise(name, self.assistant, moment, self._random)
                    self._say(said, problem, put)
                case RepeatLastMessages():
                    for message in last_messages(self.log):
                        self._say(Said(message.text, message.response, message.buttons), None, put)
                case Listen(expectation=expected):
                    put(Waiting(expected))
                case HangUp():
                    self.record(ConversationEnded(self.ending))
                    put(Ended(self.ending))
                case RunAction():
                    return effect
                case _:
                    assert_never(effect)
        return None

    def returned(self, result: ActionReturned | ActionFailed, put: Put) -> Sequence[Effect]:
        """Take what an action gave back; return what the engine orders next."""
        self.record(result)
        said = self.messages(result)
        self.state, effects = step(self.state, engine_input(result, self.assistant), self.assistant)
        return self.tell(effects, said, put)

    def messages(self, result: ActionReturned | ActionFailed) -> list[Message]:
        """Return what an action wants to be said, with the slots as they were while it ran."""
        return messages(result, self.assistant, Moment(Values(self.state.slots), self._channel), self._random)

    def tell(self, effects: Sequence[Effect], said: Sequence[Message], put: Put) -> Sequence[Effect]:
        """Say that an action ran, then what it says; return the orders that are left, such as its slots."""
        n_first = 1 if effects and isinstance(effects[0], Emit) else 0
        self.apply(effects[:n_first], put)
        for message, problem in said:
            self._say(message, problem, put)
        return effects[n_first:]

    def _say(self, said: Said, problem: DialogueError | None, put: Put) -> None:
        if problem is not None:
            self._report(problem)
        self.record(AssistantSaid(said.text, said.response, said.buttons, said.source))
        put(said)
