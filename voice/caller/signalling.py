"""How a call is set up and taken down over HTTP (WHIP, RFC 9725): offer in, answer out, `Location` to hang
up."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from functools import cache
from types import TracebackType
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

import httpx

from voice.caller.errors import OfferRefused, ServerUnreachable

OFFER_PATH = "rtc/offer"
TIMEOUT_S = 20.0
"""For one request; an offer makes the server build a call, which on a busy machine takes seconds."""


@dataclass(frozen=True, slots=True)
class Answer:
    sdp: str
    call_url: str

    @property
    def call_id(self) -> str:
        return self.call_url.rstrip("/").rsplit("/", 1)[-1]


@cache
def _certificates() -> ssl.SSLContext:
    """Load whom https trusts, once: it takes 40 ms, in which no other call of this process speaks."""
    return httpx.create_ssl_context()


class Signalling:
    """Talks HTTP to one server. Use as an async context manager."""

    def __init__(self, url: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        """Take the server's address. Raises ServerUnreachable if it is not an http address."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ServerUnreachable(f"{url!r} is not an address of a server: write it as http://127.0.0.1:8080")
        self.url = url if url.endswith("/") else url + "/"
        self._client = httpx.AsyncClient(timeout=TIMEOUT_S, transport=transport, verify=_certificates())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def offer(self, sdp: str) -> Answer:
        """Send the offer. Raises ServerUnreachable, or OfferRefused with the server's own words."""
        try:
            response = await self._client.post(
                urljoin(self.url, OFFER_PATH), content=sdp, headers={"Content-Type": "application/sdp"}
            )
        except httpx.HTTPError as error:
            reason = str(error) or type(error).__name__
            raise ServerUnreachable(
                f"no answer from {self.url} ({reason}). Is the server running? Start one with: vivavoce serve"
            ) from error
        if response.status_code != httpx.codes.CREATED:
            raise OfferRefused(f"{self.url} refused the call: {explain(response)}")
        location = response.headers.get("Location")
        if not location:
            raise OfferRefused(f"{self.url} answered the call without a Location to hang it up at")
        return Answer(response.text, urljoin(str(response.url), location))

    async def hang_up(self, answer: Answer) -> bool:
        """End the call; return whether the server was there to hear it."""
        try:
            response = await self._client.delete(answer.call_url)
        except httpx.HTTPError:
            return False
        return response.status_code in (httpx.codes.NO_CONTENT, httpx.codes.OK, httpx.codes.GONE)

    async def state(self, answer: Answer) -> dict[str, Any] | None:
        """Ask what became of the call; None if the server is not there or does not know."""
        try:
            response = await self._client.get(answer.call_url)
            given = response.json() if response.is_success else None
        except (httpx.HTTPError, ValueError):
            return None
        return given if isinstance(given, dict) else None


def explain(response: httpx.Response) -> str:
    """Say in one line what an error response says; the server's errors are JSON with `code` and `message`."""
    status = f"HTTP {response.status_code}"
    try:
        given = response.json()
    except ValueError:
        given = None
    if isinstance(given, dict) and "message" in given:
        return f"{given['message']} [{given.get('code', 'no-code')}, {status}]"
    return f"{status} {response.reason_phrase}".strip()
