"""The close reader's model: reads a turn together with what it may mean, in some tens of milliseconds.

Trained by `models.training.train_close_reader` on sentence-transformers/all-mpnet-base-v2 (Apache-2.0); see
`models/close_reader_weights/README.md`. Pages read last are kept, since partial transcripts come several times.
"""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from dialogue.understanding.close_reader.heads import CloseHeads, ReadPage
from dialogue.understanding.close_reader.page import Page, page_of
from models.cache import ModelCache
from models.close_weights import BASE, HEADS, NAME, network
from models.errors import ModelUnavailable
from models.onnx_network import TextNetwork

FOLDER = Path(__file__).with_name("close_reader_weights")
VOCABULARY_FILE = "tokenizer.json"
KEPT_PAGES = 128


class CloseReaderModel:
    """Reads pages. One for the whole process; calls may overlap, and one page is read at a time."""

    def __init__(self, graph: Path, tokenizer: Path, heads: Path, *, threads: int = 1) -> None:
        """Load the network, its vocabulary and the heads.

        Raises:
            ModelUnavailable: a file is not what it should be.
        """
        self._network = TextNetwork(NAME, graph, tokenizer, threads=threads)
        self._heads = _load_heads(heads)
        self._lock = threading.Lock()
        self._kept: OrderedDict[Page, ReadPage] = OrderedDict()

    @classmethod
    def from_cache(cls, cache: ModelCache, folder: Path = FOLDER, *, threads: int = 1) -> CloseReaderModel:
        """Make it of the base in the cache and of what was learnt here.

        Raises:
            ModelMissing: the base is not in the cache.
            ModelUnavailable: a file is not what it should be.
        """
        return cls(network(cache, folder), cache.path(BASE, VOCABULARY_FILE), folder / HEADS, threads=threads)

    @property
    def heads(self) -> CloseHeads:
        """The maps trained on this encoder."""
        return self._heads

    async def read(self, page: Page) -> ReadPage:
        """Read a page. Raises `ModelUnavailable`."""
        with self._lock:
            kept = self._kept.get(page)
        if kept is None:
            kept = await asyncio.to_thread(self._read, page)
            with self._lock:
                self._kept[page] = kept
                while len(self._kept) > KEPT_PAGES:
                    self._kept.popitem(last=False)
        return kept

    def tokens(self, text: str) -> tuple[Sequence[int], Sequence[tuple[int, int]]]:
        """Return ids and places of a text."""
        encoding = self._network.tokenizer.encode(text, add_special_tokens=False)
        return encoding.ids, encoding.offsets

    def _read(self, page: Page) -> ReadPage:
        written = page_of(page, self)
        ids = np.array([written.ids], np.int64)
        return ReadPage(written, self._network.run(ids, np.ones_like(ids))[0])


def _load_heads(path: Path) -> CloseHeads:
    try:
        with np.load(path, allow_pickle=False) as weights:
            return CloseHeads({name: weights[name] for name in weights.files})
    except Exception as problem:  # of numpy, zipfile and zlib, and of weights that are other ones'
        raise ModelUnavailable(NAME, str(problem)) from problem
