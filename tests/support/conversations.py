"""Parts of a conversation that follow a script, and shorthands to run one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from random import Random

from dialogue.conversation import Conversation
from dialogue.errors import DialogueError
from dialogue.events import ActionFailed, ActionReturned
from dialogue.ports import ActionRunner, EventStore, Understanding
from dialogue.store import MemoryEventStore
from dialogue.turn import Said, TurnOutput, Understood, UserTurn
from dialogue.understanding.parsing import parse_commands
from dialogue.understanding.payload import parse_payload
from flows.commands import Json
from flows.model import Assistant
from flows.state import ConversationState


class SpokenCommands:
    """Understanding for callers who speak in command lines; `turns` are those it was asked about."""

    def __init__(self, assistant: Assistant) -> None:
        self.assistant = assistant
        self.turns: list[UserTurn] = []

    async def understand(self, turn: UserTurn, state: ConversationState) -> Understood:
        self.turns.append(turn)
        payload = parse_payload(turn.text, self.assistant, turn.metadata)
        if payload is not None:
            return Understood(turn, payload, "payload")
        return Understood(turn, parse_commands(turn.text), "llm", took_ms=5.0)


class ScriptedActions:
    """Actions that return what the script says: events, a result, or an exception to raise.

    An action in `gates` waits until its gate is opened. `runs` lists what ran; `trackers` what it saw.
    """

    def __init__(self, script: Mapping[str, Sequence[Json] | ActionReturned | ActionFailed | Exception]) -> None:
        self.script = script
        self.gates: dict[str, asyncio.Event] = {}
        self.has_begun = asyncio.Event()
        self.runs: list[str] = []
        self.trackers: list[Json] = []

    def knows(self, name: str) -> bool:
        return name in self.script

    async def run(self, name: str, tracker: Json, domain: Json) -> ActionReturned | ActionFailed:
        self.runs.append(name)
        self.has_begun.set()
        self.trackers.append(tracker)
        if name in self.gates:
            await self.gates[name].wait()
        result = self.script.get(name, ActionFailed(name, "not in the script"))
        if isinstance(result, Exception):
            raise result
        return result if isinstance(result, ActionReturned | ActionFailed) else ActionReturned(name, tuple(result))


def new_conversation(
    assistant: Assistant,
    *,
    understanding: Understanding | None = None,
    actions: ActionRunner | None = None,
    store: EventStore | None = None,
    conversation_id: str = "call-1",
    report: Callable[[DialogueError], None] | None = None,
    channel: str = "voice",
) -> Conversation:
    """Return a conversation whose parts follow a script unless they are given."""

    def fail(problem: DialogueError) -> None:
        raise AssertionError(f"unexpected fault: {problem!r}")

    return Conversation(
        conversation_id,
        assistant,
        understanding=understanding or SpokenCommands(assistant),
        actions=actions or ScriptedActions({"action_pay": [], "action_balance": []}),
        store=store or MemoryEventStore(),
        random=Random(1),
        channel=channel,
        report=report or fail,
        clock=lambda: 1_700_000_000.0,
    )


async def outputs_of(stream: AsyncIterator[TurnOutput]) -> list[TurnOutput]:
    """Read a turn to its end."""
    return [output async for output in stream]


async def turn(conversation: Conversation, text: str) -> list[str]:
    """Take a turn and return the lines that are said."""
    understood = await conversation.understand(UserTurn(text))
    outputs = await outputs_of(conversation.commit(understood))
    return [output.text for output in outputs if isinstance(output, Said)]


async def script(conversation: Conversation, *texts: str) -> list[str]:
    """Take several turns and return what is said in the last."""
    said: list[str] = []
    for text in texts:
        said = await turn(conversation, text)
    return said
