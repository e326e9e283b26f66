"""The other addresses: assistant, models, health, metrics, page, headers and hosts."""

from __future__ import annotations

import httpx
import pytest

from studio.parts import PartStatus
from tests.studio.api.conftest import Server
from voice.events import LatencyMeasured
from voice.protocols.events_json import to_json


async def test_assistant_without_what_comes_with_the_product(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/assistant")).json() == {
        "id": "bank",
        "name": "Bank",
        "language": "en",
        "flows": [{"id": "transfer_money", "name": "transfer money", "description": "Send money."}],
        "slots": [{"name": "amount", "type": "float"}],
    }


async def test_which_version_runs_and_what_is_wrong_with_the_files(client: httpx.AsyncClient) -> None:
    status = (await client.get("/api/assistant/version")).json()
    finding = status.pop("findings")[0]
    assert status == {"state": "refused", "version": "abc", "switched_at": 5.0, "message": "1 error"}
    assert (finding["file"], finding["line"], finding["column"], finding["code"]) == ("domain.yml", 1, 2, "x")


async def test_models(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/models")).json() == [{"id": "whisper-base", "is_present": True}]


async def test_health_and_readiness(client: httpx.AsyncClient, server: Server) -> None:
    assert (await client.get("/readyz")).json()["status"] == "ready"
    server.board.report(PartStatus("speech synthesis", "failed", "piper is not installed"))
    not_ready = await client.get("/readyz")
    assert not_ready.status_code == 503
    assert not_ready.json()["message"] == "The part 'speech synthesis' does not work: piper is not installed"
    assert (await client.get("/healthz")).status_code == 200


async def test_a_part_that_is_off_is_nothing_to_wait_for(client: httpx.AsyncClient, server: Server) -> None:
    server.board.report(PartStatus("language model", "off"))
    assert (await client.get("/readyz")).status_code == 200


async def test_metrics_show_gaps_and_parts(client: httpx.AsyncClient, server: Server) -> None:
    server.telemetry.watch_parts(server.board)
    measured = LatencyMeasured(1, 640, {"endpoint": 400, "recognition": 240}, 1000, 1640)
    server.telemetry.observe_call(to_json(measured))
    page = await client.get("/metrics")
    assert page.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert 'vivavoce_gap_seconds_bucket{le="0.7"} 1' in page.text
    assert 'vivavoce_gap_part_seconds_sum{part="endpoint"} 0.4' in page.text
    assert 'vivavoce_part_ready{part="speech recognition"} 1' in page.text


async def test_page_that_is_not_built_says_what_to_type(client: httpx.AsyncClient) -> None:
    page = await client.get("/")
    assert page.status_code == 503
    assert "make run" in page.text


async def test_page_and_its_caching(client: httpx.AsyncClient, server: Server) -> None:
    (server.page / "assets").mkdir(parents=True)
    (server.page / "index.html").write_text("<!doctype html><title>Page</title>")
    (server.page / "assets" / "index-3f2a.js").write_text("1")
    page = await client.get("/")
    assert (page.status_code, page.headers["cache-control"]) == (200, "no-cache")
    script = await client.get("/assets/index-3f2a.js")
    assert "immutable" in script.headers["cache-control"]
    assert "javascript" in script.headers["content-type"]
    again = await client.get("/", headers={"If-None-Match": page.headers["etag"]})
    assert again.status_code == 304


async def test_the_page_goes_packed_to_whoever_can_unpack_it(client: httpx.AsyncClient, server: Server) -> None:
    (server.page / "assets").mkdir(parents=True)
    script = server.page / "assets" / "index-3f2a.js"
    script.write_text("say('hello');\n" * 400)
    plain = await client.get("/assets/index-3f2a.js", headers={"Accept-Encoding": "identity"})
    packed = await client.get("/assets/index-3f2a.js", headers={"Accept-Encoding": "br;q=1.0, gzip;q=0.8"})
    assert "content-encoding" not in plain.headers
    assert (packed.headers["content-encoding"], packed.headers["vary"]) == ("gzip", "Accept-Encoding")
    assert packed.text == plain.text == script.read_text()
    assert int(packed.headers["content-length"]) < len(script.read_text()) / 10
    assert packed.headers["cache-control"] == plain.headers["cache-control"]
    assert packed.headers["content-type"] == plain.headers["content-type"]
    again = await client.get("/assets/index-3f2a.js", headers={"If-None-Match": packed.headers["etag"]})
    assert again.status_code == 304
    refused = await client.get("/assets/index-3f2a.js", headers={"Accept-Encoding": "gzip;q=0"})
    part = await client.get("/assets/index-3f2a.js", headers={"Range": "bytes=0-3"})
    assert "content-encoding" not in refused.headers
    assert (part.status_code, part.text) == (206, "say(")
    script.write_text("say('bye');\n" * 400)
    assert "bye" in (await client.get("/assets/index-3f2a.js")).text


async def test_pictures_and_small_files_go_as_they_are(client: httpx.AsyncClient, server: Server) -> None:
    (server.page / "assets").mkdir(parents=True)
    (server.page / "assets" / "font-3f2a.woff2").write_bytes(bytes(5_000))
    (server.page / "theme.js").write_text("1")
    for path in ("/assets/font-3f2a.woff2", "/theme.js"):
        assert "content-encoding" not in (await client.get(path)).headers


@pytest.mark.parametrize("path", ["/nothing", "/assets/none.js", "/../secret", "/%2e%2e/secret", "/api/none"])
async def test_unknown_paths(client: httpx.AsyncClient, server: Server, path: str) -> None:
    server.page.mkdir()
    (server.page.parent / "secret").write_text("secret")
    answer = await client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


async def test_wrong_method(client: httpx.AsyncClient) -> None:
    answer = await client.get("/rtc/offer")
    assert (answer.status_code, answer.json()["code"]) == (405, "method-not-allowed")


@pytest.mark.parametrize("path", ["/", "/healthz", "/nothing", "/rtc/calls/none"])
async def test_every_answer_has_the_security_headers(client: httpx.AsyncClient, path: str) -> None:
    headers = (await client.get(path)).headers
    assert "script-src 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert "microphone=(self)" in headers["permissions-policy"]


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "localhost.evil.example:8080"])
async def test_other_host_names_are_refused(client: httpx.AsyncClient, host: str) -> None:
    answer = await client.get("/healthz", headers={"Host": host})
    assert (answer.status_code, answer.json()["code"]) == (421, "host-not-allowed")


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1", "LOCALHOST", "[::1]:8080", "[::1]"])
async def test_loopback_names_are_taken(client: httpx.AsyncClient, host: str) -> None:
    assert (await client.get("/healthz", headers={"Host": host})).status_code == 200


async def test_openapi_document_is_served(client: httpx.AsyncClient) -> None:
    paths = (await client.get("/api/openapi.json")).json()["paths"]
    assert {"/rtc/offer", "/webhooks/rest/webhook", "/api/assistant", "/readyz"} <= set(paths)
