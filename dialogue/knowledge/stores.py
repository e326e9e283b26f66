"""The vector store that needs no server: the index of the assistant's own folder of documents."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import structlog

from dialogue.knowledge.index import Index, index_documents
from dialogue.knowledge.passages import Found, Question
from dialogue.knowledge.reading import Documents
from dialogue.ports import SentenceEncoder

log = structlog.get_logger(__name__)


class FolderStore:
    """A `PassageStore` over an `Index`. Looking up never blocks the event loop: it is done in a thread."""

    def __init__(self, index: Index, encoder: SentenceEncoder | None) -> None:
        self.index = index
        self._encoder = encoder if index.vectors is not None else None

    async def find(self, query: str, question: Question, limit: int) -> Sequence[Found]:  # noqa: ARG002
        """Return the passages that come nearest; where the encoder fails, those that share words."""
        vector = await _encoded(query, self._encoder)
        return await asyncio.to_thread(self.index.rank, query, vector, limit)


async def judged(found: Sequence[Found], query: str, encoder: SentenceEncoder | None) -> tuple[Found, ...]:
    """Score passages of another store as our own index would: stores measure in ways that cannot be compared.

    What the store said of each stays in its metadata as `store_score`.
    """
    if not found:
        return ()
    passages = tuple(dict.fromkeys(one.passage for one in found))
    given = {one.passage: one for one in found}
    try:
        index = await index_documents(Documents(passages, ""), encoder)
    except Exception as problem:  # whatever a model raises: words are compared then
        log.warning("sentence encoder failed", reason=str(problem))
        index = await index_documents(Documents(passages, ""), None)
    ranked = await FolderStore(index, encoder).find(query, Question(query), len(passages))
    return tuple(_with_metadata(one, given[one.passage]) for one in ranked)


def _with_metadata(one: Found, given: Found) -> Found:
    metadata = {**given.metadata, "store_score": given.score}
    return Found(one.passage, one.score, one.sentence, one.similarity, one.coverage, metadata)


async def _encoded(query: str, encoder: SentenceEncoder | None) -> npt.NDArray[np.float32] | None:
    if encoder is None:
        return None
    try:
        return np.asarray((await encoder.encode([query]))[0], np.float32)
    except Exception as problem:  # whatever a model raises: words are compared then
        log.warning("sentence encoder failed", reason=str(problem))
        return None
