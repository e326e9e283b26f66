"""One session with an MCP server over streamable HTTP: the part that needs the `mcp` package.

Its client is used for what the protocol says on the wire, of either generation (with `initialize`, or without). What
it would do beyond that is left out: a result is not checked against the schema that the server gives for it, because
a regular expression in that could run for ever; and answers are bounded on their way in, as they come off the wire.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

import anyio
import httpx2
from mcp import MCPError
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import HEADER_MISMATCH, CallToolRequest, CallToolRequestParams, CallToolResult

from dialogue.actions.answers import LARGEST_BYTES, too_large
from dialogue.actions.errors import AnswerInvalid
from dialogue.actions.mcp import McpServer
from flows.commands import Json
from flows.effects import ToolCall

_CONNECTIONS: Final = 4


async def call_tool(server: McpServer, call: ToolCall, time_limit_s: float) -> Json:
    """Return a tool's result as JSON.

    Raises:
        TimeoutError: the whole of it took too long.
        AnswerInvalid: an answer is too large, or compressed.
        Exception: whatever else the protocol's package, or its HTTP client, raise.
    """
    bounded = _Bounded()
    try:
        with anyio.fail_after(time_limit_s):  # cancels again and again, so that no farewell to a dead server holds it
            async with (
                httpx2.AsyncClient(
                    headers={**server.headers, "Accept-Encoding": "identity"},
                    timeout=time_limit_s,
                    transport=bounded,
                    trust_env=False,  # as for action servers
                ) as http,
                Client(
                    streamable_http_client(server.url, http_client=http, max_sse_event_size=LARGEST_BYTES), cache=None
                ) as client,
            ):
                return await _call(client, call)
    except Exception:
        if bounded.refused is not None:
            raise bounded.refused from None
        raise


async def _call(client: Client, call: ToolCall) -> Json:
    request = CallToolRequest(
        params=CallToolRequestParams(name=call.tool, arguments=dict(call.arguments), _meta=dict(call.meta) or None)
    )
    try:
        result = await client.session.send_request(request, CallToolResult)
    except MCPError as problem:
        if problem.code != HEADER_MISMATCH:
            raise AnswerInvalid(f"the MCP server {call.server!r} refuses: {problem.message[:200]}") from None
        await client.session.list_tools()  # says which arguments the server wants to see in headers
        result = await client.session.send_request(request, CallToolResult)
    return result.model_dump(mode="json", by_alias=True, exclude_none=True)


class _Bounded(httpx2.AsyncBaseTransport):
    """Refuses answers that are too large, or compressed: what these unfold to nobody knows. `refused` says why."""

    def __init__(self) -> None:
        self.refused: AnswerInvalid | None = None
        limits = httpx2.Limits(max_connections=_CONNECTIONS)
        self._inner = httpx2.AsyncHTTPTransport(limits=limits, trust_env=False)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await self._inner.handle_async_request(request)
        encoding = response.headers.get("Content-Encoding", "identity")
        if encoding.lower() != "identity":
            await response.aclose()
            raise self.refuse(AnswerInvalid(f"answered in the encoding {encoding[:40]!r}, which was not asked for"))
        return httpx2.Response(
            response.status_code,
            headers=response.headers,
            stream=_Counted(response, self),
            extensions=response.extensions,
        )

    def refuse(self, why: AnswerInvalid) -> AnswerInvalid:
        self.refused = why
        return why

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Counted(httpx2.AsyncByteStream):
    def __init__(self, response: httpx2.Response, owner: _Bounded) -> None:
        self._response = response
        self._owner = owner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        received = 0
        async for chunk in self._response.aiter_raw():
            received += len(chunk)
            if received > LARGEST_BYTES:
                raise self._owner.refuse(too_large(received))
            yield chunk

    async def aclose(self) -> None:
        await self._response.aclose()
