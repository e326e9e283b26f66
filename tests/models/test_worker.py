"""A worker serves in order of priority, survives its child's death, and never hangs its callers."""

from __future__ import annotations

import asyncio
import contextlib
import os
from pathlib import Path

import pytest

from models.child import WORKER_NICENESS
from models.errors import ModelUnavailable
from models.worker import Worker, WorkerSpec
from tests.support.waiting import StartWorker, until
from voice.ports import Priority


async def test_a_request_gets_its_reply_with_its_payload(start_worker: StartWorker) -> None:
    worker = await start_worker()
    payload = os.urandom(500_000)
    reply = await worker.request({"op": "echo", "label": "ü"}, payload)
    assert (reply.header["said"], reply.payload) == ("ü", payload)


@pytest.mark.parametrize("niceness", [0, 7])
async def test_the_child_lets_the_event_loop_have_the_processor_first(start_worker: StartWorker, niceness: int) -> None:
    worker = await start_worker(niceness=niceness)
    assert worker.ready["niceness"] == min(os.nice(0) + WORKER_NICENESS + niceness, 19)
    if hasattr(os, "SCHED_BATCH"):
        assert worker.pid is not None
        assert os.sched_getscheduler(worker.pid) == os.SCHED_BATCH


async def test_waiting_requests_run_by_priority_then_by_arrival(start_worker: StartWorker, tmp_path: Path) -> None:
    log = tmp_path / "log"
    worker = await start_worker({"log_file": str(log)})
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(worker.request({"op": "echo", "label": "first", "sleep_s": 0.3}))
        await until(log.exists)
        for label, priority in [
            ("prefetch", Priority.PREFETCH),
            ("partial", Priority.PARTIAL),
            ("final 1", Priority.FINAL),
            ("speculation", Priority.SPECULATION),
            ("final 2", Priority.FINAL),
        ]:
            tasks.create_task(worker.request({"op": "echo", "label": label}, priority=priority))
    assert log.read_text().splitlines() == [
        "first",
        "final 1",
        "final 2",
        "speculation",
        "partial",
        "prefetch",
    ]


async def test_a_cancelled_waiting_request_is_never_sent(start_worker: StartWorker, tmp_path: Path) -> None:
    log = tmp_path / "log"
    worker = await start_worker({"log_file": str(log)})
    running = asyncio.create_task(worker.request({"op": "echo", "label": "running", "sleep_s": 0.2}))
    await until(log.exists)
    waiting = asyncio.create_task(worker.request({"op": "echo", "label": "waiting"}))
    await until(lambda: worker.waiting_count == 1)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert worker.waiting_count == 0
    await running
    await worker.request({"op": "echo", "label": "after"})
    assert log.read_text().splitlines() == ["running", "after"]


async def test_replies_to_a_cancelled_request_reach_nobody(start_worker: StartWorker, tmp_path: Path) -> None:
    log = tmp_path / "log"
    worker = await start_worker({"log_file": str(log)})
    running = asyncio.create_task(worker.request({"op": "echo", "label": "late", "sleep_s": 0.2}))
    await until(log.exists)
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    assert (await worker.request({"op": "echo", "label": "next"})).header["said"] == "next"


async def test_a_stream_gives_each_reply_when_it_is_made(start_worker: StartWorker) -> None:
    worker = await start_worker()
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    arrivals = [
        (frame.header["number"], loop.time() - began_s)
        async for frame in worker.stream({"op": "count", "to": 3, "sleep_s": 0.2})
    ]
    assert [number for number, _ in arrivals] == [0, 1, 2]
    assert arrivals[2][1] - arrivals[0][1] > 0.3, "the first reply did not wait for the last"


async def test_a_stream_that_is_left_stops_the_child(start_worker: StartWorker) -> None:
    worker = await start_worker()
    async with contextlib.aclosing(worker.stream({"op": "count", "to": 1000, "sleep_s": 0.05})) as replies:
        async for _ in replies:
            break
    async with asyncio.timeout(30):
        assert (await worker.request({"op": "echo", "label": "free"})).header["said"] == "free"


async def test_a_dead_child_fails_its_request_alone_and_is_replaced(start_worker: StartWorker) -> None:
    worker = await start_worker()
    first_pid = worker.pid
    dying = asyncio.create_task(worker.request({"op": "die"}))
    waiting = asyncio.create_task(worker.request({"op": "echo", "label": "kept"}))
    with pytest.raises(ModelUnavailable, match=r"exit status 3.*about to die"):
        await dying
    assert (await waiting).header["said"] == "kept"
    assert worker.pid != first_pid


async def test_a_child_that_dies_idle_is_replaced(start_worker: StartWorker) -> None:
    worker = await start_worker()
    pid = worker.pid
    assert pid is not None
    os.kill(pid, 9)
    await until(lambda: worker.pid not in (None, pid))
    assert (await worker.request({"op": "echo", "label": "back"})).header["said"] == "back"


