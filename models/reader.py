"""The reader's model: an int8 ONNX encoder and the heads trained on it, which come with this repository.

Trained by `models.training.train_reader` on the base of sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0); see
`models/reader_weights/README.md`. It runs in a thread of this process and not in a worker: some milliseconds a
turn, and onnxruntime lets go of the interpreter lock. Vectors are kept for the turns seen last, since partial
transcripts come several times.
"""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dialogue.understanding.reader.heads import WIDTH, Heads, ReadTurn, Vectors, unit
from models.errors import ModelMissing, ModelUnavailable

if TYPE_CHECKING:
    from tokenizers import Tokenizer

NAME = "reader"
FOLDER = Path(__file__).with_name("reader_weights")
FILES = ("encoder.onnx", "heads.npz", "tokenizer.json")
MAX_CONTEXT_TOKENS = 18
MAX_TOKENS = 112
MAX_TEXT_TOKENS = 40
BATCH = 16
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
        self._session, self._heads, self._tokenizer = _load(folder, threads)
        self._inputs = {given.name for given in self._session.get_inputs()}
        self._lock = threading.Lock()
        self._texts: OrderedDict[str, Vectors] = OrderedDict()
        self._turns: OrderedDict[tuple[str, str], ReadTurn] = OrderedDict()
        self._cls, self._sep = (int(self._tokenizer.token_to_id(token) or 0) for token in ("[CLS]", "[SEP]"))

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
            kept = (await asyncio.to_thread(self._read_behind, [asked], text))[0]
            self._keep({key: kept})
        return kept

    def _keep(self, turns: dict[tuple[str, str], ReadTurn]) -> None:
        with self._lock:
            self._turns.update(turns)
            while len(self._turns) > KEPT_TURNS:
                self._turns.popitem(last=False)

    async def read_behind(self, lines: Sequence[str], text: str) -> Sequence[ReadTurn]:
        """Read one turn behind each of several lines, in one run."""
        with self._lock:
            known = {line: self._turns[line, text] for line in lines if (line, text) in self._turns}
        missing = [line for line in dict.fromkeys(lines) if line not in known]
        if missing:
            made = await asyncio.to_thread(self._read_behind, missing, text)
            known |= dict(zip(missing, made, strict=True))
            self._keep({(line, text): turn for line, turn in known.items()})
        return [known[line] for line in lines]

    def _encode(self, texts: Sequence[str]) -> dict[str, Vectors]:
        made: dict[str, Vectors] = {}
        # Texts of like length together: padding is computed as if it were words.
        by_length = sorted(texts, key=len)
        for first in range(0, len(by_length), BATCH):
            batch = by_length[first : first + BATCH]
            rows = [self._tokens(text, MAX_TEXT_TOKENS - 2)[0] for text in batch]
            rows = [[self._cls, *row, self._sep] for row in rows]
            ids, mask = _padded(rows)
            weights = mask[:, :, None].astype(np.float32)
            mean = (self._run(ids, mask) * weights).sum(axis=1) / weights.sum(axis=1)
            made.update(zip(batch, unit(mean), strict=True))
        with self._lock:
            self._texts.update(made)
            while len(self._texts) > KEPT_TEXTS:
                self._texts.popitem(last=False)
        return made

    def _read_behind(self, lines: Sequence[str], text: str) -> list[ReadTurn]:
        contexts = [[*self._tokens(line, MAX_CONTEXT_TOKENS)[0], self._sep] if line else [] for line in lines]
        said, places = self._tokens(text, MAX_TOKENS - max(map(len, contexts)) - 2)
        rows = [[self._cls, *context, *said, self._sep] for context in contexts]
        ids, mask = _padded(rows)
        turns = []
        for context, hidden in zip(contexts, self._run(ids, mask), strict=True):
            first = 1 + len(context)
            width = first + len(said) + 1
            words = np.zeros(width, np.bool_)
            words[first : width - 1] = True
            turns.append(ReadTurn(hidden[:width], words, ((0, 0),) * first + tuple(places) + ((0, 0),)))
        return turns

    def _tokens(self, text: str, most: int) -> tuple[list[int], list[tuple[int, int]]]:
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        return encoding.ids[:most], encoding.offsets[:most]

    def _run(self, ids: np.ndarray[Any, Any], mask: np.ndarray[Any, Any]) -> Vectors:
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        try:
            made: Vectors = self._session.run(None, {name: given[name] for name in self._inputs})[0]
        except Exception as problem:  # onnxruntime raises classes of its own that share no root
            raise ModelUnavailable(NAME, str(problem)) from problem
        return made.astype(np.float32)


def _padded(rows: Sequence[Sequence[int]]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Token rows of one width, and which tokens are real."""
    width = max(map(len, rows))
    ids = np.array([[*row, *([0] * (width - len(row)))] for row in rows], np.int64)
    return ids, (np.arange(width) < np.array([[len(row)] for row in rows])).astype(np.int64)


def _load(folder: Path, threads: int) -> tuple[Any, Heads, Tokenizer]:
    import onnxruntime
    from tokenizers import Tokenizer

    model, heads, tokenizer = (folder / name for name in FILES)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Spinning threads would take the processor from recognition and synthesis between turns.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        vocabulary = Tokenizer.from_file(str(tokenizer))
        with np.load(heads, allow_pickle=False) as weights:
            maps = Heads({name: weights[name] for name in weights.files})
    except Exception as problem:  # the libraries raise classes of their own that share no root
        raise ModelUnavailable(NAME, str(problem)) from problem
    vocabulary.no_truncation()
    vocabulary.no_padding()
    return session, maps, vocabulary
