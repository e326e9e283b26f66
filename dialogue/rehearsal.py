"""A turn that is tried before it is certain: what would be said, and the results of actions that do no harm.

    fork ─ commands ─→ words ─→ RunAction ─┬─ may be tried: run it ─→ words ─→ RunAction …
                                           └─ may not: here the rehearsal stops

Nothing comes of a rehearsal by itself. The commit of the very turn that was rehearsed takes the results that were
obtained for it, where the state in which the action is run equals the one in which it was tried; an action that is
still running is waited for and not run twice. A rehearsal that is discarded gives its results to nobody.

An action with effect `write` is never tried, and one with effect `read` only if voice.yml says that it may be
(`speculation: reads:`): reads cost their service work, and may be audited. A try that fails is not believed: the
rehearsal stops before it, and the commit runs the action again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from dialogue.course import Course
from dialogue.engine import decide
from dialogue.events import ActionFailed, ActionReturned, user_said
from dialogue.try_policy import TryPolicy
from dialogue.turn import Said, TurnOutput, Understood
from flows.actions import only_asks
from flows.commands import Command, SetSlot
from flows.effects import Effect, RunAction
from flows.engine import expectation
from flows.model import Assistant, Flow, Step
from flows.state import ConversationState
from flows.writes import declares_write, steps_after

Result = ActionReturned | ActionFailed
Perform = Callable[[Course, RunAction], Awaitable[Result]]
"""Runs an action on what a course shows of the conversation; never raises."""


@dataclass(slots=True)
class _Tried:
    """An action that was run, and where."""

    action: RunAction
    state: ConversationState
    n_told: int
    """How much of the conversation it was shown."""
    result: asyncio.Task[Result]


class Rehearsal:
    """One turn on a fork of its conversation. Not to be kept longer than the turn.

    Args:
        course: the fork, which this takes over.
        understood: the turn, for which alone the results count.
        heard: the same as the commit will hear it; None for a turn of which nothing can be known.
        policy: which actions may be tried.
        perform: runs an action.
    """

    def __init__(
        self, course: Course, understood: Understood, heard: Understood | None, policy: TryPolicy, perform: Perform
    ) -> None:
        self.understood = understood
        self.state_before = course.state
        self.said: tuple[Said, ...] = ()
        """What would be said, up to the action at which the rehearsal stands."""
        self.action: RunAction | None = None
        """The action at which it stands; None where the turn is through."""
        self._course = course
        self._policy = policy
        self._perform = perform
        self._tried: list[_Tried] = []
        self.is_discarded = False
        self.has_tried = False
        """Whether an action was run already."""
        self._is_closed = heard is None
        self._commands: tuple[Command, ...] = () if heard is None else heard.commands
        self._is_confirmed = False
        if heard is not None:
            self._is_confirmed = _is_confirmed(course.state, heard.commands, course.assistant)
            course.record(user_said(heard))
            course.state, effects = decide(course.state, heard, course.assistant)
            self._apply(effects)

    @property
    def comes_to_write(self) -> bool:
        """Whether the turn, committed now, might write what nobody has confirmed.

        Only writes that are declared count: an action of which nobody has said what it does is never tried, but to
        hold it back would cost most assistants, which declare nothing, 700 ms at every action. Also where it stands at
        an action that was not tried, and a write may follow that before the next question.
        """
        action = self.action
        if action is None or self._is_confirmed or action.name in self._policy.at_once or only_asks(action.name):
            return False
        assistant = self._course.assistant
        return _is_declared_write(action, assistant) or _may_write_after(action, assistant, self._policy)

    @property
    def may_go_on(self) -> bool:
        """Whether the action at which the rehearsal stands may be tried."""
        return self.action is not None and not self._is_closed and self._policy.admits(self.action)

    async def go_on(self) -> bool:
        """Run the action at which the rehearsal stands, if that may be tried; return whether more is known now."""
        action = self.action
        if action is None or not self.may_go_on:
            return False
        self.has_tried, course = True, self._course
        running = asyncio.ensure_future(self._perform(course, action))
        self._tried.append(_Tried(action, course.state, len(course.tracker_events), running))
        try:
            result = await asyncio.shield(running)
        except asyncio.CancelledError:
            self.discard()
            raise
        if self._is_closed or isinstance(result, ActionFailed):
            self._is_closed = True
            return False
        said: list[Said] = []
        effects = course.returned(result, _only_said(said))
        self.said = (*self.said, *said)
        self._apply(effects)
        return True

    def adopt(self, commands: tuple[Command, ...], state: ConversationState) -> bool:
        """Begin the commit of the turn: from now on nothing more is tried. False where it is not what was rehearsed."""
        if self._is_closed and not self._tried:
            return False
        self._is_closed = True
        if commands != self._commands or state != self.state_before:
            self.discard()
            return False
        return True

    def result_of(self, action: RunAction, state: ConversationState, n_told: int) -> asyncio.Task[Result] | None:
        """Hand over what this action gave back when it was tried in this state, or will give back; each once."""
        for tried in self._tried:
            if tried.action == action and tried.state == state and tried.n_told == n_told:
                self._tried.remove(tried)
                failed = tried.result.done() and (
                    tried.result.cancelled() or isinstance(tried.result.result(), ActionFailed)
                )
                return None if failed else tried.result
        return None

    def discard(self) -> None:
        """Stop whatever is being tried; nobody will get its result."""
        self._is_closed = self.is_discarded = True
        for tried in self._tried:
            tried.result.cancel()
        self._tried.clear()

    def _apply(self, effects: Sequence[Effect]) -> None:
        said: list[Said] = []
        self.action = self._course.apply(effects, _only_said(said))
        self.said = (*self.said, *said)


def _only_said(said: list[Said]) -> Callable[[TurnOutput], None]:
    def put(output: TurnOutput) -> None:
        if isinstance(output, Said):
            said.append(output)

    return put


def _is_confirmed(state: ConversationState, commands: tuple[Command, ...], assistant: Assistant) -> bool:
    """Whether the turn answers a question that decides about a write: whoever says yes to it was asked."""
    asked = expectation(state, assistant)
    return asked.confirms_write and any(isinstance(each, SetSlot) and each.name == asked.slot for each in commands)


def _place(action: RunAction, assistant: Assistant) -> tuple[Flow, Step] | None:
    """Return the step of which an action is run, and its flow; None where it is none of a step."""
    flow = assistant.flows.get(action.flow_id or "")
    step = flow.by_id.get(action.step_id or "") if flow is not None else None
    return None if flow is None or step is None else (flow, step)


def _may_write_after(action: RunAction, assistant: Assistant, policy: TryPolicy) -> bool:
    """Whether a write may come behind this action before the caller is asked anything."""
    place = _place(action, assistant)
    if place is None:
        return False
    flow, step = place
    targets = [branch.target for branch in step.next]
    following = steps_after(flow, step, targets, assistant.flows, past_questions=False)
    return any(declares_write(each, assistant) and not policy.is_at_once(each) for each in following)


def _is_declared_write(action: RunAction, assistant: Assistant) -> bool:
    """Whether an action writes by what the domain or its step says, and not for want of saying."""
    if action.effect != "write":
        return False
    place = _place(action, assistant)
    return action.name in assistant.declared_effects or (place is not None and declares_write(place[1], assistant))
