"""A conversation whose action server misbehaves: the caller hears of it, nothing is lost, the next turn works."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from dialogue.actions.endpoint import ActionServer
from dialogue.actions.webhook import WebhookActions
from dialogue.conversation import Conversation
from dialogue.events import ActionFailed
from dialogue.replay import replay
from flows.events import FlowCancelled
from flows.model import Assistant
from tests.support.action_server import (
    ActionServerDouble,
    Behaviour,
    answers,
    breaks_off,
    never_ends,
    says_nothing,
    sends,
)
from tests.support.conversations import new_conversation, outputs_of, turn

pytestmark = pytest.mark.network

SORRY = "Sorry, something went wrong on my side. Please try again in a moment."
BALANCE = {"events": [{"event": "slot", "name": "balance", "value": 1200}], "responses": []}


@pytest.fixture
async def server() -> AsyncIterator[ActionServerDouble]:
    double = ActionServerDouble()
    await double.start()
    yield double
    await double.stop()


@pytest.fixture
async def conversation(bank: Assistant, server: ActionServerDouble) -> AsyncIterator[Conversation]:
    actions = WebhookActions(ActionServer(server.url), time_limit_s=2.0)
    actions.open()
    talking = new_conversation(bank, actions=actions)
    await outputs_of(talking.start())
    yield talking
    await actions.close()


async def asks_for_the_balance(conversation: Conversation) -> list[str]:
    return await turn(conversation, "start flow check_balance")


async def survives(conversation: Conversation, server: ActionServerDouble) -> None:
    """Check what a failed action must leave behind."""
    failed = [event for event in conversation.events if isinstance(event, ActionFailed)]
    assert [event.name for event in failed] == ["action_balance"]
    assert any(isinstance(event, FlowCancelled) for event in conversation.events)
    server.behaviour = answers(BALANCE)
    assert "You have 1200." in await asks_for_the_balance(conversation)
    assert replay(conversation.events, conversation.assistant) == conversation.state


@pytest.mark.parametrize(
    "behaviour",
    [
        sends(b"{" * 10_000_000),
        sends(b"not json"),
        sends(b"<h1>Internal Server Error</h1>", 500, "text/html"),
        sends(b'{"events": [{"event": "slot", "name": "balance", "value": 1e999}]}'),
        answers({"events": 7}),
        answers({"events": [{"name": "balance", "value": 3}]}),
        answers({}, 449),
        answers({"error": "no", "action_name": "action_balance"}, 400),
        answers({"error": "unknown"}, 404),
        breaks_off,
        says_nothing,
        never_ends,
    ],
    ids=[
        "ten megabytes",
        "no json",
        "a number out of range",
        "html",
        "wrong shape",
        "event without its kind",
        "449 for ever",
        "rejected",
        "unknown",
        "breaks off",
        "says nothing",
        "never ends",
    ],
)
async def test_a_server_that_lies(conversation: Conversation, server: ActionServerDouble, behaviour: Behaviour) -> None:
    server.behaviour = behaviour
    assert await asks_for_the_balance(conversation) == [SORRY]
    assert len(server.calls) == 1
    await survives(conversation, server)


async def test_a_server_that_hangs(conversation: Conversation, server: ActionServerDouble) -> None:
    server.behaviour = server.hang
    assert await asks_for_the_balance(conversation) == [SORRY]
    await survives(conversation, server)


async def test_a_server_that_is_gone_and_comes_back(conversation: Conversation, server: ActionServerDouble) -> None:
    port = int(server.url.split(":")[2].split("/")[0])
    await server.stop()
    assert await asks_for_the_balance(conversation) == [SORRY]
    await server.start(port)
    await survives(conversation, server)


async def test_a_server_that_is_well_gets_tracker_and_domain(
    conversation: Conversation, server: ActionServerDouble
) -> None:
    server.behaviour = answers(BALANCE)
    await asks_for_the_balance(conversation)
    assert len(server.calls) == 1
    assert server.calls[0]["tracker"]["latest_message"]["text"] == "start flow check_balance"
    assert "balance" in server.calls[0]["domain"]["slots"]
    await asks_for_the_balance(conversation)
    assert "domain" not in server.calls[1]
