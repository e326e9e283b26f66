"""The WHIP-style address: offers, states of a call, and every refusal with its status."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from studio.parts import PartStatus
from tests.studio.api.conftest import Server

SDP = {"Content-Type": "application/sdp"}


async def test_offer_is_answered_with_a_location(client: httpx.AsyncClient, sdp: dict[str, Any]) -> None:
    answer = await client.post("/rtc/offer", **sdp)
    assert answer.status_code == 201
    assert answer.headers["content-type"] == "application/sdp"
    assert answer.headers["location"] == "/rtc/calls/call-1"
    assert answer.text.startswith("v=0")


async def test_media_type_may_have_parameters_and_capitals(client: httpx.AsyncClient, sdp: dict[str, Any]) -> None:
    sdp["headers"] = {"Content-Type": "Application/SDP; charset=utf-8"}
    assert (await client.post("/rtc/offer", **sdp)).status_code == 201


async def test_life_of_a_call(client: httpx.AsyncClient, sdp: dict[str, Any]) -> None:
    where = (await client.post("/rtc/offer", **sdp)).headers["location"]
    assert (await client.get(where)).json()["state"] == "live"
    assert (await client.post(where, **sdp)).status_code == 409
    assert (await client.patch(where, **sdp)).json()["code"] == "call-live"
    assert (await client.delete(where)).status_code == 204
    assert (await client.get(where)).json() == {
        "call_id": "call-1",
        "state": "ended",
        "reason": "hung-up",
        "started_at": 1000.0,
        "media": {},
    }
    late = await client.post(where, **sdp)
    assert (late.status_code, late.json()["code"]) == (410, "call-over")
    assert (await client.patch(where, **sdp)).status_code == 410
    assert (await client.delete(where)).status_code == 204


@pytest.mark.parametrize(
    ("given", "status", "about"),
    [
        ("?timezone=Europe/Paris", 201, {"timezone": "Europe/Paris"}),
        ("?timezone=Middle/Earth", 201, {}),
        ("?timezone=../../etc/passwd", 201, {}),
        ("", 201, {}),
        ("?timezone=" + "x" * 1000, 422, None),
    ],
)
async def test_the_caller_s_time_zone_goes_with_the_call(
    client: httpx.AsyncClient,
    server: Server,
    sdp: dict[str, Any],
    given: str,
    status: int,
    about: dict[str, str] | None,
) -> None:
    answer = await client.post(f"/rtc/offer{given}", **sdp)
    assert answer.status_code == status
    assert server.gateway.about == ([] if about is None else [about])


@pytest.mark.parametrize(
    ("content", "headers", "status", "code"),
    [
        (b"not sdp", SDP, 400, "offer-unusable"),
        (b"", SDP, 400, "offer-unusable"),
        (b"\xff\xfe\x00", SDP, 400, "request-unusable"),
        (b"v=0\r\nm=video 9", SDP, 422, "offer-without-audio"),
        (b"v=0\r\nm=audio", {"Content-Type": "application/json"}, 415, "media-type-unsupported"),
        (b"v=0\r\nm=audio", {}, 415, "media-type-unsupported"),
        (b"v=0\r\n" + b"a" * 70_000, SDP, 413, "request-too-large"),
    ],
)
async def test_bad_offers(
    client: httpx.AsyncClient, content: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    answer = await client.post("/rtc/offer", content=content, headers=headers)
    assert answer.status_code == status
    assert answer.json()["code"] == code
    assert answer.json()["message"]


async def test_full_server_says_when_to_come_back(client: httpx.AsyncClient, sdp: dict[str, Any]) -> None:
    for _ in range(2):
        await client.post("/rtc/offer", **sdp)
    full = await client.post("/rtc/offer", **sdp)
    assert (full.status_code, full.json()["code"]) == (503, "calls-full")
    assert full.headers["retry-after"]


async def test_a_part_that_calls_need_is_not_there(
    client: httpx.AsyncClient, server: Server, sdp: dict[str, Any]
) -> None:
    server.board.report(PartStatus("speech recognition", "failed", "run: vivavoce models fetch"))
    answer = await client.post("/rtc/offer", **sdp)
    assert (answer.status_code, answer.json()["code"]) == (503, "not-ready")
    assert "vivavoce models fetch" in answer.json()["message"]


@pytest.mark.parametrize("method", ["GET", "DELETE", "POST", "PATCH"])
async def test_unknown_call(client: httpx.AsyncClient, method: str) -> None:
    answer = await client.request(method, "/rtc/calls/nobody")
    assert (answer.status_code, answer.json()["code"]) == (404, "call-unknown")
