"""The board of parts: side by side, failures told with their reasons, none of them fatal."""

from __future__ import annotations

import asyncio

import pytest

from models.errors import ModelMissing, ModelUnavailable
from studio.errors import ServiceNotReady
from studio.parts import PartBoard, PartStatus


async def fine() -> str:
    return "a part"


async def missing() -> str:
    raise ModelMissing("model.bin is not here; run: vivavoce models fetch")


async def broken_model() -> str:
    raise ModelUnavailable("piper", "it died")


async def broken() -> str:
    raise KeyError("a bug")


async def test_a_part_that_starts_is_ready() -> None:
    told: list[PartStatus] = []
    board = PartBoard(told.append)
    assert await board.start("one", fine) == "a part"
    assert [status.state for status in told] == ["starting", "ready"]
    assert board.is_ready


async def test_a_failure_is_told_and_leaves_the_others() -> None:
    board = PartBoard()
    async with asyncio.TaskGroup() as group:
        group.create_task(board.start("one", missing))
        other = group.create_task(board.start("two", fine))
    assert other.result() == "a part"
    assert not board.is_ready
    board.require("two")
    with pytest.raises(ServiceNotReady, match=r"Models are missing \(for one\)\. Type: vivavoce models fetch"):
        board.require("one", "two")


async def test_what_one_command_mends_is_told_once() -> None:
    board = PartBoard()
    for name, begin in (("one", missing), ("two", missing), ("three", broken_model)):
        await board.start(name, begin)
    with pytest.raises(ServiceNotReady) as caught:
        board.require("one", "two", "three")
    assert str(caught.value).splitlines() == [
        "Models are missing (for one, two). Type: vivavoce models fetch, then start again.",
        "The part 'three' does not work: piper: it died",
    ]


async def test_an_unexpected_failure_names_its_kind() -> None:
    board = PartBoard()
    assert await board.start("one", broken) is None
    assert board.parts[0].detail == "KeyError: 'a bug'"


async def test_cancelling_is_not_a_failure() -> None:
    board = PartBoard()
    starting = asyncio.create_task(board.start("one", asyncio.Event().wait))
    await asyncio.sleep(0)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert board.parts[0].state == "starting"


def test_what_was_never_announced_is_still_starting() -> None:
    with pytest.raises(ServiceNotReady, match="still starting"):
        PartBoard().require("one")


async def test_a_worker_that_died_is_not_ready_until_it_is_back() -> None:
    is_alive = True
    board = PartBoard()
    await board.start("one", fine)
    board.watch("one", lambda: is_alive)
    assert board.is_ready
    is_alive = False
    assert board.parts[0].detail == "it stopped and is being restarted"
    with pytest.raises(ServiceNotReady):
        board.require("one")
    is_alive = True
    board.require("one")
