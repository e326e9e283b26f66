"""One request to a vector store over HTTP, bounded in time and size; every failure says what to do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from dialogue.errors import KnowledgeUnavailable
from flows.commands import Json

LARGEST_BYTES: Final = 4 * 1024 * 1024
TIME_LIMIT_S: Final = 3.0
_TOLD_CHARACTERS: Final = 200


class StoreClient:
    """Asks one server. `close` it after use."""

    def __init__(
        self, name: str, url: str, headers: Mapping[str, str], *, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._name = name
        self._url = url.rstrip("/")
        self._client = httpx.AsyncClient(
            headers=dict(headers), timeout=TIME_LIMIT_S, follow_redirects=False, transport=transport
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def post(self, path: str, body: Json) -> Mapping[str, Json]:
        """Post JSON and return the JSON that comes back. Raises KnowledgeUnavailable."""
        try:
            async with self._client.stream("POST", self._url + path, json=body) as response:
                content = await _bounded(response)
        except httpx.HTTPError as problem:
            told = str(problem) or type(problem).__name__
            raise self.failed(
                f"does not answer ({told}): is it running, and is its address in endpoints.yml right?"
            ) from None
        if response.status_code in (401, 403):
            raise self.failed("refuses the request: check the key in endpoints.yml")
        if response.status_code != httpx.codes.OK:
            told = content[:_TOLD_CHARACTERS].decode("utf-8", "replace")
            raise self.failed(f"answers with {response.status_code} ({told}): check the collection in endpoints.yml")
        try:
            answer = json.loads(content)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise self.failed("answers with something that is no JSON map: is this its address?")
        return answer

    def failed(self, what: str) -> KnowledgeUnavailable:
        """Return the error that says what the store does."""
        return KnowledgeUnavailable(f"the vector store {self._name} at {_shown(self._url)} {what}")


def address(connection: Mapping[str, Json], default_port: int) -> str:
    """Return the URL of a store from `url`, or `host` and `port`, of endpoints.yml. Raises KnowledgeUnavailable."""
    url = connection.get("url") or connection.get("uri")
    if url is None:
        host = str(connection.get("host") or "localhost")
        scheme = "https" if connection.get("https") else "http"
        url = host if "://" in host else f"{scheme}://{host}:{connection.get('port') or default_port}"
    try:
        parts = urlsplit(str(url))
        is_usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_usable = False
    if not is_usable:
        raise KnowledgeUnavailable("vector_store in endpoints.yml has no usable address: give it a host and a port")
    return str(url)


async def _bounded(response: httpx.Response) -> bytes:
    content = bytearray()
    async for piece in response.aiter_bytes():
        content += piece
        if len(content) > LARGEST_BYTES:
            raise httpx.ReadError(f"its answer has more than {LARGEST_BYTES:,} bytes")
    return bytes(content)


def _shown(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")


def first_text(payload: Any, *keys: str) -> str:
    """Return the first text that a map has under one of the keys, empty where it has none."""
    found = (payload.get(key) for key in keys) if isinstance(payload, Mapping) else ()
    return next((text for text in found if isinstance(text, str) and text.strip()), "")
