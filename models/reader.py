"""The reader's model: an int8 ONNX encoder and the heads trained on it, which come with this repository.

Trained by `models.training.train_reader` on the base of sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0); see
`models/reader_weights/README.md`. Some milliseconds a turn; vectors are kept for the turns seen last, since partial
transcripts come several times.
"""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from dialogue.understanding.reader.heads import WIDTH, Heads, ReadTurn, Vectors, unit
from models.errors import ModelMissing, ModelUnavailable
from models.onnx_network import TextNetwork, padded

NAME = "reader"
FOLDER = Path(__file__).with_name("reader_weights")
FILES = ("encoder.onnx", "heads.npz", "tokenizer.json")
MAX_CONTEXT_TOKENS = 18
MAX_TOKENS = 112
MAX_TEXT_TOKENS = 40
KEPT_TURNS = 256
KEPT_TEXTS = 4096


class ReaderModel:
    """Encodes texts and turns. One for the whole process; calls may overlap."""

    def __init__(self, folder: Path = FOLDER, *, threads: int = 1) -> None:
        """Load `encoder.onnx`, `heads.npz` and `tokenizer.json` from `folder`.

        Raises:
            ModelMissing: a file is not there.
            ModelUnavailable: a file is there and is not what it should be.
        """
        for name in FILES:
            if not (folder / name).is_file():
                raise ModelMissing(f"{name} of the reader is missing: it comes with the source of this release")
        model, heads, tokenizer = (folder / name for name in FILES)
        self._network = TextNetwork(NAME, model, tokenizer, threads=threads)
        self._heads = _load_heads(heads)
        self._lock = threading.Lock()
        self._texts: OrderedDict[str, Vectors] = OrderedDict()
        self._turns: OrderedDict[tuple[str, str], ReadTurn] = OrderedDict()
        self._cls, self._sep = (int(self._network.tokenizer.token_to_id(token) or 0) for token in ("[CLS]", "[SEP]"))

    @property
    def heads(self) -> Heads:
        """The maps trained on this encoder."""
        return self._heads

    async def encode(self, texts: Sequence[str]) -> Vectors:
        """Return [n_texts, 384] float32, rows of unit length."""
        with self._lock:
            known = {text: self._texts[text] for text in texts if text in self._texts}
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        if missing:
            known |= await asyncio.to_thread(self._encode, missing)
        return np.stack([known[text] for text in texts]) if texts else np.zeros((0, WIDTH), np.float32)

    async def read(self, asked: str, text: str) -> ReadTurn:
        """Read a turn behind what was asked for."""
        key = (asked, text)
        with self._lock:
            kept = self._turns.get(key)
        if kept is None:
            kept = await asyncio.to_thread(self._read, asked, text)
            with self._lock:
                self._turns[key] = kept
                while len(self._turns) > KEPT_TURNS:
                    self._turns.popitem(last=False)
        return kept

    def _encode(self, texts: Sequence[str]) -> dict[str, Vectors]:
        made: dict[str, Vectors] = {}
        for text in texts:
            # Each by itself: an int8 network's scale is that of its batch, so that a text's vector would depend on
            # what was encoded beside it, and the same assistant would understand otherwise in another process.
            row = self._tokens(text, MAX_TEXT_TOKENS - 2)[0]
            made[text] = unit(self._network.mean([[self._cls, *row, self._sep]]))[0]
        with self._lock:
            self._texts.update(made)
            while len(self._texts) > KEPT_TEXTS:
                self._texts.popitem(last=False)
        return made

    def _read(self, asked: str, text: str) -> ReadTurn:
        context = [*self._tokens(asked, MAX_CONTEXT_TOKENS)[0], self._sep] if asked else []
        said, places = self._tokens(text, MAX_TOKENS - len(context) - 2)
        hidden = self._network.run(*padded([[self._cls, *context, *said, self._sep]]))[0]
        first = 1 + len(context)
        words = np.zeros(len(hidden), np.bool_)
        words[first : len(hidden) - 1] = True
        return ReadTurn(hidden, words, ((0, 0),) * first + tuple(places) + ((0, 0),))

    def _tokens(self, text: str, most: int) -> tuple[list[int], list[tuple[int, int]]]:
        encoding = self._network.tokenizer.encode(text, add_special_tokens=False)
        return encoding.ids[:most], encoding.offsets[:most]


def _load_heads(path: Path) -> Heads:
    try:
        with np.load(path, allow_pickle=False) as weights:
            return Heads({name: weights[name] for name in weights.files})
    except Exception as problem:  # of numpy, zipfile and zlib, and of weights that are other ones'
        raise ModelUnavailable(NAME, str(problem)) from problem
