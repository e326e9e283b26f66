"""Where a server's actions run, and that its board knows whether an action server is there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from dialogue.actions.in_process import InProcessActions
from dialogue.actions.webhook import WebhookActions
from dialogue.events import ActionReturned
from flows.model import Assistant
from studio import action_servers
from studio.conversations import ACTIONS, open_actions
from studio.parts import PartBoard, PartStatus
from studio.settings import load_settings
from tests.support.action_server import ActionServerDouble, answers
from tests.support.small_bank import small_bank

CONFIG = load_settings().conversations


class Board(PartBoard):
    """A board on which a test can wait for a state."""

    def __init__(self) -> None:
        super().__init__(self._seen)
        self.states: list[str] = []
        self._changed_event = asyncio.Event()

    def _seen(self, status: PartStatus) -> None:
        self.states.append(status.state)
        self._changed_event.set()

    async def until(self, state: str) -> PartStatus:
        async with asyncio.timeout(10):
            while self.parts[0].state != state:
                self._changed_event.clear()
                await self._changed_event.wait()
        return self.parts[0]


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as opened:
        yield opened


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    return small_bank(tmp_path_factory.mktemp("bank"))


def with_endpoint(assistant: Assistant, **endpoint: object) -> Assistant:
    return replace(assistant, endpoints={"action_endpoint": endpoint})


async def test_without_an_endpoint_actions_run_in_process(bank: Assistant, stack: AsyncExitStack) -> None:
    board = Board()
    actions = await open_actions(stack, bank, CONFIG, board)
    assert isinstance(actions, InProcessActions)
    assert isinstance(await actions.run("action_balance", {}, {}), ActionReturned)
    there = with_endpoint(bank, url="http://localhost:1/webhook")
    assert isinstance(await open_actions(stack, there, CONFIG, board, "in-process"), InProcessActions)


async def test_an_endpoint_that_cannot_be_used_is_on_the_board(bank: Assistant, stack: AsyncExitStack) -> None:
    board = Board()
    assert await open_actions(stack, with_endpoint(bank, url="grpc://localhost:5055"), CONFIG, board) is None
    assert board.parts[0].state == "failed"
    assert "gRPC" in board.parts[0].detail
    assert board.parts[0].code == "action-endpoint-invalid"


@pytest.mark.network
async def test_the_board_follows_the_health_of_the_server(
    bank: Assistant, stack: AsyncExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(action_servers, "WELL_EVERY_S", 0.01)
    monkeypatch.setattr(action_servers, "ILL_EVERY_S", 0.01)
    server, board = ActionServerDouble(), Board()
    await server.start()
    port = int(server.url.split(":")[2].split("/")[0])
    actions = await open_actions(stack, with_endpoint(bank, url=server.url), CONFIG, board)
    assert isinstance(actions, WebhookActions)
    assert board.states == ["starting", "ready"]
    assert actions.names == ("action_balance", "action_pay")
    await server.stop()
    status = await board.until("failed")
    assert (status.name, status.code) == (ACTIONS, "action-server-unavailable")
    assert f"{server.url} cannot be reached" in status.detail
    await server.start(port)
    await board.until("ready")
    await stack.aclose()
    await server.stop()
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "action server's health"]


@pytest.mark.network
async def test_a_server_that_is_not_there_at_first_is_waited_for(
    bank: Assistant, stack: AsyncExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(action_servers, "ILL_EVERY_S", 0.01)
    server, board = ActionServerDouble(), Board()
    await server.start()
    await server.stop()
    port = int(server.url.split(":")[2].split("/")[0])
    actions = await open_actions(stack, bank, CONFIG, board, server.url)
    assert isinstance(actions, WebhookActions)
    assert board.parts[0].state == "failed"
    await server.start(port)
    await board.until("ready")
    server.behaviour = answers({"events": []})
    assert isinstance(await actions.run("action_pay", {}, {}), ActionReturned)
    await stack.aclose()
    await server.stop()


async def test_an_assistant_without_actions_needs_no_server(stack: AsyncExitStack, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "flows.yml").write_text(
        "flows:\n  hello:\n    description: Say hello\n    steps:\n      - action: utter_hello\n"
    )
    (tmp_path / "domain.yml").write_text('version: "3.1"\nresponses:\n  utter_hello: [{text: Hello}]\n')
    from flows.loader import load_assistant

    board = Board()
    alone = with_endpoint(load_assistant(tmp_path), url="http://localhost:1/webhook")
    assert isinstance(await open_actions(stack, alone, CONFIG, board), WebhookActions)
    assert board.parts[0].state == "ready"


@pytest.mark.parametrize(
    ("value", "expected"), [("true", True), ("True", True), ("1", True), ("false", False), ("", False)]
)
def test_the_variable_for_compression(monkeypatch: pytest.MonkeyPatch, value: str, expected: bool) -> None:
    monkeypatch.setenv(action_servers.COMPRESS, value)
    assert action_servers.is_compressed() is expected
