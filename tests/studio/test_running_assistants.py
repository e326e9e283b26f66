"""Assistants beside the served one: prepared when called, kept while somebody talks, let go when nobody does."""

from __future__ import annotations

import asyncio
import gc
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import pytest

from dialogue.store import MemoryEventStore
from flows.errors import AssistantInvalid
from flows.model import Assistant
from studio.assistants import load
from studio.errors import ServiceNotReady
from studio.parts import PartBoard, PartStatus
from studio.running_assistants import RunningAssistants
from studio.versions import Dialogue, Version

EXAMPLES = Path(__file__).parents[2] / "examples"


class Nothing:
    """Stands where understanding and actions would be: these conversations are never spoken to."""


class Preparing:
    """Prepares versions that understand nothing, and remembers which were closed."""

    def __init__(self) -> None:
        self.prepared: list[str] = []
        self.closed: list[str] = []
        self.fails = False
        self.waits: asyncio.Event | None = None

    async def __call__(
        self, opened: AsyncExitStack, assistant: Assistant, name: str, board: PartBoard
    ) -> Version | None:
        if self.fails:
            board.report(PartStatus("actions", "failed", "the module does not import"))
            return None
        if self.waits is not None:
            await self.waits.wait()
        self.prepared.append(assistant.folder)
        opened.callback(self.closed.append, assistant.folder)
        return Version(assistant, Nothing(), Nothing(), name)  # type: ignore[arg-type]


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    made = [tmp_path / f"shop{number}" for number in range(4)]
    for folder in made:
        shutil.copytree(EXAMPLES / "restaurant", folder, ignore=shutil.ignore_patterns("__pycache__", "calls"))
    return made


@pytest.fixture
def preparing() -> Preparing:
    return Preparing()


@pytest.fixture
async def running(preparing: Preparing, folders: list[Path]) -> AsyncIterator[RunningAssistants]:
    begin = partial(Dialogue, store=MemoryEventStore())
    served = begin(Version(load(folders[0]), Nothing(), Nothing()))  # type: ignore[arg-type]
    made = RunningAssistants(served, preparing, begin, most_open=2)
    yield made
    await made.close()


async def test_the_served_one_is_not_prepared_again(
    running: RunningAssistants, preparing: Preparing, folders: list[Path]
) -> None:
    dialogue = await running.dialogue(folders[0], is_draft=True)
    assert dialogue.assistant.folder == str(folders[0])
    assert preparing.prepared == []


async def test_each_folder_is_prepared_once(
    running: RunningAssistants, preparing: Preparing, folders: list[Path]
) -> None:
    first = await running.dialogue(folders[1], is_draft=True)
    assert await running.dialogue(folders[1], is_draft=True) is first
    assert preparing.prepared == [str(folders[1])]


async def test_the_longest_unused_goes_unless_somebody_talks_to_it(
    running: RunningAssistants, preparing: Preparing, folders: list[Path]
) -> None:
    talking = await running.dialogue(folders[1], is_draft=False)
    conversation = talking.new_conversation("call-1", "voice")
    await running.dialogue(folders[2], is_draft=False)
    await running.dialogue(folders[3], is_draft=False)
    assert preparing.closed == [str(folders[2])], "the one that nobody talks to"
    assert not conversation.is_over
    assert await running.dialogue(folders[1], is_draft=False) is talking


async def test_what_cannot_run_says_why(running: RunningAssistants, preparing: Preparing, folders: list[Path]) -> None:
    preparing.fails = True
    with pytest.raises(ServiceNotReady, match="does not import"):
        await running.dialogue(folders[1], is_draft=True)
    preparing.fails = False
    (folders[2] / "config.yml").write_text("recipe: [")
    with pytest.raises(AssistantInvalid):
        await running.dialogue(folders[2], is_draft=True)
    assert (await running.dialogue(folders[1], is_draft=True)).assistant.folder == str(folders[1])


async def test_forgetting_closes(running: RunningAssistants, preparing: Preparing, folders: list[Path]) -> None:
    await running.dialogue(folders[1], is_draft=True)
    await running.forget(folders[1])
    assert preparing.closed == [str(folders[1])]


async def test_a_call_on_what_is_forgotten_goes_on(
    running: RunningAssistants, preparing: Preparing, folders: list[Path]
) -> None:
    talking = await running.dialogue(folders[1], is_draft=True)
    conversation = talking.new_conversation("call-1", "voice")
    await running.forget(folders[1])
    assert preparing.closed == [], "its actions are still there"
    assert not [task for task in asyncio.all_tasks() if task.get_name() == f"watch {folders[1].name}"]
    del conversation
    gc.collect()
    await running.dialogue(folders[2], is_draft=False)
    assert preparing.closed == [str(folders[1])]


async def test_what_is_ready_does_not_wait_for_what_is_prepared(
    running: RunningAssistants, preparing: Preparing, folders: list[Path]
) -> None:
    ready = await running.dialogue(folders[1], is_draft=False)
    preparing.waits = asyncio.Event()
    slow = asyncio.create_task(running.dialogue(folders[2], is_draft=False))
    again = asyncio.create_task(running.dialogue(folders[2], is_draft=False))
    async with asyncio.timeout(10):
        assert await running.dialogue(folders[1], is_draft=False) is ready
    preparing.waits.set()
    assert await slow is await again
    assert preparing.prepared == [str(folders[1]), str(folders[2])]
