"""Work beside the listening thread: its result, its failure, and its end when nobody wants it."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import pytest

from models.workers.stopping import StoppableSession, aside


class Network:
    """Runs until it is let go or told to stop, as onnxruntime does."""

    def __init__(self) -> None:
        self.is_running = threading.Event()
        self.let_go = threading.Event()
        self.was_stopped = False

    def run(self, names: Any, inputs: Any, options: Any) -> str:
        self.is_running.set()
        while not self.let_go.wait(0.001):
            if options.terminate:
                self.was_stopped = True
                raise RuntimeError("terminated")
        return f"{inputs} done"


def session_of(network: Network) -> StoppableSession:
    return StoppableSession(network, lambda: SimpleNamespace(terminate=False))


def test_the_result_comes_when_it_is_there() -> None:
    network = Network()
    session = session_of(network)
    work = aside(lambda: session.run(None, "work"), session)
    assert next(work) is None
    network.let_go.set()
    assert [result for result in work if result is not None] == ["work done"]


def test_closing_ends_the_run() -> None:
    network = Network()
    session = session_of(network)
    work = aside(lambda: session.run(None, "work"), session)
    assert next(work) is None
    network.is_running.wait()
    work.close()
    assert network.was_stopped


def test_after_a_stop_it_runs_again() -> None:
    network = Network()
    session = session_of(network)
    first = aside(lambda: session.run(None, "first"), session)
    next(first)
    first.close()
    network.let_go.set()
    assert [result for result in aside(lambda: session.run(None, "second"), session) if result] == ["second done"]


def test_a_failure_is_raised_where_the_result_is_awaited() -> None:
    def fail() -> str:
        raise ValueError("no such phoneme")

    with pytest.raises(ValueError, match="no such phoneme"):
        list(aside(fail, session_of(Network())))
