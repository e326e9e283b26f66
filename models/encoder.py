"""The sentence encoder: MiniLM (int8 ONNX) on the processor, for the router of understanding.

Source: sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0), quantised to int8. Mean of the token vectors, made unit
length. It runs in a thread of this process and not in a worker: 2 to 10 ms a turn, and onnxruntime lets go of the
interpreter lock. Vectors are kept for the sentences seen last, since partial transcripts come several times.
"""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from models.cache import ModelCache
from models.errors import ModelMissing, ModelUnavailable

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Vectors: TypeAlias = npt.NDArray[np.float32]

MODEL_ID = "minilm-l6-v2"
DIMENSIONS = 384
MAX_TOKENS = 128
"""The model was trained on 128 word pieces; what goes beyond is cut off."""
BATCH = 16
"""Sentences that go through the model at once while an index is built; more only costs memory."""
CACHED_SENTENCES = 2048


class MiniLmEncoder:
    """Maps sentences to unit vectors. One for the whole process; calls may overlap."""

    def __init__(self, model: Path, tokenizer: Path, *, threads: int = 1) -> None:
        """Load the model from `model` (ONNX) and its vocabulary from `tokenizer` (JSON).

        Raises:
            ModelMissing: a file is not there.
            ModelUnavailable: a file is there and is not what it should be.
        """
        for path in (model, tokenizer):
            if not path.is_file():
                raise ModelMissing(f"{path} is missing; run: vivavoce models fetch {MODEL_ID}")
        self._session, self._tokenizer = _load(model, tokenizer, threads)
        self._inputs = {given.name for given in self._session.get_inputs()}
        self._cache: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = threading.Lock()

    @classmethod
    def from_cache(cls, cache: ModelCache, *, threads: int = 1) -> MiniLmEncoder:
        """Load the catalogue's encoder. Raises `ModelMissing` with what to type."""
        return cls(cache.path(MODEL_ID, "model.onnx"), cache.path(MODEL_ID, "tokenizer.json"), threads=threads)

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
        encodings = self._tokenizer.encode_batch(list(batch))
        width = max(len(encoding.ids) for encoding in encodings)
        ids = np.zeros((len(batch), width), np.int64)
        mask = np.zeros((len(batch), width), np.int64)
        for row, encoding in enumerate(encodings):
            ids[row, : len(encoding.ids)] = encoding.ids
            mask[row, : len(encoding.ids)] = 1
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        try:
            hidden = self._session.run(None, {name: given[name] for name in self._inputs})[0]
        except Exception as problem:  # onnxruntime raises classes of its own that share no root
            raise ModelUnavailable(MODEL_ID, str(problem)) from problem
        weights = mask[:, :, None].astype(np.float32)
        mean: Vectors = (hidden * weights).sum(axis=1) / weights.sum(axis=1)
        return np.asarray(mean / np.linalg.norm(mean, axis=1, keepdims=True), np.float32)


def _load(model: Path, tokenizer: Path, threads: int) -> tuple[Any, Tokenizer]:
    import onnxruntime
    from tokenizers import Tokenizer

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Spinning threads would take the processor from recognition and synthesis between turns.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        vocabulary = Tokenizer.from_file(str(tokenizer))
    except Exception as problem:  # both libraries raise classes of their own that share no root
        raise ModelUnavailable(MODEL_ID, str(problem)) from problem
    vocabulary.enable_truncation(MAX_TOKENS)
    vocabulary.no_padding()
    return session, vocabulary
