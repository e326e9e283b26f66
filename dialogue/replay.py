"""Reading the event log: the state it gives, and what was said last.

What came from outside is in the log (the caller's turns with their commands, what actions returned); everything
else the engine decides again, and must decide the same. A slot event that the engine did not give was set from
outside and is taken as it is. Where a state is written down (another version took over, or the conversation was put
away) reading begins there.

`replay` is exact and says so when the assistant would do something else. `take_up` is for going on: what another
version cannot follow is read from the events alone, and is a code change.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from dialogue.actions.results import engine_input
from dialogue.engine import decide
from dialogue.errors import ReplayDiverged
from dialogue.events import (
    ActionFailed,
    ActionReturned,
    AssistantChanged,
    AssistantSaid,
    ConversationEnded,
    ConversationParked,
    ConversationStarted,
    DialogueEvent,
    ReplyCutShort,
    UserSaid,
)
from dialogue.every_turn import EveryTurn, actions_due, every_turn_actions, stored
from dialogue.snapshots import state_from_json
from dialogue.turn import Understood, UserTurn
from flows.code_change import Footing, footing
from flows.commands import SessionStart
from flows.effects import Effect, Emit
from flows.engine import step
from flows.events import (
    ActionExecuted,
    FlowCancelled,
    FlowCompleted,
    FlowEvent,
    FlowStarted,
    SlotSet,
    StepEntered,
)
from flows.inputs import CommandsReceived, EngineInput
from flows.model import Assistant
from flows.state import ConversationState, Frame, FrameKind, initial_state


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a conversation stands: its state under a version of the assistant, and its footing there.

    `version` is empty where nobody knows it.
    """

    version: str
    state: ConversationState
    footing: Footing


def replay(events: Sequence[DialogueEvent], assistant: Assistant) -> ConversationState:
    """Return the state after a log, under the version of the assistant that wrote it.

    Raises:
        ReplayDiverged: the assistant would have done something else than the log says.
        EventInvalid: a state that is written down in the log cannot be read.
    """
    begin = _last_snapshot(events)
    if begin is None:
        return _replayed(initial_state(assistant), events, assistant)
    written = events[begin]
    assert isinstance(written, AssistantChanged | ConversationParked)
    return _replayed(state_from_json(written.state), events[begin + 1 :], assistant)


def take_up(events: Sequence[DialogueEvent], assistant: Assistant) -> Standing:
    """Return where a log leaves a conversation that is to go on under an assistant which may be newer.

    Raises:
        EventInvalid: a state that is written down in the log cannot be read.
    """
    begin = _last_snapshot(events)
    if begin is None:
        version, start, rest = "", initial_state(assistant), events
    else:
        written, rest = events[begin], events[begin + 1 :]
        assert isinstance(written, AssistantChanged | ConversationParked)
        version, start = written.version, state_from_json(written.state)
        if isinstance(written, ConversationParked) and not rest:
            return Standing(version, start, Footing(written.steps, written.resets))
    try:
        state = _replayed(start, rest, assistant)
    except ReplayDiverged:
        return Standing("", _folded(start, rest), Footing())  # nobody knows what the stack stood on
    return Standing(version, state, footing(state, assistant))


def _last_snapshot(events: Sequence[DialogueEvent]) -> int | None:
    found = (i for i in range(len(events) - 1, -1, -1) if isinstance(events[i], AssistantChanged | ConversationParked))
    return next(found, None)


def _replayed(state: ConversationState, events: Sequence[DialogueEvent], assistant: Assistant) -> ConversationState:
    reading = _Reading(state, assistant, every_turn_actions(assistant))
    for number, event in enumerate(events):
        reading.take(number, event)
    _require_nothing(reading.expected, len(events))
    return reading.state


