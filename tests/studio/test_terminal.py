"""A conversation on a terminal: what is shown, and what only under --debug."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path
from random import Random

from dialogue.conversation import Conversation
from dialogue.store import MemoryEventStore
from flows.loader import load_assistant
from studio.terminal import Terminal, talk
from tests.studio.conftest import NoActions, ScriptedUnderstanding


async def converse(folder: Path, lines: Iterable[str], *, is_debug: bool = False, has_person: bool = False) -> str:
    """Hold a conversation over `lines` and return what was written."""
    waiting, written = iter(lines), io.StringIO()

    async def read() -> str | None:
        return next(waiting, None)

    conversation = Conversation(
        "terminal",
        load_assistant(folder),
        understanding=ScriptedUnderstanding(),
        actions=NoActions(),
        store=MemoryEventStore(),
        random=Random(1),
    )
    await talk(conversation, Terminal(read, written, has_person=has_person, is_debug=is_debug), stop="/stop")
    assert conversation.is_over
    return written.getvalue()


async def test_piped_turns_are_shown_beside_their_answers(assistant_folder: Path) -> None:
    shown = await converse(assistant_folder, ["paint", "", "  red  "])
    assert shown.startswith(
        "bot> Hello there. What can I do?\n"
        "you> paint\n"
        "bot> Which colour?\n"
        "     - Red   /SetSlots(colour=red)\n"
        "you> red\n"
        "bot> It is red now.\n"
    )


async def test_a_person_gets_a_prompt_and_no_echo(assistant_folder: Path) -> None:
    shown = await converse(assistant_folder, ["/stop"], has_person=True)
    assert shown.endswith("you> ")


async def test_the_assistant_may_end(assistant_folder: Path) -> None:
    shown = await converse(assistant_folder, ["bye", "never read"])
    assert shown.splitlines()[-2:] == ["bot> Goodbye.", "(the assistant ended the conversation: hangup)"]


async def test_debug_shows_commands_stack_and_slots(assistant_folder: Path) -> None:
    shown = await converse(assistant_folder, ["paint"], is_debug=True)
    assert "commands [recorded, 0 ms]: StartFlow(flow='paint')" in shown
    assert "stack: paint:" in shown
    assert "waits for colour (text)" in shown
    assert "[utter_ask_colour]" in shown


async def test_debug_shows_slots_that_changed(assistant_folder: Path) -> None:
    shown = await converse(assistant_folder, ["paint", "red"], is_debug=True)
    assert "SlotSet(name='colour', value='red')" in shown
