"""An open project: edits one after another, merged where two people meet, and whoever edits by hand wins."""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
import threading
import weakref
from contextlib import asynccontextmanager
from typing import Any

import pytest

from studio.assistants import examined
from studio.authoring import outline
from studio.authoring import project as project_module
from studio.authoring.commands import COMMANDS
from studio.authoring.errors import EditRefused, NothingThere, ProjectGone, SaveFailed, TextInvalid
from studio.authoring.project import OpenProject
from studio.authoring.shapes import Conflict, Edited
from tests.studio.authoring.assistants import ROOT

CARDS = "data/flows/cards.yml"


@pytest.fixture
def bank(tmp_path):
    return shutil.copytree(ROOT / "examples" / "bank", tmp_path / "bank")


@asynccontextmanager
async def opened(folder):
    project = await OpenProject.open(folder)
    try:
        yield project
    finally:
        await project.close()


def commands(*given: dict[str, Any]) -> list:
    return COMMANDS.validate_python(
        [{"flow": "block_card", **one} if "flow" not in one and one["op"] not in PLAIN else one for one in given]
    )


PLAIN = ("put", "rename", "put_examples", "write_file", "delete_file", "patch")


def described(key: str, text: str) -> dict[str, Any]:
    return {"op": "set_field", "key": key, "path": ["description"], "value": text}


async def test_an_edit_is_on_disk_told_and_taken_back(bank):
    before = (bank / CARDS).read_bytes()
    told: list[dict[str, Any]] = []
    async with opened(bank) as project:
        project.subscribe(told.append)
        made = await project.edit(commands(described("ask_card", "Which.")), by="ann", label="Describe", client="t1")
        assert isinstance(made, Edited)
        assert b"description: Which." in (bank / CARDS).read_bytes()
        assert [flow.id for flow in made.flows] == ["block_card"]
        assert made.outline is None
        assert (told[0]["type"], told[0]["by"], told[0]["client"], told[0]["flows"]) == (
            "edited",
            "ann",
            "t1",
            ["block_card"],
        )

        back = await project.edit(COMMANDS.validate_python(made.undo))
        assert (bank / CARDS).read_bytes() == before
        again = await project.edit(COMMANDS.validate_python(back.undo))
        assert b"description: Which." in (bank / CARDS).read_bytes()
        assert again.revision == 4


async def test_two_people_on_two_steps_of_one_flow(bank):
    async with opened(bank) as project:
        seen = {"flows": {"block_card": (await project.flow("block_card")).etag}}
        first = await project.edit(commands(described("ask_card", "Theirs.")), seen)
        second = await project.edit(commands({"op": "delete_step", "key": "ask_reason"}), seen)

        assert isinstance(first, Edited)
        assert isinstance(second, Edited)
        text = (bank / CARDS).read_text()
        assert "description: Theirs." in text
        assert "block_card_reason" not in text
        await project.edit(COMMANDS.validate_python(first.undo))  # though the other came after
        assert "Theirs." not in (bank / CARDS).read_text()
        assert "block_card_reason" not in (bank / CARDS).read_text()


async def test_two_people_on_one_step(bank):
    async with opened(bank) as project:
        seen = {"flows": {"block_card": (await project.flow("block_card")).etag}}
        await project.edit(commands(described("ask_card", "Theirs.")), seen)
        found = await project.edit(commands(described("ask_card", "Mine.")), seen)

        assert isinstance(found, Conflict)
        assert (found.flow, found.file) == ("block_card", CARDS)
        assert found.theirs == (bank / CARDS).read_text()
        assert "Mine." in found.mine
        assert "which card to block" in found.base
        lines = found.merged.split("\n")[found.conflicts[0].start_line - 1 : found.conflicts[0].end_line]
        assert any("Theirs." in line for line in lines)
        settled = await project.edit(
            commands({"op": "write_file", "path": CARDS, "text": found.merged.replace("Theirs.", "Both.")}),
            {"files": {CARDS: found.etag}},
        )
        assert isinstance(settled, Edited)
        assert "Both." in (bank / CARDS).read_text()


async def test_a_file_changed_by_hand_is_read_first(bank):
    async with opened(bank) as project:
        seen = {"flows": {"block_card": (await project.flow("block_card")).etag}}
        by_hand = (bank / CARDS).read_text().replace("effect: read", "effect: none  # by hand")
        (bank / CARDS).write_text(by_hand)
        made = await project.edit(commands(described("ask_card", "Mine.")), seen)

        assert isinstance(made, Edited)
        text = (bank / CARDS).read_text()
        assert "effect: none  # by hand" in text
        assert "description: Mine." in text


