"""A small driver for conformance tests: an assistant from YAML texts, and a talk with it in command lines.

    load(tmp_path, {"data/flows.yml": FLOWS, "domain.yml": DOMAIN}, profile="3.16")
    talk = Talk(assistant, {"action_pay": [slot("paid", True)]})
    talk.start()
    turn = talk.hear("start flow transfer_money", "set slot amount 50")     # v1, v2 or v3, or one payload
    assert turn.said == ("utter_ask_recipient",)
    assert talk.asks == "recipient"

The talk is a whole `Conversation`: clean-up, engine, responses, log and replay. Every turn also checks what must
hold after any turn at all: it ends in waiting or the end, and the log replays to the same state.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from dialogue.conversation import Conversation
from dialogue.errors import DialogueError
from dialogue.events import ActionFailed, ActionReturned
from dialogue.replay import replay
from dialogue.store import MemoryEventStore
from dialogue.turn import Ended, Happened, Said, TurnOutput, Understood, UserTurn, Waiting
from dialogue.understanding.parsing import parse_commands
from dialogue.understanding.payload import parse_payload
from flows.commands import Command, Json
from flows.events import (
    ActionExecuted,
    FlowCancelled,
    FlowCompleted,
    FlowEvent,
    FlowInterrupted,
    FlowResumed,
    FlowStarted,
    SlotSet,
)
from flows.model import Assistant
from flows.state import ConversationState
from tests.support.assistant_files import load_files

Result = Sequence[Json] | ActionReturned | ActionFailed | Callable[[Json], Sequence[Json]]
"""What an action gives back: events, events with responses, a failure, or a function of the tracker."""
MACHINERY = {"pattern_collect_information", "pattern_validate_slot"}
_WORDS = {
    FlowStarted: "started",
    FlowInterrupted: "interrupted",
    FlowResumed: "resumed",
    FlowCompleted: "completed",
    FlowCancelled: "cancelled",
}


def load(folder: Path, files: Mapping[str, str], *, profile: str = "3.16") -> Assistant:
    """Write an assistant's files (path → text, dedented) and load it."""
    return load_files(folder, files, profile=profile)


def slot(name: str, value: Json) -> dict[str, Json]:
    """A slot event as an action returns it."""
    return {"event": "slot", "name": name, "value": value}


