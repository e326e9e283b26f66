"""Tools of MCP servers in a conversation: a real server, one that lies, stubs, and what endpoints.yml may say."""

from __future__ import annotations

import gzip
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dialogue.actions.errors import McpServerInvalid
from dialogue.actions.mcp import ActionsAndTools, McpTools, mcp_server, with_tools
from dialogue.conversation import Conversation
from dialogue.events import ActionFailed, ActionReturned
from dialogue.replay import replay
from dialogue.serialization import event_from_json, event_to_json
from dialogue.testing.case import Stub
from dialogue.testing.stubs import StubbedActions
from flows.commands import Json
from flows.effects import ToolCall
from flows.events import FlowCancelled, FlowStarted
from flows.findings import Findings
from flows.model import Assistant
from flows.source import read_yaml
from tests.flows.talking import assistant_in
from tests.support.action_server import Behaviour, answers, breaks_off, never_ends, says_nothing, sends
from tests.support.conversations import ScriptedActions, new_conversation, outputs_of, turn

pytest.importorskip("mcp")
from tests.support.mcp_servers import McpServerDouble, RealMcpServer, refuses, replies, streams

SORRY = "Sorry, something went wrong on my side. Please try again in a moment."
DONE = "Is there anything else I can help with?"
FLOWS = """
flows:
  look_up:
    description: Look up the price of a share
    steps:
    - set_slots: [{ticker: ABC}]
    - call: quote
      mcp_server: broker
      mapping:
        input: [{param: ticker, slot: ticker}]
        output:
        - {slot: price, value: result.structuredContent.price}
        - {slot: venues, result_key: "result.structuredContent.venues | join(' and ')"}
        - {slot: told, value: "{{ result.content[0].text | length > 0 }}"}
    - action: utter_price
  buy:
    description: Buy a share
    steps:
    - set_slots: [{ticker: ABC}]
    - call: place_order
      mcp_server: broker
      mapping:
        input: [{param: ticker, slot: ticker}, {param: pieces, slot: pieces}]
        output: [{slot: told, value: result.content}]
    - action: utter_bought
  break:
    description: Call a tool that fails
    steps:
    - call: fail
      mcp_server: broker
      mapping: {}
    - action: utter_bought
"""
DOMAIN = """
slots:
  ticker: {type: text}
  pieces: {type: float}
  price: {type: float}
  venues: {type: text}
  told: {type: any}
responses:
  utter_price: [{text: "It is {price} at {venues}."}]
  utter_bought: [{text: "Bought: {told}"}]
"""


def broker(folder: Path, url: str, more: str = "") -> Assistant:
    (folder / "endpoints.yml").write_text(f"mcp_servers: [{{name: broker, url: '{url}', type: http{more}}}]\n")
    return assistant_in(folder, FLOWS, DOMAIN)


def talking_with(assistant: Assistant, *, time_limit_s: float = 5.0) -> Conversation:
    tools = McpTools(assistant, time_limit_s=time_limit_s)
    return new_conversation(assistant, actions=ActionsAndTools(ScriptedActions({}), tools))


def failures(conversation: Conversation) -> list[str]:
    return [event.reason for event in conversation.events if isinstance(event, ActionFailed)]


@pytest.mark.network
@pytest.mark.parametrize("answers_with_json", [False, True])
class TestRealServer:
    @pytest.fixture
    async def server(self, answers_with_json: bool) -> AsyncIterator[RealMcpServer]:
        async with RealMcpServer(answers_with_json=answers_with_json).running() as server:
            yield server

    async def test_a_flow_calls_a_tool_and_goes_on_with_what_it_gave(
        self, tmp_path: Path, server: RealMcpServer
    ) -> None:
        conversation = talking_with(broker(tmp_path, server.url))
        assert (await turn(conversation, "start flow look_up"))[0] == "It is 12.5 at XETRA and NYSE."
        assert conversation.state.slots["told"] is True
        (returned,) = [event for event in conversation.events if isinstance(event, ActionReturned)]
        assert returned.result is not None
        assert returned.result["structuredContent"]["ticker"] == "ABC"
        assert event_from_json(event_to_json(returned)) == returned
        assert replay(conversation.events, conversation.assistant) == conversation.state

    async def test_a_slot_that_is_not_set_gives_no_argument(self, tmp_path: Path, server: RealMcpServer) -> None:
        conversation = talking_with(broker(tmp_path, server.url))
        await turn(conversation, "start flow buy")
        await conversation.set_slots({"pieces": 3})
        said = await turn(conversation, "start flow buy")
        assert server.orders == [{"ticker": "ABC", "pieces": 1}, {"ticker": "ABC", "pieces": 3}]
        assert said[0] == "Bought: [{'type': 'text', 'text': 'order 2'}]"

    async def test_a_tool_that_fails(self, tmp_path: Path, server: RealMcpServer) -> None:
        conversation = talking_with(broker(tmp_path, server.url))
        assert await turn(conversation, "start flow break") == [SORRY]
        assert "no funds" in failures(conversation)[0]
        started = [event.flow_id for event in conversation.events if isinstance(event, FlowStarted)]
        assert started == ["break", "pattern_internal_error"]
        assert any(isinstance(event, FlowCancelled) for event in conversation.events)
        assert replay(conversation.events, conversation.assistant) == conversation.state
        assert (await turn(conversation, "start flow look_up"))[0].startswith("It is 12.5")

    async def test_a_tool_that_the_server_lacks(self, tmp_path: Path, server: RealMcpServer) -> None:
        result = await McpTools(broker(tmp_path, server.url)).call(ToolCall("broker", "nothing"))
        assert isinstance(result, ActionFailed)
        assert "nothing" in result.reason

    async def test_keys_go_into_a_header(self, tmp_path: Path, server: RealMcpServer) -> None:
        assistant = broker(tmp_path, server.url, ", api_key: k1, header_name: X-Key, header_format: 'Key {key}'")
        await McpTools(assistant).call(ToolCall("broker", "quote", {"ticker": "A"}))
        assert {headers.get("x-key") for headers in server.headers} == {"Key k1"}


