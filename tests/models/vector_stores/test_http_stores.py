"""Qdrant and Milvus over HTTP: what is asked, what comes of the answer, and servers that misbehave."""

from __future__ import annotations

import json
from collections.abc import Callable

import httpx
import pytest

from dialogue.errors import KnowledgeUnavailable
from dialogue.knowledge.passages import Question
from models.vector_stores.milvus import MilvusStore
from models.vector_stores.qdrant import QdrantStore
from models.vector_stores.requests import LARGEST_BYTES
from tests.support.bag_encoder import DIMENSIONS, BagEncoder

POINTS = {
    "result": {
        "points": [
            {
                "id": 1,
                "score": 0.8,
                "payload": {
                    "page_content": "How much is a canoe?",
                    "metadata": {"title": "prices", "answer": "12 euros."},
                },
            },
            {"id": 2, "score": 0.5, "payload": {"page_content": "We open at nine. Every day.", "metadata": None}},
            {"id": 3, "score": 0.4, "payload": {"other": 1}},
            {"id": 4, "payload": None},
            "nonsense",
        ]
    }
}
ENTITIES = {
    "code": 0,
    "data": [
        {"id": 1, "distance": 0.8, "text": "How much is a canoe?", "title": "prices", "answer": "12 euros."},
        {"id": 2, "distance": 0.5, "text": "We open at nine. Every day."},
        {"id": 3, "distance": 0.5},
        7,
    ],
}
CONNECTION = {"host": "localhost", "port": 1234, "collection": "camp", "api_key": "secret", "token": "secret"}


class Server:
    """Answers every request alike, and keeps what it was asked."""

    def __init__(self, answer: Callable[[], httpx.Response]) -> None:
        self._answer = answer
        self.requests: list[httpx.Request] = []

    @property
    def transport(self) -> httpx.MockTransport:
        def handle(request: httpx.Request) -> httpx.Response:
            self.requests.append(request)
            return self._answer()

        return httpx.MockTransport(handle)


async def found(store) -> list[tuple[str, str | None, float | None]]:
    passages = await store.find("how much is a canoe", Question("how much is a canoe"), 5)
    await store.close()
    return [(one.passage.text, one.passage.answer, one.score) for one in passages]


EXPECTED = [("How much is a canoe?", "12 euros.", 0.8), ("We open at nine. Every day.", None, 0.5)]


async def test_qdrant():
    server = Server(lambda: httpx.Response(200, json=POINTS))
    store = QdrantStore({**CONNECTION, "vector_name": "text"}, BagEncoder(), transport=server.transport)

    assert await found(store) == EXPECTED
    request = server.requests[0]
    body = json.loads(request.content)
    assert str(request.url) == "http://localhost:1234/collections/camp/points/query"
    assert request.headers["api-key"] == "secret"
    assert (len(body["query"]), body["limit"], body["with_payload"], body["using"]) == (DIMENSIONS, 5, True, "text")


async def test_milvus():
    server = Server(lambda: httpx.Response(200, json=ENTITIES))

    assert await found(MilvusStore(CONNECTION, BagEncoder(), transport=server.transport)) == EXPECTED
    request = server.requests[0]
    body = json.loads(request.content)
    assert str(request.url) == "http://localhost:1234/v2/vectordb/entities/search"
    assert request.headers["authorization"] == "Bearer secret"
    assert (body["collectionName"], body["annsField"], len(body["data"][0])) == ("camp", "vector", DIMENSIONS)


def refuse() -> httpx.Response:
    raise httpx.ConnectError("connection refused")


@pytest.mark.parametrize("kind", [QdrantStore, MilvusStore])
@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (refuse, "is it running"),
        (lambda: httpx.Response(401, text="no"), "check the key"),
        (lambda: httpx.Response(404, text="no such collection"), "no such collection"),
        (lambda: httpx.Response(302, headers={"location": "http://elsewhere"}), "302"),
        (lambda: httpx.Response(200, text="<html>"), "no JSON map"),
        (lambda: httpx.Response(200, text="[" * 100_000), "no JSON map"),
        (lambda: httpx.Response(200, json={"code": 5, "message": "gone", "result": 3}), "gone|without points"),
        (lambda: httpx.Response(200, content=b" " * (LARGEST_BYTES + 1)), "more than"),
    ],
)
async def test_a_server_that_misbehaves(kind, answer, told):
    with pytest.raises(KnowledgeUnavailable, match=told) as raised:
        await found(kind(CONNECTION, BagEncoder(), transport=Server(answer).transport))

    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("connection", [{"url": "ftp://x"}, {"host": "::::", "port": 1}, {"url": "http://a:99999999"}])
def test_an_address_that_cannot_be_one(connection):
    with pytest.raises(KnowledgeUnavailable, match="no usable address"):
        QdrantStore(connection, BagEncoder())
