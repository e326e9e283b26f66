"""A gesture whose answer was lost is sent again: it is done once, also if the server was killed in between."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from flows.errors import Finding as FileFinding
from studio.authoring import reading
from studio.authoring.commands import COMMANDS
from studio.authoring.errors import AuthoringError
from studio.authoring.project import OpenProject
from studio.authoring.shapes import Edited
from tests.studio.authoring.assistants import ROOT

CARDS = "data/flows/cards.yml"
GESTURES: dict[str, list[dict[str, Any]]] = {
    "a new flow": [{"op": "add_flow", "id": "park", "name": "park", "description": "Where to park."}],
    "a copied flow": [{"op": "duplicate_flow", "flow": "block_card", "id": "block_again"}],
    "a renamed flow": [{"op": "rename_flow", "flow": "block_card", "id": "stop_card"}],
    "a deleted flow": [{"op": "delete_flow", "flow": "block_card"}],
    "a new step": [
        {"op": "add_step", "flow": "block_card", "at": None, "step": {"type": "noop", "id": "fork", "fields": {}}}
    ],
    "a deleted step": [{"op": "delete_step", "flow": "block_card", "key": "ask_card"}],
    "a customised pattern": [{"op": "customise_pattern", "flow": "pattern_cancel_flow"}],
    "a place": [{"op": "set_positions", "flow": "block_card", "positions": {"ask_card": {"x": 10, "y": 20}}}],
    "a renamed slot": [{"op": "rename", "section": "slots", "name": "block_card_type", "to": "card_type"}],
    "a new file": [{"op": "write_file", "path": "data/more.yml", "text": "flows: {}\n"}],
    "a deleted file": [{"op": "delete_file", "path": CARDS}],
}


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "examples" / "bank", tmp_path / "bank")
    return tmp_path / "bank"


def unchecked(_: Path) -> tuple[None, tuple[FileFinding, ...]]:
    """What is wrong with the assistant is no matter here."""
    return None, ()


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[OpenProject]:
    project = await OpenProject.open(folder, examine=unchecked, notes=folder.parent / "gestures" / "bank.jsonl")
    try:
        yield project
    finally:
        await project.close()


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


async def do(project: OpenProject, name: str, gesture: str = "g1") -> Edited:
    done = await project.edit(COMMANDS.validate_python(GESTURES[name]), gesture=gesture)
    assert isinstance(done, Edited)
    return done


@pytest.mark.parametrize("name", GESTURES)
async def test_once_by_one_server_and_by_the_next(bank: Path, name: str) -> None:
    before = contents(bank)
    async with opened(bank) as project:
        first = await do(project, name)
        after = contents(bank)
        assert after != before
        again = await do(project, name)
        assert contents(bank) == after
        assert (again.undo, again.moved, again.files) == (first.undo, first.moved, first.files)
        assert {flow.id for flow in again.flows} == {flow.id for flow in first.flows}
        assert set(again.removed) == set(first.removed)
    async with opened(bank) as project:
        once_more = await do(project, name)
        assert contents(bank) == after
        assert once_more.undo == first.undo
        await project.edit(COMMANDS.validate_python(once_more.undo))
    assert {path: text for path, text in contents(bank).items() if path in before} == before


@pytest.mark.parametrize("name", GESTURES)
async def test_once_although_the_first_server_was_killed_before_it_wrote(
    bank: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def kill(*_: object) -> None:
        raise Killed

    before = contents(bank)
    async with opened(bank) as project:
        with monkeypatch.context() as patched:
            patched.setattr(reading, "save", kill)
            with pytest.raises(Killed):
                await do(project, name)
    assert contents(bank) == before
    async with opened(bank) as project:
        await do(project, name)
        assert contents(bank) != before


async def test_what_others_did_afterwards_does_not_hide_it(bank: Path) -> None:
    async with opened(bank) as project:
        await do(project, "a new step")
        await do(project, "a copied flow", "g2")
        await do(project, "a place", "g3")
    after = contents(bank)
    async with opened(bank) as project:
        for name, gesture in (("a new step", "g1"), ("a copied flow", "g2"), ("a place", "g3")):
            await do(project, name, gesture)
    assert contents(bank) == after


async def test_what_was_changed_by_hand_since_is_not_answered_as_done(bank: Path) -> None:
    before = (bank / CARDS).read_bytes()
    async with opened(bank) as project:
        await do(project, "a new step")
    (bank / CARDS).write_bytes(before)
    async with opened(bank) as project:
        await do(project, "a new step")
    assert b"fork" in (bank / CARDS).read_bytes()


async def test_what_was_refused_is_done_when_it_is_sent_again(bank: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AuthoringError("The disk is full.")

    async with opened(bank) as project:
        with monkeypatch.context() as patched:
            patched.setattr(reading, "save", refuse)
            with pytest.raises(AuthoringError):
                await do(project, "a new flow")
        made = await do(project, "a new flow")
        assert [flow.id for flow in made.flows] == ["park"]


@pytest.mark.parametrize("notes", [b"", b"{", b'{"gesture": "g1"}\n', b"\xff\xfe", b"[]\nnull\n7\n"])
async def test_notes_that_cannot_be_read_are_left(bank: Path, notes: bytes) -> None:
    file = bank.parent / "gestures" / "bank.jsonl"
    file.parent.mkdir()
    file.write_bytes(notes)
    async with opened(bank) as project:
        await do(project, "a new flow")
    async with opened(bank) as project:
        made = await do(project, "a new flow")
        assert [flow.id for flow in made.flows] == ["park"]


async def test_a_folder_for_notes_that_cannot_be_written_stops_nobody(bank: Path) -> None:
    (bank.parent / "gestures").write_text("a file where the folder should be")
    async with opened(bank) as project:
        await do(project, "a new flow")
        await do(project, "a new flow")


async def test_gestures_without_a_name_are_all_done(bank: Path) -> None:
    async with opened(bank) as project:
        await do(project, "a new flow", "")
        with pytest.raises(AuthoringError):
            await do(project, "a new flow", "")
