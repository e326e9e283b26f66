"""Milvus, over its HTTP API: `vector_store: {type: milvus, host, port, collection, …}` of endpoints.yml.

The collection is filled by whoever owns it, with vectors of the same encoder (384 dimensions, all-MiniLM-L6-v2), in the
fields `vector` and `text` unless told otherwise. API: https://milvus.io/api-reference/restful, v2 entities/search.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import httpx

from dialogue.knowledge.passages import Found, Question
from dialogue.ports import SentenceEncoder
from flows.commands import Json
from models.vector_stores.passages import found_passage
from models.vector_stores.requests import StoreClient, address, first_text

PORT = 19530


class MilvusStore:
    """A `PassageStore` over a collection of Milvus."""

    def __init__(
        self,
        connection: Mapping[str, Json],
        encoder: SentenceEncoder,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Raises KnowledgeUnavailable for an address that cannot be one."""
        self._collection = str(connection.get("collection") or "rasa")
        self._vector = str(connection.get("vector_field") or "vector")
        self._text = str(connection.get("text_field") or connection.get("content_payload_key") or "text")
        self._encoder = encoder
        self._client = StoreClient("milvus", address(connection, PORT), _headers(connection), transport=transport)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def find(self, query: str, question: Question, limit: int) -> Sequence[Found]:  # noqa: ARG002
        """Return the entities nearest to the query. Raises KnowledgeUnavailable."""
        vector = [float(value) for value in (await self._encoder.encode([query]))[0]]
        body: dict[str, Json] = {
            "collectionName": self._collection,
            "data": [vector],
            "annsField": self._vector,
            "limit": limit,
            "outputFields": ["*"],
        }
        answer = await self._client.post("/v2/vectordb/entities/search", body)
        if answer.get("code") not in (0, None):
            raise self._client.failed(f"refuses the search: {str(answer.get('message'))[:200]}")
        entities = answer.get("data")
        if not isinstance(entities, list):
            raise self._client.failed("answers without data: is it Milvus 2.4 or later?")
        return [found for entity in entities if (found := self._found(entity)) is not None]

    def _found(self, entity: Json) -> Found | None:
        text = first_text(entity, self._text, "text", "page_content")
        if not text or not isinstance(entity, Mapping):
            return None
        left_out = {self._vector, self._text, "distance", "id", "pk"}
        about = {key: value for key, value in entity.items() if key not in left_out}
        return found_passage(text, about.get("metadata") or about, entity.get("distance"))


def _headers(connection: Mapping[str, Json]) -> dict[str, str]:
    token = connection.get("token")
    if not token and connection.get("user"):
        token = f"{connection['user']}:{connection.get('password') or ''}"
    return {"Authorization": f"Bearer {token}"} if token else {}
