"""HTTP traffic with a server, written down as it passes, for `tests.support.model_server` to give back."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx


@dataclass(frozen=True, slots=True)
class Heard:
    """One request and its answer, as far as it was read; chunks are as they came over the network."""

    path: str
    body: Mapping[str, Any]
    status: int
    content_type: str
    chunks: Sequence[str]

    def line(self, contains: Sequence[str] = (), fields: Sequence[str] = ("model",)) -> dict[str, Any]:
        """The exchange in the form of `model_server`, with the whole body that was sent under `sent`.

        Args:
            contains: texts by which the prompt is known.
            fields: names of the body's fields by which a request is known.
        """
        named = {name: self.body[name] for name in fields if name in self.body}
        return {
            "match": {"path": self.path, "contains": list(contains), "fields": named},
            "sent": self.body,
            "status": self.status,
            "headers": {"Content-Type": self.content_type},
            "chunks": list(self.chunks),
        }


class Recording(httpx.AsyncBaseTransport):
    """Passes requests on and keeps them with their answers. Headers of requests, and so keys, are not kept.

    Args:
        places: folders and addresses of this machine, and what to write in their stead.
    """

    def __init__(self, places: Mapping[str, str] | None = None) -> None:
        self.exchanges: list[Heard] = []
        self._places = dict(places or {})
        self._inner = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._inner.handle_async_request(request)
        assert isinstance(response.stream, httpx.AsyncByteStream)
        stream = _Noted(response.stream, lambda data: self._keep(request, response, data))
        return httpx.Response(
            response.status_code, headers=response.headers, stream=stream, extensions=response.extensions
        )

    async def aclose(self) -> None:
        await self._inner.aclose()

    def _keep(self, request: httpx.Request, response: httpx.Response, data: Sequence[bytes]) -> None:
        body = json.loads(self._anonymous(request.content))
        kind = response.headers.get("Content-Type", "")
        chunks = [self._anonymous(piece) for piece in data]
        self.exchanges.append(Heard(request.url.path, body, response.status_code, kind, chunks))

    def _anonymous(self, data: bytes) -> str:
        text = data.decode()
        for place, name in self._places.items():
            text = text.replace(place, name)
        return text


class _Noted(httpx.AsyncByteStream):
    """A body that tells, when it is closed, what was read of it."""

    def __init__(self, inner: httpx.AsyncByteStream, closed: Callable[[Sequence[bytes]], None]) -> None:
        self._inner = inner
        self._closed = closed
        self._data: list[bytes] = []

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for data in self._inner:
            self._data.append(data)
            yield data

    async def aclose(self) -> None:
        await self._inner.aclose()
        self._closed(self._data)
