"""MCP servers on this machine: a real one of the protocol's own package, and one that misbehaves as a test says."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import uvicorn
from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import BaseModel
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.support.action_server import Behaviour, answers


class Quote(BaseModel):
    ticker: str
    price: float
    venues: list[str]


class RealMcpServer:
    """Tools of a broker. `headers` are those of every request that came."""

    def __init__(self, *, answers_with_json: bool = False) -> None:
        self.url = ""
        self.orders: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self._answers_with_json = answers_with_json

    @asynccontextmanager
    async def running(self) -> AsyncIterator[RealMcpServer]:
        """Serve on a free port, as long as the context is open."""
        app = self._noting_headers(self._tools().streamable_http_app(json_response=self._answers_with_json))
        config = uvicorn.Config(app, port=0, log_level="critical", timeout_graceful_shutdown=1, ws="none")
        server = uvicorn.Server(config)
        listening = socket.create_server(("127.0.0.1", 0))  # takes connections before the server looks at them
        self.url = f"http://127.0.0.1:{listening.getsockname()[1]}/mcp"
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield self
        finally:
            server.should_exit = True
            await serving

    def _tools(self) -> MCPServer:
        server = MCPServer("broker")

        @server.tool()
        def quote(ticker: str) -> Quote:
            return Quote(ticker=ticker, price=12.5, venues=["XETRA", "NYSE"])

        @server.tool()
        def place_order(ticker: str, pieces: int = 1) -> str:
            self.orders.append({"ticker": ticker, "pieces": pieces})
            return f"order {len(self.orders)}"

        @server.tool()
        def fail() -> str:
            raise ToolError("no funds")

        return server

    def _noting_headers(self, app: ASGIApp) -> ASGIApp:
        async def noting(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http":
                self.headers.append({name.decode(): value.decode() for name, value in scope["headers"]})
            await app(scope, receive, send)

        return noting


class McpServerDouble:
    """Negotiates well, as the older generation of the protocol does, and answers `tools/call` as `behaviour` says."""

    def __init__(self) -> None:
        self.behaviour: Behaviour = answers({})
        self.url = ""
        self._held = asyncio.Event()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/mcp"

    async def stop(self) -> None:
        self._held.set()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def hang(self, _writer: asyncio.StreamWriter, _request: dict[str, Any]) -> None:
        """Take the request and never answer it, as long as this server lives."""
        await self._held.wait()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            lengths = [line.partition(":")[2] for line in head.splitlines() if line.startswith("content-length:")]
            body = await reader.readexactly(int(lengths[0])) if lengths else b""
            await self._answer(writer, json.loads(body) if body else {})
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    async def _answer(self, writer: asyncio.StreamWriter, request: dict[str, Any]) -> None:
        match request.get("method"):
            case "initialize":
                told = {
                    "protocolVersion": "2025-06-18",
                    "capabilities": {"tools": {}},
                    "serverInfo": {"name": "double", "version": "1"},
                }
                await replies(told)(writer, request)
            case "tools/call":
                await self.behaviour(writer, request)
            case "notifications/initialized":
                await answers(None, 202)(writer, request)
            case _:
                await answers({"error": "no"}, 405)(writer, request)


def replies(result: Any) -> Behaviour:
    """Answer a request with a result."""

    async def behave(writer: asyncio.StreamWriter, request: dict[str, Any]) -> None:
        await answers({"jsonrpc": "2.0", "id": request.get("id"), "result": result})(writer, request)

    return behave


def refuses(message: str) -> Behaviour:
    """Answer a request with an error."""

    async def behave(writer: asyncio.StreamWriter, request: dict[str, Any]) -> None:
        error = {"code": -32603, "message": message}
        await answers({"jsonrpc": "2.0", "id": request.get("id"), "error": error})(writer, request)

    return behave


def streams(result: Any, *, padding: int = 0) -> Behaviour:
    """Answer with a stream of events: notes of the server's, then the result."""

    async def behave(writer: asyncio.StreamWriter, request: dict[str, Any]) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
        writer.write(b": " + b"x" * padding + b"\n\n")
        message = {"jsonrpc": "2.0", "id": request.get("id"), "result": result}
        writer.write(b"event: message\ndata: " + json.dumps(message).encode() + b"\n\n")
        await writer.drain()

    return behave
