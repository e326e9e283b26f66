"""A sentence encoder for tests: vectors of the words in a text, so that texts with the same words are near."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from dialogue.understanding.words import content_stems

DIMENSIONS = 384


class BagEncoder:
    """A `SentenceEncoder` without weights. `encoded` counts the texts that it was given; `digest` may be set."""

    def __init__(self, *, fails: bool = False) -> None:
        self.encoded = 0
        self.fails = fails
        self.digest = "bag of words"

    async def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        if self.fails:
            raise RuntimeError("the weights are gone")
        self.encoded += len(texts)
        vectors = np.zeros((len(texts), DIMENSIONS), np.float32)
        for row, text in enumerate(texts):
            vectors[row, 0] = 0.01
            for stem in content_stems(text):
                vectors[row, zlib.crc32(stem.encode()) % DIMENSIONS] += 1
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)
