"""The index of a folder of documents: passages, their words, and vectors of every sentence where an encoder is there.

    rows       passage 0: heading and text   sentence 0   sentence 1   passage 1: …
    score      the best row of a passage (meaning) and the words it shares with the question, as one probability

A question is short and an answer is one sentence of a passage that says other things as well, so sentences are compared
one by one, those of the passages that come nearest as a whole. The index is named by what is in the files and how they
are read: the same content has the same name.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from dialogue.knowledge.lexicon import Lexicon, build_lexicon
from dialogue.knowledge.passages import Found, Passage
from dialogue.knowledge.reading import Documents, read_documents
from dialogue.knowledge.relevancy import WITH_ENCODER, WITHOUT_ENCODER
from dialogue.ports import SentenceEncoder
from flows.errors import Finding

Vectors = npt.NDArray[np.float32]

BATCH: Final = 64
"""Texts that are encoded in one go: between two, the build can be cancelled and tells how far it is."""
CANDIDATES: Final = 300
"""So many passages, those nearest as a whole or in words, are looked at sentence by sentence."""
FORM: Final = "2"
"""Changes whenever the same passages would give other vectors."""


@dataclass(frozen=True, slots=True)
class Index:
    """Passages and all that is known of them.

    vectors: rows of all passages, one passage after the other: first the whole of it, then its sentences.
    """

    digest: str
    passages: tuple[Passage, ...]
    lexicon: Lexicon
    vectors: Vectors | None = None
    findings: tuple[Finding, ...] = ()
    starts: tuple[int, ...] = field(init=False, repr=False, compare=False)
    """Where the rows of each passage begin, and behind the last where they end."""
    wholes: Vectors = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Raises ValueError for vectors that are not those of the passages."""
        starts = (0, *accumulate(len(row_texts(passage)) for passage in self.passages))
        object.__setattr__(self, "starts", starts)
        if self.vectors is None:
            object.__setattr__(self, "wholes", np.zeros((0, 0), np.float32))
        elif len(self.vectors) != starts[-1]:
            raise ValueError(f"there are {len(self.vectors)} vectors for {starts[-1]} texts")
        else:
            object.__setattr__(self, "wholes", np.ascontiguousarray(self.vectors[np.array(starts[:-1], np.intp)]))

    def rank(self, question: str, vector: Vectors | None, limit: int = 5) -> tuple[Found, ...]:
        """Return the passages that come nearest to a question, the best first.

        Args:
            vector: [384] of the question, of unit length; None compares words only.
        """
        if not self.passages:
            return ()
        bm25, coverage = self.lexicon.look_up(question)
        if vector is None or self.vectors is None:
            return self._by_words(question, bm25, coverage, limit)
        similarity = self.wholes @ vector
        near = _top(WITH_ENCODER.probability(similarity, coverage, bm25), CANDIDATES)
        sentences = np.zeros(len(self.passages), np.int32)
        for index in near:
            rows = self.vectors[self.starts[index] : self.starts[index + 1]] @ vector
            similarity[index] = rows.max()
            sentences[index] = rows[1:].argmax()
        scores = np.full(len(self.passages), -1.0, np.float32)
        scores[near] = WITH_ENCODER.probability(similarity[near], coverage[near], bm25[near])
        return tuple(
            self._found(index, scores, int(sentences[index]), similarity, coverage) for index in _top(scores, limit)
        )

    def _by_words(self, question: str, bm25: Vectors, coverage: Vectors, limit: int) -> tuple[Found, ...]:
        scores = WITHOUT_ENCODER.probability(np.zeros_like(bm25), coverage, bm25)
        return tuple(
            self._found(
                index,
                scores,
                self.lexicon.nearest(question, self.passages[index].sentences),
                np.zeros_like(scores),
                coverage,
            )
            for index in _top(scores, limit)
        )

    def _found(self, index: int, scores: Vectors, sentence: int, similarity: Vectors, coverage: Vectors) -> Found:
        passage = self.passages[index]
        last = len(passage.sentences) - 1  # a pair has a row for its answer, too
        return Found(
            passage=passage,
            score=float(scores[index]),
            sentence=min(sentence, last),
            similarity=float(similarity[index]),
            coverage=float(coverage[index]),
        )


def _top(scores: Vectors, limit: int) -> list[int]:
    """Return the indexes of the highest scores, the highest first; of equal ones the first."""
    n_best = min(limit, len(scores))
    best = np.argpartition(-scores, n_best - 1)[:n_best]
    return [int(index) for index in best[np.lexsort((best, -scores[best]))]]


async def build_index(
    folder: Path,
    encoder: SentenceEncoder | None,
    *,
    known: Index | None = None,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Index:
    """Read a folder and index it. Raises what the encoder raises, never for what is in the folder.

    Args:
        encoder: None indexes words only.
        known: an index whose vectors are taken for texts that it has as well, such as that of the folder before.
        progress: told how many of how many texts have vectors.
    """
    documents = await asyncio.to_thread(read_documents, folder)
    return await index_documents(documents, encoder, known=known, progress=progress)


async def index_documents(
    documents: Documents,
    encoder: SentenceEncoder | None,
    *,
    known: Index | None = None,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Index:
    """Index passages that were read."""
    digest = index_digest(documents.digest, encoder)
    if known is not None and known.digest == digest:
        return known
    passages = documents.passages
    lexicon = await asyncio.to_thread(build_lexicon, [words_of_passage(passage) for passage in passages])
    if encoder is None or not passages:
        return Index(digest, passages, lexicon, findings=documents.findings)
    texts = [text for passage in passages for text in row_texts(passage)]
    vectors = await _encoded(texts, encoder, known, progress)
    return Index(digest, passages, lexicon, vectors, documents.findings)


def index_digest(documents: str, encoder: SentenceEncoder | None) -> str:
    """Name the index of documents by their content and by the weights that encode them."""
    kind = "words" if encoder is None else encoder.digest
    return hashlib.sha256(f"{FORM}\0{documents}\0{kind}".encode()).hexdigest()


def row_texts(passage: Passage) -> tuple[str, ...]:
    """Return what is encoded of a passage: the whole of it, then each sentence, all below their heading."""
    title = passage.heading.rpartition(" > ")[2]
    if passage.answer is not None:
        return (passage.text, passage.text, passage.answer)
    if not title:
        return (passage.text, *passage.sentences)
    return (f"{title}. {passage.text}", *(f"{title}: {sentence}" for sentence in passage.sentences))


def words_of_passage(passage: Passage) -> str:
    """Return the text whose words count for a passage, names of files and headings with them."""
    return f"{passage.source.rpartition('.')[0]} {passage.heading} {passage.content}"


async def _encoded(
    texts: Sequence[str], encoder: SentenceEncoder, known: Index | None, progress: Callable[[int, int], None]
) -> Vectors:
    found: dict[str, Vectors] = dict(_vectors_of(known))
    missing = [text for text in dict.fromkeys(texts) if text not in found]
    for first in range(0, len(missing), BATCH):
        progress(first, len(missing))
        batch = missing[first : first + BATCH]
        found.update(zip(batch, await encoder.encode(batch), strict=True))
    progress(len(missing), len(missing))
    return await asyncio.to_thread(lambda: np.stack([found[text] for text in texts]))


def _vectors_of(index: Index | None) -> Mapping[str, Vectors]:
    if index is None or index.vectors is None:
        return {}
    texts = [text for passage in index.passages for text in row_texts(passage)]
    return dict(zip(texts, index.vectors, strict=True))
