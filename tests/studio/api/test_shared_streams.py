"""One stream for all pages of a browser: several projects, marks, who is there, and whose right ends it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from studio.api import streaming
from studio.api.authentication import COOKIE
from studio.people.records import LOCAL
from tests.studio.api.conftest import Server
from tests.studio.api.streams import Stream
from tests.studio.api.studio_client import Studio, studio_over

PASSWORD = "a lamp on the table"


@pytest.fixture
async def studio(server: Server, tmp_path: Path) -> AsyncIterator[Studio]:
    async with studio_over(server, tmp_path) as studio:
        yield studio


def shared(server: Server, *projects: str, stream: str = "one", **headers: str) -> Stream:
    asked = urlencode([("stream", stream), *(("project", name) for name in projects)])
    return Stream(server, f"/api/events?{asked}", **headers)


async def shop(studio: Studio) -> None:
    made = await studio.http.post("/api/projects", json={"name": "Shop", "id": "shop", "template": "empty"})
    assert made.status_code == 201, made.text


async def test_one_stream_tells_of_several_projects_and_counts(server: Server, studio: Studio) -> None:
    await shop(studio)
    stream = shared(server, "bank", "shop", "bank", "nowhere")
    assert (await stream.start())["status"] == 200
    hellos = [await stream.news() for _ in range(2)]
    assert [(one["type"], one["project"], one["stream"]) for one in hellos] == [
        ("hello", "bank", "one"),
        ("hello", "shop", "one"),
    ]
    studio.bench.hub.tell("shop", {"type": "history"})
    studio.bench.hub.tell("bank", {"type": "published"})
    studio.bench.hub.tell("shop", {"type": "comments"})
    told = [await stream.news() for _ in range(3)]
    assert [(one["type"], one["project"]) for one in told] == [
        ("history", "shop"),
        ("published", "bank"),
        ("comments", "shop"),
    ]
    name, number = hellos[1]["mark"].rsplit(".", 1)
    assert [told[0]["mark"], told[2]["mark"]] == [f"{name}.{int(number) + n}" for n in (1, 2)]
    assert studio.bench.hub.count("shop") == studio.bench.hub.count("bank") == 1
    assert studio.bench.streams.total() == 1
    await stream.leave()
    assert studio.bench.hub.count("shop") == studio.bench.hub.count("bank") == studio.bench.streams.total() == 0


async def test_a_stream_that_begins_later_says_what_was_missed(server: Server, studio: Studio) -> None:
    first = shared(server, "bank")
    await first.start()
    before = await first.news()
    assert before["revision"] is None, "nobody has it open"
    assert (await studio.http.get("/api/projects/bank/outline")).status_code == 200
    await first.leave()
    again = shared(server, "bank")
    await again.start()
    hello = await again.news()
    assert (hello["mark"], hello["revision"]) == (before["mark"], 1)
    await again.leave()
    studio.bench.hub.tell("bank", {"type": "history"})
    third = shared(server, "bank")
    await third.start()
    assert (await third.news())["mark"] != hello["mark"]
    await third.leave()


async def test_who_hears_by_a_stream_leaves_with_it(server: Server, studio: Studio) -> None:
    def places() -> list[str]:
        return [place["client"] for place in studio.bench.people_at("bank")]

    first = shared(server, "bank")
    await first.start()
    await first.news()
    for page in ("page-1", "page-2"):
        where = {"client": page, "flow": "transfer_money", "stream": "one"}
        assert (await studio.http.post("/api/projects/bank/presence", json=where)).status_code == 200
    await studio.http.post("/api/projects/bank/presence", json={"client": "elsewhere", "stream": "two"})
    told = await first.news()
    assert (told["type"], told["people"][0]["flow"]) == ("presence", "transfer_money")
    second = shared(server, "bank", "shop")  # it takes over from the first: nobody is gone for a moment
    await second.start()
    await second.news()
    await first.leave()
    assert places() == ["elsewhere", "page-1", "page-2"]
    await studio.http.post("/api/projects/bank/presence", json={"client": "page-1", "is_leaving": True})
    assert places() == ["elsewhere", "page-2"]
    await second.leave()
    assert places() == ["elsewhere"]


async def test_a_stream_of_the_same_name_is_somebody_elses(server: Server, studio: Studio) -> None:
    """Whoever guesses the name of a stream neither keeps its pages there nor sends them away."""
    accounts = studio.opened.accounts
    assert accounts is not None
    _, ada = await accounts.new_token(LOCAL, "ada", "viewer", None)
    _, bob = await accounts.new_token(LOCAL, "bob", "viewer", None)
    hers, his = (shared(server, "bank", authorization=f"Bearer {text}") for text in (ada, bob))
    where = {"client": "page-1", "stream": "one"}
    headers = {"Authorization": f"Bearer {ada}"}
    for stream in (hers, his):
        assert (await stream.start())["status"] == 200
        await stream.news()
    assert (await studio.http.post("/api/projects/bank/presence", json=where, headers=headers)).status_code == 200
    await hers.leave()
    assert studio.bench.people_at("bank") == []
    assert (await studio.http.post("/api/projects/bank/presence", json=where, headers=headers)).status_code == 200
    await his.leave()
    assert [place["client"] for place in studio.bench.people_at("bank")] == ["page-1"]


async def test_signing_out_ends_the_stream_of_all_tabs(server: Server, studio: Studio) -> None:
    accounts = studio.opened.accounts
    assert accounts is not None
    link = await accounts.first_link()
    assert link is not None
    session = await accounts.redeem(link, PASSWORD, "Ada")
    other = await accounts.sign_in("Ada", PASSWORD, "127.0.0.1")
    stream = shared(server, "bank", cookie=f"{COOKIE}={session.token}")
    elsewhere = shared(server, "bank", stream="two", cookie=f"{COOKIE}={other.token}")
    for each in (stream, elsewhere):
        assert (await each.start())["status"] == 200
        await each.news()
    out = await studio.http.delete("/api/session", headers={"Cookie": f"{COOKIE}={session.token}"})
    assert out.status_code == 204
    await stream.over()
    studio.bench.hub.tell("bank", {"type": "history"})
    assert (await elsewhere.news())["type"] == "history", "another browser's session goes on"
    await elsewhere.leave()
    refused = await studio.http.get("/api/events?stream=one&project=bank")
    assert refused.status_code == 401


async def test_a_stream_without_news_says_that_it_stands(
    server: Server, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "PING_S", 0.01)
    stream = shared(server, "bank")
    await stream.start()
    assert (await stream.news())["type"] == "hello"
    assert await stream.news() == {"type": "alive"}
    await stream.leave()


@pytest.mark.parametrize("query", ["", "project=bank", "stream=one", f"stream={'x' * 65}&project=bank"])
async def test_a_stream_is_asked_for_by_its_name_and_its_projects(studio: Studio, query: str) -> None:
    assert (await studio.http.get(f"/api/events?{query}")).status_code == 422
