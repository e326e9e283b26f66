"""What the terms of a request allow: giving way, being replaced, a second try, going together, several processes."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from models.errors import ModelUnavailable
from models.frames import Frame
from models.worker import RequestDropped, Terms, Worker, WorkerSpec
from tests.support.waiting import StartWorker, until
from voice.ports import Priority

PARTIAL = Terms(key="a call", is_droppable=True)
RETRIED = Terms(retry_within_s=60.0)


def _ask(worker: Worker, header: dict[str, Any], priority: Priority, terms: Terms) -> asyncio.Task[Frame]:
    return asyncio.create_task(worker.request(header, priority=priority, terms=terms))


async def test_a_partial_that_has_begun_gives_way_to_a_final(start_worker: StartWorker, tmp_path: Path) -> None:
    worker = await start_worker()
    step_file = tmp_path / "step"
    steps = {"op": "steps", "to": 1000, "sleep_s": 0.05, "step_file": str(step_file)}
    partial = _ask(worker, steps, Priority.PARTIAL, PARTIAL)
    await until(step_file.exists)
    async with asyncio.timeout(10):
        assert (await worker.request({"op": "echo", "label": "final"})).header["said"] == "final"
    with pytest.raises(RequestDropped, match="urgent"):
        await partial
    assert int(step_file.read_text()) < 900


async def test_a_partial_that_has_begun_goes_on_beside_lesser_work(start_worker: StartWorker, tmp_path: Path) -> None:
    worker = await start_worker()
    step_file = tmp_path / "step"
    steps = {"op": "steps", "to": 5, "sleep_s": 0.02, "step_file": str(step_file)}
    partial = _ask(worker, steps, Priority.PARTIAL, PARTIAL)
    await until(step_file.exists)
    await worker.request({"op": "echo"}, priority=Priority.SPECULATION)
    assert (await partial).header["said"] == "done"


async def test_a_newer_partial_replaces_one_that_waits(start_worker: StartWorker, tmp_path: Path) -> None:
    log = tmp_path / "log"
    worker = await start_worker(options={"log_file": str(log)})
    running = _ask(worker, {"op": "echo", "label": "running", "sleep_s": 0.3}, Priority.FINAL, Terms())
    await until(log.exists)
    asked = [
        _ask(worker, {"op": "echo", "label": label}, Priority.PARTIAL, Terms(key=key, is_droppable=True))
        for label, key in [("a 1", "a"), ("b 1", "b"), ("a 2", "a")]
    ]
    await running
    with pytest.raises(RequestDropped, match="newer"):
        await asked[0]
    assert [(await each).header["said"] for each in asked[1:]] == ["b 1", "a 2"]
    assert log.read_text().splitlines() == ["running", "a 2", "b 1"]


async def test_a_request_is_tried_again_where_its_terms_say_so(start_worker: StartWorker, tmp_path: Path) -> None:
    worker = await start_worker()
    request = {"op": "die_first", "died_file": str(tmp_path / "died"), "label": "second try"}
    assert (await worker.request(request, terms=RETRIED)).header["said"] == "second try"
    request = {"op": "die_first", "died_file": str(tmp_path / "died too"), "label": "never"}
    with pytest.raises(ModelUnavailable, match="exit status 3"):
        await worker.request(request, priority=Priority.PARTIAL)


async def test_a_request_that_is_too_old_is_not_tried_again(start_worker: StartWorker, tmp_path: Path) -> None:
    worker = await start_worker()
    request = {"op": "die_first", "died_file": str(tmp_path / "died"), "label": "too late"}
    with pytest.raises(ModelUnavailable, match="exit status 3"):
        await worker.request(request, terms=Terms(retry_within_s=1e-9))


async def test_a_request_that_kills_every_process_harms_no_other(start_worker: StartWorker) -> None:
    worker = await start_worker()
    deadly = _ask(worker, {"op": "die"}, Priority.FINAL, RETRIED)
    others = [_ask(worker, {"op": "echo", "label": "kept"}, Priority.FINAL, RETRIED) for _ in range(3)]
    with pytest.raises(ModelUnavailable, match="exit status 3"):
        await deadly
    assert [(await other).header["said"] for other in others] == ["kept"] * 3


async def test_a_cancelled_request_is_not_tried_again(start_worker: StartWorker, tmp_path: Path) -> None:
    log = tmp_path / "log"
    worker = await start_worker(options={"log_file": str(log)}, reply_limit_s=1.0)
    hanging = _ask(worker, {"op": "hang"}, Priority.FINAL, RETRIED)
    await until(log.exists)
    hanging.cancel()
    with pytest.raises(asyncio.CancelledError):
        await hanging
    await worker.request({"op": "echo", "label": "after"}, terms=RETRIED)
    assert log.read_text().splitlines() == ["hang", "after"]


async def _ask_together(worker: Worker, operations: list[str]) -> list[asyncio.Task[Frame]]:
    """Let requests of one kind wait behind another one."""
    first = _ask(worker, {"op": "echo", "label": "first", "sleep_s": 0.3}, Priority.FINAL, Terms())
    await asyncio.sleep(0)
    asked = [
        _ask(worker, {"op": op, "label": number}, Priority.FINAL, Terms(batch="kind", retry_within_s=60.0))
        for number, op in enumerate(operations)
    ]
    await first
    return asked


async def test_requests_of_one_kind_are_carried_out_together(start_worker: StartWorker) -> None:
    worker = await start_worker(program="fake_batch_worker", batch_limit=3)
    replies = [await each for each in await _ask_together(worker, ["echo"] * 5)]
    assert [reply.header["together"] for reply in replies] == [[0, 1, 2]] * 3 + [[3, 4]] * 2


async def test_each_of_a_batch_has_its_own_payload_and_its_own_error(start_worker: StartWorker) -> None:
    worker = await start_worker(program="fake_batch_worker", batch_limit=4)
    first = _ask(worker, {"op": "echo", "label": "first", "sleep_s": 0.3}, Priority.FINAL, Terms())
    await asyncio.sleep(0)
    terms = Terms(batch="kind")
    asked = [
        asyncio.create_task(worker.request({"op": op, "label": label}, bytes([number]), terms=terms))
        for number, (op, label) in enumerate([("echo", 0), ("fail", 1), ("echo", object()), ("echo", 3)])
    ]
    await first
    for index, problem in ((1, "this one cannot be done"), (2, "JSON")):
        with pytest.raises(ModelUnavailable, match=problem):
            await asked[index]
    assert [(await asked[index]).payload for index in (0, 3)] == [b"\x00", b"\x03"]


async def test_of_a_batch_that_kills_its_process_only_the_guilty_one_fails(start_worker: StartWorker) -> None:
    worker = await start_worker(program="fake_batch_worker", batch_limit=3)
    asked = await _ask_together(worker, ["echo", "die", "echo"])
    with pytest.raises(ModelUnavailable, match="exit status 3"):
        await asked[1]
    assert [(await asked[index]).header["together"] for index in (0, 2)] == [[0], [2]]


async def test_several_processes_share_one_queue(start_worker: StartWorker) -> None:
    worker = await start_worker(program="fake_batch_worker", processes=2)
    asked = [
        _ask(worker, {"op": "echo", "label": number, "sleep_s": 0.1}, Priority.FINAL, Terms()) for number in range(6)
    ]
    assert len({(await each).header["pid"] for each in asked}) == 2


async def test_while_one_process_is_down_the_other_serves(start_worker: StartWorker, tmp_path: Path) -> None:
    fail_file = tmp_path / "fail"
    worker = await start_worker(
        options={"fail_file": str(fail_file)}, processes=2, first_backoff_s=0.05, longest_backoff_s=0.1
    )
    fail_file.touch()
    with pytest.raises(ModelUnavailable, match="exit status 3"):
        await worker.request({"op": "die"})
    for _ in range(20):
        assert (await worker.request({"op": "echo", "label": "served", "sleep_s": 0.02})).header["said"] == "served"
    assert worker.is_available


async def test_a_start_in_which_one_process_fails_ends_the_others(tmp_path: Path) -> None:
    options = {"fail_file": str(tmp_path / "fail")}
    worker = Worker(WorkerSpec("fake", "tests.support.fake_worker", options, processes=2))
    (tmp_path / "fail").touch()
    with pytest.raises(ModelUnavailable, match="no such weights"):
        await worker.start()
    assert worker.pid is None
    (tmp_path / "fail").unlink()
    await worker.start()
    assert (await worker.request({"op": "echo", "label": "up"})).header["said"] == "up"
    await worker.close()
