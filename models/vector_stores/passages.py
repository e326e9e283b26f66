"""What a vector store gives back, read as passages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from dialogue.knowledge.passages import Found, Passage
from dialogue.knowledge.sentences import split_sentences
from flows.commands import Json

MOST_CHARACTERS: Final = 4_000
"""Of a passage; what a store holds beyond that is no passage that could be said."""


def found_passage(text: str, metadata: Json, score: Json) -> Found:
    """Return a passage with its metadata as the format has it: `title`, `source`, and `answer` of a pair."""
    about = metadata if isinstance(metadata, Mapping) else {}
    answer = about.get("answer")
    passage = Passage(
        source=str(about.get("source") or about.get("title") or "vector store")[:200],
        heading=str(about.get("title") or about.get("heading") or "")[:200],
        sentences=split_sentences(text[:MOST_CHARACTERS]),
        answer=answer[:MOST_CHARACTERS] if isinstance(answer, str) and answer.strip() else None,
    )
    is_number = isinstance(score, int | float) and not isinstance(score, bool)
    return Found(passage, float(score) if is_number else None, metadata=dict(about))
