"""Changed files come into the dialogue that runs, or are refused with the reason, and leave nothing behind."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from dialogue.conversation import Conversation
from dialogue.store import MemoryEventStore
from dialogue.turn import Said, UserTurn
from flows.model import Assistant
from studio.assistants import load
from studio.conversations import Models, open_actions, prepare_understanding
from studio.parts import PartBoard
from studio.reloading import Reloading
from studio.settings import Settings
from studio.versions import Dialogue, Version, version_name
from studio.watching import FolderWatch

ACTIONS = """
from {sdk} import Action
from .words import WORD


class Tell(Action):
    def name(self):
        return "action_tell"

    async def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(text=WORD)
        return []
"""
FLOWS = """\
  tell:
    description: Tell the word.
    nlu_trigger: [{intent: tell}]
    steps:
      - action: action_tell
  choose:
    description: Choose a colour.
    nlu_trigger: [{intent: choose}]
    steps:
      - collect: colour
      - action: utter_painted
"""
UPDATED = "Sorry, I was just updated. Let's start that again. What can I do for you?"


class Server:
    """The part of a server that has a dialogue, and its assistant's folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = Settings(data_dir=folder / "data-of-server")
        flows = folder / "data" / "flows.yml"
        flows.write_text(flows.read_text() + FLOWS)
        domain = folder / "domain.yml"
        domain.write_text(domain.read_text() + "actions: [action_tell]\nintents: [tell, choose]\n")
        (folder / "actions").mkdir()
        (folder / "actions" / "__init__.py").write_text(ACTIONS.format(sdk="rasa_sdk"))
        self.write_word("first")
        self.outcomes: list[str] = []

    def write_word(self, word: str) -> None:
        (self.folder / "actions" / "words.py").write_text(f"WORD = {word!r}\n")

    def replace(self, name: str, old: str, new: str) -> None:
        text = (self.folder / name).read_text()
        assert old in text
        (self.folder / name).write_text(text.replace(old, new))

    async def prepare(
        self, opened: AsyncExitStack, assistant: Assistant, name: str, board: PartBoard
    ) -> Version | None:
        actions = await open_actions(opened, assistant, self.settings.conversations, board)
        understanding = await prepare_understanding(assistant, Models(None, None, None), board)
        return Version(assistant, understanding, actions, name) if actions and understanding else None

    async def start(self, stack: AsyncExitStack) -> None:
        assistant = load(self.folder)
        held = AsyncExitStack()
        version = await self.prepare(held, assistant, version_name(assistant), PartBoard())
        assert version is not None
        self.dialogue = Dialogue(
            Version(assistant, version.understanding, version.actions, version.name, held), MemoryEventStore()
        )
        stack.push_async_callback(self.dialogue.close)
        watch = FolderWatch(self.folder, every_s=0.01)
        self.reloading = Reloading(self.dialogue, watch, self.prepare, observe=self.outcomes.append)

    async def conversation(self) -> Conversation:
        conversation = self.dialogue.new_conversation("ann", "rest", sender="ann")
        async for _ in conversation.start({}):
            pass
        return conversation


@pytest.fixture
async def server(assistant_folder: Path):  # the annotation of an async fixture says nothing more
    made = Server(assistant_folder)
    async with AsyncExitStack() as stack:
        await made.start(stack)
        yield made


async def turn(conversation: Conversation, text: str) -> list[str]:
    understood = await conversation.understand(UserTurn(text))
    return [output.text async for output in conversation.commit(understood) if isinstance(output, Said)]


async def test_a_text_a_step_and_code_change_beneath_a_conversation(server: Server) -> None:
    conversation = await server.conversation()
    assert await turn(conversation, "/choose") == ["Which colour?"]
    server.replace("domain.yml", "Which colour?", "What colour?")
    server.write_word("second")
    status = await server.reloading.reload()
    assert (status.state, status.version) == ("current", server.dialogue.version.name)
    assert await turn(conversation, "/tell") == [
        "second",
        "Would you like to go back to choose?",
    ]
    server.replace("data/flows.yml", "  choose:\n", "  chosen:\n")
    await server.reloading.reload()
    assert await turn(conversation, "/SetSlots(colour=red)") == [UPDATED]
    assert (await turn(conversation, "/tell"))[0] == "second"
    assert server.outcomes == ["switched", "switched"]


