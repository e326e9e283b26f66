"""The sentence encoder: MiniLM (int8 ONNX) on the processor, for the router of understanding.

Source: sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0), quantised to int8. Mean of the token vectors, made unit
length: 2 to 10 ms a turn. Vectors are kept for the sentences seen last, since partial transcripts come several times.
"""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from models.cache import ModelCache, hash_file
from models.errors import ModelMissing
from models.onnx_network import TextNetwork, Vectors

MODEL_ID = "minilm-l6-v2"
MODEL_FILE, VOCABULARY_FILE = "model.onnx", "tokenizer.json"
DIMENSIONS = 384
MAX_TOKENS = 128
"""The model was trained on 128 word pieces; what goes beyond is cut off."""
BATCH = 16
"""Sentences that go through the model at once while an index is built; more only costs memory."""
CACHED_SENTENCES = 2048


class MiniLmEncoder:
    """Maps sentences to unit vectors. One for the whole process; calls may overlap."""

    def __init__(self, model: Path, tokenizer: Path, *, threads: int = 1, digest: str = "") -> None:
        """Load the model from `model` (ONNX) and its vocabulary from `tokenizer` (JSON).

        Args:
            digest: the hash of the weights, where it is known already; they are hashed otherwise.

        Raises:
            ModelMissing: a file is not there.
            ModelUnavailable: a file is there and is not what it should be.
        """
        for path in (model, tokenizer):
            if not path.is_file():
                raise ModelMissing(f"{path} is missing; run: vivavoce models fetch {MODEL_ID}")
        self._network = TextNetwork(MODEL_ID, model, tokenizer, threads=threads)
        self._network.tokenizer.enable_truncation(MAX_TOKENS)
        self._digest = f"{MODEL_ID}:{MAX_TOKENS}:{digest or hash_file(model)}"
        self._cache: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = threading.Lock()

    @classmethod
    def from_cache(cls, cache: ModelCache, *, threads: int = 1) -> MiniLmEncoder:
        """Load the catalogue's encoder. Raises `ModelMissing` with what to type."""
        model, tokenizer = cache.path(MODEL_ID, MODEL_FILE), cache.path(MODEL_ID, VOCABULARY_FILE)
        return cls(model, tokenizer, threads=threads, digest=cache.verified_sha256(MODEL_ID, MODEL_FILE) or "")

    @property
    def digest(self) -> str:
        """The weights, and how they are used: the same name, the same vectors."""
        return self._digest

    async def encode(self, texts: Sequence[str]) -> Vectors:
        """Return [n_texts, 384] float32, rows of unit length."""
        known = self._look_up(texts)
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        if missing:
            known |= await asyncio.to_thread(self._compute, missing)
        return np.stack([known[text] for text in texts]) if texts else np.zeros((0, DIMENSIONS), np.float32)

    def _look_up(self, texts: Sequence[str]) -> dict[str, Vectors]:
        with self._lock:
            found = {text: self._cache[text] for text in texts if text in self._cache}
            for text in found:
                self._cache.move_to_end(text)
        return found

    def _compute(self, texts: Sequence[str]) -> dict[str, Vectors]:
        computed: dict[str, Vectors] = {}
        # Sentences of like length together: padding is computed as if it were words.
        by_length = sorted(texts, key=len)
        for first in range(0, len(by_length), BATCH):
            batch = by_length[first : first + BATCH]
            computed.update(zip(batch, self._run(batch), strict=True))
        with self._lock:
            self._cache.update(computed)
            while len(self._cache) > CACHED_SENTENCES:
                self._cache.popitem(last=False)
        return computed

    def _run(self, batch: Sequence[str]) -> Vectors:
        rows = [encoding.ids for encoding in self._network.tokenizer.encode_batch(list(batch))]
        mean = self._network.mean(rows)
        return np.asarray(mean / np.linalg.norm(mean, axis=1, keepdims=True), np.float32)
