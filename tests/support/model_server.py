"""A server of the OpenAI protocol that replays recorded traffic, and misbehaves as a test says.

A recording is a file of JSON lines, each one exchange:

    {"match": {"path": "/v1/completions", "contains": ["Caller: hello"], "fields": {"model": "tiny"}},
     "status": 200, "headers": {"Content-Type": "text/event-stream"},
     "chunks": ["data: {…}\\n\\n", "data: [DONE]\\n\\n"]}

A request gets the first exchange that it matches: its path is the same, its body contains every text, and its fields
have these values; what a `match` leaves out, matches. An exchange may be used any number of times; with
`"times": n` only so often. Chunks are sent one by one, so that a reader sees them in pieces as they were recorded.
`recorded_exchange` writes such a line from real traffic.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeAlias

Behaviour: TypeAlias = Callable[[asyncio.StreamWriter, "Request"], Awaitable[None]]
EVENTS = {"Content-Type": "text/event-stream"}


class Request:
    """What was asked: the path, its headers in lower case, and the JSON of its body."""

    def __init__(self, path: str, headers: Mapping[str, str], text: str) -> None:
        self.path = path
        self.headers = headers
        self.text = text
        self.body: dict[str, Any] = json.loads(text) if text else {}


class Exchange:
    """One recorded exchange."""

    def __init__(self, line: Mapping[str, Any]) -> None:
        self._match: Mapping[str, Any] = line.get("match", {})
        self._left: int | None = line.get("times")
        self.status: int = line.get("status", 200)
        self.headers: Mapping[str, str] = line.get("headers", EVENTS)
        self.chunks: Sequence[str] = line.get("chunks", ())

    def fits(self, request: Request) -> bool:
        """Say whether this is the answer to a request, and count it as used if so."""
        if self._left == 0 or self._match.get("path", request.path) != request.path:
            return False
        said = request.body.get("prompt") or json.dumps(request.body.get("messages"), ensure_ascii=False)
        if any(text not in said for text in self._match.get("contains", ())):
            return False
        if any(request.body.get(name) != value for name, value in self._match.get("fields", {}).items()):
            return False
        if self._left is not None:
            self._left -= 1
        return True


class ModelServer:
    """Serves exchanges, or one behaviour for everything; `requests` are those that came."""

    def __init__(self, exchanges: Iterable[Mapping[str, Any]] = ()) -> None:
        self.exchanges = [Exchange(line) for line in exchanges]
        self.behaviour: Behaviour | None = None
        self.requests: list[Request] = []
        self.broken_off = 0
        self.url = ""
        self._held = asyncio.Event()
        self._server: asyncio.Server | None = None

    @classmethod
    def from_recording(cls, path: Path) -> ModelServer:
        """Return a server of one file's exchanges."""
        return cls(json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        host, port = self._server.sockets[0].getsockname()
        self.url = f"http://{host}:{port}/v1"

    async def stop(self) -> None:
        self._held.set()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def hang(self, _writer: asyncio.StreamWriter, _request: Request) -> None:
        """Take the request and never answer it, as long as this server lives."""
        await self._held.wait()

    async def trickle(self, writer: asyncio.StreamWriter, _request: Request) -> None:
        """Send one byte and then keep the connection open: what a slow reader of ours would wait for."""
        writer.write(_head(200, EVENTS) + b"d")
        await writer.drain()
        await self._held.wait()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            request = await _read(reader)
            self.requests.append(request)
            try:
                await (self.behaviour or self._replay)(writer, request)
            except ConnectionError:
                self.broken_off += 1
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    async def _replay(self, writer: asyncio.StreamWriter, request: Request) -> None:
        found = next((one for one in self.exchanges if one.fits(request)), None)
        if found is None:
            await says({"error": {"message": "nothing was recorded for this request"}}, 404)(writer, request)
            return
        await sends([chunk.encode() for chunk in found.chunks], found.status, found.headers)(writer, request)


def recorded_exchange(match: Mapping[str, Any], status: int, content_type: str, chunks: Sequence[str]) -> str:
    """Return one line of a recording."""
    line = {"match": match, "status": status, "headers": {"Content-Type": content_type}, "chunks": list(chunks)}
    return json.dumps(line, ensure_ascii=False)


def completion(
    text: str, *, pieces: int = 3, finish: str = "stop", usage: Mapping[str, Any] | None = None
) -> list[str]:
    """Return the events of a streamed completion."""
    return _stream(text, pieces, finish, usage, lambda piece: {"index": 0, "text": piece})


def chat(text: str, *, pieces: int = 3, finish: str = "stop", usage: Mapping[str, Any] | None = None) -> list[str]:
    """Return the events of a streamed chat completion."""
    return _stream(text, pieces, finish, usage, lambda piece: {"index": 0, "delta": {"content": piece}})


def says(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Behaviour:
    """Answer with JSON."""
    return sends([json.dumps(content).encode()], status, {"Content-Type": "application/json", **(headers or {})})


def sends(chunks: Sequence[bytes], status: int = 200, headers: Mapping[str, str] = EVENTS) -> Behaviour:
    """Answer with these pieces of a body, then close the connection in good order."""

    async def behave(writer: asyncio.StreamWriter, _request: Request) -> None:
        writer.write(_head(status, headers))
        for chunk in chunks:
            writer.write(chunk)
            await writer.drain()

    return behave


def goes_on(chunk: bytes, most: int = 100_000) -> Behaviour:
    """Send the same piece again and again, until the other side has enough (or `most` were sent)."""

    async def behave(writer: asyncio.StreamWriter, _request: Request) -> None:
        writer.write(_head(200, EVENTS))
        for _ in range(most):
            writer.write(chunk)
            await writer.drain()

    return behave


async def resets(writer: asyncio.StreamWriter, _request: Request) -> None:
    """Drop the connection without a word."""
    writer.transport.abort()


def breaks_off(chunks: Sequence[str]) -> Behaviour:
    """Promise a longer answer than the one that is given."""

    async def behave(writer: asyncio.StreamWriter, _request: Request) -> None:
        body = "".join(chunks).encode()
        writer.write(_head(200, {**EVENTS, "Content-Length": str(len(body) + 100)}) + body)
        await writer.drain()

    return behave


async def _read(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    first, *lines = head.split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines) if name}
    text = (await reader.readexactly(int(headers.get("content-length", "0")))).decode()
    return Request(first.split(" ")[1], headers, text)


def _head(status: int, headers: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in headers.items()), "Connection: close"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _stream(
    text: str, pieces: int, finish: str, usage: Mapping[str, Any] | None, choice: Callable[[str], dict[str, Any]]
) -> list[str]:
    size = max(1, -(-len(text) // pieces))
    parts = [text[at : at + size] for at in range(0, len(text), size)]
    events: list[dict[str, Any]] = [{"choices": [{**choice(part), "finish_reason": None}]} for part in parts]
    events.append({"choices": [{**choice(""), "finish_reason": finish}]})
    if usage is not None:
        events.append({"choices": [], "usage": dict(usage)})
    return [f"data: {json.dumps(event)}\n\n" for event in events] + ["data: [DONE]\n\n"]