async def test_a_file_broken_by_hand_is_refused_and_left(bank):
    async with opened(bank) as project:
        broken = (bank / CARDS).read_text() + "\n  x: [\n"
        (bank / CARDS).write_text(broken)
        assert await project.refresh()

        with pytest.raises(EditRefused, match="mended in the text first"):
            await project.edit(commands(described("ask_card", "Mine.")))
        assert (bank / CARDS).read_text() == broken
        assert any(one.code == "yaml" and one.file == CARDS for one in await project.findings())
        assert (await project.read_file(CARDS)).text == broken


async def test_invalid_yaml_never_overwrites(bank):
    before = (bank / CARDS).read_text()
    async with opened(bank) as project:
        with pytest.raises(TextInvalid) as told:
            await project.edit(commands({"op": "write_file", "path": CARDS, "text": "flows:\n  a: [\n"}))

    assert told.value.line == 3
    assert (bank / CARDS).read_text() == before


async def test_a_gesture_that_cannot_be_saved_whole_changes_nothing(bank, monkeypatch):
    async with opened(bank) as project:
        etag = (await project.flow("block_card")).etag
        real, n_calls = os.fsync, iter(range(100))

        def fail(handle):
            if next(n_calls) == 4:  # in the middle of the second file
                raise OSError(28, "full")
            real(handle)

        monkeypatch.setattr(os, "fsync", fail)
        before = {path: path.read_bytes() for path in bank.rglob("*") if path.is_file()}
        with pytest.raises(SaveFailed, match="disk is full"):
            await project.edit(commands({"op": "rename", "section": "slots", "name": "block_card_type", "to": "card"}))
        monkeypatch.undo()

        assert {path: path.read_bytes() for path in bank.rglob("*") if path.is_file()} == before
        assert (await project.flow("block_card")).etag == etag


async def test_a_refused_gesture_changes_nothing(bank):
    before = (bank / CARDS).read_bytes()
    async with opened(bank) as project:
        with pytest.raises(EditRefused):
            await project.edit(
                commands(described("ask_card", "x"), {"op": "rename_step", "key": "ask_card", "id": "check_card"})
            )
        assert (bank / CARDS).read_bytes() == before
        assert project.revision == 1


async def test_a_vanished_folder(bank):
    async with opened(bank) as project:
        shutil.rmtree(bank)
        with pytest.raises(ProjectGone, match="Put it back"):
            await project.edit(commands(described("ask_card", "x")))


async def test_findings_lead_to_the_step(bank):
    async with opened(bank) as project:
        assert await project.findings() == []
        step = {"type": "action", "fields": {"action": "utter_nothing"}}
        made = await project.edit(commands({"op": "add_step", "at": {"from": "ask_reason"}, "step": step}))
        key = next(step.key for step in made.flows[0].steps if step.fields.get("action") == "utter_nothing")

        for found in (made.findings, await project.findings()):
            assert [(one.code, one.flow, one.step) for one in found] == [("unknown-response", "block_card", key)]
        assert next(line for line in (await project.outline()).flows if line.id == "block_card").errors == 1


async def test_positions_follow_their_steps(bank):
    async with opened(bank) as project:
        key = "~steps.1.next.0.then.0"
        await project.edit(
            commands({"op": "set_positions", "positions": {key: {"x": 10, "y": 20}, "ask_card": {"x": 1, "y": 2}}})
        )
        made = await project.edit(commands({"op": "delete_step", "key": "ask_card"}))

        assert {name: (at.x, at.y) for name, at in made.flows[0].positions.items()} == {
            "~steps.0.next.0.then.0": (10, 20)
        }
        assert made.moved == {
            "block_card": {
                key: "~steps.0.next.0.then.0",
                "~steps.3.next.0.then.0": "~steps.2.next.0.then.0",
                "~steps.3.next.0.then.1": "~steps.2.next.0.then.1",
                "~steps.3.next.1.else.0": "~steps.2.next.1.else.0",
            }
        }
        back = await project.edit(COMMANDS.validate_python(made.undo))
        assert {name: (at.x, at.y) for name, at in back.flows[0].positions.items()} == {
            key: (10, 20),
            "ask_card": (1, 2),
        }


async def test_patterns_are_customised_and_reset(bank):
    async with opened(bank) as project:
        before = (bank / "data/flows/patterns.yml").read_bytes()
        with pytest.raises(EditRefused, match="Customise it first"):
            await project.edit(commands({"op": "delete_step", "flow": "pattern_cancel_flow", "key": "~steps.0"}))
        made = await project.edit(commands({"op": "customise_pattern", "flow": "pattern_cancel_flow"}))
        assert made.flows[0].is_customised
        assert not made.flows[0].is_default
        assert (await project.flow("pattern_correction")).is_default
        await project.edit(commands({"op": "reset_pattern", "flow": "pattern_cancel_flow"}))
        assert (bank / "data/flows/patterns.yml").read_bytes() == before
        assert (await project.flow("pattern_cancel_flow")).is_default


