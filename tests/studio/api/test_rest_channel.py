"""The REST channel's shape, and what it refuses."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

URL = "/webhooks/rest/webhook"


async def test_a_message_is_answered(client: httpx.AsyncClient) -> None:
    answer = await client.post(URL, json={"sender": "ann", "message": "hello", "metadata": {"a": 1}})
    assert answer.status_code == 200
    assert answer.json() == [{"recipient_id": "ann", "text": "hello", "metadata": {"a": 1}}]


async def test_sender_has_a_default(client: httpx.AsyncClient) -> None:
    assert (await client.post(URL, json={"message": "hello"})).json()[0]["recipient_id"] == "default"


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"message": ""},
        {"message": 5},
        {"message": "a", "sender": ""},
        {"message": "a", "sender": "s" * 256},
        {"message": "a" * 10_001},
        {"message": "a", "metadata": []},
        [],
    ],
)
async def test_messages_that_are_none(client: httpx.AsyncClient, message: Any) -> None:
    answer = await client.post(URL, json=message)
    assert (answer.status_code, answer.json()["code"]) == (422, "request-invalid")


@pytest.mark.parametrize(
    "value",
    ["NaN", "-Infinity", "1e999", '"\\ud800"', "[" * 21 + "]" * 21, "[" * 900 + "]" * 900, '"' + "a" * 70_000 + '"'],
)
async def test_metadata_that_the_log_could_not_keep(client: httpx.AsyncClient, value: str) -> None:
    body = '{"message": "hello", "metadata": {"a": %s}}' % value  # noqa: UP031 (braces)
    answer = await client.post(URL, content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (422, "request-invalid")
    assert "body.metadata" in answer.json()["message"]


async def test_broken_json(client: httpx.AsyncClient) -> None:
    answer = await client.post(URL, content=b'{"message": ', headers={"Content-Type": "application/json"})
    assert answer.status_code == 422


async def test_only_json_is_taken(client: httpx.AsyncClient) -> None:
    answer = await client.post(URL, content=b'{"message": "hi"}', headers={"Content-Type": "text/plain"})
    assert (answer.status_code, answer.json()["code"]) == (415, "media-type-unsupported")


async def test_a_bug_is_told_as_one_and_the_server_goes_on(client: httpx.AsyncClient) -> None:
    broken = await client.post(URL, json={"message": "break"})
    assert (broken.status_code, broken.json()["code"]) == (500, "internal-error")
    assert "a bug" not in broken.text
    assert (await client.post(URL, json={"message": "hello"})).status_code == 200