GOOD = {"content": [{"type": "text", "text": "x"}], "structuredContent": {"price": 1, "venues": ["A"]}}


def nested(depth: int) -> Json:
    value: Json = 1
    for _ in range(depth):
        value = [value]
    return value


LIES: dict[str, tuple[Behaviour, str]] = {
    "not json": (sends(b"<html>hello"), "Failed to parse"),
    "another content type": (sends(b"<html>hello", content_type="text/html"), "content type"),
    "empty": (sends(b""), "refuses"),
    "json but no message": (answers([1, 2]), "refuses"),
    "an error": (refuses("go away"), "'broker' refuses: go away"),
    "an answer to another question": (answers({"jsonrpc": "2.0", "id": 99, "result": {"content": []}}), "took longer"),
    "http error": (answers({}, 500), "error response"),
    "breaks off": (breaks_off, "broker"),
    "says nothing": (says_nothing, "broker"),
    "endless": (never_ends, "bytes or more"),
    "huge": (replies({"content": [{"type": "text", "text": "x" * 3_000_000}]}), "bytes or more"),
    "huge stream": (streams(GOOD, padding=3_000_000), "bytes or more"),
    "no result": (replies({"what": 1}), "failed"),
    "wrong types": (replies({"content": "text", "structuredContent": 7}), "failed"),
    "deep": (replies({"content": [], "structuredContent": {"a": nested(900)}}), "broker"),
    "redirect": (sends(b"", 302), "broker"),
    "says that it failed": (replies({"content": [{"type": "text", "text": "no funds"}], "isError": True}), "no funds"),
    "failed without a word": (replies({"content": [], "isError": True}), "no reason"),
}