async def test_requests_are_refused_while_restarts_fail_and_taken_again_later(
    start_worker: StartWorker, tmp_path: Path
) -> None:
    fail_file = tmp_path / "fail"
    worker = await start_worker({"fail_file": str(fail_file)}, first_backoff_s=0.05, longest_backoff_s=0.1)
    fail_file.touch()
    with pytest.raises(ModelUnavailable, match="exit status 3"):
        await worker.request({"op": "die"})
    with pytest.raises(ModelUnavailable, match="no such weights"):
        await worker.request({"op": "echo"})
    assert not worker.is_available
    with pytest.raises(ModelUnavailable, match="no such weights"):
        await worker.request({"op": "echo"})
    fail_file.unlink()
    await until(lambda: worker.is_available)
    assert (await worker.request({"op": "echo", "label": "back"})).header["said"] == "back"


async def test_a_failed_request_leaves_the_child_alive(start_worker: StartWorker) -> None:
    worker = await start_worker()
    pid = worker.pid
    with pytest.raises(ModelUnavailable, match="this text cannot be spoken"):
        await worker.request({"op": "fail"})
    await worker.request({"op": "echo"})
    assert worker.pid == pid


async def test_a_hung_child_is_replaced(start_worker: StartWorker) -> None:
    worker = await start_worker(reply_limit_s=1.5)
    with pytest.raises(ModelUnavailable, match="no answer within"):
        await worker.request({"op": "hang"})
    assert (await worker.request({"op": "echo", "label": "new"})).header["said"] == "new"


async def test_a_child_that_writes_without_end_does_not_block(start_worker: StartWorker) -> None:
    worker = await start_worker()
    async with asyncio.timeout(10):
        assert (await worker.request({"op": "chatter"})).header["said"] == "done"


async def test_a_request_that_cannot_be_sent_fails_alone(start_worker: StartWorker) -> None:
    worker = await start_worker()
    with pytest.raises(ModelUnavailable, match="JSON"):
        await worker.request({"op": "echo", "label": object()})
    await worker.request({"op": "echo"})


async def test_no_reply_at_all_is_an_error(start_worker: StartWorker) -> None:
    worker = await start_worker()
    with pytest.raises(ModelUnavailable, match="without a reply"):
        await worker.request({"op": "nothing"})


async def test_a_start_that_fails_says_why_and_may_be_tried_again(start_worker: StartWorker, tmp_path: Path) -> None:
    fail_file = tmp_path / "fail"
    fail_file.touch()
    worker = Worker(WorkerSpec("fake", "tests.support.fake_worker", {"fail_file": str(fail_file)}))
    with pytest.raises(ModelUnavailable, match="fake: did not start: RuntimeError: no such weights"):
        await worker.start()
    with pytest.raises(ModelUnavailable, match="no such weights"):
        await worker.request({"op": "echo"})
    fail_file.unlink()
    await worker.start()
    await worker.request({"op": "echo"})
    await worker.close()


async def test_a_program_that_does_not_exist_says_so() -> None:
    worker = Worker(WorkerSpec("ghost", "models.workers.no_such_program"))
    with pytest.raises(ModelUnavailable, match="No module named"):
        await worker.start()


async def test_a_start_that_hangs_is_given_up(start_worker: StartWorker) -> None:
    with pytest.raises(ModelUnavailable, match=r"no answer within 0\.5 s"):
        await start_worker({"hang": True}, start_limit_s=0.5)


async def test_closing_ends_the_child_and_every_request(start_worker: StartWorker, tmp_path: Path) -> None:
    log = tmp_path / "log"
    worker = await start_worker({"log_file": str(log)})
    pid = worker.pid
    assert pid is not None
    running = asyncio.create_task(worker.request({"op": "hang"}))
    waiting = asyncio.create_task(worker.request({"op": "echo"}))
    await until(log.exists)
    async with asyncio.timeout(30):
        await worker.close()
    for task in (running, waiting):
        with pytest.raises(ModelUnavailable, match="closed"):
            await task
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(ModelUnavailable, match="closed"):
        await worker.request({"op": "echo"})


async def test_closing_during_the_start_ends_the_wait() -> None:
    worker = Worker(WorkerSpec("fake", "tests.support.fake_worker", {"hang": True}))
    starting = asyncio.create_task(worker.start())
    await asyncio.sleep(0.05)
    await worker.close()
    with pytest.raises(ModelUnavailable, match="closed"):
        await starting


async def test_a_process_that_cannot_be_made_is_told_and_tried_again(
    start_worker: StartWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = await start_worker(None, first_backoff_s=0.05, longest_backoff_s=0.1)

    async def no_process(_module: str) -> None:
        raise OSError(24, "Too many open files")

    with monkeypatch.context() as patched:
        patched.setattr("models.child._create_process", no_process)
        with pytest.raises(ModelUnavailable):
            await worker.request({"op": "die"})
        await until(lambda: not worker.is_available)
        with pytest.raises(ModelUnavailable, match="Too many open files"):
            await worker.request({"op": "echo"})
    await until(lambda: worker.is_available)
    assert (await worker.request({"op": "echo", "label": "back"})).header["said"] == "back"
