"""Qdrant, over its HTTP API: `vector_store: {type: qdrant, host, port, collection, …}` of endpoints.yml.

The collection is filled by whoever owns it, with vectors of the same encoder (384 dimensions, all-MiniLM-L6-v2).
API: https://api.qdrant.tech, points/query.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import httpx

from dialogue.knowledge.passages import Found, Question
from dialogue.ports import SentenceEncoder
from flows.commands import Json
from models.vector_stores.passages import found_passage
from models.vector_stores.requests import StoreClient, address, first_text

PORT = 6333


class QdrantStore:
    """A `PassageStore` over a collection of Qdrant."""

    def __init__(
        self,
        connection: Mapping[str, Json],
        encoder: SentenceEncoder,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Raises KnowledgeUnavailable for an address that cannot be one."""
        self._collection = str(connection.get("collection") or "rasa")
        self._vector = connection.get("vector_name")
        self._content = str(connection.get("content_payload_key") or "page_content")
        self._metadata = str(connection.get("metadata_payload_key") or "metadata")
        self._encoder = encoder
        key = connection.get("api_key")
        headers = {"api-key": str(key)} if key else {}
        self._client = StoreClient("qdrant", address(connection, PORT), headers, transport=transport)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def find(self, query: str, question: Question, limit: int) -> Sequence[Found]:  # noqa: ARG002
        """Return the points nearest to the query. Raises KnowledgeUnavailable."""
        vector = [float(value) for value in (await self._encoder.encode([query]))[0]]
        body: dict[str, Json] = {"query": vector, "limit": limit, "with_payload": True}
        if self._vector:
            body["using"] = str(self._vector)
        answer = await self._client.post(f"/collections/{self._collection}/points/query", body)
        result = answer.get("result")
        points = result.get("points") if isinstance(result, Mapping) else result
        if not isinstance(points, list):
            raise self._client.failed("answers without points: is it Qdrant 1.10 or later?")
        return [found for point in points if (found := self._found(point)) is not None]

    def _found(self, point: Json) -> Found | None:
        payload = point.get("payload") if isinstance(point, Mapping) else None
        text = first_text(payload, self._content, "page_content", "text")
        if not text or not isinstance(payload, Mapping) or not isinstance(point, Mapping):
            return None
        return found_passage(text, payload.get(self._metadata) or payload, point.get("score"))