@pytest.mark.network
class TestLies:
    @pytest.fixture
    async def server(self) -> AsyncIterator[McpServerDouble]:
        double = McpServerDouble()
        await double.start()
        yield double
        await double.stop()

    @pytest.mark.parametrize("lie", LIES)
    async def test_what_a_server_may_do(self, tmp_path: Path, server: McpServerDouble, lie: str) -> None:
        server.behaviour, reason = LIES[lie]
        conversation = talking_with(broker(tmp_path, server.url), time_limit_s=3.0)
        assert await turn(conversation, "start flow look_up") == [SORRY]
        assert reason in failures(conversation)[0]
        await self.works_again(conversation, server)

    async def works_again(self, conversation: Conversation, server: McpServerDouble) -> None:
        server.behaviour = replies(GOOD)
        assert (await turn(conversation, "start flow look_up"))[0] == "It is 1 at A."
        server.behaviour = streams(GOOD)
        assert (await turn(conversation, "start flow look_up"))[0] == "It is 1 at A."
        assert replay(conversation.events, conversation.assistant) == conversation.state

    async def test_a_server_that_hangs(self, tmp_path: Path, server: McpServerDouble) -> None:
        server.behaviour = server.hang
        conversation = talking_with(broker(tmp_path, server.url), time_limit_s=2.0)
        assert await turn(conversation, "start flow look_up") == [SORRY]
        assert failures(conversation) == ["took longer than 2 s"]
        await self.works_again(conversation, server)

    async def test_an_answer_that_unfolds(self, tmp_path: Path, server: McpServerDouble) -> None:
        async def unfolds(writer: Any, _request: dict[str, Any]) -> None:
            body = gzip.compress(b" " * 50_000_000)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n")
            writer.write(f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
            await writer.drain()

        server.behaviour = unfolds
        conversation = talking_with(broker(tmp_path, server.url))
        assert await turn(conversation, "start flow look_up") == [SORRY]
        assert "'gzip'" in failures(conversation)[0]

    async def test_an_expression_that_fails_on_what_came(self, tmp_path: Path, server: McpServerDouble) -> None:
        server.behaviour = replies({"content": [], "structuredContent": {"price": 2, "venues": 7}})
        conversation = talking_with(broker(tmp_path, server.url))
        assert await turn(conversation, "start flow look_up") == [SORRY]
        assert conversation.state.slots["price"] is None
        assert replay(conversation.events, conversation.assistant) == conversation.state

    async def test_what_is_missing_is_null(self, tmp_path: Path, server: McpServerDouble) -> None:
        server.behaviour = replies({"content": []})
        conversation = talking_with(broker(tmp_path, server.url))
        assert (await turn(conversation, "start flow look_up"))[0] == "It is None at ."


@pytest.mark.network
async def test_nobody_is_there(tmp_path: Path) -> None:
    conversation = talking_with(broker(tmp_path, "http://127.0.0.1:9/mcp"))
    assert await turn(conversation, "start flow look_up") == [SORRY]
    assert "'broker' failed (ConnectError: All connection attempts failed): is it running" in failures(conversation)[0]


async def test_a_stub_stands_for_a_tool(tmp_path: Path) -> None:
    events = ({"event": "slot", "name": "price", "value": 7}, {"event": "slot", "name": "venues", "value": "home"})
    actions = StubbedActions({"quote": Stub(events, ({"text": "One moment."},))})
    conversation = new_conversation(broker(tmp_path, "http://127.0.0.1:9/mcp"), actions=actions)
    await outputs_of(conversation.start())
    assert (await turn(conversation, "start flow look_up"))[:2] == ["One moment.", "It is 7 at home."]
    assert replay(conversation.events, conversation.assistant) == conversation.state
    assert await turn(conversation, "start flow buy") == [SORRY]
    assert failures(conversation) == ["the test stubs no tool 'place_order': add it under stub_custom_actions"]


async def test_without_anything_that_calls_tools(tmp_path: Path) -> None:
    conversation = new_conversation(broker(tmp_path, "http://127.0.0.1:9/mcp"), actions=ScriptedActions({}))
    assert await turn(conversation, "start flow look_up") == [SORRY]
    assert failures(conversation) == ["nothing calls tools of MCP servers here"]


async def test_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "dialogue.actions.mcp_session", raising=False)
    monkeypatch.delattr("dialogue.actions.mcp_session", raising=False)
    monkeypatch.setitem(sys.modules, "mcp", None)  # as if it were not installed
    assistant = broker(tmp_path, "http://127.0.0.1:9/mcp")
    conversation = new_conversation(assistant, actions=await with_tools(ScriptedActions({}), assistant))
    assert await turn(conversation, "start flow look_up") == [SORRY]
    assert failures(conversation) == ["the package 'mcp' is not installed: install vivavoce[mcp]"]


async def test_only_assistants_that_call_tools_get_them(tmp_path: Path, bank: Assistant) -> None:
    actions = ScriptedActions({"action_pay": []})
    assert await with_tools(actions, bank) is actions
    both = await with_tools(actions, broker(tmp_path, "http://127.0.0.1:9/mcp"))
    assert isinstance(both, ActionsAndTools)
    assert both.knows("action_pay")
    assert await both.run("action_pay", {}, {}) == ActionReturned("action_pay")


@pytest.mark.parametrize(
    ("more", "headers"),
    [
        ("", {}),
        (", token: t", {"Authorization": "Bearer t"}),
        (", api_key: k", {"Authorization": "Bearer k"}),
        (", api_key: k, header_name: X-Api-Key, header_format: '{key}'", {"X-Api-Key": "k"}),
        (", api_key: k, header_format: 'Token {api_key}'", {"Authorization": "Token k"}),
    ],
)
def test_headers(tmp_path: Path, more: str, headers: dict[str, str]) -> None:
    assert mcp_server(broker(tmp_path, "http://h/mcp", more), "broker").headers == headers


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("{name: other, url: 'http://h'}", "no MCP server 'broker'"),
        ("{name: broker}", "needs the key 'url'"),
        ("{name: broker, url: 'ftp://h'}", "no usable url"),
        ("{name: broker, url: 'http://'}", "no usable url"),
        ("{name: broker, url: '${MCP_URL}'}", "variable 'MCP_URL' for 'url'"),
        ("{name: broker, url: 'http://h', token: '${T}'}", "variable 'T' for 'token'"),
        ("{name: broker, url: 'http://h', type: stdio}", "type 'stdio'"),
        ("{name: broker, url: 'http://h', oauth: {client_id: x}}", "OAuth"),
        ("{name: broker, url: 'http://h', token: \"a\\r\\nX: y\"}", "ASCII"),
        ("{name: broker, url: 'http://h', api_key: k, header_name: 'a b'}", "ASCII"),
        ("7", "no MCP server 'broker'"),
    ],
)
def test_servers_that_cannot_be_used(tmp_path: Path, entry: str, told: str) -> None:
    assistant = broker(tmp_path, "http://h")
    written = read_yaml(f"mcp_servers: [{entry}]", "endpoints.yml", Findings())
    assert written is not None
    with pytest.raises(McpServerInvalid, match=told):
        mcp_server(replace(assistant, endpoints=written.plain()), "broker")  # the loader would refuse some of them
