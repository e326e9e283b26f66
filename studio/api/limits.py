"""Limits on request bodies: how large each may be, and how long it may take to arrive."""

from __future__ import annotations

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from studio.api.errors import problem
from studio.errors import RequestTooLarge, RequestTooSlow, RequestUnusable, StudioError

OFFER_LIMIT_BYTES = 64 * 1024
"""An SDP offer of a browser has 2 to 6 KB; with every codec and many candidates it stays below 20 KB."""
BODY_LIMIT_BYTES = 1024 * 1024
BODY_TIMEOUT_S = 15.0
"""A client that dribbles its body holds a connection for no longer than this."""


class BodyLimit:
    """Reads a request's whole body, within its limits, before the application sees the request.

    Bodies here are small, so the limit bounds the memory; and as the check is done before the route runs, a
    client that lies about Content-Length or never ends is refused in one place.
    """

    def __init__(self, app: ASGIApp, *, timeout_s: float = BODY_TIMEOUT_S) -> None:
        self._app = app
        self._timeout_s = timeout_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(self._timeout_s):
                body = await _read(scope, receive)
        except TimeoutError:
            late = RequestTooSlow(f"The body did not arrive within {self._timeout_s:g} seconds.")
            await problem(late)(scope, receive, send)
        except StudioError as error:
            await problem(error)(scope, receive, send)
        else:
            if body is not None:
                await self._app(scope, _replay(body, receive), send)


async def _read(scope: Scope, receive: Receive) -> bytes | None:
    """Return the body; None when the client went away before its end."""
    limit = OFFER_LIMIT_BYTES if scope["path"].startswith("/rtc/") else BODY_LIMIT_BYTES
    declared = dict(scope["headers"]).get(b"content-length", b"0")
    if not declared.isdigit():
        raise RequestUnusable("Content-Length is not a number.")
    if int(declared) > limit:
        raise _too_large(limit)
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > limit:
            raise _too_large(limit)
        if not message.get("more_body", False):
            return b"".join(parts)


def _replay(body: bytes, receive: Receive) -> Receive:
    """Give the body as one message, then whatever comes from the connection (its end)."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def next_message() -> Message:
        return waiting.pop() if waiting else await receive()

    return next_message


def _too_large(limit: int) -> RequestTooLarge:
    return RequestTooLarge(f"The body is over the limit of {limit:,} bytes for this address.")
