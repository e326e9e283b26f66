"""Limits on bodies: declared, counted and timed."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
from starlette.types import Message, Receive, Scope, Send

from studio.api.limits import BODY_LIMIT_BYTES, OFFER_LIMIT_BYTES, BodyLimit


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    body = (await receive())["body"]
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


def scope(path: str, headers: dict[str, str]) -> Scope:
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http", "method": "POST", "path": path, "headers": raw}


async def post(path: str, parts: list[bytes], **headers: str) -> tuple[int, bytes]:
    """Send a body in parts; return status and body of the answer."""
    waiting: list[Message] = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    waiting.append({"type": "http.request", "body": b"", "more_body": False})
    sent: list[Message] = []

    async def receive() -> Message:
        return waiting.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    named = {name.replace("_", "-"): value for name, value in headers.items()}
    await BodyLimit(echo)(scope(path, named), receive, send)
    return sent[0]["status"], sent[1]["body"]


async def test_body_in_parts_arrives_whole() -> None:
    assert await post("/webhooks/rest/webhook", [b"one ", b"two"]) == (200, b"one two")


async def test_limit_itself_is_allowed() -> None:
    status, body = await post("/rtc/offer", [b"x" * OFFER_LIMIT_BYTES])
    assert (status, len(body)) == (200, OFFER_LIMIT_BYTES)


async def test_a_body_that_grows_beyond_its_limit() -> None:
    status, body = await post("/rtc/offer", [b"x" * OFFER_LIMIT_BYTES, b"y"])
    assert status == 413
    assert b"request-too-large" in body


async def test_json_may_be_larger_than_an_offer() -> None:
    status, _ = await post("/webhooks/rest/webhook", [b"x" * (BODY_LIMIT_BYTES - 1)])
    assert status == 200


async def test_declared_length_is_believed_when_it_is_too_large() -> None:
    status, _ = await post("/x", [], content_length=str(BODY_LIMIT_BYTES + 1))
    assert status == 413


async def test_declared_length_that_is_none() -> None:
    assert (await post("/x", [], content_length="many"))[0] == 400


async def test_a_body_that_never_ends_in_time() -> None:
    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    await BodyLimit(echo, timeout_s=0.01)(scope("/rtc/offer", {}), receive, send)
    assert sent[0]["status"] == 408


async def test_a_client_that_leaves_reaches_no_route() -> None:
    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        raise AssertionError(message)

    await BodyLimit(echo)(scope("/rtc/offer", {}), receive, send)


async def test_limit_holds_in_the_application(client: httpx.AsyncClient) -> None:
    message: dict[str, Any] = {"sender": "a", "message": "hi", "metadata": {"x": "y" * BODY_LIMIT_BYTES}}
    assert (await client.post("/webhooks/rest/webhook", json=message)).status_code == 413