@dataclass(slots=True)
class _Reading:
    """A log while it is read. `expected` are the events that the engine has decided and that the log must have next.

    `turn` is the one whose commands are carried out once the actions in `due` have given back what they must.
    """

    state: ConversationState
    assistant: Assistant
    every_turn: tuple[EveryTurn, ...]
    expected: deque[FlowEvent] = field(default_factory=deque)
    due: deque[str] = field(default_factory=deque)
    turn: UserSaid | None = None

    def take(self, number: int, event: DialogueEvent) -> None:
        """Go on by one event. Raises ReplayDiverged."""
        if isinstance(event, (AssistantSaid, ReplyCutShort, ConversationEnded)):
            return
        decided = self._decided(event)
        if decided is not None:
            _require_nothing(self.expected, number)
            self.expected.extend(decided)
        elif self.expected and self.expected[0] == event:
            self.expected.popleft()
        elif isinstance(event, SlotSet):
            self.state = replace(self.state, slots={**self.state.slots, event.name: event.value})
        else:
            awaited = self.expected[0] if self.expected else "nothing"
            raise ReplayDiverged(f"event {number} is {event}, where this assistant gives {awaited}")

    def _decided(self, event: DialogueEvent) -> tuple[FlowEvent, ...] | None:
        """Return what comes of an event from outside; None for the engine's own."""
        match event:
            case ConversationStarted(metadata=metadata):
                return self._step(CommandsReceived((SessionStart(dict(metadata)),)))
            case UserSaid(is_answered=False):
                return ()
            case UserSaid(commands=commands):
                self.turn = event
                self.due = deque(actions_due(self.every_turn, commands, self.state, self.assistant))
                return self._commanded()
            case ActionReturned() | ActionFailed() if self.due:
                return self._prepared(event)
            case ActionReturned() | ActionFailed():
                return self._step(engine_input(event, self.assistant))
            case _:
                return None

    def _step(self, given: EngineInput) -> tuple[FlowEvent, ...]:
        self.state, effects = step(self.state, given, self.assistant)
        return _emitted(effects)

    def _prepared(self, result: ActionReturned | ActionFailed) -> tuple[FlowEvent, ...]:
        wanted = self.due.popleft()
        if result.name != wanted:
            raise ReplayDiverged(f"the log has a result of {result.name!r}, where this assistant runs {wanted!r}")
        events: tuple[FlowEvent, ...] = ()
        if isinstance(result, ActionReturned):
            self.state, events = stored(self.state, result, self.assistant)
        return (*events, *self._commanded())

    def _commanded(self) -> tuple[FlowEvent, ...]:
        """Carry out the turn's commands, unless an action has to run before."""
        if self.due or self.turn is None:
            return ()
        said, self.turn = self.turn, None
        understood = Understood(UserTurn(said.text), said.commands, said.stage)
        self.state, effects = decide(self.state, understood, self.assistant)
        return _emitted(effects)


def _emitted(effects: Sequence[Effect]) -> tuple[FlowEvent, ...]:
    return tuple(effect.event for effect in effects if isinstance(effect, Emit))


def _folded(state: ConversationState, events: Sequence[DialogueEvent]) -> ConversationState:
    """Return what the events alone tell of the state: slots, and which flows were running at which step.

    Enough to cancel what was running and to go on, which is all that a code change needs.
    """
    slots, stack, n_frames = dict(state.slots), list(state.stack), state.n_frames
    is_started, is_ended = state.is_session_started, state.is_ended
    for event in events:
        match event:
            case SlotSet(name=name, value=value):
                slots[name] = value
            case FlowStarted(flow_id=flow_id):
                n_frames += 1
                kind: FrameKind = "pattern" if flow_id.startswith("pattern_") else "regular"
                stack.append(Frame(n_frames, flow_id, kind=kind))
            case StepEntered(flow_id=flow_id, step_id=step_id):
                _replace_topmost(stack, flow_id, step_id)
            case FlowCompleted(flow_id=flow_id) | FlowCancelled(flow_id=flow_id):
                _replace_topmost(stack, flow_id, None)
            case ConversationStarted() | ActionExecuted(name="action_session_start"):
                is_started, is_ended = True, False
            case ConversationEnded():
                is_ended = True
            case _:
                pass
    return ConversationState(
        slots=slots, stack=tuple(stack), n_frames=n_frames, is_session_started=is_started, is_ended=is_ended
    )


def _replace_topmost(stack: list[Frame], flow_id: str, step_id: str | None) -> None:
    """Move the topmost frame of a flow to a step, or take it off where `step_id` is None."""
    for index in range(len(stack) - 1, -1, -1):
        if stack[index].flow_id == flow_id:
            stack[index : index + 1] = [] if step_id is None else [stack[index].at(step_id)]
            return


def last_messages(events: Sequence[DialogueEvent]) -> tuple[AssistantSaid, ...]:
    """Return what was said before the caller's latest turn, back to the turn before that had any answer."""
    said: list[AssistantSaid] = []
    is_before_turn = not any(isinstance(event, UserSaid) for event in events)
    for event in reversed(events):
        if isinstance(event, UserSaid):
            if said:
                break
            is_before_turn = True
        elif isinstance(event, AssistantSaid) and is_before_turn:
            said.append(event)
    return tuple(reversed(said))


def _require_nothing(expected: deque[FlowEvent], number: int) -> None:
    if expected:
        raise ReplayDiverged(f"before event {number} this assistant gives {expected[0]}, and the log does not")
