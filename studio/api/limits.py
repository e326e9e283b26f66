"""Limits on request bodies: how large each may be, and how long it may take to arrive."""

from __future__ import annotations

import asyncio

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from studio.api.authentication import known_person
from studio.api.errors import problem
from studio.errors import RequestTooLarge, RequestTooSlow, RequestUnusable, StudioError
from studio.people.errors import SignInNeeded

OFFER_LIMIT_BYTES = 64 * 1024
"""An SDP offer of a browser has 2 to 6 KB; with every codec and many candidates it stays below 20 KB."""
BODY_LIMIT_BYTES = 1024 * 1024
EDIT_LIMIT_BYTES = 16 * 1024 * 1024
"""A file as a whole, as the YAML pane sends it: YAML files have 8 million characters at most."""
PROJECT_LIMIT_BYTES = 64 * 1024 * 1024
"""A zip file of an assistant with its documents."""
BODY_TIMEOUT_S = 15.0
"""A client that dribbles its body holds a connection for no longer than this."""
PROJECT_TIMEOUT_S = 120.0


class BodyLimit:
    """Reads a request's whole body, within its limits, before the application sees the request.

    The limit bounds the memory; and as the check is done before the route runs, a
    client that lies about Content-Length or never ends is refused in one place. Where
    the limit is large, only who is known is waited for: a stranger could else fill the
    memory with many at once.
    """

    def __init__(self, app: ASGIApp, *, timeout_s: float = BODY_TIMEOUT_S) -> None:
        self._app = app
        self._timeout_s = timeout_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            timeout_s = PROJECT_TIMEOUT_S if _limit(scope["path"]) == PROJECT_LIMIT_BYTES else self._timeout_s
            if _limit(scope["path"]) > BODY_LIMIT_BYTES and await known_person(Request(scope)) is None:
                raise SignInNeeded("Sign in first, or send a token as bearer.")
            async with asyncio.timeout(timeout_s):
                body = await _read(scope, receive)
        except TimeoutError:
            late = RequestTooSlow(f"The body did not arrive within {timeout_s:g} seconds.")
            await problem(late)(scope, receive, send)
        except StudioError as error:
            await problem(error)(scope, receive, send)
        else:
            if body is not None:
                await self._app(scope, _replay(body, receive), send)


def _limit(path: str) -> int:
    if path.startswith("/rtc/"):
        return OFFER_LIMIT_BYTES
    if path.startswith("/api/projects/") and path.endswith(("/import", "/push")):
        return PROJECT_LIMIT_BYTES
    return EDIT_LIMIT_BYTES if path.startswith("/api/projects/") and path.endswith("/edit") else BODY_LIMIT_BYTES


async def _read(scope: Scope, receive: Receive) -> bytes | None:
    """Return the body; None when the client went away before its end."""
    limit = _limit(scope["path"])
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
