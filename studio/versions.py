"""The version of the assistant that runs, and the conversations that run on it.

Everything of a version is swapped at once: flows, understanding and actions never disagree. A conversation takes the
new one between two turns, and what the old one held (its actions' modules and threads) is let go after the last has.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TypeVar
from weakref import WeakSet

import structlog

from dialogue.conversation import Conversation
from dialogue.errors import DialogueError
from dialogue.faults import log_fault
from dialogue.ports import ActionRunner, EventStore, Understanding
from flows.code_change import assistant_fingerprint
from flows.model import Assistant
from studio.watching import stamps

_CODE = (".py", ".jinja2", ".j2", ".md", ".markdown", ".txt", ".html", ".htm", ".json", ".jsonl")
"""Code, prompts and documents: what is not in what was loaded."""
_DIGITS = 12
_Kind = TypeVar("_Kind", bound=Conversation)


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an assistant, ready to run. `held` is closed once nothing runs on it any more."""

    assistant: Assistant
    understanding: Understanding
    actions: ActionRunner
    name: str = ""
    held: AsyncExitStack = field(default_factory=AsyncExitStack, compare=False, repr=False)


def version_name(assistant: Assistant) -> str:
    """Name a version by its content: what was loaded, and the code and prompts beside it. Reads files."""
    digest = hashlib.sha256(assistant_fingerprint(assistant).encode())
    folder = Path(assistant.folder)
    for path in sorted(path for path in stamps(folder) if path.endswith(_CODE)):
        digest.update(Path(path).relative_to(folder).as_posix().encode())
        digest.update(Path(path).read_bytes())
    return digest.hexdigest()[:_DIGITS]


class Dialogue:
    """What conversations share."""

    def __init__(
        self, version: Version, store: EventStore, report: Callable[[DialogueError], None] = log_fault
    ) -> None:
        self.version = version
        self.store = store
        self.report = report
        self._conversations: WeakSet[Conversation] = WeakSet()
        self._switched = asyncio.Event()

    @property
    def assistant(self) -> Assistant:
        """The assistant as it runs now."""
        return self.version.assistant

    @property
    def is_idle(self) -> bool:
        """Whether no conversation is going on."""
        return all(conversation.is_over for conversation in self._conversations)

    def new_conversation(self, conversation_id: str, channel: str, *, sender: str | None = None) -> Conversation:
        """Make a conversation that has not begun; it follows the versions from now on."""
        return self.new_kind(Conversation, conversation_id, channel, sender=sender)

    def new_kind(self, kind: type[_Kind], conversation_id: str, channel: str, *, sender: str | None = None) -> _Kind:
        """Make a conversation of a kind that does more than others, such as one that is tried in the studio."""
        conversation = kind(
            conversation_id,
            self.version.assistant,
            understanding=self.version.understanding,
            actions=self.version.actions,
            store=self.store,
            random=Random(),
            channel=channel,
            report=self.report,
            version=self.version.name,
            sender=sender,
        )
        self._conversations.add(conversation)
        return conversation

    async def switch(self, version: Version) -> int:
        """Let every conversation go on under another version; return for how many that is a code change.

        Returns once the last turn that runs on the old version is over, which is then closed.
        """
        old, self.version = self.version, version
        self._switched.set()
        self._switched = asyncio.Event()
        running = [conversation for conversation in self._conversations if not conversation.is_over]
        async with asyncio.TaskGroup() as group:
            adopting = [group.create_task(_adopt(conversation, version)) for conversation in running]
        await old.held.aclose()
        return sum(task.result() for task in adopting)

    async def next_version(self) -> Version:
        """Wait for the next switch and return what it brought."""
        await self._switched.wait()
        return self.version

    async def close(self) -> None:
        """Let go of the version that runs."""
        await self.version.held.aclose()


async def _adopt(conversation: Conversation, version: Version) -> bool:
    try:
        return await conversation.adopt(
            version.assistant, version=version.name, understanding=version.understanding, actions=version.actions
        )
    except Exception as problem:  # one conversation must not keep the others from going on
        structlog.get_logger(__name__).error(
            "conversation stays on its version", conversation_id=conversation.conversation_id, exc_info=problem
        )
        return False
