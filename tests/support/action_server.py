"""An action server on this machine that misbehaves as a test says: raw sockets, since no library would do it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

Behaviour = Callable[[asyncio.StreamWriter, dict[str, Any]], Awaitable[None]]


class ActionServerDouble:
    """Serves `/health` well, and answers `/webhook` with the behaviour set last; `calls` are the bodies that came."""

    def __init__(self) -> None:
        self.behaviour: Behaviour = answers({"events": [], "responses": []})
        self.calls: list[dict[str, Any]] = []
        self.url = ""
        self._held = asyncio.Event()
        self._server: asyncio.Server | None = None

    async def start(self, port: int = 0) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port)
        host, chosen = self._server.sockets[0].getsockname()
        self.url = f"http://{host}:{chosen}/webhook"

    async def stop(self) -> None:
        self._held.set()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def hang(self, _writer: asyncio.StreamWriter, _call: dict[str, Any]) -> None:
        """Take the request and never answer it, as long as this server lives."""
        await self._held.wait()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            if head.startswith("GET /health"):
                await answers({"status": "ok"})(writer, {})
            elif head.startswith("GET /actions"):
                await answers([{"name": "action_pay"}, {"name": "action_balance"}])(writer, {})
            else:
                call = json.loads(await reader.readexactly(_length(head)))
                self.calls.append(call)
                await self.behaviour(writer, call)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


def answers(content: Any, status: int = 200) -> Behaviour:
    """Answer with JSON."""
    return sends(json.dumps(content).encode(), status)


def sends(body: bytes, status: int = 200, content_type: str = "application/json") -> Behaviour:
    """Answer with these bytes."""

    async def behave(writer: asyncio.StreamWriter, _call: dict[str, Any]) -> None:
        head = f"HTTP/1.1 {status} X\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n"
        writer.write(head.encode() + b"Connection: close\r\n\r\n" + body)
        await writer.drain()

    return behave


async def breaks_off(writer: asyncio.StreamWriter, _call: dict[str, Any]) -> None:
    """Begin an answer and close the connection in its middle."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")
    await writer.drain()


async def says_nothing(_writer: asyncio.StreamWriter, _call: dict[str, Any]) -> None:
    """Close the connection without a word."""


async def never_ends(writer: asyncio.StreamWriter, _call: dict[str, Any]) -> None:
    """Answer with bytes as long as anybody reads them."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    while not writer.is_closing():
        writer.write(b" " * 65_536)
        await writer.drain()


def _length(head: str) -> int:
    lengths = [line.partition(":")[2] for line in head.lower().splitlines() if line.startswith("content-length:")]
    return int(lengths[0]) if lengths else 0