async def test_many_at_once_are_done_one_after_another(bank):
    async with opened(bank) as project:
        gestures = [
            project.edit(commands({"op": "put", "section": "slots", "name": f"slot_{n}", "value": {"type": "text"}}))
            for n in range(12)
        ]
        await asyncio.gather(*gestures)
        names = {slot.name for slot in (await project.outline()).slots}

        assert {f"slot_{n}" for n in range(12)} <= names
        assert project.revision == 13


async def test_search_content_and_files(bank):
    async with opened(bank) as project:
        hits = await project.search("Which CARD")
        assert ("flow", "block_card", "ask_card") in [(hit.kind, hit.flow, hit.step) for hit in hits]
        assert await project.search("   ") == []
        slots = {entry["name"]: entry for entry in await project.content("slots")}
        assert slots["block_card_type"]["used_by"] == ["block_card"]
        assert slots["block_card_type"]["value"]["values"] == ["debit", "credit", "travel"]
        intents = {entry["name"]: entry for entry in await project.content("intents")}
        assert "what's my balance" in intents["check_balance"]["examples"]
        with pytest.raises(NothingThere):
            await project.content("nothing")


async def test_findings_wait_for_a_check_that_is_running(bank):
    """Whoever opens a page while the whole is being checked is not told that all is well."""
    begun, may_end = threading.Event(), threading.Event()

    def slowly(folder):
        begun.set()
        may_end.wait(10)
        return examined(folder)

    project = await OpenProject.open(bank, examine=slowly)
    try:
        await project.edit(
            commands({"op": "set_field", "key": "ask_card", "path": ["collect"], "value": "no_such_slot"})
        )
        await asyncio.to_thread(begun.wait, 10)
        asking = asyncio.create_task(project.findings())
        await asyncio.sleep(0.05)
        assert not asking.done()
        may_end.set()
        assert any("no_such_slot" in finding.message for finding in await asking)
    finally:
        may_end.set()
        await project.close()


async def test_a_check_that_could_not_be_made_is_made_again(bank):
    """Its failure is no finding: nobody is told that all is well."""
    failing = [OSError("no memory"), OSError("no memory")]

    def sometimes(folder):
        if failing:
            raise failing.pop()
        return examined(folder)

    project = await OpenProject.open(bank, examine=sometimes)
    try:
        await project.edit(
            commands({"op": "set_field", "key": "ask_card", "path": ["collect"], "value": "no_such_slot"})
        )
        for _ in range(2):
            with pytest.raises(OSError, match="no memory"):
                await project.findings()
        assert any("no_such_slot" in finding.message for finding in await project.findings())
    finally:
        await project.close()


async def test_a_large_project_is_let_go_when_it_is_closed(bank, monkeypatch):
    """The garbage collector passes over it, so that nothing of it may hold itself."""
    monkeypatch.setattr(outline, "MANY_ENTRIES", 0)
    project = await OpenProject.open(bank)
    held = weakref.ref(project)
    try:
        await project.outline()
        await project.edit(commands(described("ask_card", "Anything.")))
        await project.close()
        del project
        async with asyncio.timeout(10):
            while held() is not None:  # a thread may still have its last call in hand
                gc.collect()
                await asyncio.sleep(0.01)
    finally:
        gc.unfreeze()


async def test_quick_findings_are_not_put_over_those_of_a_whole_check(bank, monkeypatch):
    """Somebody opens a page while the flows of an edit are checked: the lines that it is told are right already."""
    monkeypatch.setattr(project_module, "CHECK_INLINE_MS", 0)
    text = (bank / CARDS).read_text()
    (bank / CARDS).write_text(text.replace("collect: wants_replacement", "collect: no_such_slot"))
    loop = asyncio.get_running_loop()

    class Slow:
        def found(self, flows):
            asyncio.run_coroutine_threadsafe(project.findings(), loop).result(20)
            return [() for _ in flows]

    project = await OpenProject.open(bank, examine=lambda folder: (Slow(), examined(folder)[1]))
    try:
        before = await project.findings()
        step = {"type": "action", "fields": {"action": "utter_card_blocked"}}
        await project.edit(commands({"op": "add_step", "at": {"from": "ask_reason"}, "step": step}))
        async with opened(bank) as anew:
            expected = await anew.findings()
        assert expected != before, "no line has moved"
        assert await project.findings() == expected
    finally:
        await project.close()