def returned(name: str, *responses: Mapping[str, Json], events: Sequence[Json] = ()) -> ActionReturned:
    """What an action returns that says something."""
    return ActionReturned(name, tuple(events), tuple(responses))


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn did. `said` are response names ("" for an action's own words), `texts` their texts."""

    outputs: tuple[TurnOutput, ...]
    ran: tuple[str, ...]
    slots: Mapping[str, Json]

    @property
    def messages(self) -> tuple[Said, ...]:
        return tuple(output for output in self.outputs if isinstance(output, Said))

    @property
    def said(self) -> tuple[str, ...]:
        return tuple(message.response or "" for message in self.messages)

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(message.text for message in self.messages)

    @property
    def events(self) -> tuple[FlowEvent, ...]:
        return tuple(output.event for output in self.outputs if isinstance(output, Happened))

    @property
    def flows(self) -> tuple[str, ...]:
        """Starts and ends of flows, such as "started f", without those of the question machinery."""
        return tuple(line for line in self.all_flows if line.split()[1] not in MACHINERY)

    @property
    def all_flows(self) -> tuple[str, ...]:
        words = ((_WORDS.get(type(event)), getattr(event, "flow_id", "")) for event in self.events)
        return tuple(f"{word} {flow_id}" for word, flow_id in words if word)

    @property
    def slot_events(self) -> tuple[tuple[str, Json], ...]:
        return tuple((event.name, event.value) for event in self.events if isinstance(event, SlotSet))

    @property
    def actions(self) -> tuple[str, ...]:
        """Every action that was executed, responses and built-in ones included."""
        return tuple(event.name for event in self.events if isinstance(event, ActionExecuted))

    @property
    def is_over(self) -> bool:
        return isinstance(self.outputs[-1], Ended)


class ScriptedActions:
    """An `ActionRunner` that answers from a script; an action that is not in it returns nothing."""

    def __init__(self, script: Mapping[str, Result]) -> None:
        self.script = dict(script)
        self.runs: list[str] = []
        self.trackers: list[Json] = []

    def knows(self, name: str) -> bool:
        return True

    async def run(self, name: str, tracker: Json, domain: Json) -> ActionReturned | ActionFailed:
        self.runs.append(name)
        self.trackers.append(tracker)
        result = self.script.get(name, ())
        if isinstance(result, ActionReturned | ActionFailed):
            return result
        return ActionReturned(name, tuple(result(tracker) if callable(result) else result))


class _NoUnderstanding:
    async def understand(self, turn: UserTurn, state: ConversationState) -> Understood:
        raise AssertionError("the driver gives commands itself")


class Talk:
    """A conversation, turn by turn. `faults` are problems that were reported beside it: none are expected."""

    def __init__(self, assistant: Assistant, actions: Mapping[str, Result] | None = None, *, seed: int = 1) -> None:
        self.assistant = assistant
        self.actions = ScriptedActions(actions or {})
        self.faults: list[DialogueError] = []
        self.turns: list[Turn] = []
        self.conversation = Conversation(
            "call-1",
            assistant,
            understanding=_NoUnderstanding(),
            actions=self.actions,
            store=MemoryEventStore(),
            random=Random(seed),
            report=self.faults.append,
            clock=lambda: 1_700_000_000.0,
        )

    def start(self, metadata: Mapping[str, Json] | None = None) -> Turn:
        """Begin the session."""
        return self._take(lambda: self.conversation.start(metadata))

    def hear(self, *lines: str) -> Turn:
        """Take one turn: command lines in any syntax, or one payload."""
        text = "\n".join(lines)
        payload = parse_payload(text, self.assistant)
        if payload is not None:
            return self.give(*payload, text=text, is_payload=True)
        commands = parse_commands(text)
        assert commands or not text, f"these are no commands: {text!r}"
        return self.give(*commands, text=text)

    def give(self, *commands: Command, text: str = "…", is_payload: bool = False) -> Turn:
        """Take one turn of these very commands."""
        understood = Understood(UserTurn(text), commands, "payload" if is_payload else "recorded")
        return self._take(lambda: self.conversation.commit(understood))

    @property
    def asks(self) -> str | None:
        """The slot that the caller is asked for, None where nothing is asked."""
        return self.conversation.expectation.slot

    @property
    def slots(self) -> Mapping[str, Json]:
        return self.conversation.state.slots

    @property
    def stack(self) -> tuple[str, ...]:
        """The flow ids on the stack, the top at the end."""
        return tuple(frame.flow_id for frame in self.conversation.state.stack)

    @property
    def user_stack(self) -> tuple[str, ...]:
        """The same without patterns."""
        return tuple(frame.flow_id for frame in self.conversation.state.stack if frame.kind != "pattern")

    def said(self, *lines: str) -> tuple[str, ...]:
        """Take one turn and return the names of what is said."""
        return self.hear(*lines).said

    def _take(self, begin: Callable[[], AsyncIterator[TurnOutput]]) -> Turn:
        async def read() -> list[TurnOutput]:
            return [output async for output in begin()]

        n_runs = len(self.actions.runs)
        outputs = asyncio.run(read())
        turn = Turn(tuple(outputs), tuple(self.actions.runs[n_runs:]), dict(self.slots))
        self.turns.append(turn)
        assert isinstance(outputs[-1], Waiting | Ended), outputs
        assert replay(self.conversation.events, self.assistant) == self.conversation.state
        assert not self.faults, self.faults
        return turn
