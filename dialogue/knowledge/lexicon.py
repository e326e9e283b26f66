"""The words of passages, for finding those that share words with a question: BM25, and the share that they cover. Pure.

BM25: Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), with the usual
saturation and length. The share is that of the question's words, weighed by how rare they are, which a passage has:
unlike BM25 it lies between 0 and 1, and words that no passage has count against all of them.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from dialogue.understanding.words import content_stems, split_words, stem

Vector = npt.NDArray[np.float32]

SATURATION: Final = 1.2
LENGTH: Final = 0.75
MOST_TERMS: Final = 40
"""Of a question; a longer one is cut to its first words."""
_MASS: Final = 8.0
"""BM25 that counts as much as can be: where it is put on a scale from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """By term, the passages that have it, and what it adds to each; rarity from 0 to 1."""

    n_passages: int
    owners: Mapping[str, npt.NDArray[np.int32]]
    weights: Mapping[str, Vector]
    rarity: Mapping[str, float]

    def look_up(self, question: str) -> tuple[Vector, Vector]:
        """Return [n_passages] BM25 from 0 to 1, and [n_passages] shares of the question that passages cover."""
        scores = np.zeros(self.n_passages, np.float32)
        shares = np.zeros(self.n_passages, np.float32)
        terms = question_terms(question)
        total = sum(self.rarity.get(term, 1.0) for term in terms)
        for term in terms:
            owners = self.owners.get(term)
            if owners is not None:
                scores[owners] += self.weights[term]
                shares[owners] += self.rarity[term] / total
        return np.minimum(scores / _MASS, 1.0), shares

    def nearest(self, question: str, sentences: Sequence[str]) -> int:
        """Return which sentence shares the rarest words with a question, the first of several."""
        terms = question_terms(question)
        found = [sum(self.rarity.get(term, 1.0) for term in terms if term in content_stems(one)) for one in sentences]
        return found.index(max(found)) if found else 0


def question_terms(question: str) -> tuple[str, ...]:
    """Return the stems of a question that mean something."""
    found = content_stems(" ".join(question.split()[: 4 * MOST_TERMS]))
    return tuple(sorted(found))[:MOST_TERMS]


def build_lexicon(texts: Sequence[str]) -> Lexicon:
    """Count the words of passages."""
    stems = _Stems()
    counts = [Counter(stems.of(word.lower) for word in split_words(text)) for text in texts]
    lengths = [sum(count.values()) for count in counts]
    mean = (sum(lengths) / len(lengths) if lengths else 0.0) or 1.0
    postings: dict[str, list[tuple[int, int]]] = {}
    for index, count in enumerate(counts):
        for term, times in count.items():
            postings.setdefault(term, []).append((index, times))
    n = len(texts)
    top = math.log(1 + n / 0.5)
    owners: dict[str, npt.NDArray[np.int32]] = {}
    weights: dict[str, Vector] = {}
    rarity: dict[str, float] = {}
    norms = np.array([SATURATION * (1 - LENGTH + LENGTH * length / mean) for length in lengths], np.float32)
    for term, found in postings.items():
        ids, times = np.array(found, np.int32).T
        idf = math.log(1 + (n - len(found) + 0.5) / (len(found) + 0.5))
        owners[term] = np.ascontiguousarray(ids)
        weights[term] = np.asarray(idf * times * (SATURATION + 1) / (times + norms[ids]), np.float32)
        rarity[term] = max(idf / top, 0.05)
    return Lexicon(n, owners, weights, rarity)


class _Stems:
    """Stems of words, each made once."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def of(self, word: str) -> str:
        found = self._known.get(word)
        if found is None:
            found = self._known[word] = stem(word)
        return found