async def test_the_same_content_is_no_other_version(server: Server) -> None:
    before = server.dialogue.version
    server.replace("domain.yml", "responses:", "# a remark\nresponses:")
    (server.folder / "data" / "flows.yml").touch()
    assert (await server.reloading.reload()).state == "current"
    assert server.dialogue.version is before
    assert server.outcomes == ["unchanged"]


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("domain.yml", "responses:\n", "responses: [\n", "domain.yml"),
        ("data/flows.yml", "collect: colour", "collect: no_such_slot", "no_such_slot"),
        ("actions/words.py", "WORD", "WORD = = ", "actions"),
        ("actions/__init__.py", "WORD\n", "NO_SUCH_WORD\n", "NO_SUCH_WORD"),
        ("config.yml", "language", "\x00language", "config.yml"),
    ],
)
async def test_broken_files_leave_the_version_that_runs(
    server: Server, name: str, old: str, new: str, told: str
) -> None:
    conversation = await server.conversation()
    sound = (server.folder / name).read_text()
    before = server.dialogue.version
    server.replace(name, old, new)
    for _ in range(2):
        status = await server.reloading.reload()
        assert (status.state, status.version) == ("refused", before.name)
        assert told in status.message + " ".join(map(str, status.findings))
    assert server.dialogue.version is before
    assert (await turn(conversation, "/tell"))[0] == "first"
    (server.folder / name).write_text(sound)
    server.write_word("mended")
    status = await server.reloading.reload()
    assert (status.state, status.findings, status.message) == ("current", (), "")
    assert (await turn(conversation, "/tell"))[0] == "mended"


async def test_bad_settings_of_turns_are_refused(server: Server) -> None:
    (server.folder / "voice.yml").write_text("turns: {no_such_setting: 5}\n")
    status = await server.reloading.reload()
    assert status.state == "refused"
    assert status.findings[0].file == "voice.yml"


async def test_a_folder_that_is_gone_is_refused(server: Server) -> None:
    server.folder.rename(server.folder.with_name("moved"))
    assert (await server.reloading.reload()).state == "refused"
    server.folder.with_name("moved").rename(server.folder)
    assert (await server.reloading.reload()).state == "current"


async def test_new_conversations_and_waiters_get_the_new_version(server: Server) -> None:
    waiting = asyncio.create_task(server.dialogue.next_version())
    await asyncio.sleep(0)
    server.replace("domain.yml", "Hello there.", "Good day.")
    await server.reloading.reload()
    assert await waiting is server.dialogue.version
    conversation = await server.conversation()
    assert conversation.assistant is server.dialogue.assistant


async def test_watching_takes_in_what_is_written(server: Server) -> None:
    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        watching = group.create_task(server.reloading.watch())
        waiting = group.create_task(server.dialogue.next_version())
        await asyncio.sleep(0)
        server.write_word("second")
        await waiting
        watching.cancel()
    assert (await turn(await server.conversation(), "/tell"))[0] == "second"


async def test_twenty_reloads_leave_nothing_behind(server: Server) -> None:
    conversation = await server.conversation()

    async def reload(number: int) -> tuple[int, int, int, int]:
        server.write_word(f"word {number}")
        server.replace("domain.yml", "Goodbye.", f"{number} Goodbye.")
        await server.reloading.reload()
        assert (await turn(conversation, "/tell"))[0] == f"word {number}"
        gc.collect()
        modules = sum(name.startswith("vivavoce_assistant_") for name in sys.modules)
        versions = sum(isinstance(thing, Version) for thing in gc.get_objects())
        return modules, len(sys.meta_path), len(asyncio.all_tasks()), versions

    first = await reload(0)
    for number in range(1, 20):
        assert await reload(number) == first
    assert sum(thread.name == "actions" and thread.is_alive() for thread in threading.enumerate()) <= 2
    assert server.outcomes == ["switched"] * 20
