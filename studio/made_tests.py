"""Tests that are made of tried conversations: written into the project by its document, and run at once.

The commands that were understood go into `commands.yml` beside the test, so that it runs without a model later as well:
`vivavoce test --commands FOLDER/commands.yml`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import ClassVar, Final, TypeAlias

from dialogue.testing.case import Suite
from dialogue.testing.commands_file import Turns, format_commands, read_commands
from dialogue.testing.results import SuiteResult
from dialogue.testing.runner import Bench, run_suite
from dialogue.testing.suite import DEFAULT_FOLDERS, load_suite
from studio import assistants
from studio.authoring.commands import Base, DeleteFile, WriteFile
from studio.authoring.errors import NothingThere
from studio.authoring.project import OpenProject
from studio.authoring.shapes import Conflict
from studio.errors import Fault, StudioError

COMMANDS: Final = "commands.yml"
By: TypeAlias = tuple[str, str]
"""Who writes, and from which page."""


class TestFileRefused(StudioError):
    """A test cannot be written there."""

    __test__ = False
    code: ClassVar[str] = "test-file-refused"
    fault: ClassVar[Fault] = "client"
    http_status: ClassVar[int] = 409


@dataclass(frozen=True, slots=True)
class SavedTest:
    """Where a test was written, and how it ran."""

    path: str
    commands_path: str | None
    result: SuiteResult


async def save_and_run(document: OpenProject, path: str, text: str, commands: Turns | None, by: By) -> SavedTest:
    """Write a test file that is new, and the commands of its only case, then run it.

    Raises:
        TestFileRefused: the file is there already, or lies where tests are not looked for.
        TestsInvalid: the text is no test file; nothing is left of it.
        AuthoringError, AssistantInvalid.
    """
    place = PurePosixPath(path)
    if place.parts[:1] not in [(name,) for name in DEFAULT_FOLDERS] or place.name == COMMANDS:
        folders = " or ".join(f"{name}/" for name in DEFAULT_FOLDERS)
        raise TestFileRefused(f"Tests lie in {folders}, such as e2e_tests/booking.yml. {path!r} does not.")
    if await _has(document, path):
        raise TestFileRefused(f"There is a file {path} already. Choose another name: this one is not overwritten.")
    await _write(document, {path: text}, by)
    try:
        suite = await asyncio.to_thread(load_suite, [str(document.root / path)], document.root)
        beside = None if commands is None else await _add_commands(document, place, suite, commands, by)
    except Exception:
        await document.edit([DeleteFile(op="delete_file", path=path)], Base(), by[0], "Test taken back", by[1])
        raise
    return SavedTest(path, beside, await _run(document.root, suite, place))


async def _run(root: Path, suite: Suite, place: PurePosixPath) -> SuiteResult:
    assistant = await asyncio.to_thread(assistants.load, root)
    file = root / place.parent / COMMANDS
    recorded = await asyncio.to_thread(read_commands, file) if file.is_file() else {}
    return await run_suite(suite, Bench(assistant, recorded=recorded, model="recorded", channel="voice"))


async def _add_commands(
    document: OpenProject, place: PurePosixPath, suite: Suite, commands: Turns, by: By
) -> str | None:
    """Add the turns of the suite's only case to the commands beside it; what others wrote there stays as it is."""
    if len(suite.cases) != 1:
        return None
    path = str(place.parent / COMMANDS)
    key = suite.cases[0].keys[0]
    before, known = "", dict[str, Turns]()
    if await _has(document, path):
        before = (await document.read_file(path)).text
        known = dict(await asyncio.to_thread(read_commands, document.root / path))
    own = {key: commands}
    text = format_commands({**known, **own}) if key in known else _behind(before, own, is_empty=not known)
    await _write(document, {path: text}, by)
    return path


def _behind(text: str, own: Mapping[str, Turns], *, is_empty: bool) -> str:
    if is_empty:
        return format_commands(own)
    return f"{text.rstrip()}\n{format_commands(own)}"


async def _has(document: OpenProject, path: str) -> bool:
    try:
        await document.read_file(path)
    except NothingThere:
        return False
    return True


async def _write(document: OpenProject, texts: Mapping[str, str], by: By) -> None:
    commands = [WriteFile(op="write_file", path=path, text=text) for path, text in texts.items()]
    if isinstance(await document.edit(commands, Base(), by[0], "Make test", by[1]), Conflict):
        raise TestFileRefused("Somebody else is writing the same file just now. Try again.")
